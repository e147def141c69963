// A run's life: queued until its DAG has room, running until no task is unfinished.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/selection.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::RunState;
using model::TaskState;

namespace {

LiveRun& add_run(Work& work, Definition& definition, model::Run row, std::shared_ptr<const Plan> plan) {
    const auto [entry, is_new] = work.memory.runs.try_emplace(row.id);
    model::invariant(is_new, "a run becomes live once");
    auto& run = entry->second;
    run.row = std::move(row);
    run.plan = std::move(plan);
    run.definition = &definition;
    if (run.row.logical_date) definition.past.erase(*run.row.logical_date);  // live again: its records count
    if (const auto of = work.memory.backfills.find(run.row.backfill); of != work.memory.backfills.end())
        run.backfill = &of->second;
    model::invariant(definition.live.emplace(run.row.run_id, &run).second, "run_ids of a DAG's live runs differ");
    return run;
}

// So that no tick makes another run of it.
void keep_date(Definition& definition, TimePoint date) {
    const auto& through = definition.state.scheduled_through;
    if (through && date <= *through) return;
    auto& dates = definition.dates_ahead;
    dates.insert(date);
    if (!through && dates.size() > kMostDatesOfUnscheduled) dates.erase(dates.begin());
}

void allocate_tasks(Work& work, LiveRun& run) {
    const auto& tasks = run.plan->dag->tasks;
    run.tasks.resize(tasks.size());
    run.unfinished = static_cast<std::uint32_t>(tasks.size());
    for (TaskIndex index = 0; index < tasks.size(); ++index) {
        auto& record = run.tasks[index];
        record.task = index;
        record.max_tries = tasks[index].retry.retries + 1;
        record.upstream_total = static_cast<std::uint32_t>(tasks[index].upstream.size());
        record.upstream.setups = static_cast<std::uint32_t>(
            std::ranges::count_if(tasks[index].upstream, [&tasks](TaskIndex above) { return tasks[above].setup; }));
    }
    prepare_lanes(work.memory, run);
}

void restore_record(TaskRecord& record, const model::TaskInstance& row, int retries) {
    record.try_number = row.try_number;
    record.max_tries = row.max_tries;
    record.scheduled_at = row.scheduled_at;
    record.queued_at = row.queued_at;
    record.started_at = row.started_at;
    record.ended_at = row.ended_at;
    if (waits_for_time(row.state)) record.retry_at = row.retry_at;
    record.reason = row.reason;
    record.outputs = row.outputs;
    record.killed = killed_by(record.reason);
    const bool is_mark =
        record.killed != Killed::no && record.killed != Killed::alone && record.killed != Killed::with_run;
    if (is_mark && !is_active(row.state)) record.killed = Killed::no;  // it has ended as it should
    record.deadline_missed = row.deadline_missed;
    // How many tries in a row were lost is not stored. What max_tries was raised by bounds it from above, so that a
    // task which takes its machine down each time does not do so for ever.
    const int granted = std::clamp(row.max_tries - retries - 1, 0, 255);
    record.lost_in_a_row = static_cast<std::uint8_t>(granted);
}

}  // namespace

bool has_live_date(const Definition& definition, const std::optional<TimePoint>& date) {
    return date && std::ranges::any_of(definition.live,
                                       [&date](const auto& entry) { return entry.second->row.logical_date == date; });
}

LiveRun& create_run(Work& work, Definition& definition, model::Run row) {
    row.id = work.memory.next_run;
    ++work.memory.next_run.value;
    row.version = definition.state.version;
    row.ledger_through = model::EventId{work.memory.next_event.value - 1};
    row.state = RunState::queued;
    row.queued_at = work.now;
    if (row.logical_date) keep_date(definition, *row.logical_date);
    auto& run = add_run(work, definition, std::move(row), definition.plan);
    enqueue(work, run);
    return run;
}

