// Groups of tasks: ids, what needs what, names in expressions.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

// "a; g.b < a; g.c < g.b": every task with what it needs, in the DAG's order.
std::string shape_of(const model::Dag& dag) {
    std::string words;
    for (const auto& task : dag.tasks) {
        words += (words.empty() ? "" : "; ") + task.id;
        for (const auto above : task.upstream)
            words += (above == task.upstream.front() ? " < " : " ") + dag.tasks[above].id;
    }
    return words;
}

}  // namespace

TEST_CASE("tasks of a group bear its id, and know it") {
    const auto dag = dag_of(R"(tasks:
  prepare:
    doc: all that is needed
    group:
      a: {run: x}
      inner:
        group:
          b: {run: x}
)");
    CHECK(shape_of(*dag) == "prepare.a; prepare.inner.b");
    CHECK(dag->tasks[0].group == "prepare");
    CHECK(dag->tasks[1].group == "prepare.inner");
    CHECK(dag->groups ==
          std::vector<model::Group>{{"prepare", "", "all that is needed"}, {"prepare.inner", "prepare", ""}});
    CHECK(dag->tasks[1].line == 8);
}

TEST_CASE("a name in a group means the task beside it first, then those further out") {
    const auto dag = dag_of(R"(tasks:
  a: {run: x}
  b: {run: x}
  g:
    group:
      a: {run: x}
      c: {run: x, needs: [a, b]}
)");
    CHECK(shape_of(*dag) == "a; b; g.a; g.c < g.a b");
}

TEST_CASE("who needs a group needs its last tasks") {
    const auto dag = dag_of(R"(tasks:
  g:
    group:
      a: {run: x}
      b: {run: x, needs: a}
      c: {run: x, needs: a}
  after: {run: x, needs: g}
)");
    CHECK(shape_of(*dag) == "g.a; g.b < g.a; g.c < g.a; after < g.b g.c");
}

TEST_CASE("what a group needs its first tasks need") {
    const auto dag = dag_of(R"(tasks:
  before: {run: x}
  g:
    needs: before
    group:
      a: {run: x}
      b: {run: x, needs: a}
      c: {run: x}
)");
    CHECK(shape_of(*dag) == "before; g.a < before; g.b < g.a; g.c < before");
}

TEST_CASE("groups in groups hang together from the inside out") {
    const auto dag = dag_of(R"(tasks:
  end: {run: x, needs: outer}
  outer:
    needs: start
    group:
      one: {group: {a: {run: x}, b: {run: x, needs: a}}}
      two: {needs: one, group: {c: {run: x}, d: {run: x, needs: c}}}
  start: {run: x}
)");
    CHECK(shape_of(*dag) ==
          "start; outer.one.a < start; outer.one.b < outer.one.a; outer.two.c < outer.one.b; outer.two.d < "
          "outer.two.c; end < "
          "outer.two.d");
}

TEST_CASE("a task in a group can be needed by its whole name") {
    const auto dag = dag_of(R"(tasks:
  g: {group: {a: {run: x}, b: {run: x, needs: a}}}
  after: {run: x, needs: g.a}
)");
    CHECK(shape_of(*dag) == "g.a; g.b < g.a; after < g.a");
}

TEST_CASE("a task that is needed by name and by its group is needed once") {
    const auto dag = dag_of(R"(tasks:
  g: {group: {a: {run: x}, b: {run: x}}}
  after: {run: x, needs: [g.b, g]}
)");
    CHECK(shape_of(*dag) == "g.a; g.b; after < g.b g.a");
}

TEST_CASE("who needs a group does not wait until it is cleaned up") {
    const auto dag = dag_of(R"(tasks:
  g:
    group:
      make: {run: x, setup: true}
      use: {run: x, needs: make}
      drop: {run: x, needs: use, teardown: make}
  after: {run: x, needs: g}
)");
    CHECK(shape_of(*dag) == "g.make; g.use < g.make; g.drop < g.use g.make; after < g.use");
}

TEST_CASE("defaults of a group hold in it, over those of the DAG") {
    const auto dag = dag_of(R"(defaults: {retries: 1, pool: narrow}
tasks:
  out: {run: x}
  g:
    defaults: {retries: 2}
    group:
      a: {run: x}
      b: {run: x, retries: 3}
      h: {defaults: {retries: 4}, group: {c: {run: x}}}
)");
    const auto retries = [&dag](const char* id) { return dag->find(id)->retry.retries; };
    CHECK(retries("out") == 1);
    CHECK(retries("g.a") == 2);
    CHECK(retries("g.b") == 3);
    CHECK(retries("g.h.c") == 4);
    CHECK(dag->find("g.h.c")->pool == "narrow");
}

