// The first input of a life. Rows become memory by the same functions that made them; counters are computed anew, and
// whatever was on its way goes on: tries wait for their executor's list, retries for their time, runs for room.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::RunState;
using model::TaskState;

namespace {

// A deadline that passed while the daemon was down is decided only when the sources had time to bring what came
// meanwhile.
constexpr auto kSettlingTime = std::chrono::minutes{1};

void restore_definitions(Memory& memory, const Recovered& input) {
    for (const auto& state : input.dags) definition_of(memory, state.dag_id).state = state;
    for (const auto& version : input.versions) {
        auto& definition = definition_of(memory, version.dag_id);
        definition.version_number = version.number;
        definition.version_hash = version.hash;
    }
    for (const auto& [dag_id, date] : input.dates_ahead) definition_of(memory, dag_id).dates_ahead.insert(date);
}

bool is_ended(model::TryState state) {
    return state != model::TryState::launching && state != model::TryState::running;
}

void restore_tries(Work& work, LiveRun& run, const std::vector<model::Try>& open_tries) {
    for (const auto& row : open_tries) {
        const auto index = run.find(row.task_id, row.map_index);
        model::invariant(index.has_value(), "an open try belongs to a task of its run's version");
        if (is_ended(row.state)) {
            run.waiting[*index].last_look = row.id;
            continue;
        }
        run.tasks[*index].open_try = row.id;
        work.memory.tries.emplace(row.id, OpenTry{row, &run, *index});
    }
    // A slot without a try in it: give it back, and the task gets its turn again.
    for (RecordIndex index = 0; index < run.tasks.size(); ++index)
        if (is_active(run.tasks[index].state) && !run.tasks[index].open_try)
            set_state(work, run, index, TaskState::scheduled);
}

// Its version's text no longer loads (an older Weir wrote it, say): nobody can tell what comes next in it.
void fail_unreadable(Work& work, const Recovered::LiveRun& input) {
    constexpr const char* kReason = "the version of the DAG that this run has no longer loads";
    auto run = input.history.run;
    run.state = RunState::failed;
    run.ended_at = work.now;
    if (run.note.empty()) run.note = kReason;
    work.rows_without_record.emplace_back(std::move(run));
    for (auto row : input.history.task_instances) {
        if (is_finished(row.state)) continue;
        row.state = TaskState::failed;
        row.reason = kReason;
        row.retry_at.reset();
        row.ended_at = work.now;
        work.rows_without_record.emplace_back(std::move(row));
    }
    // Their processes are killed when the executor lists them.
    for (auto row : input.open_tries) {
        row.state = model::TryState::lost;
        row.reason = kReason;
        row.ended_at = work.now;
        touch(work, row);
    }
}

void restore(Work& work, const Recovered::LiveRun& input) {
    if (!input.history.dag) return fail_unreadable(work, input);
    auto& run = restore_run(work, input.history);
    if (run.row.state == RunState::queued) {
        queue_of(run).insert(run.queue_key());
        if (run.row.retry_at) work.memory.timers.insert({*run.row.retry_at, Timer::Kind::run_retry, run.row.id});
    } else {
        ++active_runs_of(run);
        ensure_tasks(work, run);
        for (RecordIndex index = 0; index < run.tasks.size(); ++index)
            if (run.tasks[index].state == TaskState::none) work.undecided.emplace_back(&run, index);
        if (run.unfinished == 0) work.maybe_ended.push_back(&run);
    }
    arm_run_deadline(work.memory, run);
    arm_task_deadlines(work.memory, run);
    restore_tries(work, run, input.open_tries);
    work.maybe_startable.push_back(run.definition);
}

}  // namespace

void apply(Work& work, const Recovered& input) {
    auto& memory = work.memory;
    model::invariant(memory.definitions.empty() && memory.runs.empty(), "Recovered is the first input of a life");
    restore_definitions(memory, input);
    memory.next_run = input.next_run;
    memory.next_try = input.next_try;
    memory.next_notification = input.next_notification;
    restore_deliveries(memory, input.notifications);
    memory.next_version = input.next_version;
    memory.next_backfill = input.next_backfill;
    for (const auto& asset : input.assets) memory.assets.emplace(model::AssetKey{asset.asset, asset.key}, asset);
    memory.produced_events.assign(input.events.begin(), input.events.end());
    for (const auto& counted : input.counted_events) {
        auto& pending = definition_of(memory, counted.row.dag_id).pending_events[counted.row.entry];
        pending.events.push_back(counted.row);
        pending.newest = counted.event;
    }
    memory.next_event = input.next_event;
    memory.events_settled_at = work.now + kSettlingTime;
    for (const auto& backfill : input.backfills) restore_backfill(work, backfill);
    for (const auto& run : input.runs) restore(work, run);
    // Only now: what a task waits for may be one of these runs.
    for (auto& [id, run] : memory.runs)
        for (RecordIndex index = 0; index < run.tasks.size(); ++index)
            if (run.tasks[index].state == TaskState::deferred && waits_itself(run, index)) resume(work, run, index);
    for (const auto& row : input.reruns)
        if (!memory.runs.contains(row.id)) schedule_rerun(memory, row);
}

}  // namespace weir::core
