// The folder of a run's logs: <log folder>/<dag>/<run>. The session makes it before the first launch of the run, the supervisor
// writes the logs into it, the daemon removes it with the run.
#pragma once

#include <string>

#include "scheduler/ports/executor.hpp"

namespace weir::process {

// `log_path` is that of the launch, absolute.
[[nodiscard]] std::string run_folder_of(const core::Launch& launch, const std::string& log_path);

// Nothing is said when it can't be made: what is written into it then fails with words of its own.
void make_run_folder(const std::string& folder);

}  // namespace weir::process
