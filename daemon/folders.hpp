// Makes the data folder, readable by its owner alone: it holds logs, history and the socket that commands the daemon.
#pragma once

#include "daemon/settings.hpp"

namespace weir::daemon {

[[nodiscard]] model::Result<> make_data_folder(const Settings& settings);

// Removes a run's log folder and all in it. Missing is fine.
void remove_run_logs(const Settings& settings, const std::string& dag_id, const std::string& run_id);

}  // namespace weir::daemon
