// What tries are launched with, so that a person can see later what really ran: a line each in the file .launches of the run's
// log folder, with which it goes. The session writes them, the API reads them. Secrets are in them by their names only.
// One file for all tasks of a run, because making a file costs more than all the rest of a launch.
#pragma once

#include <string>

#include "scheduler/ports/executor.hpp"

namespace weir::process {

[[nodiscard]] model::Json launch_record(const core::Launch& launch);

// "<try id> <record>". A disk that is full must not keep the task from running.
void keep_launch_record(const core::Launch& launch, const std::string& run_folder);

}  // namespace weir::process
