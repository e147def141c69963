#include "executors/connectors/sqlite.hpp"

#include <doctest/doctest.h>

#include "tests/support/result.hpp"
#include "tests/support/server_process.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir::connectors;
using weir::model::Json;
using weir::test::TemporaryFolder;

namespace {

struct Data {
    TemporaryFolder folder;
    std::string path = folder.file("x.db");
    std::shared_ptr<SqliteDatabase> database =
        std::make_shared<SqliteDatabase>(std::move(*SqliteDatabase::open(path, SqliteDatabase::Access::write)));

    std::unique_ptr<SqliteSource> source(const std::string& sql, const std::vector<Json>& params = {}) const {
        auto opened = SqliteSource::open(database, sql, params);
        REQUIRE(opened);
        return std::move(*opened);
    }
    // The only cell of a query.
    std::optional<std::string> cell(const std::string& sql, const std::vector<Json>& params = {}) const {
        Batch batch;
        auto rows = source(sql, params);
        REQUIRE(*rows->next(batch));
        const auto text = batch.cell(0, 0);
        return text ? std::optional<std::string>(*text) : std::nullopt;
    }
};

}  // namespace

TEST_CASE("a file that isn't there, or is no database, is told") {
    const TemporaryFolder folder;
    const auto missing = SqliteDatabase::open(folder.file("no.db"), SqliteDatabase::Access::read);
    REQUIRE(!missing);
    CHECK(missing.error().message.find("unable to open database file; relative paths start at") != std::string::npos);
    weir::test::write_file(folder.file("text.db"), std::string(4096, 'x'));
    const auto text = SqliteDatabase::open(folder.file("text.db"), SqliteDatabase::Access::read);
    REQUIRE(!text);
    CHECK(text.error().message.find("the file is no SQLite database") != std::string::npos);
}

TEST_CASE("declared columns have their types, expressions those of their first values") {
    const Data data;
    REQUIRE(
        data.database->execute("create table t (a integer, b varchar(9), c real, d decimal(9,2), e date, f datetime)"));
    REQUIRE(data.database->execute("insert into t values (1, 'x', 1.5, 2.5, '2026-11-22', 17)"));
    const auto source = data.source("select *, a + 1 as g, c * 2 as h, b || 'y' as i, null as j from t");
    std::vector<ColumnType> types;
    for (const auto& column : source->columns()) types.push_back(column.type);
    CHECK(types == std::vector{ColumnType::bigint, ColumnType::text, ColumnType::double_precision, ColumnType::numeric,
                               ColumnType::date, ColumnType::bigint, ColumnType::bigint, ColumnType::double_precision,
                               ColumnType::text, ColumnType::text});
}

TEST_CASE("values are bound with their type, and times as SQLite writes them") {
    const Data data;
    CHECK(data.cell("select typeof($1) || typeof($2) || typeof($3) || typeof($4)", {1, 1.5, "x", nullptr}) ==
          "integerrealtextnull");
    CHECK(data.cell("select $1", {"2026-11-22T01:00:00+01:00"}) == "2026-11-22 00:00:00");
    CHECK(data.cell("select $1", {"'; drop table t; --"}) == "'; drop table t; --");
    CHECK(data.cell("select count(*) from json_each($1)", {Json::parse("[1, 2, 3]")}) == "3");
    CHECK(data.cell("select $2 || $1 || $2", {"a", "b"}) == "bab");
}

TEST_CASE("real numbers come back in the shortest form that reads the same") {
    const Data data;
    CHECK(data.cell("select 0.1") == "0.1");
    CHECK(data.cell("select 1e300") == "1e+300");
    CHECK(data.cell("select 9e999") == "Infinity");
}

TEST_CASE("two columns of one name are refused") {
    const Data data;
    const auto source = SqliteSource::open(data.database, "select 1 as a, 2 as a", {});
    REQUIRE(!source);
    CHECK(source.error().message.find("two columns called 'a'") != std::string::npos);
}

TEST_CASE("a source's query can't write, nor be two statements") {
    const Data data;
    REQUIRE(data.database->execute("create table t (a)"));
    CHECK(!SqliteSource::open(data.database, "insert into t values (1) returning a", {}));
    CHECK(!SqliteSource::open(data.database, "select 1; drop table t", {}));
    CHECK(SqliteSource::open(data.database, "select 1; -- the end", {}));
}
