// Everything that can happen to the core, as values. What an input needs of history, the loop looks up first
// and hands in with it (fields named `found_…`); the core never asks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/core/deferrals.hpp"
#include "scheduler/core/ledger.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/model/dag.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

// A run as history has it, with the DAG of its version.
struct RunHistory {
    model::Run run;
    std::shared_ptr<const model::Dag> dag;
    std::vector<model::TaskInstance> task_instances;
    // The run's, if it has one: it counts the run, as long ago as it may have ended. Not needed where it is not to run again.
    std::optional<model::Backfill> backfill = {};
};

// --- definitions -----------------------------------------------------------------------------------------------------

// A file loaded, for the first time or changed. The same hash again changes nothing.
struct DagLoaded {
    std::shared_ptr<const model::Dag> dag;
    // For the first load of a life, when history's newest version has another hash: that version, loaded. Without it the
    // schedule counts as changed, and no tick of the time before is made up for.
    std::shared_ptr<const model::Dag> found_previous = nullptr;
    // For a DAG with depends_on_past: its newest ended runs that have a logical date. Their `dag` may be null.
    std::vector<RunHistory> found_past = {};  // at most kMostPastRuns
};
// That depends_on_past can look at. A retry of a run that is older sees no run before it.
inline constexpr std::size_t kMostPastRuns = 100;
// The file of this DAG is gone. Its live runs finish; it makes no new ones.
struct DagRemoved {
    std::string dag_id;
};
struct PoolsConfigured {
    std::vector<model::Pool> pools;
    int parallelism = 16;  // tries at once, over all pools
};

// --- commands: each is answered by one Reply with the same RequestId -----------------------------------------------------

[[nodiscard]] std::string manual_run_id(model::TimePoint now);  // "manual__" and the time
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
    bool found_same = false;         // history has this run_id, or this logical_date
    bool found_manual_name = false;  // history has manual_run_id(now): the clock was set back
    // run_id of a run that is to be done again: its params, with the given ones over them, and its data interval.
    std::string restart_of = {};
    std::optional<model::Run> found_restarted = std::nullopt;  // that run
};
struct SetPaused {
    model::RequestId request;
    std::string dag_id;
    bool paused = false;
};
// Which task instances of a run are meant.
struct TaskSelection {
    std::vector<std::string> names;  // of tasks, or of groups, which stand for their tasks; empty: all
    std::optional<int> map_index;    // of the one task that is named
    bool upstream = false;           // and all that is above
    bool downstream = false;         // and all that is below; of failed ones with only_failed
    bool only_failed = false;        // of these only those that failed, were upstream_failed or were killed
};
struct DateRange {
    model::TimePoint from, to;  // logical dates, both included
};
// Runs task instances again, with the setups and teardowns around them; earlier tries and their logs stay. A finished run
// becomes live again. Either in one run, or in all runs of a range.
struct ClearTasks {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::optional<DateRange> range = std::nullopt;
    TaskSelection tasks = {};
    bool newest_version = false;              // of the DAG, instead of the run's own; only of finished runs
    bool dry_run = false;                     // only answers with the task instances
    std::vector<RunHistory> found_runs = {};  // those that are not live
    bool found_too_many = false;              // more than kMostRunsCleared
};
inline constexpr std::size_t kMostRunsCleared = 100;
// The short form of it: the named tasks, or those that failed, with what is downstream of them.
struct RetryTasks {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::vector<std::string> task_ids;    // empty: all that failed or were upstream_failed
    std::optional<RunHistory> found_run;  // when the run is no longer live
};
// Says how task instances ended: success, failed or skipped. What runs is killed first. What failed downstream for want of
// them runs again.
struct MarkTasks {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    TaskSelection tasks;
    model::TaskState state = model::TaskState::success;
    bool dry_run = false;
    std::optional<RunHistory> found_run = std::nullopt;  // when the run is no longer live
};
// Says how a run ended (success or failed; what runs in it is killed), or what is noted with it.
struct ChangeRun {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::optional<model::RunState> state = std::nullopt;
    std::optional<std::string> note = std::nullopt;
    std::optional<RunHistory> found_run = std::nullopt;  // when the run is no longer live
};
// Ends the running tries and fails the run (or only the named task, or one instance of it).
struct Kill {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::optional<std::string> task_id;
    std::optional<int> map_index = std::nullopt;                // of that task
    std::optional<model::RunState> found_state = std::nullopt;  // when history has the run
};

// Runs every logical date of a range that the DAG's cron has, a few at a time.
struct CreateBackfill {
    model::RequestId request;
    std::string dag_id;
    model::TimePoint from, to;  // both included
    model::Reprocess reprocess = model::Reprocess::none;
    bool backwards = false;
    int max_active_runs = 10;
    model::Json params = model::Json::object();
    std::string user;
    bool dry_run = false;                      // only answers with the dates
    std::vector<model::DatedRun> found_dates;  // runs in the range, at most kMostFoundDates + 1
};
inline constexpr std::size_t kMostFoundDates = 100'000;

