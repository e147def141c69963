// Programs that a benchmark starts, and what they cost.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace weir::bench {

using Seconds = std::chrono::duration<double>;

// What `./dev bench` has built: $WEIR_PROGRAM; empty without it.
[[nodiscard]] std::string weir_program();

// argv[0] is a path. `output`: a file for stdout; stderr goes to the same name with ".err".
pid_t start(std::vector<std::string> arguments, const std::string& output = "");
// Its exit code, or 128 and the signal.
int wait_for(pid_t pid);

// Of a process, of its children that have ended, and of those that live, with theirs.
[[nodiscard]] Seconds processor_time(pid_t pid);

// Resident memory in MB, of the process alone.
[[nodiscard]] double resident_mb(pid_t pid);

}  // namespace weir::bench
