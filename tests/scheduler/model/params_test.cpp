#include <doctest/doctest.h>

#include "scheduler/model/dag.hpp"

using namespace weir::model;

namespace {

Param param(const char* name, const char* schema, std::optional<Json> fallback = std::nullopt) {
    return Param{name, "", *parse_json(schema), std::move(fallback)};
}

// The params as JSON text, or the errors, one a line.
std::string checked(std::vector<Param> params, const char* given) {
    Dag dag;
    dag.params = std::move(params);
    const auto check = check_params(dag, *parse_json(given));
    if (check.errors.empty()) return to_text(check.params);
    std::string lines;
    for (const auto& error : check.errors) lines += (lines.empty() ? "" : "\n") + error;
    return lines;
}

std::string checked_one(const char* schema, const char* value) {
    return checked({param("p", schema)}, (std::string("{\"p\":") + value + "}").c_str());
}

}  // namespace

TEST_CASE("params that are left out take their defaults") {
    CHECK(checked({param("a", R"({"type": "integer"})", Json(1)), param("b", R"({"type": "string"})", Json("x"))},
                  R"({"b": "y"})") == R"({"a":1,"b":"y"})");
    CHECK(checked({}, "{}") == "{}");
}

TEST_CASE("a default of null is a default") { CHECK(checked({param("a", "{}", Json())}, "{}") == R"({"a":null})"); }

TEST_CASE("a param without a default must be given") {
    CHECK(checked({param("a", "{}")}, "{}") == "param 'a' is required; it has no default");
}

TEST_CASE("an unknown param is an error with the nearest name") {
    CHECK(checked({param("min_views", "{}", Json(1))}, R"({"min_view": 2})") ==
          "unknown param 'min_view'; did you mean 'min_views'?");
}

TEST_CASE("every wrong param is told at once") {
    CHECK(checked({param("a", R"({"type": "integer"})"), param("b", R"({"type": "boolean"})"), param("c", "{}")},
                  R"({"a": "x", "b": 1})") ==
          "param 'a' must be of type integer, not \"x\"\nparam 'b' must be of type boolean, not 1\n"
          "param 'c' is required; it has no default");
}

TEST_CASE("params are an object") {
    CHECK(checked({}, "[1]") == "params must be an object, not [1]");
    CHECK(checked({}, "null") == "params must be an object, not null");
}

TEST_CASE("types are those of JSON Schema") {
    CHECK(checked_one(R"({"type": "string"})", "\"x\"") == R"({"p":"x"})");
    CHECK(checked_one(R"({"type": "number"})", "1") == R"({"p":1})");
    CHECK(checked_one(R"({"type": "number"})", "1.5") == R"({"p":1.5})");
    CHECK(checked_one(R"({"type": "integer"})", "1.5") == "param 'p' must be of type integer, not 1.5");
    CHECK(checked_one(R"({"type": "array"})", "[1]") == R"({"p":[1]})");
    CHECK(checked_one(R"({"type": "object"})", "{}") == R"({"p":{}})");
    CHECK(checked_one(R"({"type": "null"})", "null") == R"({"p":null})");
    CHECK(checked_one(R"({"type": "string"})", "null") == "param 'p' must be of type string, not null");
}

TEST_CASE("enums are held") {
    CHECK(checked_one(R"({"enum": ["a", 1]})", "1") == R"({"p":1})");
    CHECK(checked_one(R"({"enum": ["a", 1]})", "\"b\"") == "param 'p' must be one of [\"a\",1], not \"b\"");
}

TEST_CASE("bounds of numbers include their ends") {
    CHECK(checked_one(R"({"minimum": 0, "maximum": 10})", "0") == R"({"p":0})");
    CHECK(checked_one(R"({"minimum": 0, "maximum": 10})", "10") == R"({"p":10})");
    CHECK(checked_one(R"({"minimum": 0})", "-0.5") == "param 'p' must be at least 0, not -0.5");
    CHECK(checked_one(R"({"maximum": 10})", "11") == "param 'p' must be at most 10, not 11");
}

TEST_CASE("lengths count letters and not bytes") {
    CHECK(checked_one(R"({"minLength": 2, "maxLength": 3})", "\"äöü\"") == R"({"p":"äöü"})");
    CHECK(checked_one(R"({"minLength": 2})", "\"ä\"") == "param 'p' must have at least 2 characters");
    CHECK(checked_one(R"({"maxLength": 3})", "\"abcd\"") == "param 'p' must have at most 3 characters");
}

TEST_CASE("patterns match anywhere unless they are anchored") {
    CHECK(checked_one(R"({"pattern": "b+"})", "\"abc\"") == R"({"p":"abc"})");
    CHECK(checked_one(R"({"pattern": "^b+$"})", "\"abc\"") == "param 'p' must match the pattern \"^b+$\", not \"abc\"");
}

TEST_CASE("a text that would overflow the stack of the matcher is refused") {
    const auto given = "\"" + std::string(200'000, 'a') + "\"";
    CHECK(checked_one(R"({"pattern": "^(a|b)*$"})", given.c_str()) ==
          "param 'p' is too long to be matched with its pattern: it may have 4096 bytes");
    const auto longest = "\"" + std::string(4096, 'a') + "\"";
    CHECK(checked_one(R"({"pattern": "^(a|b)*$"})", longest.c_str()).starts_with("{"));
}
