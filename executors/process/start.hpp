// Starts `weir supervise` for a data folder, detached from this process.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "scheduler/model/result.hpp"

namespace weir::process {

// Returns at once, with the PID of a child that has its own session and writes to supervisor.log; it accepts
// connections a moment later, or ends where another supervisor works in the folder. The caller reaps it if it ends
// first.
[[nodiscard]] model::Result<pid_t> start_supervisor(const std::filesystem::path& weir_program,
                                                    const std::filesystem::path& data_folder);

}  // namespace weir::process
