// What stands below `wait`, `dag` and `approve`: the operators that wait without a process of their own. What their settings
// become is told in docs/operators.md.
#pragma once

#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"
#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

inline constexpr model::Duration kWaitTimeout = std::chrono::days{7};  // of a wait that sets none

[[nodiscard]] const ShapePtr& wait_shape();
[[nodiscard]] const ShapePtr& sub_dag_shape();
[[nodiscard]] const ShapePtr& approve_shape();

// What only the loader sees of the form of an `approve`.
void judge_approval(const Node& settings, Problems& problems);

// The settings of any operator as the model keeps them. Short forms are written out, defaults filled in.
[[nodiscard]] Json finished_settings(model::OperatorKind kind, const Node& settings, const Shape& shape);

}  // namespace weir::yaml
