// How the API asks for something to happen. The answer comes after the commit.
#pragma once

#include "scheduler/core/inputs.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/model/result.hpp"

namespace weir::ports {

using Command = std::variant<core::TriggerRun, core::SetPaused, core::RetryTasks, core::ClearTasks, core::MarkTasks,
                             core::ChangeRun, core::Kill, core::CreateBackfill, core::ChangeBackfill, core::Decide,
                             core::ReplayEvent>;

struct Health {
    bool database_healthy = true;   // false while commits fail for want of disk
    bool scheduler_healthy = true;  // false while no task can be started
    std::string problem;            // in words; empty when all is well
    model::TimePoint heartbeat;     // of the last turn or idle check
};

class Commands {
   public:
    virtual ~Commands() = default;
    // Blocks until committed; never call it from the core or IO thread. The command's `request` and `found_…` are filled in here.
    // kind unavailable when the inbox is full or the daemon is stopping.
    // The audit's line is written in the transaction of what the command does, with its outcome; nullopt for what changes
    // nothing, as a dry run.
    [[nodiscard]] virtual model::Result<core::Answer> execute(Command command,
                                                              std::optional<model::AuditEntry> audit) = 0;
    // What a DAG, a run or a task waits for, as core::explain has it. Blocks as well.
    [[nodiscard]] virtual model::Result<core::Explanation> explain(core::Explain question) = 0;
    [[nodiscard]] virtual Health health() const = 0;
};

}  // namespace weir::ports
