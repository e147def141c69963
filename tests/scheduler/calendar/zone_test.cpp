#include "scheduler/calendar/zone.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>

using namespace weir::calendar;
using weir::model::parse_rfc3339;
using weir::model::TimePoint;
namespace ch = std::chrono;

namespace {

TimePoint at(const char* text) { return parse_rfc3339(text)->time; }

Zone::LocalTime local(int year, unsigned month, unsigned day, int hour, int minute) {
    return ch::local_days{ch::year{year} / ch::month{month} / ch::day{day}} + ch::hours{hour} + ch::minutes{minute};
}

// What the C library says: the same files, another reader.
ch::seconds libc_offset(std::time_t t) {
    std::tm parts{};
    localtime_r(&t, &parts);
    return ch::seconds{parts.tm_gmtoff};
}

}  // namespace

TEST_CASE("a zone is found by its name") {
    const auto zone = Zone::find("Europe/Berlin");
    REQUIRE(zone.has_value());
    CHECK(zone->name() == "Europe/Berlin");
}

TEST_CASE("old names of zones are known") {
    for (const char* name : {"US/Eastern", "Asia/Calcutta", "UTC", "Etc/UTC", "GMT", "Europe/Kiev"}) {
        CAPTURE(name);
        CHECK(Zone::find(name).has_value());
    }
}

TEST_CASE("an unknown zone is an error with the nearest name") {
    const auto zone = Zone::find("Europe/Berlim");
    REQUIRE(!zone);
    CHECK(zone.error().message == "unknown time zone 'Europe/Berlim'; did you mean 'Europe/Berlin'?");
}

TEST_CASE("the case of a zone's name matters and the right case is proposed") {
    const auto zone = Zone::find("europe/berlin");
    REQUIRE(!zone);
    CHECK(zone.error().message.ends_with("did you mean 'Europe/Berlin'?"));
}

TEST_CASE("names that are paths or nothing are unknown zones") {
    for (const char* name : {"", "localtime", "/etc/localtime", "../../etc/passwd", "posix/UTC", "Europe"}) {
        CAPTURE(name);
        CHECK(!Zone::find(name));
    }
}

TEST_CASE("the names of zones are sorted and each can be found") {
    const auto names = Zone::names();
    CHECK(names.size() > 400);
    CHECK(std::ranges::is_sorted(names));
    CHECK(std::ranges::count(names, "localtime") == 0);
    for (const auto& name : names) {
        CAPTURE(name);
        CHECK(Zone::find(name).has_value());
    }
}

TEST_CASE("offsets of every zone agree with those of the C library until the end of 2037") {
    std::mt19937_64 random{42};
    std::uniform_int_distribution<std::time_t> instants(0, 2'145'916'799);
    for (const auto& name : Zone::names()) {
        CAPTURE(name);
        setenv("TZ", name.c_str(), 1);
        tzset();
        const auto zone = *Zone::find(name);
        for (int i = 0; i < 40; ++i) {
            const auto t = instants(random);
            CAPTURE(t);
            REQUIRE(zone.offset_at(ch::sys_seconds{ch::seconds{t}}) == libc_offset(t));
        }
    }
    unsetenv("TZ");
    tzset();
}

TEST_CASE("a wall-clock time that exists once has one instant") {
    const auto instants = Zone::find("Europe/Berlin")->instants_of(local(2026, 7, 1, 12, 0));
    CHECK(instants.first == at("2026-07-01T10:00:00Z"));
    CHECK(!instants.second);
}

TEST_CASE("a wall-clock time in a spring gap has no instant but one after the gap") {
    const auto instants = Zone::find("Europe/Berlin")->instants_of(local(2026, 3, 29, 2, 30));
    CHECK(!instants.first);
    CHECK(!instants.second);
    CHECK(instants.after_gap == at("2026-03-29T01:00:00Z"));
}

TEST_CASE("a wall-clock time in an autumn overlap has two instants in order") {
    const auto instants = Zone::find("Europe/Berlin")->instants_of(local(2026, 10, 25, 2, 30));
    CHECK(instants.first == at("2026-10-25T00:30:00Z"));
    CHECK(instants.second == at("2026-10-25T01:30:00Z"));
}

TEST_CASE("the day that Samoa skipped is one gap") {
    const auto instants = Zone::find("Pacific/Apia")->instants_of(local(2011, 12, 30, 12, 0));
    CHECK(!instants.first);
    CHECK(instants.after_gap == at("2011-12-30T10:00:00Z"));
}

TEST_CASE("local time follows the zone's offset and drops fractions of a second") {
    const auto zone = *Zone::find("Asia/Kathmandu");
    CHECK(zone.local_time(at("2026-01-01T00:00:00.9Z")) == local(2026, 1, 1, 5, 45));
    CHECK(zone.offset_at(at("2026-01-01T00:00:00Z")) == ch::minutes{345});
}

TEST_CASE("a period lies around its instant and the next begins where it ends") {
    const auto zone = *Zone::find("Europe/Berlin");
    const auto summer = zone.period_at(ch::floor<ch::seconds>(at("2026-07-01T00:00:00Z")));
    CHECK(summer.start == at("2026-03-29T01:00:00Z"));
    CHECK(summer.end == at("2026-10-25T01:00:00Z"));
    CHECK(summer.utc_offset == ch::hours{2});
    CHECK(zone.period_at(summer.end).start == summer.end);
}
