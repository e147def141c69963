// The patterns of the `date` filter: strftime's, in English, over a time in its own offset.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scheduler/model/time.hpp"

namespace weir::expr {

// What is wrong with the pattern, if anything.
[[nodiscard]] std::optional<std::string> check_date_format(std::string_view pattern);

// The pattern must have passed check_date_format.
[[nodiscard]] std::string format_date(model::OffsetTime time, std::string_view pattern);

}  // namespace weir::expr
