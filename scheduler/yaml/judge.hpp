// What the keys of a task, or of a DAG, must be to each other, beyond what a table can say.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"

namespace weir::yaml {

// Also fills in what follows from other keys. The draft has its `upstream` and `setups`.
void judge_task(TaskDraft& draft, Problems& problems);
// `root`: the whole file.
void judge_dag(const DagDraft& draft, const Node& root, Problems& problems);

}  // namespace weir::yaml
