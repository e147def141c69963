// What a cron expression means, written a second time and as plainly as possible: each field is a list of values or a
// question about one day, and ticks are found by stepping through time. The tests hold the real thing against it.
#pragma once

#include <bitset>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "scheduler/calendar/zone.hpp"

namespace weir::calendar::oracle {

using std::chrono::local_days;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using LocalTime = Zone::LocalTime;
using Random = std::mt19937;

struct Field {
    std::string text;
    std::bitset<64> values;
    std::vector<std::function<bool(local_days)>> days;  // L, 15W, 5#3 and their kin
    bool repeats = false;
    [[nodiscard]] bool restricted() const { return text.front() != '*' && text.front() != '?'; }
};

struct Expression {
    bool has_seconds = false;
    Field second, minute, hour, day, month, weekday;

    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool repeats() const { return minute.repeats || hour.repeats; }
    // An hour that the clock leaves out is none of them, and nothing is made up for.
    [[nodiscard]] bool every_hour() const { return hour.repeats && hour.values.count() == 24; }
    [[nodiscard]] bool matches_day(local_days day) const;
    [[nodiscard]] bool matches(LocalTime local) const;
};

// `busy` expressions tick on most days; else the day fields are as odd as they come.
[[nodiscard]] Expression random_expression(Random& random, bool has_seconds, bool busy);

// All ticks with from <= tick < to. Steps are seconds, or minutes where the expression has none.
[[nodiscard]] std::vector<sys_seconds> ticks(const Expression& expression, const Zone& zone, sys_seconds from,
                                             sys_seconds to);

}  // namespace weir::calendar::oracle
