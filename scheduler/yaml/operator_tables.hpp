// What stands below `load`, `sql` and `check` in a task: docs/operators.md as tables.
#pragma once

#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] const ShapePtr& load_shape();
[[nodiscard]] const ShapePtr& sql_shape();
[[nodiscard]] const ShapePtr& check_shape();

}  // namespace weir::yaml
