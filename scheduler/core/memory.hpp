// What the core remembers between steps: only what is open. Definitions (small, one per DAG), live runs with a dense
// vector of task records, open tries, timers. Everything else is history, and the store's.
//
// Counters here (upstream counts, pool use, active tasks) are changed in one place, set_state() in tasks.cpp, and
// check_invariants() recomputes them from the records.
#pragma once

#include <algorithm>
#include <compare>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/calendar/zone.hpp"
#include "scheduler/core/deferrals.hpp"
#include "scheduler/core/deliveries.hpp"
#include "scheduler/core/plan.hpp"
#include "scheduler/core/step.hpp"
#include "scheduler/core/trigger_rules.hpp"
#include "scheduler/expr/expression.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

using model::TaskIndex;
using model::TimePoint;

struct LiveBackfill;
struct LiveRun;
struct Definition;

// --- tasks -----------------------------------------------------------------------------------------------------------

// Who ended a task by hand. It is stored as the task's reason, from which recovery reads it back.
enum class Killed : std::uint8_t { no, alone, with_run, marked_success, marked_failed, marked_skipped };
inline constexpr const char* kKilledAlone = "killed by hand";
inline constexpr const char* kKilledWithRun = "killed by hand, with its run";
[[nodiscard]] const char* reason_of(Killed killed);
[[nodiscard]] Killed killed_by(std::string_view reason);
// What becomes of a task whose try was ended so.
[[nodiscard]] model::TaskState state_after(Killed killed);

// Into LiveRun::tasks. The first records are the plan's tasks, in its order, so that a TaskIndex is the RecordIndex of
// its task; the instances of `foreach` follow as they are made.
using RecordIndex = std::uint32_t;

// The changing part of a TaskInstance; the rest is in the plan. A hundred thousand of these must be cheap.
struct TaskRecord {
    TaskIndex task = 0;
    int map_index = -1;
    model::TaskState state = model::TaskState::none;
    Killed killed = Killed::no;
    bool changed = false;  // in this step
    bool deadline_missed = false;
    std::uint8_t lost_in_a_row = 0;
    std::uint8_t shortages_in_a_row = 0;
    std::uint8_t gates = 0;  // that it has passed and counts in, while scheduled, queued or running; see gates.cpp
    int try_number = 0;
    int max_tries = 1;
    UpstreamCounts upstream;
    std::uint32_t upstream_total = 0;  // instances of a mapped upstream task count one by one
    model::TryId open_try;
    std::optional<TimePoint> scheduled_at;
    std::optional<TimePoint> queued_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> ended_at;
    std::optional<TimePoint> retry_at;
    std::string reason;
    model::Json outputs;
};

struct OpenTry {
    model::Try row;
    LiveRun* run = nullptr;
    RecordIndex task = 0;
};

// --- waiting for slots -------------------------------------------------------------------------------------------------

struct PoolUse {
    model::Pool pool;
    bool configured = false;  // else tasks only name it, and wait
    int used = 0;             // slots of queued and running tasks
    // Slots that were given past the best waiting task, of this turn, because it did not fit.
    int overtaken = 0;
    std::uint64_t overtaken_turn = 0;
};

// Best first: larger priority, then whoever was served longest ago, so that runs of one priority take turns.
struct Head {
    int priority = 0;
    std::uint64_t turn = 0;
    LiveRun* run = nullptr;
    std::uint32_t own = 0;  // the lane in run->lanes
    bool operator<(const Head& other) const {
        return priority != other.priority ? priority > other.priority : turn < other.turn;
    }
};

// Each run shows only its best ready task here, and none while the run is at its max_active_tasks. So a turn looks at
// lanes and at what it starts, never at the tasks that wait: they cost nothing and hide nobody.
struct Lane {
    LaneKey key;
    PoolUse* pool = nullptr;
    std::set<Head> heads;
    std::string obstacle;  // why nothing here can ever start, in words: no such pool, or the pool is too small
};

struct Ready {
    int priority = 0;
    RecordIndex task = 0;
    bool operator<(const Ready& other) const {
        return priority != other.priority ? priority > other.priority : task < other.task;
    }
};

// One run's ready tasks in one lane.
struct RunLane {
    Lane* lane = nullptr;
    std::set<Ready> ready;
    std::optional<Head> shown;  // in lane->heads
};

// A cap on the instances of one task: `max_parallel` in one run, `max_active` over all runs of a DAG. Those beyond it wait
// here, first come first served, and compete for slots only when they are let through.
struct Gate {
    int inside = 0;  // scheduled (and past this gate), queued or running
    std::set<std::pair<model::RunId, RecordIndex>> waiting;
};

