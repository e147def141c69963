#include "daemon/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "executors/wire/failpoint.hpp"

namespace weir::daemon {

std::map<std::string, std::string> task_environment() {
    static constexpr std::array<std::string_view, 7> kOwn{kFailpointVariable, "NOTIFY_SOCKET",  "LISTEN_FDS",
                                                          "LISTEN_PID",       "LISTEN_FDNAMES", "WATCHDOG_USEC",
                                                          "WATCHDOG_PID"};
    std::map<std::string, std::string> all;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = text.substr(0, equals);
        if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end()) continue;
        all.emplace(name, text.substr(equals + 1));
    }
    return all;
}

std::filesystem::path weir_program() {
    std::error_code error;
    auto path = std::filesystem::read_symlink("/proc/self/exe", error).string();
    // The kernel's mark for a file that was replaced while it ran.
    constexpr std::string_view kDeleted = " (deleted)";
    if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
    return path;
}

}  // namespace weir::daemon
