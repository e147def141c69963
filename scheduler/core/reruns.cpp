// A finished run becomes live again: its rows come from history, its tries and logs stay there.
#include <algorithm>

#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::RunState;
using model::TaskState;

LiveRun& restore_on_newest(Work& work, RunHistory history) {
    auto& definition = definition_of(work.memory, history.run.dag_id);
    model::invariant(definition.plan != nullptr, "the newest version is loaded");
    history.run.version = definition.state.version;
    history.dag = definition.plan->dag;
    for (auto& row : history.task_instances) {
        const auto* task = history.dag->find(row.task_id);
        if (row.state == TaskState::removed || (task != nullptr && (row.map_index < 0 || task->foreach))) continue;
        row.state = TaskState::removed;
        row.retry_at.reset();
        row.reason = task == nullptr ? "the DAG has this task no more" : "the task has no `foreach` any more";
        work.rows_without_record.emplace_back(row);
    }
    auto& run = restore_run(work, history);
    // Tasks that the run has never had get their rows.
    for (TaskIndex index = 0; index < run.tasks.size(); ++index) touch(work, run, index);
    return run;
}

void forget_restored(Work& work, LiveRun& run) {
    remember_past(run);
    const auto is_of_run = [&run](const auto& entry) { return entry.first == &run; };
    std::erase_if(work.undecided, is_of_run);
    std::erase_if(work.let_through, is_of_run);
    std::erase_if(work.restored_scheduled, is_of_run);
    std::erase_if(work.changed_tasks, is_of_run);
    std::erase(work.maybe_ended, &run);
    std::erase_if(work.rows_without_record, [&run](const Change& change) {
        const auto* row = std::get_if<model::TaskInstance>(&change);
        return row != nullptr && row->run == run.row.id;
    });
    run.definition->live.erase(run.row.run_id);
    work.memory.runs.erase(run.row.id);
}

void reset_all_tasks(Work& work, LiveRun& run) {
    ensure_tasks(work, run);
    for (TaskIndex index = 0; index < run.plan->dag->tasks.size(); ++index) reset_task(work, run, index);
    run.killed = false;
}

namespace {

// A task that keeps its end has not seen what the ledger has by now.
bool begins_anew(const LiveRun& run) {
    return std::ranges::none_of(
        run.tasks, [](const TaskRecord& task) { return is_finished(task.state) && task.state != TaskState::removed; });
}

}  // namespace

void requeue(Work& work, LiveRun& run) {
    run.row.state = RunState::queued;
    run.row.queued_at = work.now;
    run.row.started_at.reset();
    run.row.ended_at.reset();
    run.row.retry_at.reset();
    run.row.retries_used = 0;
    run.row.deadline_missed = false;
    if (begins_anew(run)) {
        run.row.rerun_at.reset();
        run.row.stale_since.reset();
        run.row.ledger_through = model::EventId{work.memory.next_event.value - 1};
    }
    work.memory.reruns.erase(run.row.id);  // one that is still due comes back when the run ends
    enqueue(work, run);
}

}  // namespace weir::core
