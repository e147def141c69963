// The environment that tasks start from, and where this program's own file is.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace weir::daemon {

// The daemon's own environment, without what only concerns the daemon (systemd's sockets and notify address,
// failpoints).
[[nodiscard]] std::map<std::string, std::string> task_environment();

// This very program, for `weir supervise` and `weir task`. After an upgrade that replaced the file: the new one.
[[nodiscard]] std::filesystem::path weir_program();

}  // namespace weir::daemon
