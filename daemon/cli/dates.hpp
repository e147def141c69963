// Dates as people write them: RFC 3339, or a day alone, which is UTC's.
#pragma once

#include <string>

#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace weir::daemon::cli {

// `option` is named in the error. A day alone is its first instant, or with `end_of_day` its last.
[[nodiscard]] model::Result<model::TimePoint> parse_date(const std::string& option, const std::string& text,
                                                         bool end_of_day = false);

// "2h" before now, or a time, or a day; as RFC 3339.
[[nodiscard]] model::Result<std::string> parse_since(const std::string& text);

}  // namespace weir::daemon::cli
