// `--param key=value` to JSON. A value that reads as JSON is that (5, true, [1]); anything else is text.
#pragma once

#include <string>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

namespace weir::daemon::cli {

[[nodiscard]] model::Result<model::Json> parse_params(const std::vector<std::string>& pairs);

}  // namespace weir::daemon::cli
