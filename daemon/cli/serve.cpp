// weir serve: the daemon.
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/log.hpp"
#include "daemon/server.hpp"
#include "executors/wire/failpoint.hpp"

namespace weir::daemon::cli {

namespace {

constexpr int kHeaps = 1;

}  // namespace

int serve(const Common& common, const Serve& options) {
    auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    if (!options.listen.empty()) settings->listen = options.listen == "off" ? "" : options.listen;
    if (!options.behind_proxy.empty()) settings->behind_proxy = options.behind_proxy;
    if (options.no_auth) settings->login = false;
    set_up_log();
    // Else each thread gets a heap of its own, keeps what its largest answer needed, and cannot fill the holes that another has
    // left. They hardly ever allocate at once.
    mallopt(M_ARENA_MAX, kHeaps);
    const auto [failpoints, fault] = arm_failpoints();
    if (!fault.empty()) return fail({model::ErrorKind::invalid, fault});
    if (!failpoints.empty())
        spdlog::warn("FAILPOINTS ARE ARMED, this daemon will kill or stop itself on purpose: {}", failpoints);
    return run_server(*settings);
}

}  // namespace weir::daemon::cli
