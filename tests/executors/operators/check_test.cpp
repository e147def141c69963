#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

struct Checked : WarehouseTask {
    Checked() {
        query("create table views (product_id text, category text, n bigint, window_start timestamptz)");
        query(
            "insert into views values ('p1', 'toys', 5, '2026-11-22'), ('p2', 'books', 7, '2026-11-22'), "
            "('p2', 'books', 1, '2026-11-21'), (null, 'junk', 100, '2026-11-21')");
        window("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    }
    int check(const Json& expect, const std::string& which_window = "run") {
        return run(
            OperatorKind::check,
            {{"on", {{"postgres", "warehouse"}, {"table", "views"}}}, {"window", which_window}, {"expect", expect}});
    }
};

}  // namespace

TEST_CASE("expectations that hold pass, each with a line and counted") {
    Checked task;
    CHECK(task.check(
              Json::parse(R"([{"not_null": "product_id"}, {"unique": "product_id"}, {"row_count": {"min": 1, "max": 2}},
                                     {"accepted_values": {"column": "category", "values": ["toys", "books"]}}])")) ==
          kSucceeded);
    CHECK(contains(task.log, "pass not_null product_id: 0 of 2 rows are null, expected none"));
    CHECK(contains(task.log, "pass row_count: 2 rows, expected 1 to 2"));
    CHECK(task.outputs == Json{{"passed", 4}, {"failed", 0}});
}

TEST_CASE("every expectation is examined, although the first fails") {
    Checked task;
    CHECK(task.check(Json::parse(R"([{"not_null": ["product_id", "category"]}, {"unique": "product_id"}])"), "all") ==
          kFailed);
    CHECK(contains(task.log, "FAIL not_null product_id: 1 of 4 rows are null, expected none"));
    CHECK(contains(task.log, "product_id=null, category=junk, n=100"));
    CHECK(contains(task.log, "pass not_null category"));
    CHECK(contains(task.log, "FAIL unique product_id: 1 values are there more than once, expected none"));
    CHECK(contains(task.log, "product_id=p2, rows=2"));
    CHECK(task.outputs == Json{{"passed", 1}, {"failed", 2}});
}

TEST_CASE("a combination of columns is unique although each column isn't") {
    Checked task;
    CHECK(task.check(Json::parse(R"([{"unique": ["product_id", "window_start"]}])"), "all") == kSucceeded);
}

TEST_CASE("row_count tells what was found and expected") {
    Checked task;
    CHECK(task.check(Json::parse(R"([{"row_count": {"equals": 3}}])")) == kFailed);
    CHECK(contains(task.log, "FAIL row_count: 2 rows, expected exactly 3"));
    CHECK(task.check(Json::parse(R"([{"row_count": {"min": 3}}])")) == kFailed);
    CHECK(contains(task.log, "expected at least 3"));
    CHECK(task.check(Json::parse(R"([{"row_count": {"max": 1}}])")) == kFailed);
    CHECK(contains(task.log, "expected at most 1"));
}

TEST_CASE("values that aren't accepted are shown, five rows at most") {
    Checked task;
    task.query("insert into views select 'x' || i, 'odd', i, '2026-11-22' from generate_series(1, 8) i");
    CHECK(task.check(Json::parse(R"([{"accepted_values": {"column": "category", "values": ["toys", "books"]}}])")) ==
          kFailed);
    CHECK(contains(task.log, "8 of 10 rows have another category than the 2 accepted values"));
    int shown = 0;
    for (auto at = task.log.find("category=odd"); at != std::string::npos; at = task.log.find("category=odd", at + 1))
        ++shown;
    CHECK(shown == 5);
}

TEST_CASE("numbers are accepted as numbers, and quotes in values are inert") {
    Checked task;
    CHECK(task.check(Json::parse(R"([{"accepted_values": {"column": "n", "values": [5, 7]}}])")) == kSucceeded);
    CHECK(task.check(Json::parse(
              R"([{"accepted_values": {"column": "category", "values": ["toys') or ('1'='1", "books"]}}])")) ==
          kFailed);
}

TEST_CASE("sums and counts are reconciled with another table over the same window") {
    Checked task;
    task.query("create schema staging");
    task.query("create table staging.views as select * from views");
    task.query("insert into staging.views values ('old', '', 1000, '2026-11-20')");
    CHECK(
        task.check(Json::parse(
            R"([{"reconcile": {"with": "staging.views", "sum": "n"}}, {"reconcile": {"with": "staging.views", "count": true}}])")) ==
        kSucceeded);
    task.query("update staging.views set n = 8 where n = 7");
    CHECK(task.check(Json::parse(R"([{"reconcile": {"with": "staging.views", "sum": "n"}}])")) == kFailed);
    CHECK(contains(
        task.log,
        "sum(n) is 12, staging.views (window 2026-11-22T00:00:00Z – 2026-11-23T00:00:00Z) has 13; the difference is 1, "
        "expected at most 0"));
    CHECK(task.check(Json::parse(R"([{"reconcile": {"with": "staging.views", "sum": "n", "tolerance": 1.5}}])")) ==
          kSucceeded);
}

TEST_CASE("a query can be checked, with its values bound") {
    Checked task;
    const Json on{{"postgres", "warehouse"},
                  {"query", {{"text", "select * from views where n > $1; -- large"}, {"params", {50}}}}};
    CHECK(task.run(OperatorKind::check,
                   {{"on", on}, {"expect", Json::parse(R"([{"row_count": {"equals": 1}}, {"not_null": "category"},
        {"accepted_values": {"column": "category", "values": ["junk"]}}])")}}) == kSucceeded);
}

TEST_CASE("a query is reconciled with a table's window") {
    Checked task;
    const Json on{{"postgres", "warehouse"},
                  {"query", {{"text", "select n from views where n < $1 and n > $2"}, {"params", {50, 1}}}}};
    CHECK(task.run(OperatorKind::check,
                   {{"on", on}, {"expect", Json::parse(R"([{"reconcile": {"with": "views", "sum": "n"}}])")}}) ==
          kSucceeded);
}

TEST_CASE("an unknown column or table names what is there") {
    Checked task;
    CHECK(task.check(Json::parse(R"([{"not_null": "product"}])")) == kFailed);
    CHECK(contains(task.log, "has no column 'product'"));
    CHECK(task.run(OperatorKind::check, {{"on", {{"postgres", "warehouse"}, {"table", "view"}}},
                                         {"expect", Json::parse(R"([{"row_count": {"min": 1}}])")}}) == kFailed);
    CHECK(contains(task.log, "there is no table view"));
}

TEST_CASE("SQLite is checked by the same expectations") {
    Task task;
    const auto database = task.folder.file("x.db");
    task.window("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    REQUIRE(task.run(OperatorKind::sql,
                     {{"sqlite", database},
                      {"query",
                       "create table t (a text, n integer, window_start timestamptz);"
                       "insert into t values ('x', 1, '2026-11-22 00:00:00'), ('y', 2, '2026-11-22 00:00:00'),"
                       "('x', 5, '2026-11-21 00:00:00'); create table s as select * from t"}}) == kSucceeded);
    const Json expect = Json::parse(R"([{"not_null": "a"}, {"unique": "a"}, {"row_count": {"equals": 2}},
        {"accepted_values": {"column": "n", "values": [1, 2]}}, {"reconcile": {"with": "s", "sum": "n"}}])");
    CHECK(task.run(OperatorKind::check, {{"on", {{"sqlite", database}, {"table", "t"}}}, {"expect", expect}}) ==
          kSucceeded);
    CHECK(task.run(OperatorKind::check,
                   {{"on", {{"sqlite", database}, {"table", "t"}}}, {"window", "all"}, {"expect", expect}}) == kFailed);
    CHECK(task.outputs == Json{{"passed", 2}, {"failed", 3}});
}