const model::Run& newest_row(const Work& work, const model::Run& looked_up) {
    const auto found = work.ended_rows.find(looked_up.id);
    return found == work.ended_rows.end() ? looked_up : found->second;
}

void put_ended(Work& work, model::Run row) {
    work.ledger.put(row);
    work.ended_rows.insert_or_assign(row.id, std::move(row));
}

LiveRun& restore_run(Work& work, const RunHistory& history) {
    auto& definition = definition_of(work.memory, history.run.dag_id);
    auto newest = newest_row(work, history.run);
    newest.version = history.run.version;  // may be another one than it had
    if (history.backfill && newest.backfill == history.backfill->id) remember_backfill(work, *history.backfill);
    auto& run = add_run(work, definition, std::move(newest), definition.plan_of(history.run.version, history.dag));
    if (history.task_instances.empty() && run.row.state == RunState::queued) return run;
    allocate_tasks(work, run);
    restore_instances(run, history.task_instances);
    for (const auto& row : history.task_instances) {
        const auto index = run.find(row.task_id, row.map_index);
        if (!index) continue;
        auto& record = run.tasks[*index];
        restore_record(record, row, run.task(*index).retry.retries);
        if (record.killed == Killed::with_run) run.killed = true;
        if (row.waits_since) run.waiting[*index].since = row.waits_since;
        if (waits_for_time(row.state) && !record.retry_at) record.retry_at = work.now;
        if (row.state == TaskState::scheduled)
            work.restored_scheduled.emplace_back(&run, *index);
        else if (is_in_line(run, *index, row.state))
            force_gates(run, *index);
        if (row.state != TaskState::scheduled) enter_state(work, run, *index, row.state);
        if (record.reason != row.reason) touch(work, run, *index);
    }
    return run;
}

RunQueue& queue_of(LiveRun& run) { return run.backfill != nullptr ? run.backfill->queued : run.definition->queued; }

int& active_runs_of(LiveRun& run) {
    return run.backfill != nullptr ? run.backfill->active_runs : run.definition->active_runs;
}

void enqueue(Work& work, LiveRun& run) {
    queue_of(run).insert(run.queue_key());
    arm_run_deadline(work.memory, run);
    tell_backfills(run);
    work.maybe_startable.push_back(run.definition);
    touch(work, run);
}

void ensure_tasks(Work& work, LiveRun& run) {
    if (!run.tasks.empty()) return;
    allocate_tasks(work, run);
    for (RecordIndex index = 0; index < run.tasks.size(); ++index) touch(work, run, index);
}

namespace {

void start_run(Work& work, LiveRun& run) {
    queue_of(run).erase(run.queue_key());
    run.row.retry_at.reset();
    ++active_runs_of(run);
    run.row.state = RunState::running;
    run.row.started_at = work.now;
    touch(work, run);
    ensure_tasks(work, run);
    arm_task_deadlines(work.memory, run);
    for (RecordIndex index = 0; index < run.tasks.size(); ++index)
        if (run.tasks[index].state == TaskState::none) work.undecided.emplace_back(&run, index);
    if (run.unfinished == 0) work.maybe_ended.push_back(&run);  // a DAG without tasks
}

}  // namespace

// Pausing holds back what is queued, by hand too, as in Airflow; what runs goes on.
void start_queued(Work& work, const Definition& definition, RunQueue& queued, const int& active_runs, int most) {
    while (!definition.state.paused && !queued.empty() && active_runs < most) {
        auto& run = work.memory.runs.at(queued.begin()->second);
        if (run.row.retry_at && *run.row.retry_at > work.now) return;  // and those behind it come later still
        start_run(work, run);
    }
}

