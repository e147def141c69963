#include <doctest/doctest.h>

#include <vector>

#include "tests/scheduler/expr/evaluating.hpp"

using namespace weir::expr;

TEST_CASE("literals are their values") {
    CHECK(value("1") == "1");
    CHECK(value("2.5") == "2.5");
    CHECK(value("1e3") == "1000.0");
    CHECK(value("'text'") == "\"text\"");
    CHECK(value("\"it's\"") == "\"it's\"");
    CHECK(value(R"('a\'b\\c\n')") == R"("a'b\\c\n")");
    CHECK(value("true") == "true");
    CHECK(value("false") == "false");
    CHECK(value("null") == "null");
    CHECK(value("[1, 'a', [2]]") == R"([1,"a",[2]])");
    CHECK(value("[]") == "[]");
    CHECK(value("[1, 2,]") == "[1,2]");
}

TEST_CASE("blanks and lines between tokens do not matter") { CHECK(value(" \t1\r\n+\n2 ") == "3"); }

TEST_CASE("names are looked up by their path") {
    CHECK(value("params.min_views") == "3");
    CHECK(value("tasks['load-views'].state") == "\"success\"");
    CHECK(value("tasks['load-views']['outputs'].rows") == "\"12\"");
    CHECK(value("params.object['a-b'].c") == "7");
}

TEST_CASE("the path that is checked is the longest chain of constant names") {
    std::vector<std::string> checked;
    const NameCheck record = [&checked](std::span<const std::string> path) -> std::optional<std::string> {
        checked.push_back(fmt::format("{}", fmt::join(path, "/")));
        return std::nullopt;
    };
    REQUIRE(Expression::compile("tasks['a b'].outputs.rows[0].x + params[params.key].y", record).has_value());
    CHECK(checked == std::vector<std::string>{"tasks/a b/outputs/rows", "params/key", "params"});
}

TEST_CASE("an expression compiles without a check of names") {
    CHECK(Expression::compile("anything.at_all", nullptr).has_value());
}

TEST_CASE("keywords are names after a dot") {
    const auto expression = Expression::compile("params.if.not", nullptr);
    REQUIRE(expression.has_value());
    const auto result = expression->evaluate(
        [](std::span<const std::string> path) -> std::optional<Json> { return Json(path.back()); });
    CHECK(*result == Json("not"));
}

TEST_CASE("lists are indexed from 0 and from their end with negative numbers") {
    CHECK(value("params.list[0]") == "1");
    CHECK(value("params.list[-1]") == "3");
    CHECK(value("[[1, 2], [3]][0][1]") == "2");
    CHECK(value("params.list[params.min_views - 1]") == "3");
}

TEST_CASE("a computed key reads an object") { CHECK(value("params['min_' ~ 'views']") == "3"); }

TEST_CASE("a wrong kind of index is an error in words") {
    CHECK(value("params.list['a' ~ 'b']") ==
          "error: cannot take [\"ab\"] of a list; an object takes a string, a list an integer");
    CHECK(value("'text'[0]") == "error: cannot take [0] of a string; an object takes a string, a list an integer");
}

TEST_CASE("products bind tighter than sums and sums tighter than text and text tighter than comparisons") {
    CHECK(value("1 + 2 * 3") == "7");
    CHECK(value("(1 + 2) * 3") == "9");
    CHECK(value("'n' ~ 1 + 2") == "\"n3\"");
    CHECK(value("'n' ~ 1 == 'n1'") == "true");
    CHECK(value("1 + 1 == 2 and 2 > 1") == "true");
    CHECK(value("10 - 3 - 2") == "5");
    CHECK(value("2 * -3") == "-6");
    CHECK(value("- -3") == "3");
}

TEST_CASE("and binds tighter than or and not looser than comparisons") {
    CHECK(value("true or true and false") == "true");
    CHECK(value("not 1 == 2") == "true");
    CHECK(value("not true or true") == "true");
    CHECK(value("not not 1") == "true");
}

TEST_CASE("filters bind tightest but for a minus before their value") {
    CHECK(value("-3 | abs") == "3");
    CHECK(value("1 - 3 | abs") == "-2");
    CHECK(value("'a' ~ 'b' | upper") == "\"aB\"");
    CHECK(value("not '' | length") == "true");
}

TEST_CASE("and and or give an operand and leave the other out when it does not matter") {
    CHECK(value("'' or 'fallback'") == "\"fallback\"");
    CHECK(value("'a' or 1 / 0") == "\"a\"");
    CHECK(value("0 and 1 / 0") == "0");
    CHECK(value("1 and 2") == "2");
}

TEST_CASE("a conditional evaluates the branch that it takes") {
    CHECK(value("'many' if params.min_views > 2 else 'few'") == "\"many\"");
    CHECK(value("1 / 0 if false else 2") == "2");
    CHECK(value("1 if false else 2 if false else 3") == "3");
}

TEST_CASE("integers are exact to 64 bits and an overflow is an error") {
    CHECK(value("9223372036854775806 + 1") == "9223372036854775807");
    CHECK(value("9223372036854775807 + 1") == "error: 9223372036854775807 + 1 is larger than an integer can be");
    CHECK(value("-9223372036854775807 - 2").starts_with("error: "));
    CHECK(value("4611686018427387904 * 2").starts_with("error: "));
    CHECK(value("(-9223372036854775807 - 1) / -1").starts_with("error: "));
    CHECK(value("-(-9223372036854775807 - 1)").starts_with("error: "));
    CHECK(value("(-9223372036854775807 - 1) % -1") == "0");
    CHECK(value("params.huge + 1") == "error: the value is larger than an integer can be");
}

TEST_CASE("division is exact and division by zero is an error") {
    CHECK(value("6 / 2") == "3");
    CHECK(value("7 / 2") == "3.5");
    CHECK(value("7.5 / 2.5") == "3.0");
    CHECK(value("1 / 0") == "error: division by zero");
    CHECK(value("1.5 / 0") == "error: division by zero");
    CHECK(value("1 % 0") == "error: division by zero");
}

TEST_CASE("a remainder has the sign of its divisor") {
    CHECK(value("7 % 3") == "1");
    CHECK(value("-7 % 3") == "2");
    CHECK(value("7 % -3") == "-2");
    CHECK(value("-7 % -3") == "-1");
    CHECK(value("1.5 % 2").starts_with("error: % needs two integers"));
}

TEST_CASE("a result that is not a finite number is an error") { CHECK(value("1e308 * 10").starts_with("error: ")); }

TEST_CASE("arithmetic with other kinds is an error that says what to do") {
    CHECK(value("'a' + 'b'") == "error: + needs two numbers, not a string and a string; ~ joins text");
    CHECK(value("1 - [1]") == "error: - needs two numbers, not an integer and a list");
    CHECK(value("-'a'") == "error: - needs a number, not a string");
    CHECK(value("true + 1") == "error: + needs two numbers, not true and an integer");
}

TEST_CASE("numbers compare whole or not and strings compare by their bytes") {
    CHECK(value("1 == 1.0") == "true");
    CHECK(value("1 < 1.5") == "true");
    CHECK(value("2 >= 2") == "true");
    CHECK(value("'a' < 'b'") == "true");
    CHECK(value("'a' != 'b'") == "true");
    CHECK(value("[1, 2] == [1, 2.0]") == "true");
    CHECK(value("true == false") == "false");
    CHECK(value("params.huge > 1") == "true");
    CHECK(value("params.huge == -1") == "false");
    CHECK(value("params.huge == params.huge") == "true");
}

TEST_CASE("values of two kinds do not compare") {
    CHECK(value("'5' == 5") ==
          "error: cannot compare a string with an integer; turn one into the other's kind with | int, | float or | "
          "string");
    CHECK(value("[1] < 2") == "error: cannot compare a list with an integer");
    CHECK(value("true < false") == "error: < orders numbers, strings and times, not true and false");
    CHECK(value("null < 1") == "error: cannot compare null with an integer");
}

TEST_CASE("null equals null and nothing else") {
    CHECK(value("null == null") == "true");
    CHECK(value("params.nothing == null") == "true");
    CHECK(value("params.name == null") == "false");
    CHECK(value("params.name != null") == "true");
}

TEST_CASE("times compare as instants whatever their offsets") {
    CHECK(value("window.start == '2026-11-21T23:30:00Z'") == "true");
    CHECK(value("window.start < '2026-11-21T23:31:00Z'") == "true");
    CHECK(value("window.end <= window.start") == "false");
    CHECK(value("window.start != '2026-11-21T23:30:00.000Z'") == "false");
}

TEST_CASE("in looks into lists and strings and objects") {
    CHECK(value("2 in params.list") == "true");
    CHECK(value("'2' in params.list") == "false");
    CHECK(value("9 not in params.list") == "true");
    CHECK(value("'or' in 'word'") == "true");
    CHECK(value("'on' in params") == "true");
    CHECK(value("1 in 'word'").starts_with("error: in looks for"));
    CHECK(value("1 in 1").starts_with("error: in looks for"));
}

TEST_CASE("text is joined from every kind of value") {
    CHECK(value("'a' ~ 1 ~ 2.5 ~ true ~ null ~ [1, 'x']") == R"("a12.5true[1,\"x\"]")");
}

TEST_CASE("a missing value is an error that names it") {
    CHECK(value("params.none") == "error: 'params.none' has no value; where that may be, add | default(…)");
    CHECK(value("params.none + 1").starts_with("error: 'params.none' has no value"));
    CHECK(value("params.list[9]") == "error: there is no [9] in a list of 3");
    CHECK(value("params.list[-4]") == "error: there is no [-4] in a list of 3");
    CHECK(value("params.object['a' ~ 'x']") == "error: there is no \"ax\" in the object");
}

TEST_CASE("truth is false for false and null and zero and all that is empty") {
    for (const char* text : {"false", "null", "0", "0.0", "\"\"", "[]", "{}"})
        CHECK(!truth(*weir::model::parse_json(text)));
    for (const char* text : {"true", "1", "-0.5", "\"0\"", "[0]", R"({"a":0})"})
        CHECK(truth(*weir::model::parse_json(text)));
}
