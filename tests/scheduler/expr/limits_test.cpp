// Nothing that a user writes may eat the stack, the memory or the time.
#include <doctest/doctest.h>

#include "tests/scheduler/expr/evaluating.hpp"

using namespace weir::expr;

namespace {

std::string times(int count, std::string_view text) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
}

constexpr std::string_view kTooDeep = "the expression is nested more than 200 deep";

}  // namespace

TEST_CASE("deep nesting of any form is a fault and not a crash") {
    for (const auto& text :
         {times(5000, "(") + "1" + times(5000, ")"), times(5000, "[") + times(5000, "]"), times(9000, "-") + "1",
          times(4000, "not ") + "1", times(4000, "1+") + "1", times(3000, "1 or ") + "1", "1" + times(3000, "|abs"),
          times(1000, "1 if 1 else ") + "1", "params" + times(1500, "[params") + times(1500, "]"), times(5000, "("),
          "params" + times(4000, "[0]"), times(1000, "1|default(") + "1" + times(1000, ")")}) {
        CAPTURE(text.substr(0, 40));
        CHECK(value(text).ends_with(kTooDeep));
    }
}

TEST_CASE("the nesting that people write is no fault") {
    CHECK(value(times(150, "(") + "1" + times(150, ")")) == "1");
    CHECK(value(times(150, "1 + ") + "1") == "151");
    CHECK(value("params" + times(300, ".a")).starts_with("error: "));
}

TEST_CASE("an expression has a greatest length") {
    CHECK(value("'" + std::string(20'000, 'x') + "'") == "fault at 0: an expression has at most 16384 bytes");
}

TEST_CASE("text that would grow without end is an error") {
    // Each replace makes the text ten times as long: 10^20 bytes without a bound.
    const auto grown = "'aaaaaaaaaa'" + times(20, " | replace('a', 'aaaaaaaaaa')");
    CHECK(value(grown) == "error: the text would be longer than 1048576 bytes");
    const auto half = "'aaaaaaaaaa'" + times(4, " | replace('a', 'aaaaaaaaaa')");
    CHECK(value(half + " | length") == "100000");
    CHECK(value("[" + times(12, half + ",") + "]") == "error: the list would be larger than 1048576 bytes");
    CHECK(value("[" + times(12, half + " | length,") + "] | length") == "12");
    CHECK(value(times(11, "(" + half + ") ~ ") + "''") == "error: the text would be longer than 1048576 bytes");
    CHECK(value(half + " | split('a') | length") == "error: the list would have more than 65536 elements");
    const auto joined = times(11, "${{ " + half + " }} ");
    CHECK(rendered(joined) == "error: the text would be longer than 1048576 bytes");
}

TEST_CASE("long values are cut in messages") {
    const auto half = "'éééééééééé'" + times(3, " | replace('é', 'éééééééééé')");
    const auto error = value(half + " | date('%F')");
    CHECK(error.size() < 250);
    CHECK(weir::model::parse_json("\"" + std::string("é") + "\"").has_value());
    CHECK(error.ends_with("é…"));
}

TEST_CASE("settings nested without end are an error") {
    Json settings = "${{ 1 }}";
    for (int i = 0; i < 200; ++i) settings = Json::array({settings});
    CHECK(!render(settings, look_up));
}

TEST_CASE("bytes that are not UTF-8 pass through") {
    const auto compiled = Template::compile("a\xff${{ '\xfe' ~ 1 }}", nullptr);
    REQUIRE(compiled.has_value());
    CHECK(*compiled->render(look_up) == Json("a\xff\xfe"
                                             "1"));
    CHECK(value("'\xff' | length") == "1");
    CHECK(value("'\x80\x80' | first | length") == "0");
    CHECK(value("'\x80\x80' | last | length") == "0");
}

TEST_CASE("random tokens are refused or evaluated but never crash") {
    constexpr std::string_view kTokens[] = {"1",    "2.5",  "'a'",  "params", ".list", "[",      "]",   "(",
                                            ")",    "|",    "+",    "-",      "*",     "/",      "%",   "~",
                                            "==",   "<",    "in",   "not",    "if",    "or",     "and", "default",
                                            "else", "abs",  "join", "length", ",",     "null",   "'",   "}}",
                                            "${{",  "date", "'%Y'", "add",    "'1d'",  "window", "\\",  ".start"};
    std::uint32_t state = 1;
    for (int i = 0; i < 30'000; ++i) {
        std::string text = "${{ ";
        for (int n = 0; n < 9; ++n) {
            state = state * 1664525 + 1013904223;
            text += kTokens[(state >> 16) % std::size(kTokens)];
            text += ' ';
        }
        text += "}}";
        static_cast<void>(rendered(text));
        static_cast<void>(rendered_sql(text));
    }
}
