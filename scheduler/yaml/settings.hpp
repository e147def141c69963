// A checked tree as JSON: what operators and connections get of their part of the file.
#pragma once

#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

// The node has passed check() with this shape. SQL texts become {"$sql": text}.
[[nodiscard]] Json to_settings(const Node& node, const Shape& shape);

// Whatever stands there, by YAML's own types.
[[nodiscard]] Json to_json(const Node& node);

}  // namespace weir::yaml
