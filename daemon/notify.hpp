// Tells systemd (Type=notify) that the daemon is ready. Does nothing elsewhere.
#pragma once

namespace weir::daemon {

void notify_ready();

}  // namespace weir::daemon
