#include "scheduler/model/schedules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace weir::model {

namespace {

struct Named {
    std::string_view text;
    Period::Unit unit;
};
constexpr std::array kCalendarUnits{Named{"1d", Period::Unit::day}, Named{"1w", Period::Unit::week},
                                    Named{"1mo", Period::Unit::month}};
constexpr Duration kLongestFixed = std::chrono::hours{12};

}  // namespace

std::optional<Period> parse_period(std::string_view text) {
    for (const auto& named : kCalendarUnits)
        if (named.text == text) return Period{named.unit, Duration{0}};
    const auto length = parse_duration(text);
    if (!length || *length < std::chrono::seconds{1} || *length > kLongestFixed) return std::nullopt;
    return Period{Period::Unit::fixed, *length};
}

std::string format_period(const Period& period) {
    for (const auto& named : kCalendarUnits)
        if (named.unit == period.unit) return std::string(named.text);
    return format_duration(period.length);
}

std::string summary_of(const Schedule& schedule) {
    if (const auto* cron = std::get_if<CronSchedule>(&schedule)) return cron->cron;
    if (const auto* event = std::get_if<EventSchedule>(&schedule)) return "event " + event->type;
    const auto& windows = std::get<WindowSchedule>(schedule);
    auto text = fmt::format("{} every {}", fmt::join(windows.assets, ", "), format_period(windows.every));
    if (windows.cover != windows.every) text += ", cover " + format_period(windows.cover);
    return text;
}

std::string timezone_of(const Schedule& schedule) {
    if (const auto* cron = std::get_if<CronSchedule>(&schedule)) return cron->timezone;
    const auto* windows = std::get_if<WindowSchedule>(&schedule);
    return windows == nullptr ? "UTC" : windows->timezone;
}

std::string description_of(const Schedule& schedule) {
    if (std::holds_alternative<EventSchedule>(schedule)) return summary_of(schedule);
    return fmt::format("{} in {}", summary_of(schedule), timezone_of(schedule));
}

}  // namespace weir::model
