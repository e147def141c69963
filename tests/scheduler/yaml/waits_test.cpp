// What stands below wait, dag and approve, and what it becomes.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

model::Json settings_of(std::string_view lines) {
    const auto dag = dag_of(with_task(lines));
    return std::get<model::OperatorCall>(dag->tasks.front().action).settings;
}

model::Json json(std::string_view text) { return model::parse_json(text).value(); }

}  // namespace

TEST_CASE("a wait for a file") {
    CHECK(settings_of("wait: {file: \"in/${{ run.id }}.done\"}") ==
          json(R"({"file": "in/${{ run.id }}.done", "interval": "30s", "soft_fail": false})"));
}

TEST_CASE("a wait for an answer") {
    CHECK(settings_of("wait: {http: 'https://a/b', interval: 5s, soft_fail: true}") == json(R"({
        "http": {"url": "https://a/b", "method": "GET", "headers": {}, "expect_status": [200]},
        "interval": "5s", "soft_fail": true})"));
    CHECK(settings_of(
              "wait:\n  http: {url: 'https://a/b', method: POST, headers: {A: 1}, body: {c: [1]}, expect_status: 204, "
              "expect: ok}")
              .at("http") == json(R"({"url": "https://a/b", "method": "POST", "headers": {"A": "1"}, "body": {"c": [1]},
                                      "expect_status": [204], "expect": "ok"})"));
}

TEST_CASE("a wait for a row") {
    CHECK(settings_of("wait: {sql: {sqlite: a.db, query: \"select ${{ run.id }}\"}}").at("sql") ==
          json(R"({"sqlite": "a.db", "query": {"$sql": "select ${{ run.id }}"}})"));
}

TEST_CASE("a wait for a key") {
    CHECK(settings_of("wait: {redis: {connection: cache, key: a}}").at("redis") ==
          json(R"({"connection": "cache", "key": "a"})"));
}

TEST_CASE("a wait for another run") {
    CHECK(settings_of("wait: {run: {dag: other}}").at("run") ==
          json(R"({"dag": "other", "logical_date": "same", "states": ["success"]})"));
    CHECK(settings_of("wait: {run: {dag: other, logical_date: '2026-11-22T08:00:00Z', states: [success, failed]}}")
              .at("run") ==
          json(R"({"dag": "other", "logical_date": "2026-11-22T08:00:00Z", "states": ["success", "failed"]})"));
}

TEST_CASE("a wait for a time") {
    CHECK(settings_of("wait: {until: \"${{ window.end | add('2h') }}\"}").at("until") ==
          "${{ window.end | add('2h') }}");
    CHECK(settings_of("wait: {for: 90m}").at("for") == "90m");
}

TEST_CASE("a wait has seven days unless it, or defaults, say otherwise") {
    const auto timeout = [](const std::string& text) { return dag_of(text)->tasks.front().timeout; };
    CHECK(timeout(with_task("wait: {file: a}")) == std::chrono::days{7});
    CHECK(timeout(with_task("wait: {file: a}\ntimeout: 1h")) == std::chrono::hours{1});
    CHECK(timeout(with_task("wait: {file: a}\ntimeout: 0")) == std::chrono::hours{0});
    CHECK(timeout("defaults: {timeout: 2h}\n" + with_task("wait: {file: a}")) == std::chrono::hours{2});
    CHECK(timeout(with_task("run: x")) == std::chrono::hours{0});
}

