// `foreach`: what a task runs once for each of.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] ShapePtr foreach_shape();

// Ranges become lists. What is no list, map or sound range is left out, and judge_foreach() says why.
[[nodiscard]] model::Foreach foreach_of(const Node& node);
void judge_foreach(const Node& node, Problems& problems);

}  // namespace weir::yaml