struct ExecutorState {
    std::string epoch;
    std::string boot_id;
};

// --- runs --------------------------------------------------------------------------------------------------------------

// A task with `foreach`, once its list is known. Its own record is then deferred until all instances have ended.
struct Mapped {
    std::vector<RecordIndex> instances;  // by map_index; those past `count` are removed
    std::uint32_t count = 0;
    std::uint32_t unfinished = 0;
    std::vector<model::Json> items;  // by map_index
    std::vector<std::string> labels;
    Gate gate;
};

struct LiveRun {
    model::Run row;
    std::shared_ptr<const Plan> plan;
    Definition* definition = nullptr;
    LiveBackfill* backfill = nullptr;                // whose max_active_runs counts it, instead of its DAG's
    std::shared_ptr<const Environment> environment;  // of every launch; null until the first
    std::vector<TaskRecord> tasks;                   // empty until the run first starts
    std::vector<RunLane> lanes;                      // as plan->lanes
    std::map<TaskIndex, Mapped> mapped;
    std::map<RecordIndex, Waiting> waiting;  // of the tasks that wait, or have waited, for something outside
    std::uint32_t unfinished = 0;
    std::uint32_t active = 0;         // queued and running tasks
    std::uint32_t failed = 0;         // failed and upstream_failed tasks
    std::uint32_t failed_leaves = 0;  // those with nothing downstream: they decide how the run ends
    bool killed = false;
    bool changed = false;  // in this step

    [[nodiscard]] const model::Task& task(RecordIndex index) const { return plan->task(tasks[index].task); }
    [[nodiscard]] std::uint32_t lane_of(RecordIndex index) const { return plan->lane_of[tasks[index].task]; }
    [[nodiscard]] bool is_instance(RecordIndex index) const { return tasks[index].map_index >= 0; }
    // Null unless this is the record of a mapped task as a whole, and its instances exist.
    [[nodiscard]] const Mapped* instances_of(RecordIndex index) const;
    // The record of a task, or of one of its instances.
    [[nodiscard]] std::optional<RecordIndex> find(std::string_view task_id, int map_index) const;
    // Its place in Definition::queued.
    [[nodiscard]] std::pair<TimePoint, model::RunId> queue_key() const {
        return {std::max(row.run_after, row.retry_at.value_or(row.run_after)), row.id};
    }
    [[nodiscard]] bool at_task_limit() const {
        return active >= static_cast<std::uint32_t>(plan->dag->max_active_tasks);
    }
};

// --- definitions ---------------------------------------------------------------------------------------------------------

struct ScheduleEntry {
    calendar::Cron cron;
    calendar::Zone zone;
    model::CronSchedule setting;
};

// A window schedule, ready to be asked.
struct WindowEntry {
    model::WindowSchedule setting;
    calendar::Zone zone;
    std::vector<model::AssetKey> assets;  // without keys where there is a run for each key
    bool each_key = false;
};

struct EventEntry {
    int index = 0;  // in Dag::schedule
    model::EventSchedule setting;
    std::optional<expr::Expression> where;
};
// Events that count towards a run of an event schedule, oldest first; the newest whole.
struct PendingEvents {
    std::deque<model::CountedEvent> events;
    model::CloudEvent newest;
};

using PastRun = std::map<std::string, model::TaskState, std::less<>>;  // by task id
using RunQueue = std::set<std::pair<TimePoint, model::RunId>>;         // by run_after: the order in which they start

struct Definition {
    model::DagState state;
    std::shared_ptr<const Plan> plan;  // null until its file loads in this life
    int version_number = 0;
    std::string version_hash;
    std::vector<ScheduleEntry> schedule;
    std::optional<TimePoint> next_tick;  // while it makes runs; may lie in the past while catching up
    bool held_back = false;              // too many queued runs: no further ones until some start
    // Since when this DAG can make runs without interruption, in this life. With catchup none, earlier ticks are missed.
    TimePoint watched_since;
    std::set<TimePoint> dates_ahead;  // see Recovered::dates_ahead
    // Ended runs by logical date, newest last; only of a DAG with depends_on_past. Unknown until its file loads.
    std::map<TimePoint, PastRun> past;
    bool past_known = false;
    std::optional<WindowEntry> windows;
    std::vector<EventEntry> event_entries;
    std::map<int, PendingEvents> pending_events;  // by index of the entry; known before its file loads
    std::optional<TimePoint> event_timer;         // in Memory::event_timers: a deadline of its windows, or a debounce
    std::optional<TimePoint> paused_since;        // if it was paused in this life
    TimePoint last_manual_at;                     // of a made-up run_id

