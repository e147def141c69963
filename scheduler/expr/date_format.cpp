#include "scheduler/expr/date_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace weir::expr {
namespace {

namespace ch = std::chrono;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};

// A time taken apart.
struct Parts {
    explicit Parts(model::OffsetTime time)
        : instant(ch::floor<ch::seconds>(time.time)),
          utc_offset(time.utc_offset),
          day(ch::floor<ch::days>(instant + utc_offset)),
          date(day),
          clock(instant + utc_offset - day),
          weekday(day) {}

    [[nodiscard]] int year() const { return int(date.year()); }
    [[nodiscard]] unsigned month() const { return unsigned(date.month()); }
    [[nodiscard]] long day_of_year() const { return (day - ch::sys_days{date.year() / 1 / 1}).count(); }  // from 0
    // ISO 8601: a week belongs to the year of its Thursday.
    [[nodiscard]] ch::sys_days thursday() const { return day + ch::days{4 - int(weekday.iso_encoding())}; }
    [[nodiscard]] ch::year iso_year() const { return ch::year_month_day{thursday()}.year(); }
    [[nodiscard]] long iso_week() const { return (thursday() - ch::sys_days{iso_year() / 1 / 1}).count() / 7 + 1; }

    ch::sys_seconds instant;
    ch::seconds utc_offset;
    ch::sys_days day;
    ch::year_month_day date;
    ch::hh_mm_ss<ch::seconds> clock;
    ch::weekday weekday;
};

std::string offset_text(ch::seconds offset) {
    const auto minutes = std::abs(ch::duration_cast<ch::minutes>(offset).count());
    return fmt::format("{}{:02}{:02}", offset < ch::seconds{0} ? '-' : '+', minutes / 60, minutes % 60);
}

struct Letter {
    char letter;
    std::string (*text)(const Parts&);
};
constexpr std::array kLetters{
    Letter{'Y', [](const Parts& t) { return fmt::format("{:04}", t.year()); }},
    Letter{'m', [](const Parts& t) { return fmt::format("{:02}", t.month()); }},
    Letter{'d', [](const Parts& t) { return fmt::format("{:02}", unsigned(t.date.day())); }},
    Letter{'H', [](const Parts& t) { return fmt::format("{:02}", t.clock.hours().count()); }},
    Letter{'M', [](const Parts& t) { return fmt::format("{:02}", t.clock.minutes().count()); }},
    Letter{'S', [](const Parts& t) { return fmt::format("{:02}", t.clock.seconds().count()); }},
    Letter{'j', [](const Parts& t) { return fmt::format("{:03}", t.day_of_year() + 1); }},
    Letter{'y', [](const Parts& t) { return fmt::format("{:02}", t.year() % 100); }},
    Letter{'B', [](const Parts& t) { return std::string(kMonths[t.month() - 1]); }},
    Letter{'b', [](const Parts& t) { return std::string(kMonths[t.month() - 1].substr(0, 3)); }},
    Letter{'A', [](const Parts& t) { return std::string(kWeekdays[t.weekday.c_encoding()]); }},
    Letter{'a', [](const Parts& t) { return std::string(kWeekdays[t.weekday.c_encoding()].substr(0, 3)); }},
    Letter{'z', [](const Parts& t) { return offset_text(t.utc_offset); }},
    Letter{'F',
           [](const Parts& t) {
               return format_date({t.instant, t.utc_offset}, "%Y-%m-%d");
           }},
    Letter{'T',
           [](const Parts& t) {
               return format_date({t.instant, t.utc_offset}, "%H:%M:%S");
           }},
    Letter{'s', [](const Parts& t) { return fmt::format("{}", t.instant.time_since_epoch().count()); }},
    Letter{'V', [](const Parts& t) { return fmt::format("{:02}", t.iso_week()); }},
    Letter{'G', [](const Parts& t) { return fmt::format("{:04}", int(t.iso_year())); }},
    Letter{'u', [](const Parts& t) { return fmt::format("{}", t.weekday.iso_encoding()); }},
    Letter{'%', [](const Parts&) { return std::string("%"); }},
};

}  // namespace

std::optional<std::string> check_date_format(std::string_view pattern) {
    for (auto at = pattern.find('%'); at != std::string_view::npos; at = pattern.find('%', at + 2)) {
        if (at + 1 == pattern.size()) return "the date format ends in a bare %; a percent sign is written %%";
        if (std::ranges::find(kLetters, pattern[at + 1], &Letter::letter) != kLetters.end()) continue;
        std::string known;
        for (const auto& letter : kLetters) known += fmt::format(" %{}", letter.letter);
        return fmt::format("the date format has an unknown %{}; known are{}", pattern[at + 1], known);
    }
    return std::nullopt;
}

std::string format_date(model::OffsetTime time, std::string_view pattern) {
    const Parts parts(time);
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%' || i + 1 == pattern.size()) {
            text += pattern[i];
            continue;
        }
        const auto letter = std::ranges::find(kLetters, pattern[++i], &Letter::letter);
        if (letter != kLetters.end()) text += letter->text(parts);
    }
    return text;
}

}  // namespace weir::expr
