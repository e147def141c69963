#include <doctest/doctest.h>

#include <string>

#include "scheduler/calendar/cron.hpp"

using namespace weir::calendar;
using weir::model::format_rfc3339;
using weir::model::parse_rfc3339;

namespace {

// The next ticks in UTC after a moment, one a line.
std::string ticks(const char* text, const char* after, int count) {
    const auto cron = Cron::parse(text);
    if (!cron) return cron.error().message;
    const auto utc = *Zone::find("UTC");
    std::string lines;
    auto t = parse_rfc3339(after)->time;
    for (int i = 0; i < count; ++i) {
        const auto next = cron->next_after(t, utc);
        if (!next) return lines + "none";
        lines += (i == 0 ? "" : " ") + format_rfc3339(*next);
        t = *next;
    }
    return lines;
}

std::string error(const std::string& text) {
    const auto cron = Cron::parse(text);
    return cron ? "no error" : cron.error().message;
}

constexpr const char* kNewYear = "2026-01-01T00:00:00Z";

}  // namespace

TEST_CASE("five fields tick at second zero") {
    CHECK(ticks("15 2 * * *", kNewYear, 2) == "2026-01-01T02:15:00Z 2026-01-02T02:15:00Z");
}

TEST_CASE("six fields begin with seconds") {
    CHECK(ticks("30 15 2 * * *", kNewYear, 1) == "2026-01-01T02:15:30Z");
    CHECK(ticks("*/20 * * * * *", kNewYear, 3) == "2026-01-01T00:00:20Z 2026-01-01T00:00:40Z 2026-01-01T00:01:00Z");
}

TEST_CASE("lists and ranges and steps of one field add up") {
    CHECK(ticks("5,10-12,50/5 0 1 1 *", kNewYear, 6) ==
          "2026-01-01T00:05:00Z 2026-01-01T00:10:00Z 2026-01-01T00:11:00Z 2026-01-01T00:12:00Z 2026-01-01T00:50:00Z "
          "2026-01-01T00:55:00Z");
}

TEST_CASE("names of months and weekdays are read in any case") {
    CHECK(ticks("0 0 * Feb Mon", kNewYear, 2) == "2026-02-02T00:00:00Z 2026-02-09T00:00:00Z");
}

