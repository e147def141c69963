// Which task needs which.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("an unknown task is told with the nearest") {
    const Example examples[] = {
        {R"(tasks:
  extract: {run: x}
  load: {run: x, needs: extrct}
)",
         "etl.yaml:3:25: task 'load' needs unknown 'extrct'; did you mean 'extract'?"},
        {R"(tasks:
  a: {run: x, needs: [b, c]}
  b: {run: x}
)",
         "etl.yaml:2:26: task 'a' needs unknown 'c'; known are a, b"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a task is needed once, and not by itself") {
    const Example examples[] = {
        {"tasks: {a: {run: x, needs: a}}\n", "etl.yaml:1:28: task 'a' needs itself"},
        {R"(tasks:
  a: {run: x}
  b: {run: x, needs: [a, a]}
)",
         "etl.yaml:3:26: needs: 'a' stands here twice"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a circle is shown whole") {
    const Example examples[] = {
        {R"(tasks:
  a: {run: x, needs: c}
  b: {run: x, needs: a}
  c: {run: x, needs: b}
  d: {run: x, needs: c}
)",
         "etl.yaml:2:22: tasks that wait for each other never start: 'a' needs 'c' needs 'b' needs 'a'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("every circle is shown") {
    const Example examples[] = {
        {R"(tasks:
  a: {run: x, needs: [b, c]}
  b: {run: x, needs: a}
  c: {run: x, needs: d}
  d: {run: x, needs: c}
)",
         R"(etl.yaml:2:22: tasks that wait for each other never start: 'a' needs 'b' needs 'a'
etl.yaml:4:22: tasks that wait for each other never start: 'c' needs 'd' needs 'c')"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a long circle is shortened in the message") {
    std::string text = "tasks:\n";
    for (int i = 0; i < 100; ++i) text += fmt::format("  t{}: {{run: x, needs: t{}}}\n", i, (i + 1) % 100);
    CHECK(faults(text) ==
          "etl.yaml:2:23: tasks that wait for each other never start: 't0' needs 't1' needs 't2' needs 't3' needs 't4' "
          "needs 't5' needs 't6' needs 't7' needs 't8' needs 't9' needs … (90 more) … needs 't0'");
}

TEST_CASE("tasks stand in topological order, and in that of the file where it is free") {
    const auto dag = dag_of(R"(
tasks:
  last: {run: x, needs: [middle, other]}
  middle: {run: x, needs: first}
  other: {run: x}
  first: {run: x}
)");
    std::vector<std::string> ids;
    for (const auto& task : dag->tasks) ids.push_back(task.id);
    CHECK(ids == std::vector<std::string>{"other", "first", "middle", "last"});
}

TEST_CASE("upstream and downstream are each other's mirror") {
    const auto dag = dag_of("tasks:\n  c: {run: x, needs: [b, a]}\n  a: {run: x}\n  b: {run: x, needs: a}\n");
    using Indices = std::vector<model::TaskIndex>;
    CHECK(dag->tasks[0].downstream == Indices{1, 2});
    CHECK(dag->tasks[1].upstream == Indices{0});
    CHECK(dag->tasks[2].upstream == Indices{1, 0});
}

TEST_CASE("ten thousand tasks load") {
    std::string text = "tasks:\n";
    for (int i = 0; i < 10'000; ++i)
        text += fmt::format("  t{}: {{run: 'echo {}'{}}}\n", i, i,
                            i < 7 ? "" : fmt::format(", needs: [t{}, t{}]", i - 1, i - 7));
    CHECK(dag_of(text)->tasks.size() == 10'000);
}

TEST_CASE("a file with ten thousand unknown names is refused without looking for ten thousand near ones") {
    std::string text = "tasks:\n";
    for (int i = 0; i < 10'000; ++i) text += fmt::format("  t{}: {{run: x, needs: u{}}}\n", i, i);
    CHECK(load_dag(text, "etl.yaml", "/dags", {}).diagnostics.size() == 101);
}

}  // namespace weir::yaml
