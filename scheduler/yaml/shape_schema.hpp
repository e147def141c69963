// The JSON Schema (draft 2020-12) of a shape.
#pragma once

#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] Json schema_of(const Shape& shape);

}  // namespace weir::yaml
