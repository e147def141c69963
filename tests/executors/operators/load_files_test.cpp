// CSV, SQLite and the join of several sources.
#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

std::string out_of(Task& task, const Json& from, const Json& more = Json::object()) {
    const auto path = task.folder.file("out.csv");
    if (task.load(from, {{"csv", path}}, more) != kSucceeded) return task.log;
    return weir::test::read_file(path);
}

}  // namespace

TEST_CASE("a CSV keeps nulls, empty texts, quotes and line ends on its way to another") {
    Task task;
    const std::string text = "a,b,c\n\"\",,\"x,\"\"y\"\"\"\n\"line\nend\",ünï,\" blank \"\n";
    CHECK(out_of(task, {{"csv", task.csv("in.csv", text)}}) == text);
}

TEST_CASE("a bad row of a CSV is told with its file and line") {
    Task task;
    const auto path = task.csv("in.csv", "id,price\n1,2.5\n2,\"a\n\"\n3,x\n4\n");
    const Json types{{"price", "numeric"}};
    CHECK(task.load({{"csv", path}, {"columns", types}}, {{"csv", task.folder.file("out.csv")}}) == kFailed);
    CHECK(contains(task.log, path + ":3: price = 'a\\n' is not a number (numeric)"));
    CHECK(contains(task.log, path + ":5: price = 'x' is not a number (numeric)"));
    CHECK(contains(task.log, path + ":6: has 1 fields, the header has 2"));
    CHECK(!std::filesystem::exists(task.folder.file("out.csv")));
}

TEST_CASE("rejected rows of a CSV can be read from the reject file") {
    Task task;
    const auto path = task.csv("in.csv", "id,price\n1,2.5\n2,x\n3\n");
    const Json from{{"csv", path}, {"columns", {{"price", "numeric"}}}};
    CHECK(out_of(task, from, {{"on_bad_row", "reject"}}) == "id,price\n1,2.5\n");
    const auto rejects = task.rejects();
    CHECK(rejects.starts_with("place,column,value,reason,row\n"));
    CHECK(contains(rejects,
                   path + ":3,price,x,is not a number (numeric),\"{\"\"id\"\":\"\"2\"\",\"\"price\"\":\"\"x\"\"}\"\n"));
    CHECK(contains(rejects, path + ":4,\"\",\"\",\"has 1 fields, the header has 2\",3\n"));
}

TEST_CASE("`columns` of the load wins over the source's types") {
    Task task;
    const Json from{{"csv", task.csv("in.csv", "at\n2026-11-22T08:00+01:00\n")}};
    CHECK(out_of(task, from, {{"columns", {{"at", "timestamptz"}}}}) == "at\n2026-11-22T07:00:00Z\n");
}

TEST_CASE("`columns` with a name that the result doesn't have is told with the nearest") {
    Task task;
    const Json from{{"csv", task.csv("in.csv", "views\n1\n")}};
    CHECK(task.load(from, {{"csv", task.folder.file("out.csv")}}, {{"columns", {{"view", "bigint"}}}}) == kFailed);
    CHECK(contains(task.log, "the result has no column 'view'; did you mean 'views'?"));
}

TEST_CASE("a CSV with another delimiter") {
    Task task;
    CHECK(out_of(task, {{"csv", task.csv("in.csv", "a;b\n1,5;2\n")}, {"delimiter", ";"}}) == "a,b\n\"1,5\",2\n");
}

TEST_CASE("the folder of a CSV is created") {
    Task task;
    const auto path = task.folder.file("new/folder/out.csv");
    REQUIRE(task.load({{"csv", task.csv("in.csv", "a\n1\n")}}, {{"csv", path}}) == kSucceeded);
    CHECK(weir::test::read_file(path) == "a\n1\n");
}

