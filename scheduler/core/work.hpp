// One step in progress: the memory it changes, what has changed so far, and what has still to be looked at. The
// functions below are what the files of this folder offer each other; step.cpp calls them in order.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/core/ledger_view.hpp"
#include "scheduler/core/memory.hpp"
#include "scheduler/core/turn.hpp"

namespace weir::core {

// A reply whose rows are as they are at the end of the step.
struct LateReply {
    model::RequestId request;
    LiveRun* run = nullptr;
    LiveBackfill* backfill = nullptr;
    Answer answer;
};

struct Work {
    Memory& memory;
    TimePoint now;

    std::vector<Effect> effects;
    // Rows to write. Each is built once, at the end, from the state as it is then: the last state of a step wins.
    std::vector<model::DagVersion> versions;
    std::vector<Definition*> changed_definitions;
    std::vector<LiveBackfill*> changed_backfills;
    std::vector<LiveRun*> changed_runs;
    std::vector<std::pair<LiveRun*, RecordIndex>> changed_tasks;
    std::map<model::TryId, model::Try> changed_tries;
    std::vector<Change> rows_without_record;  // of runs that no longer load, of tasks that their DAG no longer has
    std::vector<TryErased> erased_tries;
    std::map<model::NotificationId, model::Notification> changed_notifications;

    LedgerView ledger;
    std::vector<Change> ledger_rows;  // events, windows, positions, in the order in which they came
    std::set<model::AssetKey> changed_assets;
    std::size_t produced_before = 0;                // events in Memory::produced_events when the step began
    std::map<model::RunId, model::Run> ended_rows;  // of runs that are not live

    // To be looked at before the step ends. An entry may be there twice or be out of date: looking again does no harm.
    std::vector<std::pair<LiveRun*, RecordIndex>> undecided;    // tasks whose upstream counts have changed
    std::vector<std::pair<LiveRun*, RecordIndex>> let_through;  // past their gates, to wait for something outside
    // Of runs from history: they come to their gates when all those that were past them have been counted.
    std::vector<std::pair<LiveRun*, RecordIndex>> restored_scheduled;
    std::vector<LiveRun*> maybe_ended;
    std::vector<Definition*> maybe_startable;  // with queued runs and perhaps room for one

