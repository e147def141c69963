// weir task KIND and weir supervise: what Weir starts itself, in processes of their own.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <iterator>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "executors/operators/notify.hpp"
#include "executors/operators/operator.hpp"
#include "executors/supervisor/supervise.hpp"
#include "executors/wire/failpoint.hpp"
#include "scheduler/model/states.hpp"

namespace weir::daemon::cli {

int operator_task(const std::string& kind) {
    const bool notify = kind == "notify";
    const auto operator_kind = model::parse<model::OperatorKind>(kind);
    if (!notify && (!operator_kind || *operator_kind == model::OperatorKind::run))
        return fail({model::ErrorKind::invalid, "weir task: no operator '" + kind + "'"});
    if (::isatty(STDIN_FILENO) == 1)
        return fail({model::ErrorKind::invalid, "weir task is started by Weir, with its settings on standard input"});
    const std::string settings{std::istreambuf_iterator<char>(std::cin), {}};
    if (notify) return operators::run_notify(settings, operators::environment_of_process());
    return operators::run_operator(*operator_kind, settings, operators::environment_of_process());
}

int supervise(const std::string& data_folder) {
    const auto [failpoints, fault] = arm_failpoints();
    if (!fault.empty()) return fail({model::ErrorKind::invalid, fault});
    if (!failpoints.empty())
        fmt::print(stderr, "weir supervise: FAILPOINTS ARE ARMED, it will kill or stop itself on purpose: {}\n",
                   failpoints);
    return supervisor::supervise({.data_folder = data_folder});
}

}  // namespace weir::daemon::cli
