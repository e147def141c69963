// The keys that say how a task follows from others, from earlier runs and from its own failures; who is told.
#include <csignal>

#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

using model::Alert;
using model::AlertEvent;

TEST_CASE("caps, skips and the past are read") {
    const auto dag = dag_of(with_task(R"(run: x
max_active: 2
short_circuit: true
skip_on_exit_code: 99
depends_on_past: true
deadline: 1h30m)"));
    const auto& task = dag->tasks.front();
    CHECK(task.max_active == 2);
    CHECK(task.short_circuit);
    CHECK(task.skip_on_exit_code == 99);
    CHECK(task.depends_on_past);
    CHECK_FALSE(task.wait_for_downstream);
    CHECK(task.deadline == std::chrono::minutes{90});
}

TEST_CASE("who waits for what is downstream waits for the past") {
    const auto dag = dag_of(with_task("run: x\nwait_for_downstream: true"));
    CHECK(dag->tasks.front().wait_for_downstream);
    CHECK(dag->tasks.front().depends_on_past);
}

TEST_CASE("retry_on takes exit codes, signals and timeout") {
    const auto on = [](std::string_view text) {
        return dag_of(with_task(fmt::format("run: x\nretry_on: {}", text)))->tasks.front().retry.on;
    };
    CHECK(on("[1, SIGKILL, timeout, 75, SIGTERM]") == model::RetryOn{{1, 75}, {SIGKILL, SIGTERM}, true});
    CHECK(on("timeout") == model::RetryOn{{}, {}, true});
    CHECK(on("75") == model::RetryOn{{75}, {}, false});
    CHECK(dag_of(with_task("run: x"))->tasks.front().retry.on == std::nullopt);
}

TEST_CASE("what is no failure is told") {
    const Example examples[] = {
        {"run: x\nretry_on: [1, SIGKIL]",
         "etl.yaml:4:19: retry_on: expected an exit code from 1 to 255, a signal such as SIGKILL, or timeout, found "
         "the text "
         "'SIGKIL'; did you mean 'SIGKILL'?"},
        {"run: x\nretry_on: 256",
         "etl.yaml:4:15: retry_on: expected a whole number from 1 to 255, found the number 256"},
        {"run: x\nretry_on: [1, 1]", "etl.yaml:4:19: retry_on: '1' stands here twice"},
        {"run: x\nskip_on_exit_code: 99\nretry_on: [99]",
         "etl.yaml:4:24: exit code 99 can't both skip the task and be tried again (retry_on)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a teardown comes after its setups and runs however the tasks between ended") {
    const auto dag = dag_of(R"(tasks:
  drop: {run: x, needs: use, teardown: [make, fill]}
  use: {run: x, needs: [make, fill]}
  make: {run: x, setup: true}
  fill: {run: x, setup: true}
)");
    const auto& drop = *dag->find("drop");
    CHECK(drop.teardown);
    CHECK(drop.trigger_rule == model::TriggerRule::all_done_setup_success);
    CHECK(drop.upstream.size() == 3);
    CHECK(dag->find("make")->setup);
    CHECK_FALSE(dag->find("use")->setup);
}

TEST_CASE("a teardown keeps the trigger rule that it is given, but not that of defaults") {
    const auto dag = dag_of(R"(defaults: {trigger_rule: all_success}
tasks:
  make: {run: x, setup: true}
  one: {run: x, teardown: make}
  two: {run: x, teardown: make, trigger_rule: all_done}
)");
    CHECK(dag->find("one")->trigger_rule == model::TriggerRule::all_done_setup_success);
    CHECK(dag->find("two")->trigger_rule == model::TriggerRule::all_done);
}

TEST_CASE("a teardown names setups") {
    const Example examples[] = {
        {"tasks:\n  a: {run: x}\n  b: {run: x, teardown: a}\n",
         "etl.yaml:3:25: teardown: task 'a' is no setup; write `setup: true` there"},
        {"tasks:\n  make: {run: x, setup: true}\n  b: {run: x, teardown: mke}\n",
         "etl.yaml:3:25: task 'b' cleans up after unknown 'mke'; did you mean 'make'?"},
        {"tasks:\n  g: {group: {a: {run: x, setup: true}}}\n  b: {run: x, teardown: g}\n",
         "etl.yaml:3:25: teardown: group 'g' is no setup; name the tasks in it that are"},
        {"tasks:\n  a: {run: x, teardown: a}\n", "etl.yaml:2:25: task 'a' cleans up after itself"},
        {"tasks:\n  a: {run: x, setup: true, teardown: a}\n",
         R"(etl.yaml:2:22: 'setup' can't stand together with 'teardown'
etl.yaml:2:38: task 'a' cleans up after itself)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a teardown waits for whatever works with its setup") {
    CHECK(faults(R"(tasks:
  make: {run: x, setup: true}
  one: {run: x, needs: make}
  two: {run: x, needs: make}
  drop: {run: x, needs: one, teardown: make}
)") == "etl.yaml:5:40: teardown 'drop' would not wait for 'two', which needs its setup 'make'; add that to its "
       "`needs`");
    CHECK(faults(R"(tasks:
  make: {run: x, setup: true}
  fill: {run: x, needs: make, setup: true}
  work: {run: x, needs: fill}
  empty: {run: x, needs: work, teardown: fill}
  drop: {run: x, needs: empty, teardown: make}
)") == "");
}

TEST_CASE("alerts are a name, a notifier, a script, or a list") {
    const auto dag = dag_of(with_task(R"(run: x
deadline: 1h
on_success: team
on_failure: [desk, {notify: team}, {run: ./tell}]
on_retry: {run: ./tell}
on_deadline: [team])"));
    CHECK(dag->tasks.front().alerts == std::vector<Alert>{{AlertEvent::success, "team", ""},
                                                          {AlertEvent::failure, "desk", ""},
                                                          {AlertEvent::failure, "team", ""},
                                                          {AlertEvent::failure, "", "./tell"},
                                                          {AlertEvent::retry, "", "./tell"},
                                                          {AlertEvent::deadline, "team", ""}});
}

TEST_CASE("a task's own alerts replace those of defaults for the same event") {
    const auto dag = dag_of(R"(defaults: {on_failure: team, on_retry: team}
tasks:
  a: {run: x}
  b: {run: x, on_failure: desk}
  c: {run: x, on_failure: []}
)");
    CHECK(dag->find("a")->alerts ==
          std::vector<Alert>{{AlertEvent::failure, "team", ""}, {AlertEvent::retry, "team", ""}});
    CHECK(dag->find("b")->alerts ==
          std::vector<Alert>{{AlertEvent::retry, "team", ""}, {AlertEvent::failure, "desk", ""}});
    CHECK(dag->find("c")->alerts == std::vector<Alert>{{AlertEvent::retry, "team", ""}});
}

TEST_CASE("an alert that reaches nobody is told") {
    const Example examples[] = {
        {"run: x\non_failure: teem", "etl.yaml:4:17: unknown notifier 'teem'; did you mean 'team'?"},
        {"run: x\non_failure: [{notify: other}]", "etl.yaml:4:27: unknown notifier 'other'; known are desk, team"},
        {"run: x\non_failure: {notify: team, run: x}",
         "etl.yaml:4:37: an alert needs exactly one of notify, run; found notify and run"},
        {"run: x\non_failure: {run: \"echo ${{ run.id }}\"}",
         "etl.yaml:4:23: a script can't hold ${{ }}; pass the value through `env` and write $NAME in the script"},
        {"run: x\non_failure: {mail: team}", "etl.yaml:4:18: unknown key 'mail' in an alert; known are notify, run"},
        {"run: x\non_deadline: team", "etl.yaml:4:18: on_deadline says nothing without a deadline; write deadline: 1h"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("notifiers are let through where weir.yaml is not known, and missed where it has none") {
    CHECK(faults(with_task("run: x\non_failure: anybody"), Surroundings{}) == "");
    Surroundings none;
    none.complete = true;
    CHECK(faults(with_task("run: x\non_failure: anybody"), none) ==
          "etl.yaml:4:17: unknown notifier 'anybody'; weir.yaml has no notifiers");
}

TEST_CASE("a DAG has a deadline, alerts, retries of runs and a limit of failures") {
    const auto dag = dag_of(R"(deadline: {after: 2h, notify: desk}
on_deadline: team
on_success: [team]
on_failure: {run: ./tell}
pause_after_failures: 3
run_retries: 2
run_retry_delay: 1m
tasks: {a: {run: x}}
)");
    CHECK(dag->deadline == std::chrono::hours{2});
    CHECK(dag->alerts == std::vector<Alert>{{AlertEvent::success, "team", ""},
                                            {AlertEvent::failure, "", "./tell"},
                                            {AlertEvent::deadline, "team", ""},
                                            {AlertEvent::deadline, "desk", ""}});
    CHECK(dag->pause_after_failures == 3);
    CHECK(dag->run_retries == 2);
    CHECK(dag->run_retry_delay == std::chrono::minutes{1});
}

TEST_CASE("a deadline of a DAG may be a duration alone") {
    CHECK(dag_of("deadline: 90m\ntasks: {a: {run: x}}\n")->deadline == std::chrono::minutes{90});
    CHECK(faults("on_deadline: team\ntasks: {a: {run: x}}\n") ==
          "etl.yaml:1:14: on_deadline says nothing without a deadline; write deadline: 1h");
}

}  // namespace weir::yaml
