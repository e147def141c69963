// The keys of a task.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("an unknown key is told with the nearest, or with all") {
    const Example examples[] = {
        {R"(run: x
timout: 5m)",
         "etl.yaml:4:5: unknown key 'timout' in a task; did you mean 'timeout'?"},
        {R"(run: x
colour: red)",
         "etl.yaml:4:5: unknown key 'colour' in a task; known are run, load, sql, check, wait, dag, approve, needs, "
         "if, short_circuit, foreach, max_parallel, label, setup, teardown, produces, doc, trigger_rule, env, workdir, "
         "retries, "
         "retry_delay, retry_backoff, max_retry_delay, retry_on, skip_on_exit_code, timeout, grace, pool, pool_slots, "
         "priority_weight, max_active, depends_on_past, wait_for_downstream, deadline, on_success, on_failure, "
         "on_retry, on_deadline, executor, log_limit"},
        {"rnu: x", "etl.yaml:3:5: unknown key 'rnu' in a task; did you mean 'run'?"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a task has exactly one operator") {
    const Example examples[] = {
        {R"(run: x
load: {from: {csv: a}, to: {csv: b}})",
         "etl.yaml:4:11: a task does one thing: exactly one of run, load, sql, check, wait, dag, approve; found run "
         "and load"},
        {"retries: 3",
         "etl.yaml:3:5: a task does one thing: exactly one of run, load, sql, check, wait, dag, approve; found none"},
        {"{}",
         "etl.yaml:3:5: a task does one thing: exactly one of run, load, sql, check, wait, dag, approve; found none"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a script holds no expression") {
    const Example examples[] = {
        {"run: echo ${{ run.id }}",
         "etl.yaml:3:10: a script can't hold ${{ }}; pass the value through `env` and write $NAME in the script"},
        {R"(run: |
  echo one
  echo $${{ run.id }})",
         "etl.yaml:3:10: a script can't hold ${{ }}; pass the value through `env` and write $NAME in the script"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a command is a script or a list") {
    const Example examples[] = {
        {R"(run: "")", "etl.yaml:3:10: run: expected a shell script, found an empty text"},
        {"run: []", "etl.yaml:3:10: run: expected a list of a program and its arguments, found an empty list"},
        {"run: {script: x}",
         "etl.yaml:3:10: run: expected a shell script, or a list of a program and its arguments, found a map"},
        {"run: [sleep, 5, true, 1.10]",
         R"(etl.yaml:3:27: run: expected a text, number or boolean, found the number 1.10; to keep it letter by letter, quote it: "1.10")"},
        {"run: [[a]]", "etl.yaml:3:11: run: expected a text, number or boolean, found a list"},
        {"run: 5", R"(etl.yaml:3:10: run: expected a shell script, found the number 5; quote it: "5")"},
        {"run:", "etl.yaml:3:5: run: expected a shell script, or a list of a program and its arguments, found nothing"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("names of environment variables are checked") {
    const Example examples[] = {
        {R"(run: x
env: {1A: x, WEIR_X: z, a-b: z, OK: fine})",
         R"(etl.yaml:4:11: '1A' can't name an environment variable; letters, digits and '_' can
etl.yaml:4:18: 'WEIR_X': names that begin with WEIR_ are set by Weir
etl.yaml:4:29: 'a-b' can't name an environment variable; letters, digits and '_' can)"},
        {R"(run: x
env: [A=b])",
         "etl.yaml:4:10: env: expected a map of names and values, found a list"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("delays must be in order") {
    const Example examples[] = {
        {R"(run: x
retry_delay: 30m
max_retry_delay: 10m)",
         "etl.yaml:5:22: max_retry_delay (10m) is shorter than retry_delay (30m)"},
        {R"(run: x
retry_backoff: 0)",
         "etl.yaml:4:20: retry_backoff: expected a number from 1 to 100, found the number 0"},
        {R"(run: x
retry_delay: 30m)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a trigger rule is one of those that exist") {
    const Example examples[] = {
        {R"(run: x
trigger_rule: all_succes)",
         "etl.yaml:4:19: trigger_rule: expected one of all_success, all_failed, all_done, all_done_min_one_success, "
         "all_done_setup_success, all_skipped, one_success, one_failed, one_done, none_failed, "
         "none_failed_min_one_success, none_skipped, "
         "always, found the text 'all_succes'; did you mean 'all_success'?"},
        {R"(run: x
trigger_rule: whenever)",
         "etl.yaml:4:19: trigger_rule: expected one of all_success, all_failed, all_done, all_done_min_one_success, "
         "all_done_setup_success, all_skipped, one_success, one_failed, one_done, none_failed, "
         "none_failed_min_one_success, none_skipped, "
         "always, found the text 'whenever'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a pool and an executor must exist") {
    const Example examples[] = {
        {R"(run: x
pool: narow)",
         "etl.yaml:4:11: unknown pool 'narow'; did you mean 'narrow'?"},
        {R"(run: x
pool: narrow)",
         ""},
        {R"(run: x
pool: default_pool)",
         ""},
        {R"(run: x
pool: other thing)",
         "etl.yaml:4:11: 'other thing' can't be the name of a pool; letters, digits, '_', '-' and '.' can"},
        {R"(run: x
executor: kubernetes)",
         "etl.yaml:4:15: unknown executor 'kubernetes'; known are process"},
        {R"(run: x
pool_slots: 0)",
         "etl.yaml:4:17: pool_slots: expected a whole number from 1 to 100000, found the number 0"},
        {R"(run: x
priority_weight: 99999999999)",
         "etl.yaml:4:22: priority_weight: expected a whole number from -2147483648 to 2147483647, found the number "
         "99999999999"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a folder is written out") {
    const Example examples[] = {
        {R"(run: x
workdir: ~/x)",
         "etl.yaml:4:14: ~ is not replaced here; write the whole path"},
        {R"(run: x
workdir: "${{ run.id }}")",
         "etl.yaml:4:14: no ${{ }} may stand in this path"},
        {R"(run: x
workdir: "")",
         "etl.yaml:4:14: workdir: expected the path of a folder, found an empty text"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("needs is a task or a list of tasks") {
    const Example examples[] = {
        {R"(run: x
needs: {a: b})",
         "etl.yaml:4:12: needs: expected a task id or a list of task ids, found a map"},
        {R"(run: x
needs:)",
         "etl.yaml:4:5: needs: expected a task id or a list of task ids, found nothing"},
        {R"(run: x
needs: [no])",
         R"(etl.yaml:4:13: needs: expected a task id, found no, a boolean to some readers of YAML; quote it: "no")"},
        {R"(run: x
needs: 5)",
         R"(etl.yaml:4:12: needs: expected a task id, found the number 5; quote it: "5")"},
        {R"(run: x
needs: [])",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

}  // namespace weir::yaml
