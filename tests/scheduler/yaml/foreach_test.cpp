// `foreach`: lists, maps, ranges and expressions, and who sees the item.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {
namespace {

model::Json items_of(std::string_view foreach) {
    const auto dag = dag_of(with_task(fmt::format("run: x\nforeach: {}", foreach)));
    return dag->tasks.front().foreach.value().items;
}

model::Json json(std::string_view text) { return model::parse_json(text).value(); }

}  // namespace

TEST_CASE("a list stays a list") {
    CHECK(items_of("[a, 1, 2.5, true, {x: 1}]") == json(R"(["a", 1, 2.5, true, {"x": 1}])"));
}

TEST_CASE("a map stays a map") {
    CHECK(items_of("{berlin: 1, paris: {x: 2}}") == json(R"({"berlin": 1, "paris": {"x": 2}})"));
}

TEST_CASE("a range becomes its numbers, without the last") {
    CHECK(items_of("{range: 3}") == json("[0, 1, 2]"));
    CHECK(items_of("{range: [2, 5]}") == json("[2, 3, 4]"));
    CHECK(items_of("{range: [10, 0, -5]}") == json("[10, 5]"));
    CHECK(items_of("{range: [0, 5, 2]}") == json("[0, 2, 4]"));
    CHECK(items_of("{range: [5, 2]}") == json("[]"));
}

TEST_CASE("a map with more than a range is a map") {
    CHECK(items_of("{range: 3, other: 1}") == json(R"({"range": 3, "other": 1})"));
}

TEST_CASE("an expression is kept to be evaluated later") {
    CHECK(items_of("\"${{ [run.id, 'b'] }}\"") == "${{ [run.id, 'b'] }}");
}

TEST_CASE("what stands beside foreach goes with it") {
    const auto dag = dag_of(with_task("run: x\nforeach: [a]\nmax_parallel: 2\nlabel: file ${{ item }}"));
    CHECK(dag->tasks.front().foreach == model::Foreach{model::Json::array({"a"}), 2, "file ${{ item }}"});
}

TEST_CASE("what foreach can't run over is told") {
    const Example examples[] = {
        {"run: x\nforeach: files",
         "etl.yaml:4:14: foreach: expected a list, a map, {range: 5}, or an expression that gives a list or a map, "
         "found "
         "the text 'files'"},
        {"run: x\nforeach: a ${{ run.id }}",
         "etl.yaml:4:14: foreach: expected one expression with nothing around it, such as ${{ params.files }} or ${{ "
         "[params.first, 'b'] }}"},
        {"run: x\nforeach: ${{ run.idd }}", "etl.yaml:4:18: 'run' has no 'idd'; did you mean 'id'?"},
        {"run: x\nforeach: [a, {b: '${{ run.id }}'}]", "etl.yaml:4:22: b: no ${{ }} may stand in these values"},
        {"run: x\nforeach: [a, null]", "etl.yaml:4:18: foreach: expected a value, found nothing"},
        {"run: x\nforeach: {range: [1, 2, 0]}",
         "etl.yaml:4:22: range: a step of 0 never arrives; write a step such as 1 or -1"},
        {"run: x\nforeach: {range: [1, 20002]}", "etl.yaml:4:22: range: 20001 items; at most 10000 may stand here"},
        {"run: x\nforeach: {range: 10001}",
         "etl.yaml:4:22: range: expected a whole number from 0 to 10000, found the number 10001"},
        {"run: x\nforeach: {range: [1, 2, 3, 4]}", "etl.yaml:4:22: range: 4 items; at most 3 may stand here"},
        {"run: x\nmax_parallel: 2", "etl.yaml:4:19: 'max_parallel' says nothing without 'foreach'"},
        {"run: x\nlabel: a", "etl.yaml:4:12: 'label' says nothing without 'foreach'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("ten thousand items are the most") {
    std::string list = "[0";
    for (int i = 1; i < 10'000; ++i) list += fmt::format(",{}", i);
    CHECK(items_of(list + "]").size() == 10'000);
    CHECK(faults(with_task("run: x\nforeach: " + list + ",x]")) ==
          "etl.yaml:4:14: foreach: 10001 items; at most 10000 may stand here");
}

TEST_CASE("the ranges of a file are bounded together") {
    std::string text = "tasks:\n";
    for (int i = 0; i < 101; ++i) text += fmt::format("  t{}: {{run: x, foreach: {{range: 10000}}}}\n", i);
    CHECK(faults(text) ==
          "etl.yaml:102:35: the ranges of a file have at most 1000000 items together; let a task make the list");
}

TEST_CASE("the item is known where the instances are") {
    const Example examples[] = {
        {"run: [x, \"${{ item.a }}\"]\nforeach: [{a: 1}, {a: 2, b: 3}]\nlabel: ${{ item.b | default('') }}", ""},
        {"run: [x, \"${{ item.key }}\", \"${{ item.value.deep }}\"]\nforeach: {a: {deep: 1}}", ""},
        {"run: [x, \"${{ item.any.thing }}\"]\nforeach: ${{ [run] }}",
         "etl.yaml:4:19: 'run' alone is no value; write run.id or run.type or run.state or run.note"},
        {"run: [x, \"${{ item }}\"]", "etl.yaml:3:19: 'item' is not known: task 't' has no `foreach`"},
        {"run: x\nforeach: [a]\nif: item == 'a'",
         "etl.yaml:5:9: 'item' is not known in `if`, which is decided once, before the instances are made"},
        {"run: x\nforeach: ${{ item }}", "etl.yaml:4:18: 'item' is not known in `foreach`, which makes the items"},
        {"run: [x, \"${{ item.name }}\"]\nforeach: {a: 1}",
         "etl.yaml:3:19: 'item' has no 'name'; of a map it has key and value"},
        {"run: [x, \"${{ item.name }}\"]\nforeach: [a, b]",
         "etl.yaml:3:19: 'item' has no 'name'; the items of `foreach` are no maps"},
        {"run: [x, \"${{ item.nam }}\"]\nforeach: [{name: a}]",
         "etl.yaml:3:19: 'item' has no 'nam'; did you mean 'name'?"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("defaults know no item") {
    CHECK(faults("defaults: {env: {A: \"${{ item }}\"}}\n" + with_task("run: x\nforeach: [a]")) ==
          "etl.yaml:1:26: 'item' can't stand in `defaults`: not every task has `foreach`");
}

}  // namespace weir::yaml
