// Changes of the clocks by example, with the faults that other schedulers had there.
#include <doctest/doctest.h>

#include <string>

#include "scheduler/calendar/cron.hpp"

using namespace weir::calendar;
using weir::model::format_rfc3339;
using weir::model::parse_rfc3339;
using weir::model::TimePoint;
namespace ch = std::chrono;

namespace {

TimePoint at(const char* text) { return parse_rfc3339(text)->time; }

// The ticks with after < tick < before, in local time, one a line.
std::string ticks(const char* text, const char* zone_name, const char* after, const char* before) {
    const auto cron = *Cron::parse(text);
    const auto zone = *Zone::find(zone_name);
    std::string lines;
    for (auto t = cron.next_after(at(after), zone); t && *t < at(before); t = cron.next_after(*t, zone))
        lines += (lines.empty() ? "" : "\n") + format_rfc3339(*t, zone.offset_at(*t));
    return lines;
}

constexpr const char* kSpringNoon = "2026-03-28T12:00:00Z";
constexpr const char* kSpringEnd = "2026-03-29T04:00:00Z";
constexpr const char* kAutumnEve = "2026-10-24T23:00:00Z";
constexpr const char* kAutumnEnd = "2026-10-25T02:30:00Z";

}  // namespace

TEST_CASE("a time in the gap ticks once at the first instant after the gap") {
    CHECK(ticks("15 2 * * *", "Europe/Berlin", kSpringNoon, "2026-03-30T12:00:00Z") ==
          "2026-03-29T03:00:00+02:00\n2026-03-30T02:15:00+02:00");
}

TEST_CASE("several times in the gap tick once together") {
    CHECK(ticks("0,20,40 2 * * *", "Europe/Berlin", kSpringNoon, kSpringEnd) == "2026-03-29T03:00:00+02:00");
}

TEST_CASE("a tick after the gap and one from within it at the same instant are one") {
    CHECK(ticks("0 2,3 * * *", "Europe/Berlin", kSpringNoon, kSpringEnd) == "2026-03-29T03:00:00+02:00");
}

TEST_CASE("a tick after the gap tells the first local time that it stands for and other ticks tell none") {
    const auto cron = *Cron::parse("15,45 2,3 * * *");
    const auto zone = *Zone::find("Europe/Berlin");
    const ch::local_seconds wanted = ch::local_days{ch::year{2026} / 3 / 29} + ch::hours{2} + ch::minutes{15};
    CHECK((cron.left_out(at("2026-03-29T03:00:00+02:00"), zone) == wanted));
    CHECK_FALSE(cron.left_out(at("2026-03-29T03:15:00+02:00"), zone));
    CHECK_FALSE(cron.left_out(at("2026-03-30T02:15:00+02:00"), zone));
    CHECK_FALSE(Cron::parse("0 2,3 * * *")->left_out(at("2026-03-29T03:00:00+02:00"), zone));
}

TEST_CASE("an entry of every hour has no tick for the hour that the clock leaves out") {
    CHECK(ticks("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", kSpringEnd) ==
          "2026-03-29T01:30:00+01:00\n2026-03-29T03:30:00+02:00\n2026-03-29T04:30:00+02:00\n2026-03-29T05:30:00+02:00");
    CHECK(ticks("15,45 */1 * * *", "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z") ==
          "2026-03-29T01:45:00+01:00\n2026-03-29T03:15:00+02:00\n2026-03-29T03:45:00+02:00");
}

TEST_CASE("hours that are spelled out are made up for after the gap even if they are all hours") {
    CHECK(ticks("30 0-23 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z") ==
          "2026-03-29T01:30:00+01:00\n2026-03-29T03:00:00+02:00\n2026-03-29T03:30:00+02:00");
}

TEST_CASE("every few minutes of an hour in the gap tick once after it because that hour was asked for") {
    CHECK(ticks("*/20 2 * * *", "Europe/Berlin", kSpringNoon, kSpringEnd) == "2026-03-29T03:00:00+02:00");
}

TEST_CASE("every ten minutes goes on evenly over the gap") {
    CHECK(ticks("*/10 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T01:20:00Z") ==
          "2026-03-29T01:40:00+01:00\n2026-03-29T01:50:00+01:00\n2026-03-29T03:00:00+02:00\n2026-03-29T03:10:00+02:00");
}

