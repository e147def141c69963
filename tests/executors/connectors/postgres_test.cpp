#include "executors/connectors/postgres.hpp"

#include <doctest/doctest.h>

#include "tests/support/postgres_server.hpp"
#include "tests/support/result.hpp"

using namespace weir::connectors;
using weir::model::Json;
using weir::test::PostgresServer;
using weir::test::PostgresSession;

namespace {

struct Warehouse {
    PostgresServer& server = PostgresServer::shared();
    std::string database = server.make_database();
    PostgresEndpoint endpoint{"warehouse", server.folder(), 5432, database, "postgres", "", ""};

    PostgresConnection connect() const { return std::move(*PostgresConnection::connect(endpoint)); }
    std::string query(const std::string& sql) const { return PostgresSession(server, database).query(sql); }
};

std::string connect_error(const PostgresEndpoint& endpoint) {
    const auto connection = PostgresConnection::connect(endpoint);
    return connection ? "" : connection.error().message;
}

std::string error_of(PostgresConnection& connection, const std::string& sql, const std::vector<Json>& params = {}) {
    const auto result = connection.execute(sql, params);
    return result ? "" : result.error().message;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("connections that fail say why and what to do") {
    const Warehouse warehouse;
    auto endpoint = warehouse.endpoint;
    SUBCASE("no server in that folder") {
        endpoint.host = "/no/such/folder";
        CHECK(contains(connect_error(endpoint), "is the server running, and are `host` and `port` right?"));
    }
    SUBCASE("nothing listens at that port") {
        endpoint.host = "127.0.0.1";
        endpoint.port = 1;
        CHECK(contains(connect_error(endpoint), "is the server running, and are `host` and `port` right?"));
    }
    SUBCASE("unknown database") {
        endpoint.database = "nowhere";
        CHECK(contains(connect_error(endpoint), "create the database, or correct `database` of this connection"));
    }
    SUBCASE("unknown role") {
        endpoint.user = "nobody-there";
        CHECK(contains(connect_error(endpoint), "create the role, or correct `user` of this connection"));
    }
    SUBCASE("wrong password, which isn't repeated") {
        endpoint.user = "locked";
        endpoint.password = "wrong-password";
        const auto message = connect_error(endpoint);
        CHECK(contains(message, "`user` or `password` of this connection is wrong"));
        CHECK(!contains(message, "wrong-password"));
    }
    SUBCASE("no password where one is wanted") {
        endpoint.user = "locked";
        CHECK(contains(connect_error(endpoint), "set `password` in this connection"));
    }
    SUBCASE("an sslmode that isn't one") {
        endpoint.sslmode = "maybe";
        CHECK(contains(connect_error(endpoint), "sslmode is disable, allow"));
    }
}

TEST_CASE("the right password gets in") {
    const Warehouse warehouse;
    auto endpoint = warehouse.endpoint;
    endpoint.user = "locked";
    endpoint.password = "right-password";
    CHECK(connect_error(endpoint) == "");
}

TEST_CASE("a missing table is told with its SQLSTATE and a remedy") {
    const Warehouse warehouse;
    auto connection = warehouse.connect();
    CHECK(error_of(connection, "select * from no_such_table") ==
          warehouse.endpoint.described() +
              ": relation \"no_such_table\" does not exist (42P01, at character 15); create the table, or correct its "
              "name (and schema)");
}

TEST_CASE("a missing right is told with a remedy") {
    const Warehouse warehouse;
    warehouse.query("create table secrets (a int)");
    auto endpoint = warehouse.endpoint;
    endpoint.user = "locked";
    endpoint.password = "right-password";
    auto connection = PostgresConnection::connect(endpoint);
    REQUIRE(connection);
    CHECK(contains(error_of(*connection, "select * from secrets"), "grant this connection's user the right"));
}

TEST_CASE("values are bound, whatever they hold") {
    const Warehouse warehouse;
    auto connection = warehouse.connect();
    const std::string value = "'; drop table x; -- \\ \" ünï\n$1";
    const auto result =
        connection.execute("select $1::text, $2::bigint + 1, $3::boolean, $4::text, $5::double precision",
                           {value, 41, true, nullptr, 0.1});
    REQUIRE(result);
    CHECK(result->text(0, 0) == value);
    CHECK(result->text(0, 1) == "42");
    CHECK(result->text(0, 2) == "t");
    CHECK(!result->text(0, 3));
    CHECK(result->text(0, 4) == "0.1");
}

TEST_CASE("a list is an array where the statement wants one, and JSON elsewhere") {
    const Warehouse warehouse;
    auto connection = warehouse.connect();
    const Json list = Json::parse(R"(["a", "b,\"c\" \\ {}", null])");
    const auto result = connection.execute("select ($1::text[])[2], $2::jsonb -> 1, 2 = any ($3::int[])",
                                           {list, list, Json::parse("[1, 2]")});
    REQUIRE(result);
    CHECK(result->text(0, 0) == "b,\"c\" \\ {}");
    CHECK(result->text(0, 1) == "\"b,\\\"c\\\" \\\\ {}\"");
    CHECK(result->text(0, 2) == "t");
}

TEST_CASE("a connection that the server ends is told as lost") {
    const Warehouse warehouse;
    auto connection = warehouse.connect();
    const auto result = connection.execute("select pg_terminate_backend(pg_backend_pid())");
    REQUIRE(!result);
    CHECK(contains(result.error().message, "run the task again"));
}

TEST_CASE("rows stream with their names and types") {
    const Warehouse warehouse;
    auto source = PostgresSource::open(
        warehouse.connect(),
        "select i as id, i * 0.5 as half, case when i = 2 then null else 'x' || i end as name, true as yes, "
        "'2026-11-22 08:00+01'::timestamptz as at, '{\"a\": 1}'::jsonb as doc from generate_series(1, $1::int) i",
        {3});
    REQUIRE(source);
    const auto& columns = (*source)->columns();
    CHECK(names_of(columns) == std::vector<std::string>{"id", "half", "name", "yes", "at", "doc"});
    CHECK(columns[0].type == ColumnType::integer);
    CHECK(columns[1].type == ColumnType::numeric);
    CHECK(columns[2].type == ColumnType::text);
    CHECK(columns[3].type == ColumnType::boolean);
    CHECK(columns[4].type == ColumnType::timestamptz);
    CHECK(columns[5].type == ColumnType::jsonb);
    Batch batch;
    REQUIRE(*(*source)->next(batch));
    REQUIRE(batch.rows() == 3);
    CHECK(batch.cell(0, 2) == "x1");
    CHECK(!batch.cell(1, 2));
    CHECK(batch.cell(2, 1) == "1.5");
    CHECK(batch.cell(2, 4) == "2026-11-22 07:00:00+00");
    CHECK((*source)->place(batch, 2) == "row 3 of " + warehouse.endpoint.described());
    CHECK(!*(*source)->next(batch));
}

TEST_CASE("a source's query can't write") {
    const Warehouse warehouse;
    warehouse.query("create table t (a int)");
    auto source = PostgresSource::open(warehouse.connect(), "insert into t values (1) returning a", {});
    Batch batch;
    const auto more = source ? (*source)->next(batch) : weir::model::Result<bool>(source.error());
    REQUIRE(!more);
    CHECK(contains(more.error().message, "use the `sql` operator to change data"));
}

TEST_CASE("a fault in the midst of the rows is told") {
    const Warehouse warehouse;
    auto source = PostgresSource::open(warehouse.connect(), "select 1 / (50 - i) from generate_series(1, 100) i", {});
    REQUIRE(source);
    Batch batch;
    const auto more = (*source)->next(batch);
    REQUIRE(!more);
    CHECK(contains(more.error().message, "division by zero"));
}

TEST_CASE("COPY carries every kind of text unchanged") {
    const Warehouse warehouse;
    auto connection = warehouse.connect();
    REQUIRE(connection.execute("create table t (n serial, a text)"));
    REQUIRE(connection.copy_start("copy t (a) from stdin"));
    const std::vector<std::optional<std::string>> values{
        "tab\tnewline\ncr\rback\\slash", "\\N", "", std::nullopt, "\\.", "ünï 🦊 '\""};
    std::string lines;
    for (const auto& value : values) {
        append_copy_cell(lines, value ? std::optional<std::string_view>(*value) : std::nullopt);
        lines += '\n';
    }
    REQUIRE(connection.copy_data(lines));
    REQUIRE(*connection.copy_end() == values.size());
    const auto result = connection.execute("select a from t order by n");
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(result->text(static_cast<int>(i), 0) == values[i]);
}

TEST_CASE("a value that COPY refuses is told with line and column") {
    const Warehouse warehouse;
    auto connection = warehouse.connect();
    REQUIRE(connection.execute("create table t (a varchar(3))"));
    REQUIRE(connection.copy_start("copy t (a) from stdin"));
    REQUIRE(connection.copy_data("abc\nabcd\n"));
    const auto rows = connection.copy_end();
    REQUIRE(!rows);
    CHECK(contains(rows.error().message, "[COPY t, line 2, column a: \"abcd\"]; a text is too long for its column"));
}
