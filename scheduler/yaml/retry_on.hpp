// `retry_on`: which failures are worth another try.
#pragma once

#include "scheduler/model/dag.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] ShapePtr retry_on_shape();
[[nodiscard]] model::RetryOn retry_on_of(const Node& node);

}  // namespace weir::yaml
