// Starts one task process: its own process group, its output in its log file, nothing inherited but what the launch
// says.
#pragma once

#include <sys/resource.h>

#include <string>
#include <variant>

#include "executors/supervisor/system.hpp"
#include "executors/wire/messages.hpp"

namespace weir::supervisor {

struct Spawned {
    pid_t pid = 0;  // and its process group
    UniqueFd log;   // open for appending
};
struct Refusal {
    bool shortage = false;
    std::string reason;
};

// `files` is the RLIMIT_NOFILE that tasks get: the supervisor's own is raised, and programs that use select() or close
// every possible descriptor would suffer from it.
[[nodiscard]] std::variant<Spawned, Refusal> spawn(const wire::Launch& launch, const std::string& token,
                                                   const rlimit& files);

// A line of Weir's own in a task's log, on a line of its own.
void append_line(const UniqueFd& log, const std::string& line);

}  // namespace weir::supervisor
