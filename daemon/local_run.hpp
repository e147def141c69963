// One run, here and now, without a daemon: the same loop, core and process executor over a database in memory.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "daemon/settings.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/model/dag.hpp"

namespace weir::daemon {

struct LocalRun {
    const Settings& settings;
    std::shared_ptr<const model::Dag> dag;
    model::Json params = model::Json::object();
    std::optional<model::TimePoint> logical_date;
    std::function<void(const core::Turn& turn)> committed;  // after each turn that changed something
    std::function<void(model::TimePoint now)> tick;         // a few times a second
    const std::atomic<int>& interrupted;                    // > 0: kill the run, and wait for its end
};

// The run as it ended, or why it could not start. Blocks.
[[nodiscard]] model::Result<model::Run> run_locally(const LocalRun& request);

}  // namespace weir::daemon
