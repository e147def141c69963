#include "scheduler/calendar/periods.hpp"

namespace weir::calendar {

using model::Interval;
using model::Period;
using model::TimePoint;

namespace {

using std::chrono::days;
using std::chrono::months;
using LocalDays = std::chrono::local_days;

constexpr auto kInstant = std::chrono::microseconds{1};

TimePoint midnight(LocalDays day, const Zone& zone) {
    const auto instants = zone.instants_of(day);
    return instants.first ? *instants.first : instants.after_gap;
}

// The first day of the calendar period in which `day` lies.
LocalDays first_day(LocalDays day, Period::Unit unit) {
    const std::chrono::year_month_day date(day);
    switch (unit) {
        case Period::Unit::week:
            return day - (std::chrono::weekday(day) - std::chrono::Monday);
        case Period::Unit::month:
            return LocalDays(date.year() / date.month() / 1);
        case Period::Unit::day:
        case Period::Unit::fixed:
            break;
    }
    return day;
}

LocalDays next_first_day(LocalDays first, Period::Unit unit) {
    switch (unit) {
        case Period::Unit::week:
            return first + days{7};
        case Period::Unit::month: {
            const std::chrono::year_month_day date(first);
            const auto next = std::chrono::year_month(date.year(), date.month()) + months{1};
            return LocalDays(next / 1);
        }
        case Period::Unit::day:
        case Period::Unit::fixed:
            break;
    }
    return first + days{1};
}

Interval calendar_period(TimePoint t, Period::Unit unit, const Zone& zone) {
    // Where a clock that is put back repeats the time around midnight, the local date of `t` is a day early, or late.
    auto first = first_day(std::chrono::floor<days>(zone.local_time(t)), unit);
    if (midnight(first, zone) > t) first = first_day(first - days{1}, unit);
    auto next = next_first_day(first, unit);
    while (midnight(next, zone) <= t) {
        first = next;
        next = next_first_day(first, unit);
    }
    return {midnight(first, zone), midnight(next, zone)};
}

}  // namespace

Interval period_containing(TimePoint t, const Period& period, const Zone& zone) {
    if (period.unit != Period::Unit::fixed) return calendar_period(t, period.unit, zone);
    const std::chrono::microseconds length = period.length;
    auto since = t.time_since_epoch() % length;
    if (since.count() < 0) since += length;
    return {t - since, t - since + length};
}

Interval period_after(const Interval& interval, const Period& period, const Zone& zone) {
    return period_containing(interval.end, period, zone);
}

Interval period_before(const Interval& interval, const Period& period, const Zone& zone) {
    return period_containing(interval.start - kInstant, period, zone);
}

}  // namespace weir::calendar