TEST_CASE("a fixed time that exists twice ticks the first time only") {
    CHECK(ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z") ==
          "2026-10-25T02:30:00+02:00\n2026-10-26T02:30:00+01:00");
}

TEST_CASE("a range of hours is fixed times and ticks once in the overlap") {
    CHECK(ticks("0 1-4 * * *", "Europe/Berlin", "2026-10-24T22:30:00Z", "2026-10-25T04:00:00Z") ==
          "2026-10-25T01:00:00+02:00\n2026-10-25T02:00:00+02:00\n2026-10-25T03:00:00+01:00\n2026-10-25T04:00:00+01:00");
}

TEST_CASE("an interval ticks in both of the hours that the clock shows twice") {
    CHECK(ticks("30 * * * *", "Europe/Berlin", kAutumnEve, kAutumnEnd) ==
          "2026-10-25T01:30:00+02:00\n2026-10-25T02:30:00+02:00\n2026-10-25T02:30:00+01:00");
    CHECK(ticks("*/30 2 * * *", "Europe/Berlin", kAutumnEve, kAutumnEnd) ==
          "2026-10-25T02:00:00+02:00\n2026-10-25T02:30:00+02:00\n2026-10-25T02:00:00+01:00\n2026-10-25T02:30:00+01:00");
}

TEST_CASE("from within the second of two hours the next fixed tick is tomorrow's and the previous the first hour's") {
    const auto cron = *Cron::parse("30 2 * * *");
    const auto zone = *Zone::find("Europe/Berlin");
    CHECK(cron.next_after(at("2026-10-25T02:15:00+01:00"), zone) == at("2026-10-26T02:30:00+01:00"));
    CHECK(cron.previous_before(at("2026-10-25T02:15:00+01:00"), zone) == at("2026-10-25T02:30:00+02:00"));
}

TEST_CASE("the half hour of Lord Howe Island is a gap and an overlap like any other") {
    CHECK(ticks("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-05T00:00:00Z") ==
          "2026-10-04T02:30:00+11:00\n2026-10-05T02:15:00+11:00");
    CHECK(ticks("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-05T10:00:00Z") ==
          "2026-04-05T01:45:00+11:00");
}

TEST_CASE("the day that Samoa skipped ticks once at its end") {
    CHECK(ticks("0 9 * * *", "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T00:00:00Z") ==
          "2011-12-29T09:00:00-10:00\n2011-12-31T00:00:00+14:00\n2011-12-31T09:00:00+14:00");
}

TEST_CASE("midnight that does not exist in Havana ticks at one o'clock") {
    CHECK(ticks("@daily", "America/Havana", "2026-03-07T06:00:00Z", "2026-03-09T06:00:00Z") ==
          "2026-03-08T01:00:00-04:00\n2026-03-09T00:00:00-04:00");
}

TEST_CASE("ticks are strictly after and strictly before to the microsecond") {
    const auto cron = *Cron::parse("0 12 * * *");
    const auto utc = *Zone::find("UTC");
    const auto noon = at("2026-05-01T12:00:00Z");
    const auto day = ch::days{1};
    CHECK(cron.next_after(noon, utc) == noon + day);
    CHECK(cron.next_after(noon - ch::microseconds{1}, utc) == noon);
    CHECK(cron.next_after(noon + ch::microseconds{1}, utc) == noon + day);
    CHECK(cron.previous_before(noon, utc) == noon - day);
    CHECK(cron.previous_before(noon + ch::microseconds{1}, utc) == noon);
    CHECK(cron.previous_before(noon - ch::microseconds{1}, utc) == noon - day);
}

TEST_CASE("the data interval of a tick reaches back to the tick before") {
    const auto interval =
        data_interval(*Cron::parse("0 2 * * *"), *Zone::find("Europe/Berlin"), at("2026-06-02T02:00:00+02:00"));
    REQUIRE(interval);
    CHECK(interval->start == at("2026-06-01T02:00:00+02:00"));
    CHECK(interval->end == at("2026-06-02T02:00:00+02:00"));
}

