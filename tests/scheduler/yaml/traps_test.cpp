// Scalars that YAML 1.1 and 1.2, or a reader and a writer, take for different things.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("a text that YAML takes for something else must be quoted") {
    const Example examples[] = {
        {R"(run: x
doc: yes)",
         R"(etl.yaml:4:10: doc: expected a text, found yes, a boolean to some readers of YAML; quote it: "yes")"},
        {R"(run: x
doc: Off)",
         R"(etl.yaml:4:10: doc: expected a text, found Off, a boolean to some readers of YAML; quote it: "Off")"},
        {R"(run: x
doc: y)",
         R"(etl.yaml:4:10: doc: expected a text, found y, a boolean to some readers of YAML; quote it: "y")"},
        {R"(run: x
doc: 1.10)",
         R"(etl.yaml:4:10: doc: expected a text, found the number 1.10; quote it: "1.10")"},
        {R"(run: x
doc: 12)",
         R"(etl.yaml:4:10: doc: expected a text, found the number 12; quote it: "12")"},
        {R"(run: x
doc: true)",
         R"(etl.yaml:4:10: doc: expected a text, found the boolean true; quote it: "true")"},
        {R"(run: x
doc: 2026-11-22)",
         R"(etl.yaml:4:10: doc: expected a text, found 2026-11-22, a date to some readers of YAML; quote it: "2026-11-22")"},
        {R"(run: x
doc: 2026-11-22T10:00:00Z)",
         R"(etl.yaml:4:10: doc: expected a text, found 2026-11-22T10:00:00Z, a date to some readers of YAML; quote it: "2026-11-22T10:00:00Z")"},
        {R"(run: x
doc: 1:30)",
         R"(etl.yaml:4:10: doc: expected a text, found 1:30, the number 90 to some readers of YAML; quote it: "1:30")"},
        {R"(run: x
doc: 0755)",
         R"(etl.yaml:4:10: doc: expected a text, found 0755, octal to some readers of YAML; quote it: "0755")"},
        {R"(run: x
doc: 0o17)",
         R"(etl.yaml:4:10: doc: expected a text, found 0o17, octal to some readers of YAML; quote it: "0o17")"},
        {R"(run: x
doc: .inf)",
         R"(etl.yaml:4:10: doc: expected a text, found the number .inf; quote it: ".inf")"},
        {R"(run: x
doc: 0x1F)",
         R"(etl.yaml:4:10: doc: expected a text, found the number 0x1F; quote it: "0x1F")"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("what looks like a number only at first is text") {
    const Example examples[] = {
        {R"(run: x
doc: 1.2.3)",
         ""},
        {R"(run: x
doc: 12 apples)",
         ""},
        {R"(run: x
doc: 1.10-rc1)",
         ""},
        {R"(run: x
doc: 127.0.0.1:8080)",
         ""},
        {R"(run: x
doc: +)",
         ""},
        {R"(run: x
doc: 2026-11-22-1)",
         ""},
        {R"(run: x
doc: yes please)",
         ""},
        {R"(run: x
doc: 1e)",
         ""},
        {R"(run: x
doc: 0x)",
         ""},
        {R"(run: x
doc: 1_000)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("quotes and blocks make text of anything") {
    const Example examples[] = {
        {R"(run: x
doc: "yes")",
         ""},
        {R"(run: x
doc: '1.10')",
         ""},
        {R"(run: x
doc: |
  12)",
         ""},
        {R"(run: x
doc: !!str 12)",
         ""},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("an environment variable keeps its letters or is refused") {
    const Example examples[] = {
        {R"(run: x
env: {A: yes})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found yes, a boolean to some readers of YAML; quote it: "yes", or write true)"},
        {R"(run: x
env: {A: 1.10})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found the number 1.10; to keep it letter by letter, quote it: "1.10")"},
        {R"(run: x
env: {A: 2026-11-22})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found 2026-11-22, a date to some readers of YAML; quote it: "2026-11-22")"},
        {R"(run: x
env: {A: 010})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found 010, octal to some readers of YAML; quote it: "010")"},
        {R"(run: x
env: {A: 1:30})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found 1:30, the number 90 to some readers of YAML; quote it: "1:30")"},
        {R"(run: x
env: {A: })",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found nothing; write "" for an empty text)"},
        {R"(run: x
env: {A: [x]})",
         "etl.yaml:4:14: A: expected a text, number or boolean, found a list"},
        {R"(run: x
env: {A: ~})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found nothing; write "" for an empty text)"},
        {R"(run: x
env: {A: 1e3})",
         R"(etl.yaml:4:14: A: expected a text, number or boolean, found the number 1e3; to keep it letter by letter, quote it: "1e3")"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a number is a number without quotes and leading zeros") {
    const Example examples[] = {
        {R"(run: x
retries: many)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found the text 'many'"},
        {R"(run: x
retries: "3")",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found the text '3'; remove the quotes"},
        {R"(run: x
retries: 010)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found 010, octal to some readers of YAML; "
         "write it without the leading zero"},
        {R"(run: x
retries: 1.5)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found the number 1.5"},
        {R"(run: x
retries: -1)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found the number -1"},
        {R"(run: x
retries: [1])",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found a list"},
        {R"(run: x
retries: 1:30)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found 1:30, the number 90 to some readers of "
         "YAML"},
        {R"(run: x
retries: true)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found the boolean true"},
        {R"(run: x
retries: 99999999999999999999)",
         "etl.yaml:4:14: retries: expected a whole number from 0 to 1000, found the number 99999999999999999999"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a duration has a unit") {
    const Example examples[] = {
        {R"(run: x
retry_delay: 30)",
         "etl.yaml:4:18: retry_delay: expected a duration such as 30s, 5m or 1h30m, found the number 30; write it with "
         "its unit: 30s"},
        {R"(run: x
retry_delay: 1:30)",
         "etl.yaml:4:18: retry_delay: expected a duration such as 30s, 5m or 1h30m, found 1:30, the number 90 to some "
         "readers of YAML; write 1m30s or 1h30m"},
        {R"(run: x
retry_delay: 30 seconds)",
         "etl.yaml:4:18: retry_delay: expected a duration such as 30s, 5m or 1h30m, found the text '30 seconds'"},
        {R"(run: x
retry_delay: -5s)",
         "etl.yaml:4:18: retry_delay: expected a duration such as 30s, 5m or 1h30m, found the text '-5s'"},
        {R"(run: x
retry_delay: soon)",
         "etl.yaml:4:18: retry_delay: expected a duration such as 30s, 5m or 1h30m, found the text 'soon'"},
        {R"(run: x
retry_delay: {})",
         "etl.yaml:4:18: retry_delay: expected a duration such as 30s, 5m or 1h30m, found a map"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a size has a unit") {
    const Example examples[] = {
        {R"(run: x
log_limit: 256MB)",
         "etl.yaml:4:16: log_limit: expected a size such as 64KiB, 256MiB or 1GiB, found the text '256MB'"},
        {R"(run: x
log_limit: 100)",
         "etl.yaml:4:16: log_limit: expected a size such as 64KiB, 256MiB or 1GiB, found the number 100; write it with "
         "its unit: 100MiB"},
        {R"(run: x
log_limit: 0B)",
         "etl.yaml:4:16: log_limit: expected a size such as 64KiB, 256MiB or 1GiB, found the text '0B'"},
        {R"(run: x
log_limit: 1.5GiB)",
         "etl.yaml:4:16: log_limit: expected a size such as 64KiB, 256MiB or 1GiB, found the text '1.5GiB'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("a boolean is true or false") {
    const Example examples[] = {
        {R"(load:
  from: {csv: a}
  to: {sqlite: b, table: t, append: yes})",
         "etl.yaml:5:41: append: expected true, found yes, a boolean to some readers of YAML; write true"},
        {R"(load:
  from: {csv: a}
  to: {sqlite: b, table: t, append: "true"})",
         "etl.yaml:5:41: append: expected true, found the text 'true'; remove the quotes"},
        {R"(load:
  from: {csv: a}
  to: {sqlite: b, table: t, append: 1})",
         "etl.yaml:5:41: append: expected true, found the number 1"},
        {R"(load:
  from: {csv: a}
  to: {sqlite: b, table: t, append: false})",
         "etl.yaml:5:41: append: expected true, found the boolean false"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(with_task(example.yaml)) == example.faults);
    }
}

TEST_CASE("numbers and booleans become the text of an environment variable") {
    const auto dag =
        dag_of(with_task("run: x\nenv: {A: 1.5, B: 5, C: true, D: \"yes\", E: False, F: 0x1F, G: '', H: -7}"));
    const std::map<std::string, std::string> expected{{"A", "1.5"},   {"B", "5"},  {"C", "true"}, {"D", "yes"},
                                                      {"E", "false"}, {"F", "31"}, {"G", ""},     {"H", "-7"}};
    CHECK(dag->tasks.front().env == expected);
}

}  // namespace weir::yaml
