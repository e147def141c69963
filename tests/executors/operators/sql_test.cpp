#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

Json on_warehouse(const std::string& text, const Json& params = Json::array()) {
    return {{"postgres", "warehouse"}, {"query", {{"text", text}, {"params", params}}}};
}

}  // namespace

TEST_CASE("all statements of a text run in one transaction, each with its own values") {
    WarehouseTask task;
    REQUIRE(task.run(OperatorKind::sql, on_warehouse("create table t (a text, n int); -- one; two\n"
                                                     "insert into t values ($1, $2), ('a;b', $2);\n"
                                                     "update t set n = n + $2 where a = $3;",
                                                     {"x", 5, "a;b"})) == kSucceeded);
    CHECK(task.query("select * from t order by n") == "x|5\na;b|10");
    CHECK(contains(task.log, "INSERT 0 2: 2 rows"));
    CHECK(task.outputs == Json{{"rows", 1}});
}

TEST_CASE("a statement that fails undoes those before it") {
    WarehouseTask task;
    task.query("create table t (a int)");
    CHECK(task.run(OperatorKind::sql, on_warehouse("insert into t values (1); insert into t values (1 / 0)")) ==
          kFailed);
    CHECK(contains(task.log, "division by zero"));
    CHECK(task.query("select count(*) from t") == "0");
}

TEST_CASE("values that look like SQL change nothing else") {
    WarehouseTask task;
    task.query("create table t (a text)");
    REQUIRE(task.run(OperatorKind::sql, on_warehouse("insert into t values ($1)", {"x'); drop table t; --"})) ==
            kSucceeded);
    CHECK(task.query("select a from t") == "x'); drop table t; --");
}

TEST_CASE("rows that come back are printed, the first twenty, with their number") {
    WarehouseTask task;
    REQUIRE(task.run(OperatorKind::sql,
                     on_warehouse("select i as number, case when i = 2 then null else E'a\\nb' end as text from "
                                  "generate_series(1, 1000) i")) == kSucceeded);
    CHECK(contains(task.log, "  number | text\n"));
    CHECK(contains(task.log, "  1      | a\\nb\n"));
    CHECK(contains(task.log, "  2      | null\n"));
    CHECK(contains(task.log, "  20     | a\\nb\n"));
    CHECK(!contains(task.log, "  21 "));
    CHECK(contains(task.log, "the first 20 of 1,000 rows"));
    CHECK(task.outputs == Json{{"rows", 1000}});
}

TEST_CASE("notices of the server are in the log") {
    WarehouseTask task;
    REQUIRE(task.run(OperatorKind::sql, on_warehouse("do $$ begin raise notice 'half; done'; end $$")) == kSucceeded);
    CHECK(contains(task.log, "NOTICE: half; done"));
}

TEST_CASE("COMMIT in the text is refused before anything runs") {
    WarehouseTask task;
    task.query("create table t (a int)");
    CHECK(task.run(OperatorKind::sql, on_warehouse("insert into t values (1); commit")) == kFailed);
    CHECK(contains(task.log, "one transaction already; leave out `commit`"));
    CHECK(task.query("select count(*) from t") == "0");
}

TEST_CASE("what can't run in a transaction says how to run it") {
    WarehouseTask task;
    CHECK(task.run(OperatorKind::sql, on_warehouse("vacuum")) == kFailed);
    CHECK(contains(task.log, "run it with `run: psql"));
}

TEST_CASE("SQLite runs its statements in one transaction too") {
    Task task;
    const Json settings{
        {"sqlite", task.folder.file("x.db")},
        {"query",
         {{"text", "create table if not exists t (a); insert into t values ($1), ($2); select a from t order by a;"},
          {"params", {"x; y", 7}}}}};
    REQUIRE(task.run(OperatorKind::sql, settings) == kSucceeded);
    CHECK(contains(task.log, "insert: 2 rows"));
    CHECK(contains(task.log, "  x; y\n"));
    CHECK(task.outputs == Json{{"rows", 2}});
    const Json failing{{"sqlite", task.folder.file("x.db")},
                       {"query", "insert into t values (1); insert into nowhere values (1)"}};
    CHECK(task.run(OperatorKind::sql, failing) == kFailed);
    CHECK(contains(task.log, "no such table: nowhere"));
    REQUIRE(task.run(OperatorKind::sql, {{"sqlite", task.folder.file("x.db")}, {"query", "select * from t"}}) ==
            kSucceeded);
    CHECK(task.outputs == Json{{"rows", 2}});
}

TEST_CASE("an unknown connection names the nearest") {
    WarehouseTask task;
    CHECK(task.run(OperatorKind::sql, {{"postgres", "warehous"}, {"query", "select 1"}}) == kBadSettings);
    CHECK(contains(task.log, "no connection 'warehous' in weir.yaml; did you mean 'warehouse'?"));
}

TEST_CASE("COPY from stdin, which has no input here, is refused instead of waiting for ever") {
    WarehouseTask task;
    task.query("create table t (a int)");
    CHECK(task.run(OperatorKind::sql, on_warehouse("copy t from stdin")) == kFailed);
    CHECK(contains(task.log, "the `load` operator copies files"));
}
