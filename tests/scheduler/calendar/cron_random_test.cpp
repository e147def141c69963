// Random expressions against the oracle's plain definition. Every failure names the expression, the zone and the seed.
#include <doctest/doctest.h>

#include <algorithm>

#include "scheduler/calendar/cron.hpp"
#include "tests/scheduler/calendar/oracle.hpp"

using namespace weir::calendar;
using weir::model::TimePoint;
namespace ch = std::chrono;
using ch::sys_days;
using ch::sys_seconds;

namespace {

using Ticks = std::vector<sys_seconds>;

Ticks forwards(const Cron& cron, const Zone& zone, sys_seconds from, sys_seconds to) {
    Ticks found;
    for (TimePoint t = from - ch::microseconds{1};;) {
        const auto next = cron.next_after(t, zone);
        if (!next || *next >= to) return found;
        if (*next <= t) FAIL("next_after stands still");
        found.push_back(ch::floor<ch::seconds>(*next));
        t = *next;
    }
}

Ticks backwards(const Cron& cron, const Zone& zone, sys_seconds from, sys_seconds to) {
    Ticks found;
    for (TimePoint t = to;;) {
        const auto previous = cron.previous_before(t, zone);
        if (!previous || *previous < from) break;
        if (*previous >= t) FAIL("previous_before stands still");
        found.push_back(ch::floor<ch::seconds>(*previous));
        t = *previous;
    }
    std::ranges::reverse(found);
    return found;
}

void compare(const oracle::Expression& expression, const Zone& zone, sys_seconds from, sys_seconds to) {
    CAPTURE(expression.text());
    CAPTURE(zone.name());
    CAPTURE(weir::model::format_rfc3339(from));
    const auto cron = Cron::parse(expression.text());
    REQUIRE_MESSAGE(cron.has_value(), cron.error().message);
    const auto wanted = oracle::ticks(expression, zone, from, to);
    CHECK(forwards(*cron, zone, from, to) == wanted);
    CHECK(backwards(*cron, zone, from, to) == wanted);
}

// Where the clocks change, from `from` on.
std::vector<sys_seconds> changes(const Zone& zone, sys_seconds from, sys_seconds to) {
    std::vector<sys_seconds> found;
    for (auto period = zone.period_at(from); period.end < to; period = zone.period_at(period.end))
        found.push_back(period.end);
    return found;
}

sys_seconds utc_midnight(int year, unsigned month, unsigned day) {
    return sys_days{ch::year{year} / ch::month{month} / ch::day{day}};
}

}  // namespace

TEST_CASE("expressions with seconds tick by the definition across changes of the clocks") {
    oracle::Random random{7};
    for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll"}) {
        const auto zone = Zone::find(name);
        REQUIRE(zone.has_value());
        for (const auto change : changes(*zone, utc_midnight(2026, 1, 1), utc_midnight(2027, 1, 1)))
            for (int i = 0; i < 3; ++i)
                compare(oracle::random_expression(random, true, true), *zone, change - ch::hours{1},
                        change + ch::minutes{150});
    }
}

TEST_CASE("zones with odd rules tick by the definition over days around each change") {
    oracle::Random random{11};
    struct Odd {
        const char* zone;
        sys_seconds from, to;
    };
    for (const auto& odd :
         {Odd{"Pacific/Apia", utc_midnight(2011, 9, 1), utc_midnight(2012, 5, 1)},  // no 30 December 2011
          Odd{"Pacific/Kwajalein", utc_midnight(1993, 8, 1), utc_midnight(1993, 9, 1)},
          Odd{"Asia/Kathmandu", utc_midnight(1985, 12, 1), utc_midnight(1986, 2, 1)},  // by a quarter of an hour
          Odd{"Africa/Casablanca", utc_midnight(2023, 1, 1), utc_midnight(2025, 1, 1)},
          Odd{"Antarctica/Troll", utc_midnight(2025, 1, 1), utc_midnight(2026, 1, 1)},  // by two hours
          Odd{"Asia/Gaza", utc_midnight(2026, 1, 1), utc_midnight(2027, 1, 1)},
          Odd{"America/Havana", utc_midnight(2026, 1, 1), utc_midnight(2027, 1, 1)},  // at midnight
          Odd{"Europe/Dublin", utc_midnight(2026, 1, 1), utc_midnight(2027, 1, 1)},
          Odd{"Asia/Pyongyang", utc_midnight(2015, 7, 1), utc_midnight(2018, 6, 1)}}) {
        const auto zone = Zone::find(odd.zone);
        REQUIRE(zone.has_value());
        const auto found = changes(*zone, odd.from, odd.to);
        CHECK(!found.empty());
        for (const auto change : found)
            for (int i = 0; i < 3; ++i)
                compare(oracle::random_expression(random, false, i % 2 == 0), *zone, change - ch::hours{30},
                        change + ch::hours{30});
    }
}

TEST_CASE("the day fields choose the days of the definition over twelve years") {
    oracle::Random random{3};
    const auto utc = *Zone::find("UTC");
    for (int i = 0; i < 40; ++i) {
        auto expression = oracle::random_expression(random, false, false);
        expression.minute = expression.hour = {"0", {1}, {}, false};
        CAPTURE(expression.text());
        const auto cron = Cron::parse(expression.text());
        REQUIRE_MESSAGE(cron.has_value(), cron.error().message);
        Ticks wanted;
        for (auto day = ch::floor<ch::days>(utc_midnight(2020, 1, 1)); day < utc_midnight(2032, 1, 1);
             day += ch::days{1})
            if (expression.matches_day(ch::local_days{day.time_since_epoch()})) wanted.emplace_back(day);
        CHECK(forwards(*cron, utc, utc_midnight(2020, 1, 1), utc_midnight(2032, 1, 1)) == wanted);
        CHECK(backwards(*cron, utc, utc_midnight(2020, 1, 1), utc_midnight(2032, 1, 1)) == wanted);
    }
}

TEST_CASE("between two ticks next_after and previous_before agree from any instant") {
    oracle::Random random{5};
    const auto zone = *Zone::find("Europe/Berlin");
    std::uniform_int_distribution<std::int64_t> microseconds(0, std::int64_t{2} * 365 * 86'400 * 1'000'000);
    for (int i = 0; i < 2000; ++i) {
        const auto expression = oracle::random_expression(random, i % 3 == 0, true);
        CAPTURE(expression.text());
        const auto cron = *Cron::parse(expression.text());
        const TimePoint t = TimePoint{utc_midnight(2025, 1, 1)} + ch::microseconds{microseconds(random)};
        const auto next = cron.next_after(t, zone);
        const auto previous = cron.previous_before(t, zone);
        REQUIRE(next);
        REQUIRE(previous);
        const auto back = cron.previous_before(*next, zone);
        const auto forth = cron.next_after(*previous, zone);
        REQUIRE(back);
        REQUIRE(forth);
        CHECK(*back <= t);
        CHECK(*forth >= t);
        CHECK(cron.next_after(*back, zone) == next);
        CHECK(cron.previous_before(*forth, zone) == previous);
    }
}