TEST_CASE("a wait is for one thing, which is whole") {
    const Example examples[] = {
        {"wait: {}", "etl.yaml:3:11: a wait is for exactly one of file, http, sql, redis, run, until, for; found none"},
        {"wait: {file: a, for: 5m}",
         "etl.yaml:3:26: a wait is for exactly one of file, http, sql, redis, run, until, for; found file and for"},
        {"wait: {fil: a}", "etl.yaml:3:12: unknown key 'fil' in a wait; did you mean 'file'?"},
        {"wait: {http: example.org}", "etl.yaml:3:18: 'example.org' is no address; it begins with http:// or https://"},
        {"wait: {http: {url: 'http://a', headers: {'a b': c}}}", "etl.yaml:3:46: 'a b' can't name a header"},
        {"wait: {redis: {connection: warehouse, key: a}}",
         "etl.yaml:3:32: connection 'warehouse' is of kind postgres, not redis"},
        {"wait: {redis: cache}",
         "etl.yaml:3:19: redis: expected a map of a key of Redis's keys, found the text 'cache'"},
        {"wait: {run: {dag: a, logical_date: tomorrow}}",
         "etl.yaml:3:40: 'tomorrow' is no time; write date, time and offset: \"2026-11-22T08:00:00Z\""},
        {"wait: {run: {dag: a, states: [running]}}",
         "etl.yaml:3:35: states: expected one of success, failed, found the text 'running'"},
        {"wait: {until: '12:30'}",
         "etl.yaml:3:19: '12:30' is no time; write date, time and offset: \"2026-11-22T08:00:00Z\""},
        {"wait: {for: 0, interval: 0s}",
         "etl.yaml:3:30: interval: expected a duration such as 30s or 5m, longer than 0, found the text '0s'"},
        {"wait: {for: 5, interval: 10}",
         R"(etl.yaml:3:17: for: expected a duration such as 30s, 5m or 1h30m, found the number 5; write it with its unit: 5s
etl.yaml:3:30: interval: expected a duration such as 30s or 5m, longer than 0, found the number 10; write it with its unit: 10s)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a run of another DAG") {
    CHECK(settings_of("dag: other") == json(R"({"id": "other", "params": {}, "wait": true})"));
    CHECK(settings_of("dag: {id: other, params: {n: 5, w: \"${{ window.start }}\"}, wait: false, logical_date: \"${{ "
                      "logical_date }}\"}") == json(R"({"id": "other", "params": {"n": 5, "w": "${{ window.start }}"},
                                                        "wait": false, "logical_date": "${{ logical_date }}"})"));
}

TEST_CASE("a question to a person") {
    CHECK(settings_of("approve: Is ${{ run.id }} good?") ==
          json(R"({"message": "Is ${{ run.id }} good?", "form": [], "roles": [], "on_reject": "fail"})"));
    CHECK(settings_of(R"(timeout: 1d
approve:
  message: Good?
  form:
    count: {default: 5, minimum: 1, description: How many}
    why: {type: string}
  roles: [admin, operator]
  default: reject
  on_reject: skip)") == json(R"({
        "message": "Good?",
        "form": [{"name": "count", "description": "How many", "schema": {"type": "integer", "minimum": 1}, "default": 5},
                 {"name": "why", "description": "", "schema": {"type": "string"}}],
        "roles": ["admin", "operator"], "default": "reject", "on_reject": "skip"})"));
}

TEST_CASE("a form is judged as params are") {
    const Example examples[] = {
        {"approve: {message: a, form: {n: {default: 0, minimum: 1}}}",
         "etl.yaml:3:47: the default of param 'n' must be at least 1, not 0"},
        {"approve: {message: a, form: {n: {type: int}}}",
         "etl.yaml:3:44: type: expected one of string, integer, number, boolean, array, object, found the text 'int'"},
        {"approve: {message: a, form: {n: \"${{ run.id }}\"}}", "etl.yaml:3:37: no ${{ }} may stand in a form"},
        {"approve: {message: a, default: approve}",
         "etl.yaml:3:36: default is the answer when the timeout has passed, and there is none; write timeout: 1d"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("an expression within quotes in SQL is told in its place") {
    CHECK(faults(with_task("sql:\n  postgres: warehouse\n  query: select '${{ run.id }}'")) ==
          "etl.yaml:5:22: an expression within quotes would stay text: it is bound as a value; leave the quotes out "
          "(and join "
          "text with || in SQL)");
}

}  // namespace weir::yaml
