#include "executors/connectors/values.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace weir::connectors;

namespace {

// The canonical form, or "!" and the reason.
std::string fitted(ColumnType type, std::string_view value) {
    std::string scratch;
    const auto result = fit(type, value, scratch);
    return result.misfit.empty() ? std::string(result.text) : "!" + std::string(result.misfit);
}

}  // namespace

TEST_CASE("whole numbers fit within their range, with blanks and a plus sign taken off") {
    CHECK(fitted(ColumnType::bigint, "9223372036854775807") == "9223372036854775807");
    CHECK(fitted(ColumnType::bigint, " -5 ") == "-5");
    CHECK(fitted(ColumnType::bigint, "+5") == "5");
    CHECK(fitted(ColumnType::integer, "2147483647") == "2147483647");
}

TEST_CASE("what is no whole number, or too large for the type, doesn't fit") {
    CHECK(fitted(ColumnType::bigint, "9223372036854775808") == "!is out of the range of a bigint");
    CHECK(fitted(ColumnType::integer, "2147483648") == "!is out of the range of an integer");
    for (const char* value : {"", " ", "1.5", "1e3", "12a", "+-5", "0x10", "--1"})
        CHECK(fitted(ColumnType::bigint, value) == "!is not a whole number");
}

TEST_CASE("numbers with fraction and exponent fit double and numeric as they are written") {
    for (const char* value : {"0.1", "-.5", "5.", "1e-7", "+3.25E+2", "NaN", "Infinity", "-inf"}) {
        CHECK(fitted(ColumnType::double_precision, value) == value);
        CHECK(fitted(ColumnType::numeric, value) == value);
    }
    CHECK(fitted(ColumnType::numeric, "12345678901234567890.123456789") == "12345678901234567890.123456789");
}

TEST_CASE("what is no number fits neither double nor numeric") {
    for (const char* value : {"", ".", "e5", "1e", "1,5", "0x1p3", "abc", "-NaN", "1 2"}) {
        CHECK(fitted(ColumnType::double_precision, value) == "!is not a number");
        CHECK(fitted(ColumnType::numeric, value) == "!is not a number");
    }
    CHECK(fitted(ColumnType::double_precision, "1e999") == "!is out of the range of a double");
    CHECK(fitted(ColumnType::numeric, "1e200000") == "!has more digits than a numeric holds");
}

TEST_CASE("booleans are brought to true and false") {
    for (const char* value : {"true", "T", "Yes", "on", "1", " y "})
        CHECK(fitted(ColumnType::boolean, value) == "true");
    for (const char* value : {"false", "F", "NO", "off", "0", "n"})
        CHECK(fitted(ColumnType::boolean, value) == "false");
    CHECK(fitted(ColumnType::boolean, "2") == "!is neither true nor false");
}

TEST_CASE("dates are checked against the calendar") {
    CHECK(fitted(ColumnType::date, "2024-02-29") == "2024-02-29");
    CHECK(fitted(ColumnType::date, "infinity") == "infinity");
    for (const char* value :
         {"2026-02-29", "2026-13-01", "22.11.2026", "2026-1-2", "0000-01-01", "2026-11-22T00:00:00Z"})
        CHECK(fitted(ColumnType::date, value) == "!is not a date like 2026-11-22");
}

TEST_CASE("times are brought to RFC 3339 in UTC") {
    const auto utc = [](std::string_view value) { return fitted(ColumnType::timestamptz, value); };
    CHECK(utc("2026-11-22T08:54:48+01:00") == "2026-11-22T07:54:48Z");
    CHECK(utc("2026-11-22 07:54:48.5+00") == "2026-11-22T07:54:48.500000Z");
    CHECK(utc("2026-11-22 02:24:48-0530") == "2026-11-22T07:54:48Z");
    CHECK(utc("2026-11-22 07:54:48") == "2026-11-22T07:54:48Z");
    CHECK(utc("2026-11-22T07:54Z") == "2026-11-22T07:54:00Z");
    CHECK(utc("2026-11-22") == "2026-11-22T00:00:00Z");
    CHECK(utc("2026-11-22T25:00:00Z") == "!is not a time like 2026-11-22T07:54:48Z");
    CHECK(utc("1763798088") == "!is not a time like 2026-11-22T07:54:48Z");
}

TEST_CASE("JSON is checked, and what jsonb cannot store is refused") {
    CHECK(fitted(ColumnType::jsonb, R"({"a": [1, null, "ü"]})") == R"({"a": [1, null, "ü"]})");
    CHECK(fitted(ColumnType::jsonb, R"("\\u0000")") == R"("\\u0000")");
    CHECK(fitted(ColumnType::jsonb, R"("\u0000")") == "!holds \\u0000, which jsonb cannot store");
    CHECK(fitted(ColumnType::jsonb, "{") == "!is not valid JSON");
    CHECK(fitted(ColumnType::jsonb, "") == "!is not valid JSON");
}

TEST_CASE("text keeps every byte of valid UTF-8") {
    const std::string value = "tab\t line\n back\\slash 'quote' \"double\" ünïcödé 🦊 ";
    CHECK(fitted(ColumnType::text, value) == value);
    CHECK(fitted(ColumnType::text, "") == "");
}

TEST_CASE("text that no database takes doesn't fit") {
    CHECK(fitted(ColumnType::text, std::string_view("a\0b", 3)) == "!holds a NUL byte");
    for (const char* value : {"\xff", "abcdefgh\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "12345678\x80"})
        CHECK(fitted(ColumnType::text, value) == "!is not valid UTF-8");
}

TEST_CASE("SQLite's form of a time sorts as text") {
    const auto text = [](std::string_view value) { return sqlite_timestamp(*parse_timestamp(value)); };
    CHECK(text("2026-11-22T08:00:00+01:00") == "2026-11-22 07:00:00");
    CHECK(text("2026-11-22T07:00:00.5Z") == "2026-11-22 07:00:00.500000");
    CHECK(text("2026-11-22T07:00:00Z") < text("2026-11-22T07:00:00.5Z"));
}
