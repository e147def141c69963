// ${{ }}: which names exist where, and where in the file a fault is.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("an unknown name is told with the nearest") {
    const Example examples[] = {
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      B: "${{ parms.x }}"
      F: "${{ window.strt }}"
      I: "${{ tasks.a.output }}"
      P: "${{ run.id | uppr }}"
      S: "${{ run.conf.x }}"
  c: {run: x}
)",
         R"(etl.yaml:8:15: unknown name 'parms'; did you mean 'params'?
etl.yaml:9:15: 'window' has no 'strt'; did you mean 'start'?
etl.yaml:10:15: a task has no 'output'; did you mean 'outputs'?
etl.yaml:11:24: unknown filter 'uppr'; did you mean 'upper'?
etl.yaml:12:15: 'run' has no 'conf'; known are id, type, state, note)"},
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      M: "${{ env.HOME }}"
      C: "${{ params.y }}"
  c: {run: x}
)",
         R"(etl.yaml:8:15: unknown name 'env'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:9:15: unknown param 'y'; known are x, o)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a param is known, and has parts only when it is an object") {
    const Example examples[] = {
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      D: "${{ params.x.z }} ${{ params.o.a.b }}"
  c: {run: x}
)",
         "etl.yaml:8:15: param 'x' is of type integer and has no 'z'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a name that is no value says what is missing") {
    const Example examples[] = {
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      E: "${{ window }}"
      H: "${{ tasks.a }}"
      L: "${{ params }}"
      K: "${{ logical_date.x }}"
  c: {run: x}
)",
         R"(etl.yaml:8:15: 'window' alone is no value; write window.start or window.end
etl.yaml:9:15: 'tasks.a' alone is no value; write tasks.a.state or tasks.a.outputs.KEY
etl.yaml:10:15: 'params' alone is no value; write params.x
etl.yaml:11:15: logical_date is a time and has no 'x')"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("only tasks that come before can be asked") {
    const Example examples[] = {
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      A: "${{ tasks.a.outputs.n }} ${{ tasks.c.state }}"
      G: "${{ tasks.b.state }}"
      J: "${{ tasks.nope.state }}"
      N: "${{ tasks['a'].state }}"
  c: {run: x}
)",
         R"(etl.yaml:8:40: task 'b' does not come after 'c'; add it to its `needs`
etl.yaml:9:15: task 'b' can't ask for what it has yet to do itself
etl.yaml:10:15: unknown task 'nope'; known are a, b, c)"},
        {R"(tasks:
  a: {run: x}
  b: {run: x, needs: a}
  c: {run: x, needs: b, env: {A: "${{ tasks.a.state }}"}}
)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an expression is whole") {
    const Example examples[] = {
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      O: "${{ run.id"
      Q: "${{ }}"
  c: {run: x}
)",
         R"(etl.yaml:8:11: '${{' is not closed by '}}'; a literal '${{' is written '$${{'
etl.yaml:9:15: an expression is missing)"},
        {R"(params: {x: 5, o: {type: object, default: {a: 1}}}
tasks:
  a: {run: x}
  b:
    run: x
    needs: a
    env:
      R: $${{ literal }}
  c: {run: x}
)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a condition is one expression") {
    const Example examples[] = {
        {R"(run: x
if: params.x)",
         "etl.yaml:4:9: this DAG declares no params"},
        {R"(run: x
if: ${{ run.id == }})",
         "etl.yaml:4:22: expected a value, not the end"},
        {R"(run: x
if: ${{ run.id }} and ${{ dag.id }})",
         "etl.yaml:4:9: if: expected one expression; write ${{ … }} around all of it, or around nothing"},
        {R"(run: x
if: "  ${{ run.stat }}")",
         "etl.yaml:4:16: 'run' has no 'stat'; did you mean 'state'?"},
        {R"(run: x
if: )",
         "etl.yaml:4:5: if: expected an expression, found nothing"},
        {R"(run: x
if: "")",
         "etl.yaml:4:9: if: expected an expression, found an empty text"},
        {R"(run: x
if: [a])",
         "etl.yaml:4:9: if: expected an expression, found a list"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("expressions in lists and settings are compiled") {
    const Example examples[] = {
        {R"(tasks:
  c: {run: [a, "${{ run.idd }}"]}
)",
         "etl.yaml:2:21: 'run' has no 'idd'; did you mean 'id'?"},
        {R"(tasks:
  c:
    sql:
      postgres: warehouse
      query: |
        select 1,
          ${{ window.begin }}
)",
         "etl.yaml:7:15: 'window' has no 'begin'; known are start, end"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a fault is found through folding, escapes, indentation and quotes") {
    const Example examples[] = {
        {R"(tasks:
  a:
    run:
      - python3
      - "-c"
      - >-
        one two
        three ${{ nope }}

        four
    env:
      A: |
        first
          ${{ nope }}
      B: 'it''s ${{ nope }}'
      C: "caf\u00e9 \"q\" ${{ nope }}"
      D: plain
        goes on ${{ nope }}
      E: "folded \
          here ${{ nope }}"
)",
         R"(etl.yaml:8:19: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:14:15: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:15:21: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:16:31: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:18:21: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window
etl.yaml:20:20: unknown name 'nope'; known are params, tasks, item, dag, data_interval, logical_date, run, task, window)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("every name that a task has compiles") {
    CHECK(faults(R"(
params: {n: 1}
tasks:
  a-b: {run: x}
  b:
    needs: a-b
    run: x
    env:
      A: "${{ params.n }} ${{ window.start }} ${{ window.end }} ${{ data_interval.start }} ${{ data_interval.end }}"
      B: "${{ logical_date }} ${{ run.id }} ${{ run.type }} ${{ run.state }} ${{ run.note }} ${{ dag.id }}"
      C: "${{ task.id }} ${{ task.try_number }} ${{ task.map_index }} ${{ tasks['a-b'].state }} ${{ tasks['a-b'].outputs.x.y }}"
)") == "");
}

}  // namespace weir::yaml