    std::map<std::string, LiveRun*, std::less<>> live;  // by run_id
    RunQueue queued;                                    // without those of backfills
    std::map<std::string, Gate, std::less<>> gates;     // of the tasks with max_active, by id
    int active_runs = 0;                                // again without them
    std::vector<LiveBackfill*> backfills;               // at most one of them makes runs
    bool changed = false;                               // in this step

    [[nodiscard]] const std::string& dag_id() const { return state.dag_id; }
    [[nodiscard]] bool makes_runs() const { return plan && !state.paused && !state.removed && !schedule.empty(); }
    // The plan of a version, whose DAG is `dag`: shared by all its live runs.
    [[nodiscard]] std::shared_ptr<const Plan> plan_of(model::DagVersionId version,
                                                      std::shared_ptr<const model::Dag> dag) const;
};

// One that is running or paused, or that has runs which are.
struct LiveBackfill {
    model::Backfill row;
    Definition* definition = nullptr;
    // While it is open: the runs that have a date of its range, as history had them and as they have become since.
    std::map<TimePoint, model::DatedRun> known;
    std::string fetching;  // run_id of the finished run that it waits for, to run it again
    RunQueue queued;
    int active_runs = 0;
    bool changed = false;  // in this step

    [[nodiscard]] bool is_open() const {
        return row.state == model::BackfillState::running || row.state == model::BackfillState::paused;
    }
    [[nodiscard]] bool has_live_runs() const { return active_runs > 0 || !queued.empty(); }
};

// -------------------------------------------------------------------------------------------------------------------------

struct RetryTimer {
    TimePoint at;
    model::RunId run;
    RecordIndex task = 0;
    auto operator<=>(const RetryTimer&) const = default;
};

struct Memory {
    Memory();

    // Nodes never move: records, lanes and definitions are pointed to.
    std::map<std::string, Definition, std::less<>> definitions;  // by dag_id; never erased
    std::map<model::RunId, LiveRun> runs;
    std::map<model::BackfillId, LiveBackfill> backfills;
    std::map<model::TryId, OpenTry> tries;
    std::map<LaneKey, Lane> lanes;                                // never erased: as many as settings differ
    std::map<std::string, PoolUse, std::less<>> pools;            // never erased: lanes point here
    std::map<std::string, ExecutorState, std::less<>> executors;  // those that have listed their tries

    bool pools_known = false;  // until then nobody says that there is no such pool
    int parallelism = 16;
    int active_tasks = 0;     // queued and running, over all runs
    std::uint64_t turns = 1;  // hands out Head::turn

    std::set<RetryTimer> retries;
    std::set<Timer> timers;
    std::map<model::NotificationId, Delivery> deliveries;  // pending
    std::set<model::NotificationId> due_deliveries;        // neither launched nor waiting for their timer
    int delivering = 0;                                    // launched
    std::map<AwaitedRun, std::set<std::pair<model::RunId, TaskIndex>>> awaited;  // by deferred tasks
    std::map<model::AssetKey, model::AssetState> assets;
    std::set<std::pair<std::string, std::string>> consumers;   // asset and dag_id of every window schedule
    std::set<std::string> event_dags;                          // with event schedules
    std::set<std::pair<TimePoint, std::string>> event_timers;  // Definition::event_timer
    TimePoint events_settled_at;  // until then the sources may have to catch up with their backlog
    // Runs of window schedules by dag_id, key and start, about which the step did not know enough.
    std::set<std::tuple<std::string, std::string, TimePoint>> looks_at_windows;
    std::deque<model::Event> produced_events;   // by tasks, in the step before; decided in the next
    std::map<model::RunId, AwaitedRun> reruns;  // ended ones that run again, by run_id
    std::set<std::pair<TimePoint, model::RunId>> rerun_timers;
    model::EventId next_event{1};
    std::set<std::pair<TimePoint, std::string>> ticks;  // Definition::next_tick of those not held back

    model::RunId next_run{1};
    model::TryId next_try{1};
    model::NotificationId next_notification{1};
    model::DagVersionId next_version{1};
    model::BackfillId next_backfill{1};
    std::set<model::BackfillId> unfinished_backfills;  // that had more to do than fits in a turn

    [[nodiscard]] Definition* find_definition(std::string_view dag_id);
    [[nodiscard]] LiveRun* find_run(std::string_view dag_id, std::string_view run_id);
};

[[nodiscard]] model::TaskInstance row_of(const LiveRun& run, RecordIndex index);

}  // namespace weir::core
