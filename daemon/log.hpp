// The daemon's own log: lines on stderr, UTC, coloured on a terminal. systemd or the shell keeps it.
#pragma once

namespace weir::daemon {

// WEIR_LOG_LEVEL: debug, info (default), warn, error.
void set_up_log();

}  // namespace weir::daemon
