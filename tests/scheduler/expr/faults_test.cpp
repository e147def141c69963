#include <doctest/doctest.h>

#include "tests/scheduler/expr/evaluating.hpp"

using namespace weir::expr;

TEST_CASE("a fault says where it is in bytes and what was expected") {
    CHECK(value("1 +") == "fault at 3: expected a value, not the end");
    CHECK(value("1 2") == "fault at 2: expected an operator or the end, not '2'");
    CHECK(value("(1") == "fault at 2: expected ')' to close the bracket, not the end");
    CHECK(value("[1, 2") == "fault at 5: expected ']' to close the list, not the end");
    CHECK(value("params.list[0") == "fault at 13: expected ']' after the index, not the end");
    CHECK(value("1 if 2") == "fault at 6: expected 'else' after the condition of 'if', not the end");
    CHECK(value("1 not 2") == "fault at 6: expected 'in' after 'not', not '2'");
    CHECK(value("params.") == "fault at 7: expected a name after '.'; other keys stand in brackets: x['a-b'], x[0]");
    CHECK(value("* 2") == "fault at 0: expected a value, not '*'");
    CHECK(value("'ö' ~ ") == "fault at 7: expected a value, not the end");
    CHECK(value("1 }} 2") == "fault at 2: expected an operator or the end, not '}}'");
}

TEST_CASE("nothing is no expression") {
    CHECK(value("") == "fault at 0: an expression is missing");
    CHECK(value("  ") == "fault at 2: an expression is missing");
}

TEST_CASE("an unknown name is a fault at its start with the check's own words") {
    CHECK(value("1 + parms.x") == "fault at 4: unknown name 'parms'");
    CHECK(value("True") == "fault at 0: unknown name 'True'; the constants are true, false and null");
}

TEST_CASE("an unknown filter is a fault with the nearest name") {
    CHECK(value("1 | uper") == "fault at 4: unknown filter 'uper'; did you mean 'upper'?");
    CHECK(value("1 | ") == "fault at 4: expected the name of a filter after '|'");
}

TEST_CASE("the number of a filter's arguments is checked") {
    CHECK(value("1 | default") == "fault at 4: filter 'default' takes 1 argument, not 0");
    CHECK(value("'a' | lower(1)") == "fault at 6: filter 'lower' takes no arguments, not 1");
    CHECK(value("'a' | replace('b')") == "fault at 6: filter 'replace' takes 2 arguments, not 1");
    CHECK(value("1 | round(1, 2)") == "fault at 4: filter 'round' takes at most 1 argument, not 2");
}

TEST_CASE("a literal argument that can never be right is a fault at compile time") {
    CHECK(value("window.start | date('%Y%Q')")
              .starts_with("fault at 20: the date format has an unknown %Q; known are %Y %m"));
    CHECK(value("window.start | date('100%')") ==
          "fault at 20: the date format ends in a bare %; a percent sign is written %%");
    CHECK(value("window.start | date(1)") == "fault at 20: date takes a format in quotes, not an integer");
    CHECK(value("window.start | add('1y')") ==
          "fault at 19: add takes a length of time like '1h30m' or '-1d', not \"1y\"");
    CHECK(value("'a' | split('')") == "fault at 12: the first argument must be a string that is not empty");
    CHECK(value("1.5 | round(99)") == "fault at 12: round takes the number of digits after the point, 0 to 15");
}

TEST_CASE("comparisons do not chain") {
    CHECK(value("1 < 2 < 3") == "fault at 6: comparisons do not chain; write a < b and b < c");
    CHECK(value("1 < 2 and 2 < 3") == "true");
}

TEST_CASE("habits from other languages are faults that say what to write") {
    CHECK(value("true && false") == "fault at 5: '&&' is not an operator here: write 'and'");
    CHECK(value("true || false") == "fault at 5: '||' is not an operator here: write 'or'");
    CHECK(value("!true") == "fault at 0: '!' is not an operator here: write 'not'");
    CHECK(value("1 = 1") == "fault at 2: '=' is not an operator here: write '==' to compare");
    CHECK(value("true ? 1 : 2") == "fault at 5: '?' is not an operator here: write: x if condition else y");
    CHECK(value("upper('a')") == "fault at 5: there are no functions; a filter follows its value: value | name(…)");
    CHECK(value("{'a': 1}") == "fault at 0: '{' is not an operator here: there are no objects in expressions");
}

TEST_CASE("malformed numbers and strings are faults at their start") {
    CHECK(value("1 + 12abc") == "fault at 4: '12abc' is neither a number nor a name");
    CHECK(value("99999999999999999999") == "fault at 0: the number 99999999999999999999 is out of range");
    CHECK(value("1e999") == "fault at 0: the number 1e999 is out of range");
    CHECK(value("1.") == "fault at 2: expected a name after '.'; other keys stand in brackets: x['a-b'], x[0]");
    CHECK(value("1 ~ 'abc") == "fault at 4: the string is not closed");
    CHECK(value(R"('a\x')") == R"(fault at 2: after a backslash stands one of \ ' " n t)");
}

TEST_CASE("characters that mean nothing are faults") {
    CHECK(value("1 ; 2") == "fault at 2: unexpected ';'");
    CHECK(value("größe") == "fault at 2: unexpected character; text stands in quotes");
    CHECK(value(std::string_view("1 \0 2", 5)) == "fault at 2: unexpected character; text stands in quotes");
}
