#include <doctest/doctest.h>

#include "tests/scheduler/expr/evaluating.hpp"

using namespace weir::expr;

TEST_CASE("default stands in for what is missing and for null and for nothing else") {
    CHECK(value("params.none | default(5)") == "5");
    CHECK(value("params.none.deeper | default('x')") == "\"x\"");
    CHECK(value("params.nothing | default(5)") == "5");
    CHECK(value("params.list[9] | default(5)") == "5");
    CHECK(value("params.nothing['a' ~ ''] | default(5)") == "5");
    CHECK(value("[] | first | default(5)") == "5");
    CHECK(value("params.none | upper | default('x')") == "\"x\"");
    CHECK(value("params.empty | default(5)") == "\"\"");
    CHECK(value("params.min_views | default(1 / 0)") == "3");
    CHECK(value("(1 / 0) | default(5)") == "error: division by zero");
    CHECK(value("params.none | default(params.none_either)").starts_with("error: 'params.none_either' has no value"));
}

TEST_CASE("lower and upper change ASCII letters and keep all others") {
    CHECK(value("'AbZ' | lower") == "\"abz\"");
    CHECK(value("params.name | upper") == "\"ZOë\"");
    CHECK(value("1 | upper") == "error: upper needs a string, not an integer");
}

TEST_CASE("trim takes blanks off both ends") {
    CHECK(value(R"(' \t a b \n' | trim)") == "\"a b\"");
    CHECK(value("'  ' | trim") == "\"\"");
}

TEST_CASE("replace replaces every occurrence once") {
    CHECK(value("'a.b.c' | replace('.', '..')") == "\"a..b..c\"");
    CHECK(value("'aaa' | replace('aa', 'b')") == "\"ba\"");
    CHECK(value("'abc' | replace('b', '')") == "\"ac\"");
    CHECK(value("'abc' | replace('' ~ '', 'x')") == "error: the first argument must be a string that is not empty");
    CHECK(value("'abc' | replace('b', 1)") == "error: replace needs a string to put in, not an integer");
}

TEST_CASE("split and join are each other's inverse") {
    CHECK(value("'a,b,,c' | split(',')") == R"(["a","b","","c"])");
    CHECK(value("'' | split(',')") == R"([""])");
    CHECK(value("'a,b,,c' | split(',') | join(',')") == "\"a,b,,c\"");
    CHECK(value("params.list | join") == "\"123\"");
    CHECK(value("[] | join(',')") == "\"\"");
    CHECK(value("'abc' | join(',')") == "error: join needs a list, not a string");
}

TEST_CASE("length counts letters and elements and keys") {
    CHECK(value("params.name | length") == "3");
    CHECK(value("params.list | length") == "3");
    CHECK(value("window | length") == "2");
    CHECK(value("1 | length") == "error: length needs a string, a list or an object, not an integer");
}

TEST_CASE("first and last give elements and whole letters") {
    CHECK(value("params.list | first") == "1");
    CHECK(value("params.list | last") == "3");
    CHECK(value("'ëx' | first") == "\"ë\"");
    CHECK(value("params.name | last") == "\"ë\"");
    CHECK(value("'' | last") == "error: it is empty: there is no last");
}

TEST_CASE("int reads strings strictly and cuts fractions") {
    CHECK(value("tasks['load-views'].outputs.rows | int") == "12");
    CHECK(value("' -7 ' | int") == "-7");
    CHECK(value("'+7' | int") == "7");
    CHECK(value("2.9 | int") == "2");
    CHECK(value("-2.9 | int") == "-2");
    CHECK(value("true | int") == "1");
    CHECK(value("'12x' | int") == "error: \"12x\" is not an integer of 64 bits");
    CHECK(value("'1.5' | int").starts_with("error: "));
    CHECK(value("'' | int").starts_with("error: "));
    CHECK(value("'99999999999999999999' | int").starts_with("error: "));
    CHECK(value("1e30 | int") == "error: 1e+30 is larger than an integer can be");
    CHECK(value("[] | int") == "error: int needs a number or a string, not a list");
}

