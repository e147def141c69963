// `weir supervise`: the process that holds all task processes and outlives the daemon. One thread, libc only, small;
// its only work is to spawn, watch and reap. Started by executors/process, told what to do over executors/wire.
#pragma once

#include <chrono>
#include <string>

namespace weir::supervisor {

struct Options {
    std::string data_folder;  // has its lock, socket and journal
    // Without a daemon and a running task it ends by itself after this time. Exits not yet fetched are on disk.
    std::chrono::milliseconds idle_exit{60'000};
};

// Becomes the supervisor of the data folder: its own session, subreaper, standard input from /dev/null, working
// folder /. Call it early in a fresh process, with no other thread. Returns the exit code: 0 when it ended in order,
// or when another supervisor holds the folder; 1, with words on stderr, when it can't work there. SIGTERM, SIGINT and
// SIGHUP: it ends the tasks, each within its grace, then itself; exits not yet fetched are kept on disk.
[[nodiscard]] int supervise(const Options& options);

}  // namespace weir::supervisor
