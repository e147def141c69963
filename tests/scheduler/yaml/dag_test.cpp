// The keys of a DAG file, and the whole of a good one.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("an id is letters, digits, _, - and .") {
    const Example examples[] = {
        {R"(id: "a b"
tasks: {a: {run: x}}
)",
         "etl.yaml:1:5: 'a b' can't be a DAG id; letters, digits, '_', '-' and '.' can"},
        {R"(id: ..
tasks: {a: {run: x}}
)",
         "etl.yaml:1:5: '..' can't be a DAG id; it needs more than dots"},
        {R"(id: ""
tasks: {a: {run: x}}
)",
         "etl.yaml:1:5: a DAG id is empty"},
        {R"(id: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
tasks: {a: {run: x}}
)",
         "etl.yaml:1:5: a DAG id has 251 characters; at most 250 are allowed"},
        {"tasks: {a b: {run: x}}\n", "etl.yaml:1:9: 'a b' can't be a task id; letters, digits, '_', '-' and '.' can"},
        {"tasks: {a.b: {run: x}}\n",
         "etl.yaml:1:9: 'a.b' can't be a task id; a point stands between a group and its tasks: write a_b"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an unknown key of a DAG is told") {
    const Example examples[] = {
        {R"(ids: x
name: y
tasks: {a: {run: x}}
)",
         R"(etl.yaml:1:1: unknown key 'ids' in a DAG; did you mean 'id'?
etl.yaml:2:1: unknown key 'name' in a DAG; known are id, description, owner, tags, schedule, params, max_active_runs, max_active_tasks, pause_after_failures, run_retries, run_retry_delay, on_success, on_failure, on_retry, on_deadline, deadline, defaults, tasks)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("tags are a list of texts") {
    const Example examples[] = {
        {R"(tags: x
tasks: {a: {run: x}}
)",
         "etl.yaml:1:7: tags: expected a list of texts, found the text 'x'"},
        {R"(tags: [a, a]
tasks: {a: {run: x}}
)",
         "etl.yaml:1:11: tags: 'a' stands here twice"},
        {R"(tags: [2026]
tasks: {a: {run: x}}
)",
         R"(etl.yaml:1:8: tags: expected a text, found the number 2026; quote it: "2026")"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("there is at least one task") {
    const Example examples[] = {
        {"id: a\n", "etl.yaml:1:1: a DAG needs the key 'tasks'"},
        {"tasks: {}\n", "etl.yaml:1:8: tasks: expected a map of at least one task, found none"},
        {"tasks: [a]\n", "etl.yaml:1:8: tasks: expected a map of at least one task, found a list"},
        {"tasks: {a: , b: run}\n",
         R"(etl.yaml:1:12: a: expected a map of a task's keys, found nothing
etl.yaml:1:17: b: expected a map of a task's keys, found the text 'run')"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a schedule ticks") {
    const Example examples[] = {
        {R"(schedule: "61 * * * *"
tasks: {a: {run: x}}
)",
         "etl.yaml:1:11: cron '61 * * * *': minute '61': 61 is out of range; it may hold *, 0-59, lists, ranges and "
         "steps"},
        {R"(schedule: "15 2 * * *"
tasks: {a: {run: x}}
)",
         ""},
        {R"(schedule: {cron: "15 2 * * *", timezone: Europe/Berln}
tasks: {a: {run: x}}
)",
         "etl.yaml:1:42: unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"},
        {R"(schedule:
  - cron: "15 2 * * *"
    timezone: Europe/Berlin
    catchup: latst
  - "@daily"
tasks: {a: {run: x}}
)",
         R"(etl.yaml:4:14: catchup: expected one of latest, all, none, found the text 'latst'; did you mean 'latest'?)"},
        {R"(schedule: []
tasks: {a: {run: x}}
)",
         "etl.yaml:1:11: schedule: expected a list of schedule entries, found an empty list"},
        {R"(schedule: 5
tasks: {a: {run: x}}
)",
         R"(etl.yaml:1:11: schedule: expected a cron expression such as "15 2 * * *", found the number 5; quote it: "5")"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("limits are numbers from one up") {
    const Example examples[] = {
        {R"(max_active_runs: 0
max_active_tasks: many
tasks: {a: {run: x}}
)",
         R"(etl.yaml:1:18: max_active_runs: expected a whole number from 1 to 100000, found the number 0
etl.yaml:2:19: max_active_tasks: expected a whole number from 1 to 100000, found the text 'many')"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("defaults hold keys of tasks that suit all") {
    const Example examples[] = {
        {R"(defaults: {retries: -1, needs: a, run: x, env: {A: "${{ tasks.a.state }}", B: "${{ task.id }}"}}
tasks: {a: {run: x}}
)",
         R"(etl.yaml:1:21: retries: expected a whole number from 0 to 1000, found the number -1
etl.yaml:1:25: unknown key 'needs' in defaults; known are trigger_rule, env, workdir, retries, retry_delay, retry_backoff, max_retry_delay, retry_on, skip_on_exit_code, timeout, grace, pool, pool_slots, priority_weight, max_active, depends_on_past, wait_for_downstream, deadline, on_success, on_failure, on_retry, on_deadline, executor, log_limit
etl.yaml:1:35: unknown key 'run' in defaults; known are trigger_rule, env, workdir, retries, retry_delay, retry_backoff, max_retry_delay, retry_on, skip_on_exit_code, timeout, grace, pool, pool_slots, priority_weight, max_active, depends_on_past, wait_for_downstream, deadline, on_success, on_failure, on_retry, on_deadline, executor, log_limit
etl.yaml:1:57: 'tasks' can't stand in `defaults`: not every task comes after others)"},
        {R"(defaults: {retry_delay: 1h, max_retry_delay: 5m}
tasks: {a: {run: x}, b: {run: x}}
)",
         "etl.yaml:1:46: max_retry_delay (5m) is shorter than retry_delay (1h)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("all keys of a good file arrive") {
    const auto dag = dag_of(R"(id: product_report
description: Join and load.
owner: analytics
tags: [clickstream, report]
schedule:
  - {cron: "15 2 * * *", timezone: Europe/Berlin, catchup: all}
  - "@daily"
max_active_runs: 1
max_active_tasks: 4
defaults: {retries: 2, retry_delay: 20m, retry_backoff: 2.0, timeout: 30m, env: {A: a, B: b}, log_limit: 1MiB}
tasks:
  extract:
    run: ["./extract", "${{ window.start }}", 5]
    doc: Fetch it.
    env: {B: "${{ task.id }}"}
    workdir: sub/../bin/
    pool: narrow
    pool_slots: 2
    priority_weight: -5
  report:
    needs: extract
    run: |
      echo done
    if: ${{ tasks.extract.outputs.rows > 0 }}
    trigger_rule: all_done
    retries: 0
    max_retry_delay: 2h
    grace: 1m
    timeout: 0
)");
    CHECK(dag->id == "product_report");
    CHECK(dag->description == "Join and load.");
    CHECK(dag->owner == "analytics");
    CHECK(dag->tags == std::vector<std::string>{"clickstream", "report"});
    CHECK(dag->schedule ==
          std::vector<model::Schedule>{model::CronSchedule{"15 2 * * *", "Europe/Berlin", model::Catchup::all},
                                       model::CronSchedule{"@daily", "UTC", model::Catchup::latest}});
    CHECK(dag->max_active_runs == 1);
    CHECK(dag->max_active_tasks == 4);
    CHECK(dag->file == "etl.yaml");

    const auto& extract = dag->tasks.at(0);
    CHECK(extract.action == model::Action(model::CommandLine{{"./extract", "${{ window.start }}", "5"}}));
    CHECK(extract.doc == "Fetch it.");
    CHECK(extract.env == std::map<std::string, std::string>{{"A", "a"}, {"B", "${{ task.id }}"}});
    CHECK(extract.workdir == "/dags/bin");
    CHECK(extract.pool == "narrow");
    CHECK(extract.pool_slots == 2);
    CHECK(extract.priority_weight == -5);
    CHECK(extract.retry == model::RetryPolicy{2, std::chrono::minutes{20}, 2.0, std::chrono::minutes{20}});
    CHECK(extract.timeout == std::chrono::minutes{30});
    CHECK(extract.log_limit == 1048576);
    CHECK(extract.line == 12);

    const auto& report = dag->tasks.at(1);
    CHECK(report.action == model::Action(model::ShellScript{"echo done\n"}));
    CHECK(report.condition == "tasks.extract.outputs.rows > 0");
    CHECK(report.trigger_rule == model::TriggerRule::all_done);
    CHECK(report.retry == model::RetryPolicy{0, std::chrono::minutes{20}, 2.0, std::chrono::hours{2}});
    CHECK(report.grace == std::chrono::minutes{1});
    CHECK(report.timeout == std::chrono::seconds{0});
    CHECK(report.workdir == "/dags");
}

TEST_CASE("the id defaults to the file's stem") {
    const auto loaded = load_dag("tasks: {a: {run: x}}", "clicks/daily.report.yaml", "/dags/clicks", {});
    REQUIRE(loaded.dag != nullptr);
    CHECK(loaded.dag->id == "daily.report");
}

TEST_CASE("a file whose name can't be an id says so") {
    const auto loaded = load_dag("tasks: {a: {run: x}}", "my report.yaml", "/dags", {});
    CHECK(lines_of(loaded.diagnostics) ==
          "my report.yaml: the file's name gives the id: 'my report' can't be a DAG id; letters, digits, '_', '-' and "
          "'.' can; rename it, or set `id`");
}

TEST_CASE("a schedule without a zone takes that of weir.yaml") {
    auto surroundings = known_surroundings();
    surroundings.timezone = "Europe/Berlin";
    const auto loaded = load_dag("schedule: '@daily'\ntasks: {a: {run: x}}", "a.yaml", "/dags", surroundings);
    REQUIRE(loaded.dag != nullptr);
    CHECK(std::get<model::CronSchedule>(loaded.dag->schedule.front()).timezone == "Europe/Berlin");
}

TEST_CASE("the hash is the text's own") {
    const auto hash = [](std::string_view text) { return dag_of(text)->hash; };
    CHECK(hash("tasks: {a: {run: x}}") == hash("tasks: {a: {run: x}}"));
    CHECK(hash("tasks: {a: {run: x}}") != hash("tasks: {a: {run: z}}"));
    CHECK(hash("tasks: {a: {run: x}}").size() == 32);
}

TEST_CASE("a condition may stand bare or in ${{ }}") {
    for (const char* const written :
         {"${{ run.type == 'manual' }}", "run.type == 'manual'", "\"${{run.type == 'manual'}}\""})
        CHECK(dag_of(with_task(fmt::format("run: x\nif: {}", written)))->tasks.front().condition ==
              "run.type == 'manual'");
    CHECK(dag_of(with_task("run: x\nif: false"))->tasks.front().condition == "false");
}

TEST_CASE("all problems of a file are told at once, in its order") {
    CHECK(faults(R"(schedule: "61 * * * *"
tasks:
  a: {run: x, needs: bb, retries: many, env: {A: "${{ nope }}"}}
  b: {}
colour: red
)") == R"(etl.yaml:1:11: cron '61 * * * *': minute '61': 61 is out of range; it may hold *, 0-59, lists, ranges and steps
etl.yaml:3:22: task 'a' needs unknown 'bb'; did you mean 'b'?
etl.yaml:3:35: retries: expected a whole number from 0 to 1000, found the text 'many'
etl.yaml:3:55: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:4:6: a task does one thing: exactly one of run, load, sql, check, wait, dag, approve; found none
etl.yaml:5:1: unknown key 'colour' in a DAG; known are id, description, owner, tags, schedule, params, max_active_runs, max_active_tasks, pause_after_failures, run_retries, run_retry_delay, on_success, on_failure, on_retry, on_deadline, deadline, defaults, tasks)");
}

}  // namespace weir::yaml
