// YAML itself: what is no YAML, and what YAML allows but a file that people depend on must not hold.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("a file without content is told to be empty") {
    const Example examples[] = {
        {"", "etl.yaml:1:1: the file is empty; a DAG has at least the key 'tasks'"},
        {"# only\n", "etl.yaml:1:1: the file is empty; a DAG has at least the key 'tasks'"},
        {"---\n", "etl.yaml:2:1: the file is empty; a DAG has at least the key 'tasks'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a file that is no map is refused") {
    const Example examples[] = {
        {"- a\n", "etl.yaml:1:1: the file: expected a map of a DAG's keys, found a list"},
        {"just text\n", "etl.yaml:1:1: the file: expected a map of a DAG's keys, found the text 'just text'"},
        {"5\n", "etl.yaml:1:1: the file: expected a map of a DAG's keys, found the number 5"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a second document is refused") {
    const Example examples[] = {
        {R"(tasks: {a: {run: x}}
---
tasks: {}
)",
         "etl.yaml:2:1: a second YAML document starts here; a file holds one: put the other into a file of its own"},
        {R"(tasks: {a: {run: x}}
...
b: 1
)",
         "etl.yaml:3:1: a second YAML document starts here; a file holds one: put the other into a file of its own"},
        {R"(- a
b: 1
)",
         "etl.yaml:2:1: this does not belong to what stands above it; mind the indentation"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("wrong indentation is told at its line") {
    const Example examples[] = {
        {"tasks:\n\ta: {run: x}\n", "etl.yaml:2:3: a tab in the indentation; YAML is indented with blanks"},
        {R"(tasks:
  a:
    run: x
   needs: b
)",
         "etl.yaml:4:4: this line does not fit the map above it; mind the indentation"},
        {R"(tags:
  - b
  c: d
)",
         "etl.yaml:3:3: this line does not fit the map above it; mind the indentation"},
        {R"(owner: me
- x
)",
         "etl.yaml:2:1: this line does not fit the map above it; mind the indentation"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a sign that YAML keeps for itself must be quoted") {
    const Example examples[] = {
        {"schedule: * * * * *\n",
         "etl.yaml:1:11: a text can't begin with * unless it is quoted (bare, it names an alias)"},
        {"schedule: @daily\n", "etl.yaml:1:11: a text can't begin with @ unless it is quoted"},
        {"description: `x`\n", "etl.yaml:1:14: a text can't begin with ` unless it is quoted"},
        {"tasks: *no\n", "etl.yaml:1:8: no anchor of this name stands above; quote a text that begins with *"},
        {"description: a: b\n",
         "etl.yaml:1:15: a ':' that no key stands before; a text that holds ': ' must be quoted"},
        {"tags: [a, b]]\n",
         "etl.yaml:1:13: nothing is open that this bracket could close; quote the text if it begins with it"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an open bracket or quote is told") {
    const Example examples[] = {
        {"tags: [a, b\n", "etl.yaml:1:11: the list in [ ] goes wrong here: a ',' or ']' is missing"},
        {"tags: [b: c, d\n", "etl.yaml:1:14: the list in [ ] goes wrong here: a ',' or ']' is missing"},
        {R"(tasks: {a: {run: x}
id: a
)",
         "etl.yaml:2:1: the map in { } goes wrong here: a ',' or '}' is missing"},
        {R"(description: "open
tasks: {}
)",
         "etl.yaml:1:14: this quoted text is still open at the end of the file"},
        {R"(description: 'it''s open
tasks: {}
)",
         "etl.yaml:1:14: this quoted text is still open at the end of the file"},
        {R"(description: "a\"
tasks: {a: {run: x}}
)",
         "etl.yaml:1:14: this quoted text is still open at the end of the file"},
        {R"("a)", "etl.yaml:1:2: a quoted text is still open at the end of the file"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an expression that YAML would cut must be quoted") {
    const Example examples[] = {
        {"tasks: {a: {run: x, env: {A: ${{ run.id }}}}}\n", "etl.yaml:1:31: a text with ${{ }} must be quoted here"},
        {R"(tasks:
  a:
    run: x
    env:
      A: ${{ run.id ~ ": " }}
)",
         "etl.yaml:5:24: a text with ${{ }} must be quoted here"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a duplicate key is told with the line of the first") {
    const Example examples[] = {
        {R"(tasks: {a: {run: x}}
id: a
id: b
)",
         "etl.yaml:3:1: duplicate key 'id'; it stands on line 2 already"},
        {R"(tasks:
  a: {run: x, run: y}
  a: {run: z}
)",
         R"(etl.yaml:2:15: duplicate key 'run'; it stands on line 2 already
etl.yaml:3:3: duplicate key 'a'; it stands on line 2 already)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a key is a text") {
    const Example examples[] = {
        {R"(? [a]
: b
tasks: {a: {run: x}}
)",
         "etl.yaml:1:3: a key is a text, not a list"},
        {R"(: x
tasks: {a: {run: x}}
)",
         "etl.yaml:1:1: a key is a text, not nothing"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("tags are refused, but the one for text") {
    const Example examples[] = {
        {"tasks: !foo {a: {run: x}}\n", "etl.yaml:1:8: the tag !foo means nothing here; leave it out"},
        {R"(description: !!str 12
tasks: {a: {run: x}}
)",
         ""},
        {R"(description: !!int 12
tasks: {a: {run: x}}
)",
         R"(etl.yaml:1:14: the tag !<tag:yaml.org,2002:int> means nothing here; leave it out
etl.yaml:1:14: description: expected a text, found the number 12; quote it: "12")"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a fault in an anchor is told once, where it stands") {
    const Example examples[] = {
        {"tasks: {a: {run: x, retries: &r many}, b: {run: x, retries: *r}}\n",
         "etl.yaml:1:30: retries: expected a whole number from 0 to 1000, found the text 'many'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("an alias cannot hold itself") {
    const Example examples[] = {
        {"tasks: {a: &a [*a]}\n", "etl.yaml:1:16: this alias stands inside of what it repeats"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("only maps are merged") {
    const Example examples[] = {
        {"tasks: {a: {<<: 5, run: x}}\n",
         "etl.yaml:1:17: <<: expected a map to merge, or a list of maps, found the number 5"},
        {"tasks: {a: {<<: [5], run: x}}\n", "etl.yaml:1:18: <<: expected a map to merge, found the number 5"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("escapes that do not exist are told") {
    const Example examples[] = {
        {R"(tasks: {a: {run: "\q"}}
)",
         R"(etl.yaml:1:21: unknown escape character: q in a "quoted" text; write \\ for \, or take 'single quotes')"},
        {R"(description: |x
  b
tasks: {a: {run: x}}
)",
         "etl.yaml:1:15: after | or > only a digit, + or - may stand on the line"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a value that is missing is told at its key") {
    const Example examples[] = {
        {R"(tasks:
  a:
    run:


    retries: 3
)",
         "etl.yaml:3:5: run: expected a shell script, or a list of a program and its arguments, found nothing"},
        {R"(tasks:
id: a
)",
         "etl.yaml:1:1: tasks: expected a map of at least one task, found nothing"},
        {R"(id: ~
tasks: {a: {run: x}}
)",
         "etl.yaml:1:5: id: expected a DAG id, found nothing"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("ends of lines of any kind, and a byte order mark, do not move places") {
    const Example examples[] = {
        {"tasks:\r\n  a:\r\n    run: x\r\n    retres: 1\r\n",
         "etl.yaml:4:5: unknown key 'retres' in a task; did you mean 'retries'?"},
        {"\357\273\277tasks: {a: {rum: x}}\n", "etl.yaml:1:13: unknown key 'rum' in a task; did you mean 'run'?"},
        {R"(%YAML 1.2
---
tasks: {a: {run: x}}
)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("bytes that are no text are refused") {
    const Example examples[] = {
        {"id: a\001b\n",
         R"(etl.yaml:1:6: control character 0x01; YAML files hold none (in a "quoted" text write \x01))"},
        {"id: \004\n", R"(etl.yaml:1:5: control character 0x04; YAML files hold none (in a "quoted" text write \x04))"},
        {"tags:\n  - caf\351\n", "etl.yaml:2:8: byte 0xE9 is not UTF-8; save the file as UTF-8"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("aliases and merge keys stand for what they name") {
    const auto dag = dag_of(R"(
tasks:
  a: &base {run: x, retries: 2, timeout: 1m}
  b: *base
  c: {<<: *base, retries: 3}
  d: {<<: [{retries: 4}, *base], timeout: 5m}
)");
    CHECK(dag->find("b")->retry.retries == 2);
    CHECK(dag->find("c")->retry.retries == 3);
    CHECK(dag->find("c")->timeout == std::chrono::minutes{1});
    CHECK(dag->find("d")->retry.retries == 4);
    CHECK(dag->find("d")->timeout == std::chrono::minutes{5});
}

TEST_CASE("aliases that multiply are stopped before they fill the memory") {
    std::string text = "tags: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const auto before = fmt::format("*a{0}", i - 1);
        text += fmt::format("k{0}: &a{0} [{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}]\n", i, before);
    }
    CHECK(faults(text).ends_with("the aliases of this file repeat too much: they would fill more than 16 MiB"));
}

TEST_CASE("nesting has a bottom") {
    for (const char* const open : {"[", "{a: ", "- ", "? "}) {
        std::string text = "tasks:\n  ";
        for (int i = 0; i < 100'000; ++i) text += open;
        CAPTURE(open);
        CHECK(faults(text).ends_with("nested more than 64 levels deep"));
    }
}

TEST_CASE("a file of more than eight megabytes is not read") {
    CHECK(faults(std::string(8388609, '#')) ==
          "etl.yaml: the file has 8388609 bytes; at most 8388608 are read: split it");
}

TEST_CASE("UTF-16 is named as such") {
    CHECK(faults(std::string_view("\xFF\xFEi\0d\0", 6)) == "etl.yaml: the file is in UTF-16; save it as UTF-8");
}

TEST_CASE("a file full of mistakes gives a hundred messages and the number of the others") {
    std::string text;
    for (int i = 0; i < 500; ++i) text += fmt::format("k{}: 1\n", i);
    const auto loaded = load_dag(text, "etl.yaml", "/dags", {});
    CHECK(loaded.diagnostics.size() == 101);
    CHECK(loaded.diagnostics.back().message == "400 more problems are not shown; mend these first");
}

}  // namespace weir::yaml