void start_runs(Work& work, Definition& definition) {
    if (!definition.queued.empty()) {
        // A DAG whose file has not loaded (yet) is held to the limit of the run's own version.
        const auto& first = work.memory.runs.at(definition.queued.begin()->second);
        const auto& plan = definition.plan ? definition.plan : first.plan;
        start_queued(work, definition, definition.queued, definition.active_runs, plan->dag->max_active_runs);
    }
    if (definition.held_back && definition.queued.size() < kMostQueuedRuns) arm(work.memory, definition);
    for (auto* backfill : definition.backfills) advance(work, *backfill);
}

namespace {

void leave_queue(Work& work, LiveRun& run) {
    queue_of(run).erase(run.queue_key());
    if (run.row.retry_at) work.memory.timers.erase({*run.row.retry_at, Timer::Kind::run_retry, run.row.id});
    run.row.retry_at.reset();
}

}  // namespace

void retry_now(Work& work, LiveRun& run) {
    leave_queue(work, run);
    queue_of(run).insert(run.queue_key());
    touch(work, run);
    work.maybe_startable.push_back(run.definition);
}

namespace {

// Dag::run_retries: the run queues again, and what failed runs again. Not when a person has ended it.
bool retry_run(Work& work, LiveRun& run) {
    const auto& dag = *run.plan->dag;
    if (run.killed || run.row.retries_used >= dag.run_retries) return false;
    const auto failed = failed_records(run);
    if (failed.empty()) return false;
    alert_run(work, run, model::AlertEvent::retry);
    run.row.state = RunState::queued;
    run.row.started_at.reset();
    for (const auto index : failed) reset_task(work, run, index);
    ++run.row.retries_used;
    run.row.retry_at = work.now + dag.run_retry_delay;
    work.memory.timers.insert({*run.row.retry_at, Timer::Kind::run_retry, run.row.id});
    queue_of(run).insert(run.queue_key());
    tell_backfills(run);
    work.maybe_startable.push_back(run.definition);
    return true;
}

// Dag::pause_after_failures.
void count_failures(Work& work, const LiveRun& run) {
    auto& definition = *run.definition;
    auto& state = definition.state;
    if (run.row.state == RunState::success && state.failed_in_a_row == 0) return;
    touch(work, definition);
    if (run.row.state == RunState::success) {
        state.failed_in_a_row = 0;
        return;
    }
    ++state.failed_in_a_row;
    const auto& dag = definition.plan ? *definition.plan->dag : *run.plan->dag;
    if (dag.pause_after_failures == 0 || state.failed_in_a_row < dag.pause_after_failures || state.paused) return;
    state.paused = true;
    definition.paused_since = work.now;
    arm(work.memory, definition);
    work.effects.emplace_back(
        Note{fmt::format("DAG {} is paused: {} runs in a row have failed, the last is {}; unpause "
                         "it when that is mended",
                         state.dag_id, state.failed_in_a_row, run.row.run_id)});
}

}  // namespace

// The leaves decide, as in Airflow: a failure that a later task was there to handle does not fail the run.
void end_if_finished(Work& work, LiveRun& run) {
    if (run.unfinished != 0 || is_finished(run.row.state)) return;
    auto& definition = *run.definition;
    if (run.row.state == RunState::queued)
        leave_queue(work, run);
    else
        --active_runs_of(run);
    disarm_task_deadlines(work.memory, run);
    run.row.state = run.killed || run.failed_leaves > 0 ? RunState::failed : RunState::success;
    touch(work, run);
    if (run.row.state == RunState::failed && retry_run(work, run)) return;
    run.row.ended_at = work.now;
    disarm_run_deadline(work.memory, run);
    count_failures(work, run);
    alert_run(work, run, run.row.state == RunState::success ? model::AlertEvent::success : model::AlertEvent::failure);
    tell_backfills(run);
    if (run.backfill != nullptr) work.maybe_done.insert(run.backfill);
    work.ended.push_back(&run);
    remember_past(run);
    if (run.row.rerun_at) schedule_rerun(work.memory, run.row);
    run_ended(work, run);
    work.maybe_startable.push_back(&definition);
}

}  // namespace weir::core
