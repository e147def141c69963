// Times in queries and bodies.
#pragma once

#include <optional>
#include <string_view>

#include "scheduler/model/time.hpp"

namespace weir::api {

// RFC 3339, and with an offset without its colon, "+0000", as Airflow's client writes in queries.
[[nodiscard]] std::optional<model::TimePoint> parse_time(std::string_view text);

}  // namespace weir::api