// Their "0,15,30,45 6-22 * * *" came back to ticks of the day before, and went round for ever.
TEST_CASE("airflow 35272 and 35445: several fixed times move on across the autumn change without end") {
    for (const char* text : {"0,15,30,45 6-22 * * *", "15 7,8,13,19 * * *", "50 0,5 * * *", "0 7-21 * * *"}) {
        CAPTURE(text);
        const auto cron = *Cron::parse(text);
        const auto zone = *Zone::find("Europe/Brussels");
        auto t = at("2023-10-27T00:00:00Z");
        int days = 0;
        for (auto last = zone.local_time(t); t < at("2023-11-01T00:00:00Z");) {
            const auto next = cron.next_after(t, zone);
            REQUIRE(next);
            REQUIRE(*next > t);
            const auto local = zone.local_time(*next);
            REQUIRE(local > last);
            days += ch::floor<ch::days>(local) != ch::floor<ch::days>(last) ? 1 : 0;
            t = *next;
            last = local;
        }
        CHECK(days == 5);
    }
}

// The two states that theirs went back and forth between.
TEST_CASE("airflow 35445: the last tick before the autumn change leads to the first one after it and back") {
    const auto cron = *Cron::parse("0,15,30,45 6-22 * * *");
    const auto zone = *Zone::find("Europe/Brussels");
    const auto last = at("2023-10-28T22:45:00+02:00"), first = at("2023-10-29T06:00:00+01:00");
    CHECK(cron.next_after(last, zone) == first);
    CHECK(cron.previous_before(first, zone) == last);
    CHECK(data_interval(cron, zone, first) == weir::model::Interval{last, first});
}

// Their "20 */4 * * *" in the zone of Los Angeles asserted during the hour of the spring change.
TEST_CASE("airflow 30088: during every minute of a spring change the next tick is later and the previous earlier") {
    const auto cron = *Cron::parse("20 */4 * * *");
    const auto zone = *Zone::find("America/Los_Angeles");
    for (auto t = at("2023-03-12T06:00:00Z"); t < at("2023-03-12T16:00:00Z"); t += ch::minutes{1}) {
        CAPTURE(format_rfc3339(t));
        const auto next = cron.next_after(t, zone);
        const auto previous = cron.previous_before(t, zone);
        REQUIRE(next);
        REQUIRE(previous);
        CHECK(*next > t);
        CHECK(*previous < t);
        CHECK(*next - *previous <= ch::hours{8});
    }
}

// Their "0 */2 * * *" in Toronto lost its step after the spring change.
TEST_CASE("airflow 30195: every second hour stays on even hours after the spring change") {
    CHECK(ticks("0 */2 * * *", "America/Toronto", "2023-03-12T04:30:00Z", "2023-03-12T13:00:00Z") ==
          "2023-03-12T00:00:00-05:00\n2023-03-12T03:00:00-04:00\n2023-03-12T04:00:00-04:00\n2023-03-12T06:00:00-04:00\n"
          "2023-03-12T08:00:00-04:00");
}

// Their tick from within the gap was its own predecessor.
TEST_CASE("airflow 70089: no data interval is empty and none ends in the future of its tick") {
    for (const char* name : {"America/New_York", "Europe/Zurich", "Australia/Sydney", "Australia/Lord_Howe"}) {
        for (const char* text : {"0 2 * * *", "0 1 * * *", "30 2 * * *", "30 1 * * *", "15 2 * * *"}) {
            CAPTURE(name);
            CAPTURE(text);
            const auto cron = *Cron::parse(text);
            const auto zone = *Zone::find(name);
            int ticks_in_year = 0;
            for (auto t = cron.next_after(at("2023-12-31T23:59:59Z"), zone); *t < at("2025-01-01T00:00:00Z");
                 t = cron.next_after(*t, zone), ++ticks_in_year) {
                const auto interval = data_interval(cron, zone, *t);
                REQUIRE(interval);
                CHECK(interval->end == *t);
                const auto hours = ch::duration_cast<ch::minutes>(interval->end - interval->start).count() / 60.0;
                CHECK(hours >= 22);
                CHECK(hours <= 26);
            }
            CHECK(ticks_in_year == 366);
        }
    }
    const auto new_york =
        data_interval(*Cron::parse("0 2 * * *"), *Zone::find("America/New_York"), at("2024-03-10T07:00:00Z"));
    REQUIRE(new_york);
    CHECK(new_york->start == at("2024-03-09T07:00:00Z"));
}
