// Which task instances of a run a person means: tasks or groups by name, what is above or below them, those that failed.
// Clearing and marking start here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/memory.hpp"
#include "scheduler/model/result.hpp"

namespace weir::core {

// Sorted, each once. A mapped task stands for all its instances, unless single ones are meant; never both.
[[nodiscard]] model::Result<std::vector<RecordIndex>> select_records(const LiveRun& run,
                                                                     const TaskSelection& selection);

// A setup and its teardown belong to what stands between them: whoever runs that again needs both again.
void add_setups_and_teardowns(const LiveRun& run, std::vector<RecordIndex>& records);

// All that failed, with what is downstream of it and the setups and teardowns around that; sorted.
[[nodiscard]] std::vector<RecordIndex> failed_records(const LiveRun& run);

// As rows: of a mapped task its instances.
[[nodiscard]] std::vector<model::TaskInstance> rows_of(const LiveRun& run, const std::vector<RecordIndex>& records);

[[nodiscard]] std::string unknown_task(const LiveRun& run, std::string_view task_id);

}  // namespace weir::core
