// What one step of the core brings: rows to commit, then things to do. Nothing of `effects` may happen before
// `changes` are on disk.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/core/deferrals.hpp"
#include "scheduler/model/account.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

// A `wait` looks again and again: only its newest look stays on record.
struct TryErased {
    model::TryId id;
};

// The events that counted towards a run have made it, or are too old for it.
struct EventsConsumed {
    std::string dag_id;
    int entry = 0;
    model::EventId through;
};

// Rows written whole, insert or replace by key. Folding all changes in order gives the live state.
using Change = std::variant<model::DagVersion, model::DagState, model::Backfill, model::Run, model::TaskInstance,
                            model::Try, TryErased, model::Notification, model::Event, model::Window, model::AssetState,
                            model::SourcePosition, model::CountedEvent, EventsConsumed, model::User, model::UserErased,
                            model::Session, model::SessionErased, model::Token, model::TokenErased, model::AuditEntry>;

using Environment = std::map<std::string, std::string>;

// Start this try. Idempotent per id.
struct Launch {
    model::TryId id;
    std::string executor;
    std::string dag_id;
    std::string run_id;
    std::string task_id;
    int map_index = -1;
    int try_number = 1;
    model::Action action;  // rendered: no ${{ }} is left; {"$sql": …} has become {"text": …, "params": […]}
    // WEIR_…, and the task's own over them; the executor adds its base environment. What all tasks of a run have in common
    // is made once. May be null.
    std::shared_ptr<const Environment> run_env;
    Environment env;
    std::string workdir;
    std::string log_path;  // below the log folder: "dag/run/task/1.log"
    model::Duration timeout{0};
    model::Duration grace{0};
    std::uint64_t log_limit = model::kDefaultLogLimit;
    // Of the executor (see ExecutorListed) for which this was decided. One of another epoch drops it: the core is about to
    // count the try as lost. Empty: whatever it is.
    std::string epoch;
    // Instead of an action: `weir task notify` delivers this one by its notifier.
    std::optional<model::Notification> deliver = std::nullopt;
};
// All of it.
[[nodiscard]] inline Environment environment_of(const Launch& launch) {
    auto environment = launch.env;
    if (launch.run_env) environment.insert(launch.run_env->begin(), launch.run_env->end());
    return environment;
}
// TERM now, KILL after the try's grace. The exit comes back as TryExited.
struct KillTry {
    model::TryId id;
    std::string executor;
};
// The end of this try is on disk: the executor may forget it.
struct Acknowledge {
    model::TryId id;
    std::string executor;
};
// Look this run up and hand it in as RunFetched.
struct FetchRun {
    std::string dag_id;
    std::string run_id;
};
// What a command has done, or in a dry run would do. Only what the command is about is filled in.
struct Answer {
    model::Run run;                                   // that it made or changed; for SetPaused only dag_id is set
    std::vector<model::Run> runs;                     // of a clear: those in which something is cleared
    std::vector<model::TaskInstance> task_instances;  // of a clear or mark, as they were before it
    std::optional<model::Backfill> backfill;
    std::vector<model::TimePoint> dates;  // of a backfill, in the order of their runs
    std::optional<model::Event> event;    // of a replay
};
struct Reply {
    model::RequestId request;
    model::Result<Answer> result;
};
// In words, the weightiest first. `state` is the run's or task's; of a DAG: active, paused or removed.
struct Explanation {
    std::string state;
    std::vector<std::string> reasons;
};
// The answer to Explain.
struct Explained {
    model::RequestId request;
    model::Result<Explanation> result;
};
// Tasks wait for this run, and it is not live: the loop asks history and answers with RunFound.
struct LookUpRun {
    AwaitedRun what;
};
// A batch of events is on disk: its source may forget it.
struct EventsTaken {
    model::RequestId receipt;
    std::vector<model::Event> events;  // in the order of the batch
};
// Words for the daemon's log: of something that a person should know and did not ask for.
struct Note {
    std::string text;
};
using Effect = std::variant<Launch, KillTry, Acknowledge, FetchRun, Reply, Explained, LookUpRun, EventsTaken, Note>;

struct Turn {
    std::vector<Change> changes;
    std::vector<Effect> effects;
    // Call step again at this time at the latest, with or without inputs. nullopt: only when there is input.
    std::optional<model::TimePoint> wake_at;
};

}  // namespace weir::core
