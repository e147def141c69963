#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

const Json kViews{{"product_id", "text"}, {"views", "bigint"}};

struct Views : CacheTask {
    Views() {
        redis.command({"HSET", "views:1", "product_id", "p1", "views", "7"});
        redis.command({"HSET", "views:2", "product_id", "p2", "views", "5"});
        redis.command({"HSET", "views:3", "product_id", "p3"});
        window("2026-11-22T00:00:00+01:00", "2026-11-23T00:00:00+01:00");
    }
};

}  // namespace

TEST_CASE("hashes of Redis become rows of a table that is created with the run's window") {
    Views task;
    REQUIRE(task.load(task.from("views:*", kViews), task.to("staging.product_views", "replace", "window")) ==
            kSucceeded);
    CHECK(task.query("select product_id, views, window_start, window_end from staging.product_views order by 1") ==
          "p1|7|2026-11-21 23:00:00+00|2026-11-22 23:00:00+00\np2|5|2026-11-21 23:00:00+00|2026-11-22 23:00:00+00\n"
          "p3|∅|2026-11-21 23:00:00+00|2026-11-22 23:00:00+00");
    CHECK(task.query("select data_type from information_schema.columns where table_name = 'product_views' order by "
                     "ordinal_position") == "text\nbigint\ntimestamp with time zone\ntimestamp with time zone");
    CHECK(contains(task.log, "created schema \"staging\""));
    CHECK(contains(task.log, "created table \"staging\".\"product_views\""));
}

TEST_CASE("outputs say how many rows were read, written and rejected, and how fast") {
    Views task;
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    CHECK(task.outputs["rows_read"] == 3);
    CHECK(task.outputs["rows_written"] == 3);
    CHECK(task.outputs["rows_rejected"] == 0);
    CHECK(task.outputs["rows_per_second"].is_number());
}

TEST_CASE("running a window again leaves the same rows") {
    Views task;
    for (int i = 0; i < 3; ++i)
        REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    CHECK(task.query("select count(*), sum(views) from v") == "3|12");
    CHECK(contains(task.log, "replacing 3 rows of"));
}

TEST_CASE("replacing a window leaves other windows alone, and rows that are gone go") {
    Views task;
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    task.window("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00");
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    task.redis.command({"DEL", "views:1"});
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    CHECK(task.query("select window_start, count(*) from v group by 1 order by 1") ==
          "2026-11-21 23:00:00+00|3\n2026-11-22 23:00:00+00|2");
}

TEST_CASE("a window without any key is replaced by nothing") {
    Views task;
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    REQUIRE(task.load(task.from("none:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    CHECK(task.query("select count(*) from v") == "0");
}

TEST_CASE("a value that doesn't fit fails the load with key, column, value and reason, and nothing is written") {
    Views task;
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    task.redis.command({"HSET", "views:2", "views", "many"});
    CHECK(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kFailed);
    CHECK(contains(task.log, "key 'views:2': views = 'many' is not a whole number (bigint)"));
    CHECK(contains(task.log, "on_bad_row: reject"));
    CHECK(task.query("select count(*), sum(views) from v") == "3|12");
}

TEST_CASE("with reject, bad rows go to the file beside the log and the rest is loaded") {
    Views task;
    task.redis.command({"HSET", "views:2", "views", "ma\"ny,\n"});
    task.redis.command({"SET", "views:4", "a string"});
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window"), {{"on_bad_row", "reject"}}) ==
            kSucceeded);
    CHECK(task.query("select product_id from v order by 1") == "p1\np3");
    CHECK(task.outputs["rows_read"] == 4);
    CHECK(task.outputs["rows_written"] == 2);
    CHECK(task.outputs["rows_rejected"] == 2);
    const auto rejects = task.rejects();
    CHECK(rejects.starts_with("place,column,value,reason,row\n"));
    CHECK(contains(rejects, "key 'views:2',views,\"ma\"\"ny,\n\",is not a whole number (bigint),"));
    CHECK(contains(rejects, "key 'views:4',\"\",\"\",is not a hash like the first key"));
}

TEST_CASE("when all rows are rejected, nothing is replaced") {
    Views task;
    REQUIRE(task.load(task.from("views:*", kViews), task.to("v", "replace", "window")) == kSucceeded);
    for (const char* key : {"views:1", "views:2", "views:3"}) task.redis.command({"HSET", key, "views", "x"});
    CHECK(task.load(task.from("views:*", kViews), task.to("v", "replace", "window"), {{"on_bad_row", "reject"}}) ==
          kFailed);
    CHECK(contains(task.log, "all 3 rows were rejected; nothing was changed"));
    CHECK(task.query("select count(*) from v") == "3");
}

TEST_CASE("a dead Redis fails the load and names the connection") {
    Views task;
    task.redis.stop();
    CHECK(task.load(task.from("views:*", kViews), task.to("v", "append", true)) == kFailed);
    CHECK(contains(task.log, "cannot connect to redis 'cache'"));
}

TEST_CASE("a wrong Redis password fails the load, and the password is in no line") {
    Views task;
    task.redis.command({"CONFIG", "SET", "requirepass", "right-password"});
    ::setenv("WEIR_TEST_CACHE_PASSWORD", "wrong-password", 1);
    task.connections["cache"]["password"] = {{"env", "WEIR_TEST_CACHE_PASSWORD"}};
    CHECK(task.load(task.from("views:*", kViews), task.to("v", "append", true)) == kFailed);
    CHECK(contains(task.log, "the password (or username) of this connection is wrong"));
    CHECK(!contains(task.log, "wrong-password"));
}

TEST_CASE("texts come through Redis, COPY and the table byte for byte") {
    CacheTask task;
    const std::vector<std::string> values{
        "tab\there", "line\nend",  "cr\r\n", "back\\slash\\n",     "\\N", "\\.", "quote ' \"", "ünï 🦊 日本", "",
        " ",         "{\"a\": 1}", "$1",     "'; drop table v; --"};
    for (std::size_t i = 0; i < values.size(); ++i)
        task.redis.command({"HSET", "t:" + std::to_string(i), "n", std::to_string(i), "a", values[i]});
    REQUIRE(task.load(task.from("t:*", {{"n", "integer"}, {"a", "text"}}), task.to("v", "append", true)) == kSucceeded);
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(task.query("select a from v where n = " + std::to_string(i)) == values[i]);
}

TEST_CASE("each type arrives as it is") {
    CacheTask task;
    task.redis.command({"HSET", "t:1", "a", "-9223372036854775808", "b", "2147483647", "c", "0.1", "d",
                        "12345678901234567890.123456789012345", "e", "yes", "f", "2024-02-29", "g",
                        "2026-11-22T08:00:00.25+01:00", "h", R"({"k": [1, "ü"]})"});
    const Json columns{{"a", "bigint"},  {"b", "integer"}, {"c", "double"},      {"d", "numeric"},
                       {"e", "boolean"}, {"f", "date"},    {"g", "timestamptz"}, {"h", "jsonb"}};
    REQUIRE(task.load(task.from("t:*", columns), task.to("v", "append", true)) == kSucceeded);
    CHECK(task.query("select * from v") ==
          "-9223372036854775808|2147483647|0.1|12345678901234567890.123456789012345|t|2024-02-29|2026-11-22 "
          "07:00:00.25+00|"
          "{\"k\": [1, \"ü\"]}");
}
