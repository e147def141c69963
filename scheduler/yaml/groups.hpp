// The map of tasks, in which groups may stand that hold maps of tasks.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] const ShapePtr& tasks_shape();

// Reads all tasks and groups into the draft; those in a group get its id and a point before their own.
void store_tasks(DagDraft& draft, const Node& tasks);

}  // namespace weir::yaml