TEST_CASE("float reads strings and refuses what is not a finite number") {
    CHECK(value("'1.5' | float") == "1.5");
    CHECK(value("3 | float") == "3.0");
    CHECK(value("'nan' | float") == "error: \"nan\" is not a finite number");
    CHECK(value("'inf' | float").starts_with("error: "));
    CHECK(value("'1e999' | float").starts_with("error: "));
}

TEST_CASE("string and json make text of any value") {
    CHECK(value("3 | string") == "\"3\"");
    CHECK(value("'a' | string") == "\"a\"");
    CHECK(value("'a' | json") == R"("\"a\"")");
    CHECK(value("window | json | length") == "71");
}

TEST_CASE("round rounds half away from zero") {
    CHECK(value("2.5 | round") == "3");
    CHECK(value("-2.5 | round") == "-3");
    CHECK(value("2.345 | round(2)") == "2.35");
    CHECK(value("7 | round(2)") == "7");
    CHECK(value("1e300 | round").starts_with("error: "));
    CHECK(value("1e300 | round(15)") == "1e+300");
}

TEST_CASE("abs takes the sign away and tells when it cannot") {
    CHECK(value("-2.5 | abs") == "2.5");
    CHECK(value("params.huge | abs") == "18446744073709551615");
    CHECK(value("(-9223372036854775807 - 1) | abs").starts_with("error: "));
}

TEST_CASE("date formats a time in the offset that it bears") {
    CHECK(value("window.start | date('%Y%m%d %H:%M:%S')") == "\"20261122 00:30:00\"");
    CHECK(value("window.start | date('%F %T %z')") == "\"2026-11-22 00:30:00 +0100\"");
    CHECK(value("'2026-01-02T03:04:05.678-03:30' | date('%T %z')") == "\"03:04:05 -0330\"");
    CHECK(value("window.start | date('%A %a %B %b %y %j %u %%')") == "\"Sunday Sun November Nov 26 326 7 %\"");
    CHECK(value("'1970-01-01T01:00:01+01:00' | date('%s')") == "\"1\"");
}

TEST_CASE("date knows the weeks of ISO 8601 at the turn of years") {
    CHECK(value("'2027-01-01T00:00:00Z' | date('%G-W%V-%u')") == "\"2026-W53-5\"");
    CHECK(value("'2024-12-30T00:00:00Z' | date('%G-W%V-%u')") == "\"2025-W01-1\"");
    CHECK(value("'2026-01-01T00:00:00Z' | date('%G-W%V-%u')") == "\"2026-W01-4\"");
}

TEST_CASE("the time filters refuse what is not a time") {
    CHECK(value("'tomorrow' | date('%F')") == "error: date needs a time like 2026-11-22T07:54:48Z, not \"tomorrow\"");
    CHECK(value("5 | timestamp") == "error: timestamp needs a time, not an integer");
    CHECK(value("window.start | date('%' ~ 'Q')").starts_with("error: the date format has an unknown %Q"));
}

TEST_CASE("timestamp gives whole seconds since 1970") {
    CHECK(value("'2026-11-22T00:00:00Z' | timestamp") == "1795305600");
    CHECK(value("'1969-12-31T23:59:59.5Z' | timestamp") == "-1");
}

TEST_CASE("add shifts a time and keeps its offset") {
    CHECK(value("window.start | add('1h30m')") == "\"2026-11-22T02:00:00+01:00\"");
    CHECK(value("window.start | add('-1d') | date('%F')") == "\"2026-11-21\"");
    CHECK(value("window.start | add('+500ms')") == "\"2026-11-22T00:30:00.500000+01:00\"");
    CHECK(value("window.start | add('1' ~ 'w')").starts_with("error: add takes a length of time"));
    CHECK(value("'9999-12-31T23:00:00Z' | add('2h')") == "error: the time would leave the years 0 to 9999");
}
