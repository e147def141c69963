#include "scheduler/calendar/partition.hpp"

#include "tests/support/result.hpp"

namespace weir::calendar {
namespace {

std::string fault(std::string_view pattern) {
    const auto parsed = Partition::parse(pattern);
    return parsed ? "" : parsed.error().message;
}

// "2026-11-22 07:05" of a path that fits, "" of another one.
std::string read(const Partition& pattern, const std::vector<std::string>& names) {
    Partition::Fields f;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!pattern.read(i, names[i], f)) return "";
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", f.year, f.month, f.day, f.hour, f.minute);
}

std::string window(const Partition::Fields& start, const char* every, const char* zone) {
    const auto interval = window_at(start, *model::parse_period(every), *Zone::find(zone));
    if (!interval) return interval.error().message;
    return model::format_rfc3339(interval->start) + " " + model::format_rfc3339(interval->end);
}

}  // namespace

TEST_CASE("a folder's name is read by its pattern") {
    const auto pattern = Partition::parse("dt=%Y-%m-%d/hour=%H");
    REQUIRE(pattern);
    CHECK(pattern->depth() == 2);
    CHECK(read(*pattern, {"dt=2026-11-22", "hour=07"}) == "2026-11-22 07:00");
    CHECK(read(*pattern, {"dt=2026-02-29"}) == "");
    CHECK(read(*pattern, {"dt=2028-02-29"}) == "2028-02-29 00:00");
    for (const char* name : {"dt=2026-13-01", "dt=2026-11-00", "dt=2026-1-22", "2026-11-22", "dt=2026-11-22x",
                             "_temporary", "dt=+026-11-22", ""})
        CHECK_MESSAGE(read(*pattern, {name}) == "", name);
    CHECK(read(*pattern, {"dt=2026-11-22", "hour=24"}) == "");
    CHECK(read(*Partition::parse("%Y/%m%%/%d_%H%M"), {"2026", "11%", "22_0705"}) == "2026-11-22 07:05");
}

TEST_CASE("a pattern that names no one window is refused with the reason") {
    CHECK(fault("views") ==
          "'views' is no pattern of folders: it has no %Y, so that all windows would be in one folder");
    CHECK(fault("%Y/%d") == "'%Y/%d' is no pattern of folders: it needs %m");
    CHECK(fault("%H") == "'%H' is no pattern of folders: it needs %Y");
    CHECK(fault("%Y/%Y") == "'%Y/%Y' is no pattern of folders: %Y stands there twice");
    CHECK(fault("%Y-%j") == "'%Y-%j' is no pattern of folders: %j means nothing here; %Y %m %d %H %M do");
    for (const char* pattern : {"/%Y", "%Y/", "%Y//%m", "../%Y", "", "%Y%"})
        CHECK_MESSAGE(fault(pattern) != "", pattern);
}

TEST_CASE("windows are not finer than the folders") {
    const auto fault_of = [](const char* pattern, const char* every) {
        return Partition::parse(pattern)->fault_of(*model::parse_period(every));
    };
    CHECK(fault_of("%Y-%m-%d", "1d") == "");
    CHECK(fault_of("%Y-%m-%d", "1h") ==
          "windows of 1h are finer than the folders of this pattern, which go down to %d");
    CHECK(fault_of("%Y-%m-%d-%H", "6h") == "");
    CHECK(fault_of("%Y-%m-%d-%H", "90m") != "");
    CHECK(fault_of("%Y-%m-%d-%H", "5m") != "");
    CHECK(fault_of("%Y%m%d%H%M", "5m") == "");
    CHECK(fault_of("%Y-%m", "1mo") == "");
    CHECK(fault_of("%Y-%m", "1w") != "");
    CHECK(fault_of("%Y", "1mo") != "");
}

TEST_CASE("a window has the length of its zone's day") {
    CHECK(window({2026, 11, 22, 7}, "1h", "UTC") == "2026-11-22T07:00:00Z 2026-11-22T08:00:00Z");
    CHECK(window({2026, 3, 29}, "1d", "Europe/Berlin") == "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z");
    CHECK(window({2026, 10, 25}, "1d", "Europe/Berlin") == "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z");
    CHECK(window({2026, 11, 16}, "1w", "UTC") == "2026-11-16T00:00:00Z 2026-11-23T00:00:00Z");
    CHECK(window({2026, 12, 1}, "1mo", "UTC") == "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z");
}

TEST_CASE("an hour that the clocks repeat is one window, and one that they leave out is none") {
    CHECK(window({2026, 10, 25, 2}, "1h", "Europe/Berlin") == "2026-10-25T00:00:00Z 2026-10-25T02:00:00Z");
    CHECK(window({2026, 10, 25, 2}, "5m", "Europe/Berlin") ==
          "2026-10-25 02:00 in Europe/Berlin comes twice, with other windows between; name the folders in UTC");
    CHECK(window({2026, 3, 29, 2}, "1h", "Europe/Berlin") ==
          "2026-03-29 02:00 in Europe/Berlin does not exist: the clocks go forward there");
}

}  // namespace weir::calendar
