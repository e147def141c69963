// `foreach`: what a task runs once for each of.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] ShapePtr foreach_shape();

// Ranges become lists, as long as `range_items_left` lets them. What is no list, map or sound range is left out, and
// judge_foreach() says why.
[[nodiscard]] model::Foreach foreach_of(const Node& node, std::size_t& range_items_left);
void judge_foreach(const Node& node, const model::Foreach& foreach, Problems& problems);

}  // namespace weir::yaml