    std::size_t backfill_runs = 0;  // made in this step
    std::vector<LiveRun*> ended;
    std::vector<Explain> questions;      // answered at the very end
    std::set<LiveBackfill*> maybe_done;  // that may have no live runs any more
    std::vector<LateReply> replies;
    std::vector<Record> records;
};

// --- work.cpp ----------------------------------------------------------------------------------------------------------
void touch(Work& work, Definition& definition);
void touch(Work& work, LiveBackfill& backfill);
void touch(Work& work, LiveRun& run);
void touch(Work& work, LiveRun& run, RecordIndex index);
void touch(Work& work, const model::Try& row);
void reply(Work& work, model::RequestId request, model::ErrorKind kind, std::string message);
[[nodiscard]] Turn finish(Work& work);

// --- records.cpp -------------------------------------------------------------------------------------------------------
void apply(Work& work, const Record& input);
// Once all replies of the turn are there.
void add_records(Work& work, Turn& turn);

// --- definitions.cpp: files that come, change and go --------------------------------------------------------------------
void apply(Work& work, const DagLoaded& input);
void apply(Work& work, const DagRemoved& input);
[[nodiscard]] Definition& definition_of(Memory& memory, const std::string& dag_id);

// --- schedule.cpp: cron ticks --------------------------------------------------------------------------------------------
void fire_ticks(Work& work);
// Computes next_tick and sets or clears its timer. Call after whatever the answer depends on has changed.
void arm(Memory& memory, Definition& definition);
// No tick up to `t` comes any more.
void decide_through(Work& work, Definition& definition, TimePoint t);
struct ManualInterval {
    model::Interval interval;
    std::string timezone;
};
// The data interval of the last tick at or before `t`; [t, t] without a schedule.
[[nodiscard]] ManualInterval manual_interval(const Definition& definition, TimePoint t);
// No more scheduled runs are made while so many wait in the queue; their ticks wait with them.
inline constexpr std::size_t kMostQueuedRuns = 100;
inline constexpr std::size_t kMostRunsPerTurn = 100;

// --- runs.cpp ----------------------------------------------------------------------------------------------------------
// One of its live runs has this logical date. Of the others history knows.
[[nodiscard]] bool has_live_date(const Definition& definition, const std::optional<TimePoint>& date);
// Queues the run; `row` needs everything but id, version and state. No tick makes another one of its logical date.
LiveRun& create_run(Work& work, Definition& definition, model::Run row);
// Runs that are not live. What was looked up before the step does not know what the step has already put.
[[nodiscard]] const model::Run& newest_row(const Work& work, const model::Run& looked_up);
void put_ended(Work& work, model::Run row);
// A run as history has it becomes live; nothing is written. Counters follow from its rows.
LiveRun& restore_run(Work& work, const RunHistory& history);
void enqueue(Work& work, LiveRun& run);
// Where it waits, and who counts it while it is running: its backfill, or its DAG.
[[nodiscard]] RunQueue& queue_of(LiveRun& run);
[[nodiscard]] int& active_runs_of(LiveRun& run);
void ensure_tasks(Work& work, LiveRun& run);
void start_runs(Work& work, Definition& definition);
// A queued run waits for its retry_at no longer.
void retry_now(Work& work, LiveRun& run);
// The first queued runs while fewer than `most` are running.
void start_queued(Work& work, const Definition& definition, RunQueue& queued, const int& active_runs, int most);
void end_if_finished(Work& work, LiveRun& run);

// --- tasks.cpp: the only place that changes a task's state --------------------------------------------------------------
void set_state(Work& work, LiveRun& run, RecordIndex index, model::TaskState next);
// For restored records: brings the counters up to a state that is already on disk.
void enter_state(Work& work, LiveRun& run, RecordIndex index, model::TaskState state);
void finish_task(Work& work, LiveRun& run, RecordIndex index, model::TaskState state, std::string reason, TimePoint at);
// Back to none, with a fresh set of tries; earlier ones stay in history. The task must not be active.
void reset_task(Work& work, LiveRun& run, RecordIndex index);
// Everything downstream that is still undecided becomes skipped, whatever its rule; teardowns excepted.
void skip_downstream(Work& work, LiveRun& run, RecordIndex index);
// Applies the trigger rule and `if` of a task that is still undecided.
void decide_task(Work& work, LiveRun& run, RecordIndex index);
// Decides, starts and ends until nothing is left to be looked at. Iterative: a chain of 100,000 tasks needs no stack.
void settle(Work& work);

// --- foreach.cpp: a mapped task and its instances --------------------------------------------------------------------------
// Makes the instances, scheduled; the task itself is deferred until they have ended, or ends at once when there are none.
void expand(Work& work, LiveRun& run, RecordIndex index);
// Takes the instances out of the run again, before the task is decided anew. None may be active.
void collapse(Work& work, LiveRun& run, RecordIndex index);
// For a run from history: the instances that its rows tell of, in state none.
void restore_instances(LiveRun& run, const std::vector<model::TaskInstance>& rows);
// Ends the task of a mapped instance when that was the last one, and opens it again when it was the first.
void instance_finished(Work& work, LiveRun& run, RecordIndex instance);
void instance_reopened(Work& work, LiveRun& run, RecordIndex instance);

// --- gates.cpp: max_parallel and max_active ---------------------------------------------------------------------------------
// True when the task may compete for slots now; else it waits at a gate, which lets it through to add_ready() later.
[[nodiscard]] bool pass_gates(Work& work, LiveRun& run, RecordIndex index);
// For restored records: counts them inside, however many there are.
void force_gates(LiveRun& run, RecordIndex index);
[[nodiscard]] bool is_at_gate(const LiveRun& run, RecordIndex index);
// It counts there from when it is scheduled, for as long as it has a slot, or the core waits on its behalf.
[[nodiscard]] bool is_in_line(const LiveRun& run, RecordIndex index, model::TaskState state);
// A scheduled task that is past its gates competes for a slot, or begins to wait for something outside.
void get_in_line(Work& work, LiveRun& run, RecordIndex index);
void leave_gates(Work& work, LiveRun& run, RecordIndex index);
// The gates on this record's way, in order, with how many each lets in.
[[nodiscard]] std::vector<std::pair<const Gate*, int>> gates_before(const LiveRun& run, RecordIndex index);

// --- past.cpp: depends_on_past and wait_for_downstream ----------------------------------------------------------------------
// Whether the run before lets this task start; if not, its reason says what it waits for.
[[nodiscard]] bool past_allows(Work& work, LiveRun& run, RecordIndex index);
// A task of this run has ended, or is open again: the runs after it look again.
void wake_later_runs(Work& work, const LiveRun& run);
void remember_past(const LiveRun& run);
void learn_past(Work& work, Definition& definition, const DagLoaded& input);

// --- dispatch.cpp: slots -------------------------------------------------------------------------------------------------
void apply(Work& work, const PoolsConfigured& input);
void prepare_lanes(Memory& memory, LiveRun& run);
void add_ready(Work& work, LiveRun& run, RecordIndex index);
void remove_ready(LiveRun& run, RecordIndex index);
void show_heads(Memory& memory, LiveRun& run);  // after the run has fallen below its max_active_tasks
void hide_heads(LiveRun& run);
// The lane for whose best task this pool keeps its slots; null while it does so for none.
[[nodiscard]] const Lane* keeper_of(const Memory& memory, const PoolUse& pool);
// Gives free slots to ready tasks, best first. True when a task ended on the way (it could not be rendered).
bool dispatch(Work& work);

// --- executors.cpp: tries and the reports about them -----------------------------------------------------------------------
void apply(Work& work, const TryStarted& input);
void apply(Work& work, const TryExited& input);
void apply(Work& work, const TryRefused& input);
void apply(Work& work, const TryLost& input);
void apply(Work& work, const ExecutorListed& input);
void kill_try(Work& work, model::TryId id);
// Up for retry while tries are left, else failed. `seed` is for the jitter of the delay: the try that failed, where there
// was one.
void retry_or_fail(Work& work, LiveRun& run, RecordIndex index, std::string reason, TimePoint at, model::TryId seed);
void fire_retries(Work& work);

// --- deferrals.cpp: tasks that wait without a process ---------------------------------------------------------------------
// The task may start: it competes for a slot, or begins to wait, in place of that, for a time, a run or a person.
void let_start(Work& work, LiveRun& run, RecordIndex index);
// The core waits on its behalf. Not the task of a foreach as a whole, whose instances do.
[[nodiscard]] bool waits_itself(const LiveRun& run, RecordIndex index);
void defer(Work& work, LiveRun& run, RecordIndex index);
// After a restart: a deferred task goes on waiting.
void resume(Work& work, LiveRun& run, RecordIndex index);
// Called by leave_state(): it waits for nothing more.
void leave_deferral(Memory& memory, LiveRun& run, RecordIndex index);
// Before the task is reset; ends the run that it has made.
void forget_waiting(Work& work, LiveRun& run, RecordIndex index);
void kill_deferred(Work& work, LiveRun& run, RecordIndex index, std::string reason);
// A wait's next look carries the number of the one before, which is still to be erased.
[[nodiscard]] bool looks_again(const LiveRun& run, RecordIndex index);
void begin_look(Work& work, LiveRun& run, RecordIndex index);
void replace_look(Work& work, LiveRun& run, RecordIndex index);
// The look found nothing yet: another one follows, unless the wait's time is over. `missing` says what is waited for.
void look_again(Work& work, LiveRun& run, RecordIndex index, model::TryId look, std::string missing);
// How long a try that starts then may run; 0 is without end.
[[nodiscard]] model::Duration time_for(const LiveRun& run, RecordIndex index, TimePoint start);
// Tells the tasks that wait for this run.
void run_ended(Work& work, const LiveRun& ended);
void fire_timers(Work& work);
void apply(Work& work, const Decide& input);
void apply(Work& work, const RunFound& input);

// --- deadlines.cpp -----------------------------------------------------------------------------------------------------------
// Of the run: from when it is queued. Of its tasks: from when it starts.
void arm_run_deadline(Memory& memory, const LiveRun& run);
void arm_task_deadlines(Memory& memory, const LiveRun& run);
// While started_at and queued_at still say when they were armed.
void disarm_run_deadline(Memory& memory, const LiveRun& run);
void disarm_task_deadlines(Memory& memory, const LiveRun& run);
void fire_run_deadline(Work& work, LiveRun& run);
void fire_task_deadline(Work& work, LiveRun& run, RecordIndex index);

// --- alerts.cpp: who is told, and how that gets there ---------------------------------------------------------------------
void alert_run(Work& work, const LiveRun& run, model::AlertEvent event);
void alert_task(Work& work, const LiveRun& run, RecordIndex index, model::AlertEvent event);
// Called by set_state().
void alert_of_state(Work& work, const LiveRun& run, RecordIndex index, model::TaskState state);
void start_deliveries(Work& work);
void end_delivery(Work& work, model::TryId id, bool succeeded, std::string reason);
// The executor has said what it knows of. An attempt that it does not know is made again.
void reconcile_deliveries(Work& work, const std::set<model::TryId>& known);
[[nodiscard]] bool is_on_its_way(const Memory& memory, model::TryId id);
void restore_deliveries(Memory& memory, const std::vector<model::Notification>& rows);
void fire_delivery(Memory& memory, model::NotificationId id);

// --- commands.cpp, clears.cpp, marks.cpp, interventions.cpp ---------------------------------------------------------------------------------------
void apply(Work& work, const TriggerRun& input);
void apply(Work& work, const SetPaused& input);
void apply(Work& work, const ClearTasks& input);
void apply(Work& work, const RetryTasks& input);
void apply(Work& work, const MarkTasks& input);
void apply(Work& work, const ChangeRun& input);
void apply(Work& work, const Kill& input);
void apply(Work& work, const Explain& input);
void kill_run(Work& work, LiveRun& run);
[[nodiscard]] std::string unknown_dag(const Memory& memory, std::string_view dag_id);

// --- backfills.cpp ---------------------------------------------------------------------------------------------------------
void apply(Work& work, const CreateBackfill& input);
void apply(Work& work, const ChangeBackfill& input);
void apply(Work& work, const RunFetched& input);
void restore_backfill(Work& work, const Recovered::OpenBackfill& input);
// The backfill of a run that becomes live again; it may have ended long ago.
void remember_backfill(Work& work, const model::Backfill& row);
// Starts and makes runs as far as there is room for them; ends the backfill when all is done.
void advance(Work& work, LiveBackfill& backfill);
// Go on with those for which the last step had no time.
void resume_backfills(Work& work);
// The run has become live, or has ended.
void tell_backfills(const LiveRun& run);

// --- reruns.cpp: a finished run becomes live again --------------------------------------------------------------------------
// With the newest version of its DAG, which must be loaded. What that no longer has is written as removed.
LiveRun& restore_on_newest(Work& work, RunHistory history);
// Takes back what restore_run() or restore_on_newest() did, when nothing comes of it.
void forget_restored(Work& work, LiveRun& run);
// Every task runs again.
void reset_all_tasks(Work& work, LiveRun& run);
// A finished run queues again behind its limit, like a new one.
void requeue(Work& work, LiveRun& run);

// --- events.cpp ------------------------------------------------------------------------------------------------------------
void apply(Work& work, const LedgerRead& input);
void apply(Work& work, const EventsReceived& input);
void apply(Work& work, const ReplayEvent& input);
// Those that tasks have produced in the step before.
void take_produced(Work& work);
// Called by set_state(): a task has succeeded.
void produce_assets(Work& work, const LiveRun& run, RecordIndex index);

// --- event_definitions.cpp: the schedules of a DAG that wait for events -----------------------------------------------------
void learn_event_schedules(Work& work, Definition& definition, bool same_schedule);
// Sets or clears Definition::event_timer. Call after whatever it depends on has changed.
void arm_events(Memory& memory, Definition& definition);
void fire_event_timers(Work& work);
// It has a file and takes part.
[[nodiscard]] bool takes_events(const Definition& definition);
// Of one DAG. Beyond them events make no runs, and say so.
inline constexpr std::size_t kMostQueuedByEvents = 1000;

// --- window_deadlines.cpp ----------------------------------------------------------------------------------------------------
// When the next interval without a decision is to be decided, whatever is there.
[[nodiscard]] std::optional<TimePoint> next_deadline(const Memory& memory, const Definition& definition);
void decide_deadlines(Work& work, Definition& definition);

// --- event_schedules.cpp: runs for other events --------------------------------------------------------------------------------
class Judgement;
void offer_to_schedules(Work& work, const model::Event& event, Judgement& judgement);
[[nodiscard]] std::optional<TimePoint> next_debounce(const Definition& definition);
void fire_debounces(Work& work, Definition& definition);

// --- revisions.cpp: a window is corrected that a run has used -------------------------------------------------------------------
// Puts the timer of a rerun; called for an ended run with rerun_at.
void schedule_rerun(Memory& memory, const model::Run& row);
void fire_reruns(Work& work);
// The DAG's file has loaded, or is gone.
void resume_reruns(Work& work, const Definition& definition);
// False when it was not asked for by a rerun.
bool run_fetched_for_rerun(Work& work, const RunFetched& input);

// --- recovery.cpp ----------------------------------------------------------------------------------------------------------
void apply(Work& work, const Recovered& input);

}  // namespace weir::core
