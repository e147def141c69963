#include "scheduler/calendar/cron_fields.hpp"

#include <algorithm>
#include <bit>

namespace weir::calendar {

namespace ch = std::chrono;

namespace {

constexpr ch::seconds kDayEnd = ch::days{1} - ch::seconds{1};

bool has(std::uint64_t bits, int n) { return (bits >> n & 1) != 0; }

std::optional<int> lowest_from(std::uint64_t bits, int least) {
    if (least > 63) return std::nullopt;
    bits = bits >> least << least;
    if (bits == 0) return std::nullopt;
    return std::countr_zero(bits);
}

std::optional<int> highest_to(std::uint64_t bits, int most) {
    if (most < 0) return std::nullopt;
    bits = bits << (63 - most) >> (63 - most);
    if (bits == 0) return std::nullopt;
    return 63 - std::countl_zero(bits);
}

int lowest(std::uint64_t bits) { return std::countr_zero(bits); }
int highest(std::uint64_t bits) { return 63 - std::countl_zero(bits); }

ch::seconds time_of_day(int hour, int minute, int second) {
    return ch::hours{hour} + ch::minutes{minute} + ch::seconds{second};
}

struct MonthShape {
    unsigned last;           // number of its last day
    unsigned first_weekday;  // of day 1, Sunday is 0

    [[nodiscard]] unsigned weekday(unsigned day) const { return (first_weekday + day - 1) % 7; }
    // The Monday-to-Friday day nearest to `day`, without leaving the month.
    [[nodiscard]] unsigned workday_near(unsigned day) const {
        if (weekday(day) == 6) return day > 1 ? day - 1 : day + 2;
        if (weekday(day) == 0) return day < last ? day + 1 : day - 2;
        return day;
    }
    [[nodiscard]] unsigned last_workday() const {
        if (weekday(last) == 6) return last - 1;
        return weekday(last) == 0 ? last - 2 : last;
    }
    // Day 1 to 7 that is the first such weekday of the month.
    [[nodiscard]] unsigned first_such(unsigned wanted) const { return 1 + (wanted + 7 - first_weekday) % 7; }
};

std::uint32_t bit(unsigned day) { return std::uint32_t{1} << day; }

std::uint32_t by_day_of_month(const CronFields& fields, const MonthShape& month) {
    std::uint32_t matching = fields.days;
    for (unsigned back = 0; back < month.last; ++back)
        if (has(fields.days_from_end, static_cast<int>(back))) matching |= bit(month.last - back);
    for (unsigned day = 1; day <= month.last && fields.nearest_workdays != 0; ++day)
        if (has(fields.nearest_workdays, static_cast<int>(day))) matching |= bit(month.workday_near(day));
    if (fields.last_workday) matching |= bit(month.last_workday());
    return matching;
}

std::uint32_t by_weekday(const CronFields& fields, const MonthShape& month) {
    std::uint64_t matching = 0;
    for (unsigned weekday = 0; weekday < 7; ++weekday) {
        const unsigned first = month.first_such(weekday);
        if (has(fields.weekdays, static_cast<int>(weekday)))
            for (unsigned day = first; day <= month.last; day += 7) matching |= bit(day);
        if (has(fields.last_weekdays, static_cast<int>(weekday))) matching |= bit(first + (month.last - first) / 7 * 7);
        for (unsigned k = 1; k <= 5; ++k)
            if (has(fields.nth_weekdays[weekday], static_cast<int>(k)) && first + 7 * (k - 1) <= month.last)
                matching |= bit(first + 7 * (k - 1));
    }
    return static_cast<std::uint32_t>(matching);
}

}  // namespace

std::uint32_t CronFields::days_of(ch::year_month month) const {
    const MonthShape shape{unsigned((month / ch::last).day()), ch::weekday{ch::local_days{month / 1}}.c_encoding()};
    const std::uint32_t existing = (bit(shape.last) - 1) << 1;
    const auto by_day = by_day_of_month(*this, shape);
    const auto by_week = by_weekday(*this, shape);
    return existing & (days_restricted && weekdays_restricted ? by_day | by_week : by_day & by_week);
}

std::optional<ch::seconds> CronFields::first_time(ch::seconds from) const {
    const ch::hh_mm_ss clock{from};
    const int hour = int(clock.hours().count()), minute = int(clock.minutes().count());
    if (has(hours, hour)) {
        if (has(minutes, minute))
            if (const auto second = lowest_from(seconds, int(clock.seconds().count())))
                return time_of_day(hour, minute, *second);
        if (const auto later = lowest_from(minutes, minute + 1)) return time_of_day(hour, *later, lowest(seconds));
    }
    if (const auto later = lowest_from(hours, hour + 1)) return time_of_day(*later, lowest(minutes), lowest(seconds));
    return std::nullopt;
}

std::optional<ch::seconds> CronFields::last_time(ch::seconds to) const {
    const ch::hh_mm_ss clock{to};
    const int hour = int(clock.hours().count()), minute = int(clock.minutes().count());
    if (has(hours, hour)) {
        if (has(minutes, minute))
            if (const auto second = highest_to(seconds, int(clock.seconds().count())))
                return time_of_day(hour, minute, *second);
        if (const auto earlier = highest_to(minutes, minute - 1)) return time_of_day(hour, *earlier, highest(seconds));
    }
    if (const auto earlier = highest_to(hours, hour - 1))
        return time_of_day(*earlier, highest(minutes), highest(seconds));
    return std::nullopt;
}

std::optional<CronFields::LocalTime> CronFields::first_match(LocalTime from, LocalTime before) const {
    const auto today = ch::floor<ch::days>(from);
    const ch::year_month_day date{today};
    int first_day = int(unsigned(date.day()));
    for (auto month = date.year() / date.month(); ch::local_days{month / 1} < before; month += ch::months{1}) {
        if (has(months, int(unsigned(month.month())))) {
            const std::uint64_t matching = days_of(month);
            for (auto day = lowest_from(matching, first_day); day; day = lowest_from(matching, *day + 1)) {
                const ch::local_days midnight{month / *day};
                if (const auto time = first_time(midnight == today ? from - today : ch::seconds{0})) {
                    const auto match = midnight + *time;
                    return match < before ? std::optional{match} : std::nullopt;
                }
            }
        }
        first_day = 1;
    }
    return std::nullopt;
}

std::optional<CronFields::LocalTime> CronFields::last_match(LocalTime from, LocalTime to) const {
    const auto today = ch::floor<ch::days>(to);
    const ch::year_month_day date{today};
    int last_day = int(unsigned(date.day()));
    for (auto month = date.year() / date.month(); ch::local_days{month / ch::last} + kDayEnd >= from;
         month -= ch::months{1}) {
        if (has(months, int(unsigned(month.month())))) {
            const std::uint64_t matching = days_of(month);
            for (auto day = highest_to(matching, last_day); day; day = highest_to(matching, *day - 1)) {
                const ch::local_days midnight{month / *day};
                if (const auto time = last_time(midnight == today ? to - today : kDayEnd)) {
                    const auto match = midnight + *time;
                    return match >= from ? std::optional{match} : std::nullopt;
                }
            }
        }
        last_day = 31;
    }
    return std::nullopt;
}

}  // namespace weir::calendar
