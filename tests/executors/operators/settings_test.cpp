// What is wrong with the settings ends the task with kBadSettings, before any server is asked.
#include "executors/operators/log.hpp"
#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

std::string refused_load(const std::string& settings) {
    Task task;
    task.connections["cache"] = {{"kind", "redis"}, {"socket", "/no/such/socket"}};
    const int code = task.run(OperatorKind::load, Json::parse(settings));
    if (code != kBadSettings) return "exit " + std::to_string(code) + ": " + task.log;
    return task.log.substr(task.log.find("failed: ") + 8);
}

}  // namespace

TEST_CASE("unknown keys name the nearest known one, and where they stand") {
    CHECK(refused_load(R"({"form": {}, "to": {"csv": "x"}})") == "load: unknown key 'form'; did you mean 'from'?\n");
    CHECK(refused_load(R"({"from": {"csv": "x", "delimeter": ";"}, "to": {"csv": "x"}})") ==
          "load.from: unknown key 'delimeter'; did you mean 'delimiter'?\n");
}

TEST_CASE("missing keys are told") {
    CHECK(refused_load(R"({"from": {"csv": "x"}})") == "load: `to` is missing\n");
    CHECK(refused_load(R"({"from": {"redis": "cache"}, "to": {"csv": "x"}})") == "load.from: `match` is missing\n");
}

TEST_CASE("exactly one way to write a table is wanted") {
    CHECK(refused_load(R"({"from": {"csv": "x"}, "to": {"sqlite": "x", "table": "t"}})") ==
          "load.to: wants exactly one of replace, upsert, append; none is there\n");
    CHECK(refused_load(
              R"({"from": {"csv": "x"}, "to": {"sqlite": "x", "table": "t", "append": true, "replace": "table"}})") ==
          "load.to: wants exactly one of replace, upsert, append; replace, append are there\n");
}

TEST_CASE("unknown types and words are told") {
    CHECK(
        refused_load(R"({"from": {"redis": "cache", "match": "*", "columns": {"a": "bigit"}}, "to": {"csv": "x"}})") ==
        "load.from: columns.a: unknown type 'bigit'; did you mean 'bigint'?\n");
    CHECK(refused_load(R"({"from": {"csv": "x"}, "to": {"csv": "x"}, "on_bad_row": "skip"})") ==
          "load: `on_bad_row` is fail or reject\n");
}

TEST_CASE("a connection of the wrong kind is told") {
    CHECK(refused_load(R"({"from": {"postgres": "cache", "table": "t"}, "to": {"csv": "x"}})") ==
          "connection 'cache' is not a postgres connection\n");
}

TEST_CASE("with sql the sources are named") {
    CHECK(refused_load(R"({"from": [], "sql": "select 1", "to": {"csv": "x"}})") ==
          "load: with `sql`, `from` must name its sources: from: {views: {…}, catalog: {…}}\n");
}

TEST_CASE("stdin that is no JSON is told") {
    Task task;
    task.environment.write_line = [&task](std::string_view line) { task.log += line; };
    CHECK(run_operator(OperatorKind::load, "{", task.environment) == kBadSettings);
    CHECK(run_operator(OperatorKind::run, R"({"settings": {}})", task.environment) == kBadSettings);
    CHECK(contains(task.log, "stdin must hold"));
}

TEST_CASE("whatever is in the settings, an operator ends with an exit code") {
    for (const char* settings :
         {"null", "1", "\"x\"", "[]", "{}", R"({"from": 1, "to": 2})", R"({"from": {"csv": 1}, "to": {"csv": []}})",
          R"({"from": {"redis": {}}, "to": {"postgres": null}})", R"({"on": 1, "expect": {}})",
          R"({"on": {"sqlite": "x", "table": "t"}, "expect": [1, {}, {"unique": []}]})",
          R"({"sqlite": 5, "query": {"text": 1}})"}) {
        for (const auto kind : {OperatorKind::load, OperatorKind::sql, OperatorKind::check}) {
            Task task;
            CHECK(task.run(kind, Json::parse(settings)) == kBadSettings);
        }
    }
}

TEST_CASE("secrets are masked wherever they appear, each line has its time") {
    std::string all;
    Log log([&all](std::string_view line) { all += std::string(line.substr(line.find(' ') + 1)); });
    log.hide("secret");
    log.hide("secret-longer");
    log.hide("");
    log.line("a secret-longer b secret\nsecretsecret");
    CHECK(all == "a *** b ***\n******\n");
}

TEST_CASE("values in lines are cut, and what isn't text is escaped") {
    CHECK(shown("a\tb\nc\x01") == "a\\tb\\nc\\x01");
    CHECK(shown("ü\xff") == "ü\\xFF");
    CHECK(shown(std::string(200, 'x'), 5) == "xxxxx…");
    CHECK(with_commas(1) == "1");
    CHECK(with_commas(1234567) == "1,234,567");
}
