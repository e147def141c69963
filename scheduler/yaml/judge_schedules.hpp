// What only the whole file can tell of schedules: entries that exclude each other, and a DAG that would start itself.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"

namespace weir::yaml {

void judge_schedules(const DagDraft& draft, Problems& problems);

}  // namespace weir::yaml