TEST_CASE("expressions name a task of a group with its group, or without in the group itself") {
    CHECK(faults(R"(tasks:
  g:
    group:
      a: {run: x}
      b: {run: x, needs: a, env: {A: "${{ tasks.a.outputs.x }} ${{ tasks.g.a.state }}"}}
  after: {run: x, needs: g, if: "tasks.g.b.outputs.rows > 0", env: {A: "${{ tasks['g.a'].outputs.y.z }}"}}
)") == "");
}

TEST_CASE("a name that is no task of a group is told with the nearest") {
    const Example examples[] = {
        {R"(tasks:
  g: {group: {load: {run: x}}}
  after: {run: x, needs: g, if: tasks.g.lod.state == 'success'}
)",
         "etl.yaml:3:33: unknown task 'g.lod'; did you mean 'g.load'?"},
        {R"(tasks:
  g: {group: {load: {run: x}}}
  after: {run: x, needs: g, if: tasks.g}
)",
         "etl.yaml:3:33: 'g' is a group; name a task in it: tasks.g.NAME"},
        {R"(tasks:
  g: {group: {load: {run: x}}}
  after: {run: x, needs: g, if: tasks.load.state == 'success'}
)",
         "etl.yaml:3:33: unknown task 'load'; known are g.load, after"},
        {R"(tasks:
  g: {group: {load: {run: x}, check: {run: x, needs: lod}}}
)",
         "etl.yaml:2:54: task 'g.check' needs unknown 'lod'; did you mean 'load'?"},
        {R"(tasks:
  g: {needs: strt, group: {load: {run: x}}}
  start: {run: x}
)",
         "etl.yaml:2:14: group 'g' needs unknown 'strt'; did you mean 'start'?"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a group and what is in it do not need each other") {
    const Example examples[] = {
        {"tasks:\n  g: {group: {a: {run: x, needs: g}}}\n",
         "etl.yaml:2:34: task 'g.a' needs the group 'g', which it is in"},
        {"tasks:\n  g: {needs: g.a, group: {a: {run: x}}}\n",
         "etl.yaml:2:14: group 'g' needs task 'g.a', which is in it"},
        {"tasks:\n  g: {needs: g, group: {a: {run: x}}}\n", "etl.yaml:2:14: group 'g' needs itself"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("groups that wait for each other are a circle of their tasks") {
    CHECK(faults(R"(tasks:
  g: {needs: h, group: {a: {run: x}}}
  h: {needs: g, group: {b: {run: x}}}
)") == "etl.yaml:2:25: tasks that wait for each other never start: 'g.a' needs 'h.b' needs 'g.a'");
}

TEST_CASE("a group holds tasks, and little else") {
    const Example examples[] = {
        {"tasks: {g: {group: {}}}\n", "etl.yaml:1:20: group: expected a map of at least one task, found none"},
        {"tasks: {g: {group: {a: {}}}}\n",
         "etl.yaml:1:24: a task does one thing: exactly one of run, load, sql, check, wait, dag, approve; found none"},
        {"tasks: {g: {group: {a: {run: x}}, retries: 2}}\n",
         "etl.yaml:1:35: unknown key 'retries' in a group; known are group, needs, defaults, doc"},
        {"tasks: {g: {group: [a]}}\n", "etl.yaml:1:20: group: expected a map of at least one task, found a list"},
        {"tasks: {g: {group: {a.b: {run: x}}}}\n",
         "etl.yaml:1:21: 'a.b' can't be a task id; a point stands between a group and its tasks: write a_b"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an id is not too long, its groups' included") {
    const std::string half(130, 'x');
    CHECK(faults(fmt::format("tasks: {{{}: {{group: {{{}: {{run: x}}}}}}}}", half, half)) ==
          "etl.yaml:1:150: a task id has 261 characters; at most 250 are allowed, its groups' included");
}

TEST_CASE("two wide groups are not tied each with each") {
    std::string text = "tasks:\n";
    for (const char* const group : {"g: {group: {", "h: {needs: g, group: {"}) {
        text += fmt::format("  {}", group);
        for (int i = 0; i < 1001; ++i) text += fmt::format("t{}: {{run: x}},", i);
        text += "}}\n";
    }
    CHECK(faults(text) ==
          "etl.yaml:3:14: every first task of a group needs every last task of the group before it, and that makes "
          "more than "
          "1000000 pairs; put one task between the groups");
}

}  // namespace weir::yaml
