// What a PostgreSQL target does with tables, columns and keys, whatever the source.
#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

struct Products : WarehouseTask {
    Json source(const std::string& text, const Json& columns = {{"id", "bigint"}}) const {
        return {{"csv", csv("in.csv", text)}, {"columns", columns}};
    }
};

}  // namespace

TEST_CASE("append adds rows each time") {
    Products task;
    for (int i = 0; i < 2; ++i)
        REQUIRE(task.load(task.source("id,name\n1,a\n"), task.to("t", "append", true)) == kSucceeded);
    CHECK(task.query("select count(*) from t") == "2");
}

TEST_CASE("replacing a table leaves the new rows only") {
    Products task;
    REQUIRE(task.load(task.source("id,name\n1,a\n2,b\n"), task.to("t", "replace", "table")) == kSucceeded);
    REQUIRE(task.load(task.source("id,name\n3,c\n"), task.to("t", "replace", "table")) == kSucceeded);
    CHECK(task.query("select * from t") == "3|c");
}

TEST_CASE("upsert into a new table makes its key the primary key, updates and inserts") {
    Products task;
    REQUIRE(task.load(task.source("id,name\n1,a\n2,b\n"), task.to("t", "upsert", {"id"})) == kSucceeded);
    REQUIRE(task.load(task.source("id,name\n2,B\n3,c\n"), task.to("t", "upsert", "id")) == kSucceeded);
    CHECK(task.query("select * from t order by 1") == "1|a\n2|B\n3|c");
    CHECK(task.query("select pg_get_constraintdef(oid) from pg_constraint where conrelid = 't'::regclass") ==
          "PRIMARY KEY (id)");
    CHECK(task.outputs["rows_written"] == 2);
}

TEST_CASE("upsert keeps columns that the source doesn't bring") {
    Products task;
    task.query("create table t (id bigint, name text, note text default 'new', unique (id))");
    task.query("insert into t values (1, 'a', 'kept')");
    REQUIRE(task.load(task.source("id,name\n1,A\n2,b\n"), task.to("t", "upsert", {"id"})) == kSucceeded);
    CHECK(task.query("select * from t order by 1") == "1|A|kept\n2|b|new");
}

TEST_CASE("upsert works without a unique index, and says that it is slow") {
    Products task;
    task.query("create table t (id bigint, region text, name text)");
    task.query("insert into t values (1, 'eu', 'a'), (1, 'us', 'x')");
    REQUIRE(task.load(task.source("id,region,name\n1,eu,A\n2,eu,b\n"), task.to("t", "upsert", {"id", "region"})) ==
            kSucceeded);
    CHECK(task.query("select * from t order by 1, 2") == "1|eu|A\n1|us|x\n2|eu|b");
    CHECK(contains(task.log, "has no unique index on (\"id\", \"region\")"));
}

TEST_CASE("upsert of a key alone inserts what isn't there") {
    Products task;
    REQUIRE(task.load(task.source("id\n1\n2\n"), task.to("t", "upsert", {"id"})) == kSucceeded);
    REQUIRE(task.load(task.source("id\n2\n3\n"), task.to("t", "upsert", {"id"})) == kSucceeded);
    CHECK(task.query("select count(*) from t") == "3");
}

TEST_CASE("several rows of one key are refused with the keys, and nothing is written") {
    Products task;
    CHECK(task.load(task.source("id,name\n1,a\n2,b\n1,c\n"), task.to("t", "upsert", {"id"})) == kFailed);
    CHECK(contains(task.log, "id = 1 (2 rows)"));
    CHECK(task.query("select to_regclass('t')") == "∅");
}

TEST_CASE("a null in upsert's key is a bad row") {
    Products task;
    CHECK(task.load(task.source("id,name\n,a\n"), task.to("t", "upsert", {"id"})) == kFailed);
    CHECK(contains(task.log, "in.csv:2: id = '' is null, which this column can't be"));
}

TEST_CASE("upsert by a column that the source doesn't bring names the nearest") {
    Products task;
    CHECK(task.load(task.source("id,name\n1,a\n"), task.to("t", "upsert", {"nam"})) == kFailed);
    CHECK(contains(task.log, "the result has no column 'nam'; did you mean 'name'?"));
}

