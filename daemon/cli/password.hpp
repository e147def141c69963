// A password from the person at the terminal, or from a pipe; never from the command line, which everybody can read.
#pragma once

#include <string>

#include "scheduler/model/result.hpp"

namespace weir::daemon::cli {

// At a terminal asked for twice, without showing it; else the first line of stdin.
[[nodiscard]] model::Result<std::string> ask_password(const std::string& user);

}  // namespace weir::daemon::cli
