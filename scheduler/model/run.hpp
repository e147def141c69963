// The rows of history: what the core decides, the store keeps and the API shows. Each is written whole.
#pragma once

#include <optional>
#include <string>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::model {

// One text of one DAG. A run keeps the version it started with.
struct DagVersion {
    DagVersionId id;
    std::string dag_id;
    int number = 1;  // counts up per DAG
    std::string hash;
    std::string file;
    std::string source;
    TimePoint created_at;
    bool operator==(const DagVersion&) const = default;
};

// What Weir remembers of a DAG beside its file.
struct DagState {
    std::string dag_id;
    DagVersionId version;  // the newest that loaded
    bool paused = false;
    bool removed = false;  // its file is gone; history stays
    // The last cron tick that was decided on (run made, or skipped by catchup). No tick up to here ever fires again.
    std::optional<TimePoint> scheduled_through;
    // The end of the last interval of its window schedule whose deadline was decided on.
    std::optional<TimePoint> windows_through;
    int failed_in_a_row = 0;  // of its newest ended runs; see Dag::pause_after_failures
    bool operator==(const DagState&) const = default;
};

struct Run {
    RunId id;
    std::string dag_id;
    std::string run_id;  // unique per DAG: "scheduled__2026-11-22T02:15:00Z", "manual__…"
    DagVersionId version;
    RunType type = RunType::manual;
    RunState state = RunState::queued;
    TriggeredBy triggered_by = TriggeredBy::cli;
    std::string triggering_user;
    std::optional<TimePoint> logical_date;  // unique per DAG where set
    std::optional<Interval> data_interval;
    std::string timezone = "UTC";  // in which window.start and its kin are shown to tasks
    TimePoint run_after;
    TimePoint queued_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> ended_at;
    Json params = Json::object();
    std::string note;
    std::string restart_of;             // run_id of the run that this one does again with other params
    BackfillId backfill;                // that made it
    int retries_used = 0;               // of Dag::run_retries
    std::optional<TimePoint> retry_at;  // while queued again by Dag::run_retries: not before this
    bool deadline_missed = false;       // and somebody was told
    // The task that made it: {"dag_id", "run_id", "task_id", "map_index", "ancestors": the DAGs above, outermost first}.
    Json parent;
    // What made it, of windows and events: see docs/windows.md. Null: something else.
    Json cause;
    // What the ledger had when its tasks were last told to begin: of later revisions they may know nothing.
    EventId ledger_through;
    std::optional<TimePoint> stale_since;  // its windows were corrected, and it is left to a person to run it again
    std::optional<TimePoint> rerun_at;     // its windows were corrected: it runs again then, or when it has ended
    bool operator==(const Run&) const = default;
};

struct TaskInstance {
    RunId run;
    std::string task_id;
    int map_index = -1;  // -1: not mapped
    TaskState state = TaskState::none;
    int try_number = 0;                     // of the newest try; 0 before the first
    int max_tries = 1;                      // retries + 1; a retry by hand raises it
    std::optional<TimePoint> scheduled_at;  // could start from here on
    std::optional<TimePoint> queued_at;     // got its slot
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> ended_at;
    std::optional<TimePoint> retry_at;  // while up_for_retry
    std::string pool;
    int pool_slots = 1;
    int priority_weight = 1;
    OperatorKind operator_kind = OperatorKind::run;
    std::string executor;
    std::string
        reason;    // why it is in this state, in words, where that isn't plain: "exit code 3", "timed out after 30m"
    Json outputs;  // object; null without outputs
    // Of `foreach`. The row with map_index -1 stands for all instances together: it counts how many there are.
    int mapped = 0;
    Json item;                             // of an instance
    std::string label;                     // of an instance
    std::optional<TimePoint> waits_since;  // first look of a wait; when a dag or approve was deferred
    bool deadline_missed = false;
    bool operator==(const TaskInstance&) const = default;
};

// What a backfill must know of a run in its range.
struct DatedRun {
    TimePoint date;
    std::string run_id;
    RunState state = RunState::queued;
    bool operator==(const DatedRun&) const = default;
};

// A range of logical dates that is run after the fact.
struct Backfill {
    BackfillId id;
    std::string dag_id;
    TimePoint from, to;  // logical dates, both included
    BackfillState state = BackfillState::running;
    Reprocess reprocess = Reprocess::none;
    bool backwards = false;
    int max_active_runs = 1;  // of this backfill's own; the DAG's limit does not count them
    Json params = Json::object();
    std::string user;
    TimePoint created_at;
    std::optional<TimePoint> ended_at;
    std::int64_t total = 0;                 // runs that it makes or makes again
    std::int64_t made = 0;                  // so far
    std::optional<TimePoint> made_through;  // the last date that was decided on, in its direction
    bool operator==(const Backfill&) const = default;
};

// Somebody is told of something, at least once.
struct Notification {
    NotificationId id;
    std::string dag_id;
    std::string run_id;
    std::string task_id;  // empty: about the run
    int map_index = -1;
    AlertEvent event = AlertEvent::failure;
    std::string notifier;  // or
    std::string script;
    Json message;  // what is told: see docs/notifications.md
    NotificationState state = NotificationState::pending;
    int attempts = 0;
    TimePoint created_at;
    std::optional<TimePoint> ended_at;
    std::string reason;  // of the last failure to deliver
    bool operator==(const Notification&) const = default;
};

struct Try {
    TryId id;
    RunId run;
    std::string task_id;
    int map_index = -1;
    int number = 1;
    TryState state = TryState::launching;
    std::string executor;
    std::string epoch;    // of the supervisor (or cluster) that it was given to
    std::string boot_id;  // of the machine then
    std::optional<std::int64_t> pid;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> ended_at;
    std::optional<int> exit_code;
    std::optional<int> signal;
    std::string reason;    // as in TaskInstance
    std::string log_path;  // below the log folder
    bool operator==(const Try&) const = default;
};

}  // namespace weir::model