TEST_CASE("SQLite tables are created, replaced, appended to and updated like PostgreSQL's") {
    Task task;
    const auto database = task.folder.file("x.db");
    const auto to = [&database](const std::string& mode, const Json& value) {
        return Json{{"sqlite", database}, {"table", "t"}, {mode, value}};
    };
    const auto from = [&task](const std::string& rows) {
        return Json{{"csv", task.csv("in.csv", "id,name\n" + rows)}, {"columns", {{"id", "bigint"}}}};
    };
    const auto table = [&task, &database] {
        return out_of(task, {{"sqlite", database}, {"query", "select * from t order by id, name"}});
    };
    SUBCASE("replace: table") {
        REQUIRE(task.load(from("1,a\n"), to("replace", "table")) == kSucceeded);
        REQUIRE(task.load(from("2,b\n"), to("replace", "table")) == kSucceeded);
        CHECK(table() == "id,name\n2,b\n");
    }
    SUBCASE("append") {
        for (int i = 0; i < 2; ++i) REQUIRE(task.load(from("1,a\n"), to("append", true)) == kSucceeded);
        CHECK(table() == "id,name\n1,a\n1,a\n");
    }
    SUBCASE("upsert") {
        REQUIRE(task.load(from("1,a\n2,b\n"), to("upsert", {"id"})) == kSucceeded);
        REQUIRE(task.load(from("2,B\n3,c\n"), to("upsert", {"id"})) == kSucceeded);
        CHECK(table() == "id,name\n1,a\n2,B\n3,c\n");
    }
    SUBCASE("upsert without a unique index") {
        REQUIRE(task.load(from("1,a\n2,b\n"), to("append", true)) == kSucceeded);
        REQUIRE(task.load(from("2,B\n3,c\n"), to("upsert", {"id"})) == kSucceeded);
        CHECK(table() == "id,name\n1,a\n2,B\n3,c\n");
        CHECK(contains(task.log, "rows_read") == false);
    }
    SUBCASE("upsert of doubled keys") {
        CHECK(task.load(from("1,a\n1,b\n"), to("upsert", {"id"})) == kFailed);
        CHECK(contains(task.log, "id = 1 (2 rows)"));
    }
    SUBCASE("replace: window leaves other windows") {
        task.window("2026-11-22T00:00:00+01:00", "2026-11-23T00:00:00+01:00");
        REQUIRE(task.load(from("1,a\n"), to("replace", "window")) == kSucceeded);
        task.window("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00");
        for (int i = 0; i < 2; ++i) REQUIRE(task.load(from("2,b\n"), to("replace", "window")) == kSucceeded);
        CHECK(table() ==
              "id,name,window_start,window_end\n1,a,2026-11-21T23:00:00Z,2026-11-22T23:00:00Z\n2,b,2026-11-22T23:00:"
              "00Z,2026-11-23T23:00:00Z\n");
    }
    SUBCASE("a column that the table doesn't have") {
        REQUIRE(task.load(from("1,a\n"), to("append", true)) == kSucceeded);
        CHECK(task.load({{"csv", task.csv("in.csv", "id,names\n1,a\n")}}, to("append", true)) == kFailed);
        CHECK(contains(task.log, "has no column 'names'; did you mean 'name'?"));
    }
}

