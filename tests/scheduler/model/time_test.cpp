#include "scheduler/model/time.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace weir::model;
namespace ch = std::chrono;

namespace {

constexpr TimePoint kMoment{ch::sys_days{ch::year{2026} / 11 / 22} + ch::hours{7} + ch::minutes{54} + ch::seconds{48}};

std::string round_trip(const char* text) {
    const auto time = parse_rfc3339(text);
    return time ? format_rfc3339(time->time, time->utc_offset) : "refused";
}

}  // namespace

TEST_CASE("a time is written in UTC with Z and a fraction only where there is one") {
    CHECK(format_rfc3339(kMoment) == "2026-11-22T07:54:48Z");
    CHECK(format_rfc3339(kMoment + ch::microseconds{123456}) == "2026-11-22T07:54:48.123456Z");
    CHECK(format_rfc3339(kMoment + ch::microseconds{7}) == "2026-11-22T07:54:48.000007Z");
    CHECK(format_rfc3339(TimePoint{} - ch::microseconds{1}) == "1969-12-31T23:59:59.999999Z");
    CHECK(format_rfc3339(TimePoint{ch::sys_days{ch::year{7} / 1 / 2}}) == "0007-01-02T00:00:00Z");
}

TEST_CASE("a time with an offset is written in local time") {
    CHECK(format_rfc3339(kMoment, ch::hours{1}) == "2026-11-22T08:54:48+01:00");
    CHECK(format_rfc3339(kMoment, -(ch::hours{3} + ch::minutes{30})) == "2026-11-22T04:24:48-03:30");
    CHECK(format_rfc3339(kMoment, ch::minutes{345}) == "2026-11-22T13:39:48+05:45");
}

TEST_CASE("an offset with seconds is cut and the text still means the same instant") {
    const auto text = format_rfc3339(kMoment, ch::minutes{53} + ch::seconds{28});
    CHECK(text == "2026-11-22T08:47:48+00:53");
    CHECK(parse_rfc3339(text)->time == kMoment);
    CHECK(format_rfc3339(kMoment, ch::seconds{-28}) == "2026-11-22T07:54:48Z");
}

TEST_CASE("a time that was read is written back the same") {
    for (const char* text : {"2026-11-22T07:54:48Z", "2026-11-22T07:54:48.123456Z", "2024-02-29T23:59:59-11:00",
                             "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999+14:00"}) {
        CAPTURE(text);
        CHECK(round_trip(text) == text);
    }
}

TEST_CASE("the spellings that RFC 3339 allows are read") {
    CHECK(round_trip("2026-11-22t07:54:48z") == "2026-11-22T07:54:48Z");
    CHECK(round_trip("2026-11-22 07:54:48+00:00") == "2026-11-22T07:54:48Z");
    CHECK(round_trip("2026-11-22T07:54:48-00:00") == "2026-11-22T07:54:48Z");
    CHECK(round_trip("2026-11-22T07:54:48.5Z") == "2026-11-22T07:54:48.500000Z");
    CHECK(round_trip("2026-11-22T07:54:48.1234567899Z") == "2026-11-22T07:54:48.123456Z");
    CHECK(round_trip("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z");
}

TEST_CASE("what is no time is refused") {
    for (const char* text : {"",
                             "2026",
                             "2026-11-22",
                             "2026-11-22T07:54:48",
                             "2026-11-22T07:54Z",
                             "2026-11-22T07:54:48.Z",
                             "2026-13-01T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-11-22T24:00:00Z",
                             "2026-11-22T07:60:00Z",
                             "2026-11-22T07:54:61Z",
                             "2026-11-22T07:54:48+0100",
                             "2026-11-22T07:54:48+24:00",
                             "2026-11-22T07:54:48+01:60",
                             "2026-11-22T07:54:48Z ",
                             " 2026-11-22T07:54:48Z",
                             "2026-11-22T07:54:48ZZ",
                             "26-11-22T07:54:48Z",
                             "+2026-11-22T07:54:48Z",
                             "2026-1-22T07:54:48Z",
                             "2026-11-22T7:54:48Z",
                             "2026-11-22T07:54:48 Z",
                             "2026-00-01T00:00:00Z",
                             "2026-01-00T00:00:00Z",
                             "2026-11-22T-7:54:48Z"}) {
        CAPTURE(text);
        CHECK(!parse_rfc3339(text));
    }
}

TEST_CASE("random instants with random offsets are read back exactly") {
    std::mt19937_64 random{1};
    std::uniform_int_distribution<std::int64_t> instants(-62'000'000'000'000'000, 253'000'000'000'000'000);
    std::uniform_int_distribution<int> offsets(-14 * 60, 14 * 60);
    for (int i = 0; i < 2000; ++i) {
        const TimePoint t{ch::microseconds{instants(random)}};
        const auto offset = ch::minutes{offsets(random)};
        const auto text = format_rfc3339(t, offset);
        CAPTURE(text);
        const auto read = parse_rfc3339(text);
        REQUIRE(read.has_value());
        CHECK(read->time == t);
        CHECK(read->utc_offset == offset);
    }
}

TEST_CASE("lengths of time are read in their units largest first") {
    CHECK(parse_duration("90s") == ch::seconds{90});
    CHECK(parse_duration("1m30s") == ch::seconds{90});
    CHECK(parse_duration("2h") == ch::hours{2});
    CHECK(parse_duration("1d2h3m4s5ms") == ch::hours{26} + ch::minutes{3} + ch::seconds{4} + ch::milliseconds{5});
    CHECK(parse_duration("500ms") == ch::milliseconds{500});
    CHECK(parse_duration("0") == Duration{0});
    CHECK(parse_duration("0s") == Duration{0});
    CHECK(parse_duration("36500d") == ch::days{36500});
}

TEST_CASE("what is no length of time is refused") {
    for (const char* text : {"",
                             "5",
                             "s",
                             "1x",
                             "1 h",
                             "h1",
                             "1h1h",
                             "1m1h",
                             "-1s",
                             "+1s",
                             "1.5h",
                             "1h ",
                             " 1h",
                             "1H",
                             "00",
                             "36501d",
                             "99999999999999999999s",
                             "9223372036854775807d",
                             "1hs",
                             "1ms1s"}) {
        CAPTURE(text);
        CHECK(!parse_duration(text));
    }
}

TEST_CASE("a length of time is written with the units that it has") {
    CHECK(format_duration(Duration{0}) == "0s");
    CHECK(format_duration(ch::seconds{90}) == "1m30s");
    CHECK(format_duration(ch::days{1}) == "1d");
    CHECK(format_duration(ch::milliseconds{86'400'001}) == "1d1ms");
    CHECK(format_duration(-ch::seconds{90}) == "-1m30s");
}

TEST_CASE("a length of time that was written is read back the same") {
    std::mt19937_64 random{2};
    std::uniform_int_distribution<std::int64_t> lengths(0, 100LL * 365 * 86'400'000);
    for (int i = 0; i < 2000; ++i) {
        const Duration length{lengths(random) / (i % 2 == 0 ? 1 : 60'000) * (i % 2 == 0 ? 1 : 60'000)};
        CAPTURE(length.count());
        CHECK(parse_duration(format_duration(length)) == length);
    }
}
