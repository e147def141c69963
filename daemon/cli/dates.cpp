#include "daemon/cli/dates.hpp"

#include <fmt/format.h>

namespace weir::daemon::cli {

model::Result<model::TimePoint> parse_date(const std::string& option, const std::string& text, bool end_of_day) {
    if (const auto parsed = model::parse_rfc3339(text)) return parsed->time;
    const auto midnight = model::parse_rfc3339(text + "T00:00:00Z");
    if (!midnight)
        return model::Error{
            model::ErrorKind::invalid,
            fmt::format("{} {}: write a day like 2026-11-22, or a time like 2026-11-22T07:00:00Z", option, text)};
    return end_of_day ? midnight->time + std::chrono::days{1} - std::chrono::microseconds{1} : midnight->time;
}

model::Result<std::string> parse_since(const std::string& text) {
    if (const auto age = model::parse_duration(text)) {
        const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
        return model::format_rfc3339(now - *age);
    }
    const auto time = parse_date("--since", text);
    if (!time) return model::Error{model::ErrorKind::invalid, time.error().message + ", or a length of time like 2h"};
    return model::format_rfc3339(*time);
}

}  // namespace weir::daemon::cli
