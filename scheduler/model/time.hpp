// Instants are UTC with microseconds; lengths of time are milliseconds. Text is RFC 3339.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace weir::model {

using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::milliseconds;

// Half-open: start <= t < end.
struct Interval {
    TimePoint start;
    TimePoint end;
    bool operator==(const Interval&) const = default;
};

// "2026-11-22T07:54:48Z", with ".123456" only where there is a fraction.
// With an offset: "2026-11-22T08:54:48+01:00".
[[nodiscard]] std::string format_rfc3339(TimePoint t);
[[nodiscard]] std::string format_rfc3339(TimePoint t, std::chrono::seconds utc_offset);

struct OffsetTime {
    TimePoint time;
    std::chrono::seconds utc_offset{0};
};
// Needs date, time and offset ("Z" or "+01:00"); 'T' or a blank between; fractions past microseconds are cut.
[[nodiscard]] std::optional<OffsetTime> parse_rfc3339(std::string_view text);

// "90s", "1m30s", "2h", "1d", "500ms" and bare "0"; units d h m s ms, largest first. For settings and messages.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(Duration length);

}  // namespace weir::model
