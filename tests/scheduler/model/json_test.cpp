#include "scheduler/model/json.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace weir::model;

TEST_CASE("one whole value is read") {
    CHECK(parse_json(R"({"a": [1, 2.5, "x", null, true]})") == Json{{"a", {1, 2.5, "x", nullptr, true}}});
    CHECK(parse_json(" 1 ") == Json(1));
    CHECK(parse_json("null") == Json());
}

TEST_CASE("what is not one JSON value is refused without an exception") {
    for (const char* text :
         {"", " ", "{", "[1,]", "1 2", "{a: 1}", "nul", "'a'", "\"\xff\"", "[1e999]", "// x\n1", "\x01"}) {
        CAPTURE(text);
        CHECK(!parse_json(text));
    }
}

TEST_CASE("nesting beyond the bound is refused and within it can be written and copied") {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
    };
    CHECK(!parse_json(nested(1'000'000)));
    CHECK(!parse_json(nested(kDeepestJson + 1)));
    const auto deepest = parse_json(nested(kDeepestJson));
    REQUIRE(deepest.has_value());
    CHECK(to_text(Json(*deepest)) == nested(kDeepestJson));
}

TEST_CASE("brackets within strings do not count as nesting") {
    const auto text = "\"" + std::string(1000, '[') + R"(\"[\\")";
    CHECK(parse_json(text).has_value());
}

TEST_CASE("text is written without blanks and keys in order") {
    CHECK(to_text(Json{{"b", 1}, {"a", {1, 2}}}) == R"({"a":[1,2],"b":1})");
    CHECK(to_text(Json("ü")) == "\"ü\"");
}

TEST_CASE("bytes that are not UTF-8 are written as the replacement letter") {
    CHECK(to_text(Json("a\xff")) == "\"a\xEF\xBF\xBD\"");
}
