// Random DAGs, and how their tasks' programs end.
#pragma once

#include <string>

#include "scheduler/model/dag.hpp"
#include "tests/sim/dice.hpp"

namespace weir::sim {

inline constexpr const char* kSmallPool = "small";

// `with_operators`: some tasks wait, ask a person or run another DAG ("x" or "y").
[[nodiscard]] model::Dag random_dag(Dice& dice, const std::string& id, int most_tasks, bool with_operators);

// How often a task's program fails before it succeeds: a property of the task, so that it ends the same however often the
// daemon dies on the way.
[[nodiscard]] int failures_of(const model::Task& task);
[[nodiscard]] bool succeeds(const model::Task& task);

}  // namespace weir::sim