enum class BackfillChange : std::uint8_t { pause, unpause, cancel };
struct ChangeBackfill {
    model::RequestId request;
    model::BackfillId id;
    BackfillChange change = BackfillChange::pause;
    std::optional<model::Backfill> found;  // when history has it
};

// The answer to the effect FetchRun.
struct RunFetched {
    std::string dag_id;
    std::string run_id;
    std::optional<RunHistory> found;
};

// What does it wait for, or what is it doing? Changes nothing; answered by Explained, as things stand after the step.
struct Explain {
    model::RequestId request;
    std::string dag_id;
    std::optional<std::string> run_id;   // a queued or running one
    std::optional<std::string> task_id;  // of that run
    int map_index = -1;                  // an instance of `foreach`
};
// A person's answer to an `approve` that waits for it.
struct Decide {
    model::RequestId request;
    std::string dag_id;
    std::string run_id;
    std::string task_id;
    int map_index = -1;
    bool approved = true;
    model::Json values = model::Json::object();  // of the form; checked as params are
    std::string note;
    std::string user;
    model::Role role = model::Role::viewer;  // of that user
};

// --- accounts and audit --------------------------------------------------------------------------------------------------

// Rows that need no decision, written with the turn's own.
struct Record {
    model::RequestId request;  // answered by a Reply; none: nobody waits
    std::vector<Change> rows;
    // Its audit rows tell of this command, which comes in the same post: they get its outcome, and the run that it made.
    model::RequestId of = {};
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

// --- history -------------------------------------------------------------------------------------------------------------

// What history knows of the run that LookUpRun asked for; nullopt: nothing.
struct RunFound {
    AwaitedRun what;
    std::optional<model::Run> run;
};

// --- events --------------------------------------------------------------------------------------------------------------

// An event as it came from a source; or, with `fault`, what came in its place and could not be read.
struct IncomingEvent {
    model::CloudEvent event;
    std::string position;
    std::string fault = {};  // "this is no JSON"
    std::string raw = {};    // its beginning
};
// One batch of one source, of at most kMostEventsAtOnce. Answered by EventsTaken, after which the source may forget it.
struct EventsReceived {
    model::RequestId receipt;
    std::string source;
    std::vector<IncomingEvent> events;
    std::vector<model::SourcePosition> positions = {};  // committed with them
};
// A rejected event is taken once more.
struct ReplayEvent {
    model::RequestId request;
    model::EventId id;
    std::optional<model::Event> found = std::nullopt;
};

// --- recovery ------------------------------------------------------------------------------------------------------------

inline constexpr std::size_t kMostDatesOfUnscheduled = 1000;
// The first input of a life: what the store says was open. `next_…` continue the counters.
struct Recovered {
    struct LiveRun {
        RunHistory history;
        // Also, of a wait between two looks, the try of its last look; that one has ended.
        std::vector<model::Try> open_tries;
    };
    std::vector<LiveRun> runs;
    std::vector<model::DagState> dags;
    std::vector<model::DagVersion> versions;  // newest of each DAG; `source` may be empty
    // Logical dates after their DAG's scheduled_through that a run has already (by hand, say): no tick makes them again.
    // Of a DAG that has never had a schedule: the newest kMostDatesOfUnscheduled.
    std::vector<std::pair<std::string, model::TimePoint>> dates_ahead;
    struct OpenBackfill {
        model::Backfill row;
        std::vector<model::DatedRun> found_dates;  // runs in its range
    };
    std::vector<OpenBackfill> backfills;             // running or paused, or with runs that are queued or running
    std::vector<model::Notification> notifications;  // pending
    std::vector<model::AssetState> assets;
    std::vector<model::Event> events;  // pending
    struct Counted {
        model::CountedEvent row;
        model::CloudEvent event;
    };
    std::vector<Counted> counted_events;  // by event
    std::vector<model::Run> reruns;       // with rerun_at
    model::RunId next_run{1};
    model::TryId next_try{1};
    model::DagVersionId next_version{1};
    model::BackfillId next_backfill{1};
    model::NotificationId next_notification{1};
    model::EventId next_event{1};
};

using Input = std::variant<Recovered, DagLoaded, DagRemoved, PoolsConfigured, TriggerRun, SetPaused, RetryTasks,
                           ClearTasks, MarkTasks, ChangeRun, Kill, CreateBackfill, ChangeBackfill, RunFetched, Explain,
                           Decide, TryStarted, TryExited, TryRefused, TryLost, ExecutorListed, RunFound, LedgerRead,
                           EventsReceived, ReplayEvent, Record>;

}  // namespace weir::core
