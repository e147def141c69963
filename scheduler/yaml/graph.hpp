// The tasks as a graph, once all know what they need: circles, order.
#pragma once

#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"

namespace weir::yaml {

// Indices in topological order, those of the file where it leaves a choice. Tasks on or behind a circle are missing,
// and each circle is told.
[[nodiscard]] std::vector<model::TaskIndex> order_tasks(const std::vector<TaskDraft>& tasks, Problems& problems);

// A teardown that does not wait for what works with its setup would remove it under the work's feet.
void judge_teardowns(const std::vector<TaskDraft>& tasks, Problems& problems);

// Does `later` come after `earlier`, through any number of tasks between?
[[nodiscard]] bool is_upstream(const std::vector<TaskDraft>& tasks, model::TaskIndex earlier, model::TaskIndex later);

}  // namespace weir::yaml
