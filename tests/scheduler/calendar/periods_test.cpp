#include "scheduler/calendar/periods.hpp"

#include <doctest/doctest.h>

namespace weir::calendar {
namespace {

using model::Interval;
using model::Period;
using model::TimePoint;

TimePoint at(std::string_view text) { return model::parse_rfc3339(text)->time; }
Zone zone(std::string_view name) { return *Zone::find(name); }
Interval day_of(std::string_view t, std::string_view name) {
    return period_containing(at(t), {Period::Unit::day, {}}, zone(name));
}

TEST_CASE("a day in Berlin has 23, 24 or 25 hours") {
    CHECK(day_of("2026-03-29T12:00:00Z", "Europe/Berlin") ==
          Interval{at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")});
    CHECK(day_of("2026-10-25T12:00:00Z", "Europe/Berlin") ==
          Interval{at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z")});
    CHECK(day_of("2026-11-22T12:00:00Z", "Europe/Berlin") ==
          Interval{at("2026-11-21T23:00:00Z"), at("2026-11-22T23:00:00Z")});
}

TEST_CASE("a day whose midnight the clock leaves out begins after the gap") {
    // Beirut, 2026-03-29: 00:00 becomes 01:00.
    const auto day = day_of("2026-03-29T10:00:00Z", "Asia/Beirut");
    CHECK(day == Interval{at("2026-03-28T22:00:00Z"), at("2026-03-29T21:00:00Z")});
    CHECK(day_of("2026-03-28T21:59:59Z", "Asia/Beirut").end == day.start);
}

TEST_CASE("a day whose midnight comes twice begins at the first") {
    // Havana, 2024-11-03: 01:00 becomes 00:00.
    CHECK(day_of("2024-11-03T12:00:00Z", "America/Havana") ==
          Interval{at("2024-11-03T04:00:00Z"), at("2024-11-04T05:00:00Z")});
    CHECK(day_of("2024-11-03T05:30:00Z", "America/Havana").start == at("2024-11-03T04:00:00Z"));
}

TEST_CASE("weeks begin on Monday and months on their first day") {
    CHECK(period_containing(at("2026-11-22T12:00:00Z"), {Period::Unit::week, {}}, zone("UTC")) ==
          Interval{at("2026-11-16T00:00:00Z"), at("2026-11-23T00:00:00Z")});
    CHECK(period_containing(at("2026-12-31T23:30:00Z"), {Period::Unit::month, {}}, zone("Europe/Berlin")) ==
          Interval{at("2026-12-31T23:00:00Z"), at("2027-01-31T23:00:00Z")});
}

TEST_CASE("fixed periods count from 1970 also before it") {
    const Period five{Period::Unit::fixed, std::chrono::minutes{5}};
    CHECK(period_containing(at("2026-11-22T10:07:30Z"), five, zone("UTC")) ==
          Interval{at("2026-11-22T10:05:00Z"), at("2026-11-22T10:10:00Z")});
    CHECK(period_containing(at("1969-12-31T23:59:00Z"), five, zone("UTC")).end == at("1970-01-01T00:00:00Z"));
}

TEST_CASE("in every zone, through years of changing clocks, days tile time without gap or overlap") {
    for (const auto& name : Zone::names()) {
        const auto here = zone(name);
        const Period day{Period::Unit::day, {}};
        auto interval = period_containing(at("2023-01-01T00:00:00Z"), day, here);
        while (interval.end < at("2027-01-01T00:00:00Z")) {
            const auto next = period_after(interval, day, here);
            REQUIRE_MESSAGE(next.start == interval.end, name);
            REQUIRE_MESSAGE(next.end > next.start, name);
            REQUIRE_MESSAGE(period_before(next, day, here) == interval, name);
            REQUIRE_MESSAGE(period_containing(next.end - std::chrono::microseconds{1}, day, here) == next, name);
            interval = next;
        }
    }
}

}  // namespace
}  // namespace weir::calendar