TEST_CASE("columns of an existing table are matched by name") {
    Products task;
    task.query("create table t (extra int default 7, name text, id bigint)");
    REQUIRE(task.load(task.source("id,name\n1,a\n"), task.to("t", "append", true)) == kSucceeded);
    CHECK(task.query("select * from t") == "7|a|1");
}

TEST_CASE("a column that the table doesn't have is told with how to add it") {
    Products task;
    task.query("create table t (id bigint, names text)");
    CHECK(task.load(task.source("id,name\n1,a\n"), task.to("t", "append", true)) == kFailed);
    CHECK(contains(
        task.log,
        "has no column 'name'; did you mean 'names'?; add it (alter table \"public\".\"t\" add column \"name\" text)"));
}

TEST_CASE("a column that the table wants and the source doesn't bring is told") {
    Products task;
    task.query("create table t (id bigint, name text, price numeric not null)");
    CHECK(task.load(task.source("id,name\n1,a\n"), task.to("t", "append", true)) == kFailed);
    CHECK(contains(task.log, "the source brings no column 'price'"));
}

TEST_CASE("untyped columns take the type of the existing table, so that bad values are found with their line") {
    Products task;
    task.query("create table t (id bigint, price numeric)");
    CHECK(task.load(task.source("id,price\n1,2.5\n2,dear\n"), task.to("t", "append", true)) == kFailed);
    CHECK(contains(task.log, "in.csv:3: price = 'dear' is not a number (numeric)"));
}

TEST_CASE("types that Weir has no word for pass as text") {
    Products task;
    task.query("create type mood as enum ('good', 'bad')");
    task.query("create table t (id bigint, u uuid, m mood, n integer[])");
    REQUIRE(task.load(task.source("id,u,m,n\n1,0f8fad5b-d9cb-469f-a165-70867728950e,good,\"{1,2}\"\n"),
                      task.to("t", "append", true)) == kSucceeded);
    CHECK(task.query("select u, m, n from t") == "0f8fad5b-d9cb-469f-a165-70867728950e|good|{1,2}");
}

TEST_CASE("what only the table refuses fails the load with COPY's place") {
    Products task;
    task.query("create table t (id bigint check (id < 10), name text)");
    CHECK(task.load(task.source("id,name\n1,a\n11,b\n"), task.to("t", "append", true)) == kFailed);
    CHECK(contains(task.log, "COPY t, line 2"));
    CHECK(task.query("select count(*) from t") == "0");
}

TEST_CASE("a trigger that drops rows fails the load, because the numbers differ") {
    Products task;
    task.query("create table t (id bigint)");
    task.query(
        "create function drop_odd() returns trigger language plpgsql as 'begin if new.id % 2 = 1 then return null; end "
        "if; "
        "return new; end'");
    task.query("create trigger odd before insert on t for each row execute function drop_odd()");
    CHECK(task.load(task.source("id\n1\n2\n"), task.to("t", "append", true)) == kFailed);
    CHECK(contains(task.log, "2 rows were sent"));
    CHECK(task.query("select count(*) from t") == "0");
}

TEST_CASE("names are quoted: odd ones work, and those that look like SQL are names") {
    Products task;
    task.query("create table victim (a int)");
    REQUIRE(task.load(task.source("Odd Name,\"x\"\"; drop table victim; --\"\n1,2\n", Json::object()),
                      task.to("\"Odd Schema\".\"t\"\"; drop table victim; --\"", "append", true)) == kSucceeded);
    CHECK(task.query("select \"Odd Name\" from \"Odd Schema\".\"t\"\"; drop table victim; --\"") == "1");
    CHECK(task.query("select count(*) from victim") == "0");
}

TEST_CASE("a name that isn't one is bad settings") {
    Products task;
    CHECK(task.load(task.source("id\n1\n"), task.to("t; drop table t", "append", true)) == kBadSettings);
    CHECK(contains(task.log, "is no table name"));
}

