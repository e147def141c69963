// The version that `weir version`, the API and the log tell.
#pragma once

namespace weir::daemon {

inline constexpr const char* kVersion = WEIR_VERSION;

}  // namespace weir::daemon