TEST_CASE("Sunday is 0 and 7 and sun") {
    for (const char* text : {"0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "0 0 * * 7-7"})
        CHECK(ticks(text, kNewYear, 2) == "2026-01-04T00:00:00Z 2026-01-11T00:00:00Z");
    CHECK(ticks("0 0 * * 6-7", kNewYear, 2) == "2026-01-03T00:00:00Z 2026-01-04T00:00:00Z");
    CHECK(ticks("0 0 * * 0-7", kNewYear, 2) == "2026-01-02T00:00:00Z 2026-01-03T00:00:00Z");
}

TEST_CASE("ranges of weekdays and months and hours wrap round") {
    CHECK(ticks("0 0 * * FRI-MON", kNewYear, 5) ==
          "2026-01-02T00:00:00Z 2026-01-03T00:00:00Z 2026-01-04T00:00:00Z 2026-01-05T00:00:00Z 2026-01-09T00:00:00Z");
    CHECK(ticks("0 22-2/2 * * *", kNewYear, 3) == "2026-01-01T02:00:00Z 2026-01-01T22:00:00Z 2026-01-02T00:00:00Z");
    CHECK(ticks("0 0 1 nov-feb *", kNewYear, 3) == "2026-02-01T00:00:00Z 2026-11-01T00:00:00Z 2026-12-01T00:00:00Z");
}

TEST_CASE("L is the last day of the month and L-2 two days before it") {
    CHECK(ticks("0 0 L * *", kNewYear, 2) == "2026-01-31T00:00:00Z 2026-02-28T00:00:00Z");
    CHECK(ticks("0 0 L-2 * *", kNewYear, 2) == "2026-01-29T00:00:00Z 2026-02-26T00:00:00Z");
}

TEST_CASE("LW is the last workday of the month") {
    CHECK(ticks("0 0 LW * *", kNewYear, 3) == "2026-01-30T00:00:00Z 2026-02-27T00:00:00Z 2026-03-31T00:00:00Z");
}

TEST_CASE("15W is the workday nearest the 15th and 1W does not leave its month") {
    CHECK(ticks("0 0 15W * *", kNewYear, 3) == "2026-01-15T00:00:00Z 2026-02-16T00:00:00Z 2026-03-16T00:00:00Z");
    CHECK(ticks("0 0 1W 8 *", kNewYear, 1) == "2026-08-03T00:00:00Z");
    CHECK(ticks("0 0 31W 5 *", kNewYear, 1) == "2026-05-29T00:00:00Z");
    CHECK(ticks("0 0 31W 1,2,3 *", "2026-02-01T00:00:00Z", 1) == "2026-03-31T00:00:00Z");
}

TEST_CASE("5L is the last Friday and 5#3 the third") {
    for (const char* text : {"0 0 * * 5L", "0 0 * * L5", "0 0 * * friL"})
        CHECK(ticks(text, kNewYear, 2) == "2026-01-30T00:00:00Z 2026-02-27T00:00:00Z");
    for (const char* text : {"0 0 * * 5#3", "0 0 ? * fri#3"})
        CHECK(ticks(text, kNewYear, 2) == "2026-01-16T00:00:00Z 2026-02-20T00:00:00Z");
    CHECK(ticks("0 0 * * 7#5", kNewYear, 2) == "2026-03-29T00:00:00Z 2026-05-31T00:00:00Z");
}

TEST_CASE("day of month and day of week are alternatives when both are restricted") {
    CHECK(ticks("0 0 13 * 5", kNewYear, 4) ==
          "2026-01-02T00:00:00Z 2026-01-09T00:00:00Z 2026-01-13T00:00:00Z 2026-01-16T00:00:00Z");
}

TEST_CASE("a day field that starts with a star does not count as restricted") {
    CHECK(ticks("0 0 */2 * 1", kNewYear, 3) == "2026-01-05T00:00:00Z 2026-01-19T00:00:00Z 2026-02-09T00:00:00Z");
    CHECK(ticks("0 0 ? * 1", kNewYear, 1) == "2026-01-05T00:00:00Z");
}

TEST_CASE("the macros stand for their fields") {
    CHECK(ticks("@hourly", kNewYear, 1) == "2026-01-01T01:00:00Z");
    CHECK(ticks("@daily", kNewYear, 1) == "2026-01-02T00:00:00Z");
    CHECK(ticks("@Midnight", kNewYear, 1) == "2026-01-02T00:00:00Z");
    CHECK(ticks("@weekly", kNewYear, 1) == "2026-01-04T00:00:00Z");
    CHECK(ticks("@monthly", kNewYear, 1) == "2026-02-01T00:00:00Z");
    CHECK(ticks("@yearly", kNewYear, 1) == "2027-01-01T00:00:00Z");
    CHECK(ticks("@annually", kNewYear, 1) == "2027-01-01T00:00:00Z");
}

TEST_CASE("blanks and tabs around and between fields do not matter and the text is kept") {
    const auto cron = Cron::parse("  15\t2  * * * ");
    REQUIRE(cron.has_value());
    CHECK(cron->text() == "  15\t2  * * * ");
    CHECK(cron->describe() == "at 02:15 every day");
}

TEST_CASE("a date that comes only in leap years is found across eight years without one") {
    CHECK(ticks("0 0 29 2 *", "2096-03-01T00:00:00Z", 1) == "2104-02-29T00:00:00Z");
}

TEST_CASE("a date that never comes has no tick in either direction") {
    const auto cron = *Cron::parse("0 0 30 2 *");
    const auto zone = *Zone::find("Europe/Berlin");
    CHECK(!cron.next_after(parse_rfc3339(kNewYear)->time, zone));
    CHECK(!cron.previous_before(parse_rfc3339(kNewYear)->time, zone));
    CHECK(!data_interval(cron, zone, parse_rfc3339(kNewYear)->time));
}

TEST_CASE("times outside of the years 0 to 9999 have no ticks") {
    const auto cron = *Cron::parse("* * * * *");
    const auto utc = *Zone::find("UTC");
    CHECK(!cron.next_after(weir::model::TimePoint::max(), utc));
    CHECK(!cron.previous_before(weir::model::TimePoint::min(), utc));
}

TEST_CASE("a value out of range is an error with the field and what it may hold") {
    CHECK(error("61 * * * *") ==
          "cron '61 * * * *': minute '61': 61 is out of range; it may hold *, 0-59, lists, ranges and steps");
    CHECK(error("* 24 * * *").find("hour '24': 24 is out of range; it may hold *, 0-23") != std::string::npos);
    CHECK(error("* * 0 * *").find("day of month '0'") != std::string::npos);
    CHECK(error("* * * 13 *").find("month '13': 13 is out of range; it may hold *, 1-12 or jan-dec") !=
          std::string::npos);
    CHECK(error("* * * * 8").find("day of week '8'") != std::string::npos);
    CHECK(error("60 * * * * *").find("second '60'") != std::string::npos);
    CHECK(error("99999999999999999999 * * * *").find("minute") != std::string::npos);
}

TEST_CASE("a misspelt name is an error with the nearest one") {
    CHECK(error("* * * * monday").find("day of week 'monday': 'monday' is not a value (did you mean 'mon'?)") !=
          std::string::npos);
}

TEST_CASE("a step must be a number within the field") {
    CHECK(error("*/0 * * * *").find("minute '*/0': the step must be a number from 1 to 60") != std::string::npos);
    CHECK(error("*/90 * * * *").find("the step must be a number from 1 to 60") != std::string::npos);
    CHECK(error("*/x * * * *").find("the step must be a number") != std::string::npos);
    CHECK(error("*/ * * * *").find("the step must be a number") != std::string::npos);
    CHECK(error("*/-5 * * * *").find("the step must be a number") != std::string::npos);
}

TEST_CASE("a range of days that wraps is an error with the way to write it") {
    CHECK(error("0 0 25-5 * *").find("write 25-31,1-5") != std::string::npos);
}

TEST_CASE("malformed entries are errors") {
    for (const char* text :
         {"1,, * * * *",  ", * * * *",    "- * * * *",   "1- * * * *",       "-1 * * * *",  "1-2-3 * * * *",
          "** * * * *",   "*5 * * * *",   "? * * * *",   "* ? * * *",        "* * * ? *",   "L * * * *",
          "* * * L *",    "* * * * L",    "* * W * *",   "* * 32W * *",      "* * 0W * *",  "* * 1-5W * *",
          "* * L-31 * *", "* * L- * *",   "* * * * 5#0", "* * * * 5#6",      "* * * * #3",  "* * * * 5#",
          "* * * * 8L",   "* * * * 5#1L", "1.5 * * * *", "\xC3\xA9 * * * *", "0x5 * * * *", "+5 * * * *"}) {
        CAPTURE(text);
        CHECK(error(text) != "no error");
    }
}

TEST_CASE("the number of fields is told when it is wrong") {
    CHECK(error("* * * *").find("has 4 fields; it needs five") != std::string::npos);
    CHECK(error("* * * * * * *").find("has 7 fields") != std::string::npos);
    CHECK(error("").find("has 0 fields") != std::string::npos);
}

TEST_CASE("@every is refused with what to write instead") {
    CHECK(error("@every 90s").find("@every is not cron") != std::string::npos);
}

TEST_CASE("an unknown macro is an error with the nearest one") {
    CHECK(error("@dayly").find("did you mean '@daily'?") != std::string::npos);
    CHECK(error("@reboot") != "no error");
    CHECK(error("@daily *").find("@daily stands alone") != std::string::npos);
}

TEST_CASE("a text that is far too long is refused at once") { CHECK(error(std::string(100'000, '*')) != "no error"); }

TEST_CASE("random bytes are refused or read but never crash") {
    std::uint32_t state = 1;
    constexpr std::string_view kAlphabet = "0123456789*/,-LW#? @monfri\t\xff";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (int n = 0; n < 20; ++n) {
            state = state * 1664525 + 1013904223;
            text += kAlphabet[(state >> 16) % kAlphabet.size()];
        }
        const auto cron = Cron::parse(text);
        if (cron) static_cast<void>(cron->describe());
    }
}
