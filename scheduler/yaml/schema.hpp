// The JSON Schemas that editors use, made from the tables that the loaders read by.
#pragma once

#include "scheduler/model/json.hpp"

namespace weir::yaml {

[[nodiscard]] model::Json dag_schema();     // `weir schema`
[[nodiscard]] model::Json config_schema();  // `weir schema --config`

}  // namespace weir::yaml
