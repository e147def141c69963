// The daemon, composed: store, core loop, executors, DAG watcher, API. The only place where all rooms meet.
#pragma once

#include "daemon/settings.hpp"

namespace weir::daemon {

// Blocks until SIGTERM or SIGINT. Running tasks stay with the supervisor, for the next daemon to take over.
// Returns an exit code.
[[nodiscard]] int run_server(const Settings& settings);

}  // namespace weir::daemon