TEST_CASE("rows that bring their own windows replace those of the run's window") {
    Products task;
    task.window("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    const Json types{{"window_start", "timestamptz"}, {"window_end", "timestamptz"}};
    const std::string rows =
        "id,window_start,window_end\n1,2026-11-22T00:00:00Z,2026-11-22T00:05:00Z\n2,2026-11-22T23:55:00Z,2026-11-23T00:"
        "00:00Z\n";
    for (int i = 0; i < 2; ++i)
        REQUIRE(task.load(task.source(rows, types), task.to("t", "replace", "window")) == kSucceeded);
    CHECK(task.query("select count(*) from t") == "2");
    CHECK(task.load(task.source("id,window_start,window_end\n3,2026-11-23T00:00:00Z,2026-11-23T00:05:00Z\n", types),
                    task.to("t", "replace", "window")) == kFailed);
    CHECK(contains(task.log, "is outside of this run's window"));
}

TEST_CASE("replacing a window of a table without window_start is told") {
    Products task;
    task.window("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    task.query("create table t (id bigint)");
    CHECK(task.load(task.source("id\n1\n"), task.to("t", "replace", "window")) == kFailed);
    CHECK(contains(task.log, "has no column 'window_start'"));
}

TEST_CASE("replace: window in a run without a window is bad settings") {
    Products task;
    CHECK(task.load(task.source("id\n1\n"), task.to("t", "replace", "window")) == kBadSettings);
    CHECK(contains(task.log, "in a run without a window"));
}

TEST_CASE("a missing schema that may not be created is told") {
    Products task;
    task.connections["warehouse"]["user"] = "locked";
    ::setenv("WEIR_TEST_LOCKED", "right-password", 1);
    task.connections["warehouse"]["password"] = {{"env", "WEIR_TEST_LOCKED"}};
    CHECK(task.load(task.source("id\n1\n"), task.to("other.t", "append", true)) == kFailed);
    CHECK(contains(task.log, "grant this connection's user the right to do it"));
}

TEST_CASE("rows of a query go from PostgreSQL to PostgreSQL with their types and values bound") {
    Products task;
    task.query("create table s (id bigint, name text, at timestamptz)");
    task.query("insert into s values (1, 'it''s', '2026-11-22 07:00Z'), (2, null, 'infinity'), (3, 'x', null)");
    const Json from{{"postgres", "warehouse"},
                    {"query", {{"text", "select * from s where id < $1 and id > $2"}, {"params", {3, 0}}}}};
    REQUIRE(task.load(from, task.to("t", "replace", "table")) == kSucceeded);
    CHECK(task.query("select * from t order by 1") == "1|it's|2026-11-22 07:00:00+00\n2|∅|infinity");
    CHECK(task.query("select string_agg(data_type, ',' order by ordinal_position) from information_schema.columns "
                     "where table_name = 't'") == "bigint,text,timestamp with time zone");
}

TEST_CASE("a query's value that looks like SQL is a value") {
    Products task;
    task.query("create table s (id bigint, name text)");
    const Json from{{"postgres", "warehouse"},
                    {"query", {{"text", "select * from s where name = $1"}, {"params", {"x'; drop table s; --"}}}}};
    REQUIRE(task.load(from, task.to("t", "append", true)) == kSucceeded);
    CHECK(task.query("select count(*) from s") == "0");
}

TEST_CASE("a value within quotes is told, not sent") {
    Products task;
    const Json from{{"postgres", "warehouse"}, {"query", {{"text", "select '$1' as a"}, {"params", {1}}}}};
    CHECK(task.load(from, task.to("t", "append", true)) == kFailed);
    CHECK(contains(task.log, "stands within quotes or a comment"));
}

TEST_CASE("a missing source table is told with a remedy") {
    Products task;
    CHECK(task.load({{"postgres", "warehouse"}, {"table", "no_such"}}, task.to("t", "append", true)) == kFailed);
    CHECK(contains(task.log, "relation \"no_such\" does not exist (42P01"));
}

TEST_CASE("a table can be read and replaced by the same load") {
    Products task;
    task.query("create table t as select i as id from generate_series(1, 5000) i");
    REQUIRE(task.load({{"postgres", "warehouse"}, {"query", "select id + 1 as id from t"}},
                      task.to("t", "replace", "table")) == kSucceeded);
    CHECK(task.query("select min(id), max(id), count(*) from t") == "2|5001|5000");
}
