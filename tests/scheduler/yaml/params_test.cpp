// Params and the schemas that they carry.
#include "tests/scheduler/yaml/support.hpp"

namespace weir::yaml {

TEST_CASE("a default satisfies its own schema") {
    const Example examples[] = {
        {R"(params:
  a: {type: integer, default: x}
  c: {default: 5, minimum: 6}
  q: {type: string, pattern: "^a", default: b}
tasks: {a: {run: x}}
)",
         R"(etl.yaml:2:31: the default of param 'a' must be of type integer, not "x"
etl.yaml:3:16: the default of param 'c' must be at least 6, not 5
etl.yaml:4:45: the default of param 'q' must match the pattern "^a", not "b")"},
        {R"(params:
  i: {enum: [a, b], default: c}
  r: {type: number, default: 1, maximum: 0.5}
tasks: {a: {run: x}}
)",
         R"(etl.yaml:2:30: the default of param 'i' must be one of ["a","b"], not "c"
etl.yaml:3:30: the default of param 'r' must be at most 0.5, not 1)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a type is one of JSON Schema's") {
    const Example examples[] = {
        {R"(params:
  b: {type: int}
tasks: {a: {run: x}}
)",
         "etl.yaml:2:13: type: expected one of string, integer, number, boolean, array, object, found the text 'int'"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a constraint suits the type") {
    const Example examples[] = {
        {R"(params:
  d: {type: string, minimum: 5}
  e: {minimum: 5}
tasks: {a: {run: x}}
)",
         R"(etl.yaml:2:30: minimum says nothing of a param of type string; leave it out
etl.yaml:3:16: minimum says nothing of a param of type string; leave it out)"},
        {R"(params:
  f: {type: integer, minimum: 5, maximum: 4}
  h: {type: string, enum: [a, 1]}
tasks: {a: {run: x}}
)",
         R"(etl.yaml:2:43: maximum (4) is smaller than minimum (5)
etl.yaml:3:31: enum: a value of param 'h' must be of type string, not 1)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a pattern is a regular expression") {
    const Example examples[] = {
        {R"(params:
  g: {type: string, pattern: "("}
tasks: {a: {run: x}}
)",
         "etl.yaml:2:30: pattern: no regular expression (ECMAScript): Mismatched '(' and ')' in regular expression"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a param is a value or a map of known keys") {
    const Example examples[] = {
        {R"(params:
  j: yes
  k:
  l: [1]
  n: 2026-01-01
tasks: {a: {run: x}}
)",
         R"(etl.yaml:2:6: j: expected a text, number or boolean, found yes, a boolean to some readers of YAML; write true, or quote it: "yes"
etl.yaml:3:3: k: expected a value, or a map such as {type: integer, default: 1}, found nothing
etl.yaml:4:6: l: expected a value, or a map such as {type: integer, default: 1}, found a list
etl.yaml:5:6: n: expected a text, number or boolean, found 2026-01-01, a date to some readers of YAML; quote it: "2026-01-01")"},
        {R"(params:
  m: {default: }
  s: {title: x}
tasks: {a: {run: x}}
)",
         R"(etl.yaml:2:16: default: expected a value, found nothing
etl.yaml:3:7: unknown key 'title' in a param; known are description, default, type, enum, minimum, maximum, minLength, maxLength, pattern)"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("a param has a name that expressions can say") {
    const Example examples[] = {
        {R"(params:
  o-p: 1
tasks: {a: {run: x}}
)",
         "etl.yaml:2:3: 'o-p' can't be the name of a param; letters, digits and '_' can, not beginning with a digit"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.yaml);
        CHECK(faults(example.yaml) == example.faults);
    }
}

TEST_CASE("the short form of a param is its default, which gives the type") {
    const auto dag = dag_of("params: {a: 5, b: x, c: 1.5, d: true, e: \"5\"}\ntasks: {t: {run: x}}");
    std::string types;
    for (const auto& param : dag->params) types += param.schema.at("type").get<std::string>() + " ";
    CHECK(types == "integer string number boolean string ");
    CHECK(dag->params[4].fallback == model::Json("5"));
}

TEST_CASE("a param carries its JSON Schema") {
    const auto dag = dag_of(R"(
params:
  n: {type: integer, default: 1, minimum: 0, maximum: 9, description: How many}
  s: {pattern: "^a", minLength: 1, maxLength: 5}
  e: {enum: [a, b]}
  o: {type: object, default: {x: [1, two]}}
tasks: {t: {run: x}}
)");
    CHECK(dag->params[0].description == "How many");
    CHECK(dag->params[0].schema == model::parse_json(R"({"type": "integer", "minimum": 0, "maximum": 9})"));
    CHECK(dag->params[1].schema ==
          model::parse_json(R"({"type": "string", "pattern": "^a", "minLength": 1, "maxLength": 5})"));
    CHECK(dag->params[1].fallback == std::nullopt);
    CHECK(dag->params[2].schema == model::parse_json(R"({"enum": ["a", "b"]})"));
    CHECK(dag->params[3].fallback == model::parse_json(R"({"x": [1, "two"]})"));
}

}  // namespace weir::yaml
