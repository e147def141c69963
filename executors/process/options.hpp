// How the daemon sets up its process executor.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "scheduler/model/json.hpp"

namespace weir::process {

struct ProcessOptions {
    std::filesystem::path data_folder;               // of the supervisor: its socket, lock, journal and log
    std::filesystem::path log_folder;                // core::Launch::log_path is below it
    std::filesystem::path weir_program;              // for `weir supervise` and `weir task`
    std::map<std::string, std::string> environment;  // what every task starts from
    std::map<std::string, model::Json>
        connections{};  // name -> {"kind": "redis", …, secrets as {"env": NAME} or {"file": path}}
    // name -> {"kind": "webhook", …} or {"kind": "run", "run": script}, secrets as above
    std::map<std::string, model::Json> notifiers{};
    std::filesystem::path notifier_folder = "/";  // where the scripts of notifiers run
    // Words for the daemon's log: the supervisor can't be started, was restarted, … Called on the IO thread; may be
    // empty.
    std::function<void(const std::string&)> note{};
    // Why no task can be started, by the same words; empty once it can again. As above.
    std::function<void(const std::string&)> trouble{};
};

}  // namespace weir::process