TEST_CASE("a SQLite table can be read and replaced by the same load") {
    Task task;
    const auto database = task.folder.file("x.db");
    const Json to{{"sqlite", database}, {"table", "t"}, {"replace", "table"}};
    std::string rows = "id\n";
    for (int i = 0; i < 5'000; ++i) rows += std::to_string(i) + "\n";
    REQUIRE(task.load({{"csv", task.csv("in.csv", rows)}, {"columns", {{"id", "bigint"}}}}, to) == kSucceeded);
    REQUIRE(task.load({{"sqlite", database}, {"query", "select id + 1 as id from t"}}, to) == kSucceeded);
    CHECK(out_of(task, {{"sqlite", database}, {"query", "select min(id) as a, max(id) as b, count(*) as c from t"}}) ==
          "a,b,c\n1,5000,5000\n");
}

TEST_CASE("every type comes through SQLite as it is") {
    Task task;
    const auto database = task.folder.file("x.db");
    const Json types{{"a", "bigint"}, {"b", "double"},      {"c", "numeric"}, {"d", "boolean"},
                     {"e", "date"},   {"f", "timestamptz"}, {"g", "jsonb"},   {"h", "text"}};
    const std::string text =
        "a,b,c,d,e,f,g,h\n-9223372036854775808,0.1,12.5,true,2024-02-29,2026-11-22T07:00:00.250000Z,\"{\"\"k\"\": "
        "1.0}\",007\n,,,,,,,\n";
    REQUIRE(task.load({{"csv", task.csv("in.csv", text)}, {"columns", types}},
                      {{"sqlite", database}, {"table", "t"}, {"append", true}}) == kSucceeded);
    CHECK(out_of(task, {{"sqlite", database}, {"table", "t"}}) == text);
}

TEST_CASE("named sources are joined by SQL, with values bound") {
    CacheTask task;
    task.redis.command({"HSET", "views:1", "product_id", "p1", "views", "9"});
    task.redis.command({"HSET", "views:2", "product_id", "p2", "views", "10"});
    task.redis.command({"HSET", "views:3", "product_id", "p3", "views", "1"});
    const auto catalog =
        task.csv("catalog.csv", "product_id,name,price\np1,Ball,2.50\np2,\"O'Neill, \"\"the\"\" book\",7\np3,Pen,1\n");
    const Json from{{"views", task.from("views:*", {{"product_id", "text"}, {"views", "bigint"}})},
                    {"catalog", {{"csv", catalog}, {"columns", {{"price", "numeric"}}}}}};
    const Json sql{
        {"text",
         "select c.product_id, c.name, v.views, v.views * c.price as revenue from views v join catalog c using "
         "(product_id) where v.views >= $1"},
        {"params", {5}}};
    REQUIRE(task.load(from, task.to("report", "replace", "table"),
                      {{"sql", sql}, {"columns", {{"revenue", "numeric"}}}}) == kSucceeded);
    CHECK(task.query("select * from report order by 1") == "p1|Ball|9|22.5\np2|O'Neill, \"the\" book|10|70");
    CHECK(task.outputs["rows_read"] == 6);
    CHECK(task.outputs["rows_written"] == 2);
}

TEST_CASE("a fault in the join's SQL is told") {
    Task task;
    const Json from{{"a", {{"csv", task.csv("in.csv", "x\n1\n")}}}};
    CHECK(task.load(from, {{"csv", task.folder.file("out.csv")}}, {{"sql", "select y from a"}}) == kFailed);
    CHECK(contains(task.log, "the join (SQLite): no such column: y"));
}

TEST_CASE("a fault of one source of a join names the source") {
    Task task;
    const Json from{{"a", {{"csv", task.folder.file("none.csv")}}}};
    CHECK(task.load(from, {{"csv", task.folder.file("out.csv")}}, {{"sql", "select * from a"}}) == kFailed);
    CHECK(contains(task.log, "source 'a': cannot read"));
}

TEST_CASE("a result whose later values don't fit the type of its first ones says which type to name") {
    Task task;
    std::string rows = "x\n";
    for (int i = 0; i < 3'000; ++i) rows += "1\n";
    const Json from{{"a", {{"csv", task.csv("in.csv", rows + "1.5\n")}, {"columns", {{"x", "numeric"}}}}}};
    const Json sql = "select x * 1 as y from a";
    CHECK(task.load(from, {{"csv", task.folder.file("out.csv")}}, {{"sql", sql}}) == kFailed);
    CHECK(contains(task.log, "y = '1.5' is not a whole number (bigint)"));
    CHECK(contains(task.log, "name another type in `columns`"));
    CHECK(task.load(from, {{"csv", task.folder.file("out.csv")}}, {{"sql", sql}, {"columns", {{"y", "double"}}}}) ==
          kSucceeded);
}
