// Everything that can happen to the core, as values. What an input needs of history, the loop looks up first
// and hands in with it (fields named `found_…`); the core never asks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

// A run as history has it, with the DAG of its version.
struct RunHistory {
    model::Run run;
    std::shared_ptr<const model::Dag> dag;
    std::vector<model::TaskInstance> task_instances;
};

// --- definitions -----------------------------------------------------------------------------------------------------

// A file loaded, for the first time or changed. The same hash again changes nothing.
struct DagLoaded {
    std::shared_ptr<const model::Dag> dag;
    // For the first load of a life, when history's newest version has another hash: that version, loaded. Without it the
    // schedule counts as changed, and no tick of the time before is made up for.
    std::shared_ptr<const model::Dag> found_previous = nullptr;
    // For a DAG with depends_on_past: its newest ended runs that have a logical date. Their `dag` may be null.
    std::vector<RunHistory> found_past = {};
};
// The file of this DAG is gone. Its live runs finish; it makes no new ones.
struct DagRemoved {
    std::string dag_id;
};
struct PoolsConfigured {
    std::vector<model::Pool> pools;
    int parallelism = 16;  // tries at once, over all pools
};

// --- commands: each is answered by one Reply with the same RequestId -----------------------------------------------------

struct TriggerRun {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;  // empty: made up from type and time
    model::Json params = model::Json::object();
    std::optional<model::TimePoint> logical_date;
    std::optional<model::Interval> data_interval;  // default: what the DAG's cron says for logical_date or now
    model::TriggeredBy triggered_by = model::TriggeredBy::cli;
    std::string user;
    std::string note;
    bool found_same = false;  // history has this run_id, or this logical_date
};
struct SetPaused {
    model::RequestId request;
    std::string dag_id;
    bool paused = false;
};
// Runs tasks again, with what is downstream of them; earlier tries and their logs stay.
struct RetryTasks {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::vector<std::string> task_ids;    // empty: all that failed or were upstream_failed
    std::optional<RunHistory> found_run;  // when the run is no longer live
};
// Ends the running tries and fails the run (or only the named task).
struct Kill {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::optional<std::string> task_id;
};

// What does it wait for, or what is it doing? Changes nothing; answered by Explained, as things stand after the step.
struct Explain {
    model::RequestId request;
    std::string dag_id;
    std::optional<std::string> run_id;   // a queued or running one
    std::optional<std::string> task_id;  // of that run
    int map_index = -1;                  // an instance of `foreach`
};

// --- reports of executors ----------------------------------------------------------------------------------------------

struct TryStarted {
    model::TryId id;
    std::optional<std::int64_t> pid;
    model::TimePoint at;
};
struct TryExited {
    model::TryId id;
    model::TimePoint at;
    std::optional<int> exit_code;  // one of these two
    std::optional<int> signal;
    bool timed_out = false;  // the executor ended it at its deadline
    std::string detail;      // more words, where there are some: "log limit of 256 MiB reached"
    model::Json outputs;     // what the task wrote to WEIR_OUTPUT: object or null
};
// Never started, and never will under this try id.
struct TryRefused {
    model::TryId id;
    bool shortage = false;  // no processes, memory or disk: back off and use up no retry; else a failure like any other
    std::string reason;     // "no such program: ./anounce.sh"
};
// Nobody knows how it ended: its supervisor or machine died.
struct TryLost {
    model::TryId id;
    std::string reason;
};
// The executor is connected (again), and this is all it knows of. Until the first one of an executor, nothing is launched on it.
// Open tries of it that are not listed: same epoch -> launched again under the same id; another epoch -> lost.
struct ExecutorListed {
    std::string executor;
    std::string epoch;
    std::string boot_id;
    std::vector<model::TryId> known;
};

// --- recovery ------------------------------------------------------------------------------------------------------------

// The first input of a life: what the store says was open. `next_…` continue the counters.
struct Recovered {
    struct LiveRun {
        RunHistory history;
        std::vector<model::Try> open_tries;
    };
    std::vector<LiveRun> runs;
    std::vector<model::DagState> dags;
    std::vector<model::DagVersion> versions;  // newest of each DAG; `source` may be empty
    // Logical dates after their DAG's scheduled_through that a run has already (by hand, say): no tick makes them again.
    std::vector<std::pair<std::string, model::TimePoint>> dates_ahead;
    std::vector<model::Backfill> backfills;          // running or paused
    std::vector<model::Notification> notifications;  // pending
    model::RunId next_run{1};
    model::TryId next_try{1};
    model::DagVersionId next_version{1};
    model::BackfillId next_backfill{1};
    model::NotificationId next_notification{1};
};

using Input = std::variant<Recovered, DagLoaded, DagRemoved, PoolsConfigured, TriggerRun, SetPaused, RetryTasks, Kill,
                           Explain, TryStarted, TryExited, TryRefused, TryLost, ExecutorListed>;

}  // namespace weir::core
