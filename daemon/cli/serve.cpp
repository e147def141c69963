// weir serve: the daemon.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/log.hpp"
#include "daemon/server.hpp"
#include "executors/wire/failpoint.hpp"

namespace weir::daemon::cli {

int serve(const Common& common, const std::string& listen, bool no_auth) {
    auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    if (!listen.empty()) settings->listen = listen == "off" ? "" : listen;
    if (no_auth) settings->login = false;
    set_up_log();
    const auto [failpoints, fault] = arm_failpoints();
    if (!fault.empty()) return fail({model::ErrorKind::invalid, fault});
    if (!failpoints.empty())
        spdlog::warn("FAILPOINTS ARE ARMED, this daemon will kill or stop itself on purpose: {}", failpoints);
    return run_server(*settings);
}

}  // namespace weir::daemon::cli
