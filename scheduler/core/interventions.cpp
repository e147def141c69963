// A person steps in: run tasks again, kill.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/work.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::core {

using model::ErrorKind;
using model::RunState;
using model::TaskState;

namespace {

std::string unknown_task(const LiveRun& run, std::string_view task_id) {
    std::vector<std::string> known;
    for (const auto& task : run.plan->dag->tasks) known.push_back(task.id);
    return fmt::format("DAG '{}' has no task '{}'{}", run.row.dag_id, task_id, model::did_you_mean(task_id, known));
}

using Chosen = std::vector<RecordIndex>;

model::Result<Chosen> choose(const LiveRun& run, const std::vector<std::string>& task_ids) {
    Chosen chosen;
    for (const auto& task_id : task_ids) {
        const auto index = run.plan->find(task_id);
        if (!index) return model::Error{ErrorKind::not_found, unknown_task(run, task_id)};
        chosen.push_back(*index);
    }
    if (!task_ids.empty()) return chosen;
    for (RecordIndex index = 0; index < run.tasks.size(); ++index) {
        const auto& record = run.tasks[index];
        if (run.instances_of(index) != nullptr) continue;  // of its instances only those that failed
        if (record.state == TaskState::failed || record.state == TaskState::upstream_failed ||
            (record.state == TaskState::skipped && record.killed != Killed::no))
            chosen.push_back(index);
    }
    if (chosen.empty())
        return model::Error{ErrorKind::conflict,
                            fmt::format("nothing has failed in run '{}'; name the tasks to run again", run.row.run_id)};
    return chosen;
}

Chosen with_downstream(const LiveRun& run, const Chosen& chosen) {
    std::vector<bool> included(run.tasks.size(), false);
    for (const auto index : chosen) {
        included[index] = true;
        if (run.is_instance(index))
            for (const auto below : run.task(index).downstream) included[below] = true;
    }
    // Tasks stand in topological order: what is upstream has been seen. A task's reset takes its instances with it.
    Chosen all;
    for (RecordIndex index = 0; index < run.tasks.size(); ++index) {
        if (!included[index] || (run.is_instance(index) && included[run.tasks[index].task])) continue;
        all.push_back(index);
        for (const auto below : run.task(index).downstream) included[below] = true;
    }
    return all;
}

model::Result<Chosen> tasks_to_reset(const LiveRun& run, const std::vector<std::string>& task_ids) {
    const auto chosen = choose(run, task_ids);
    if (!chosen) return chosen.error();
    auto all = with_downstream(run, *chosen);
    for (RecordIndex index = 0; index < run.tasks.size(); ++index) {
        if (!is_active(run.tasks[index].state)) continue;
        const auto is_reset = [&all](RecordIndex record) { return std::ranges::find(all, record) != all.end(); };
        if (is_reset(index) || is_reset(run.tasks[index].task))
            return model::Error{ErrorKind::conflict, fmt::format("task '{}' is {}; wait for its end or kill it first",
                                                                 run.task(index).id, to_text(run.tasks[index].state))};
    }
    return all;
}

// A finished run queues again behind its DAG's max_active_runs, like a new one.
void make_live(LiveRun& run, TimePoint now) {
    run.row.state = RunState::queued;
    run.row.queued_at = now;
    run.row.started_at.reset();
    run.row.ended_at.reset();
}

// Takes back what restore_run() did, when the command turns out to be impossible.
void forget_restored(Work& work, LiveRun& run) {
    const auto is_of_run = [&run](const auto& entry) { return entry.first == &run; };
    std::erase_if(work.undecided, is_of_run);
    std::erase_if(work.changed_tasks, is_of_run);
    std::erase(work.maybe_ended, &run);
    run.definition->live.erase(run.row.run_id);
    work.memory.runs.erase(run.row.id);
}

}  // namespace

void apply(Work& work, const RetryTasks& input) {
    auto* run = work.memory.find_run(input.dag_id, input.run_id);
    const bool from_history = run == nullptr && input.found_run;
    if (run == nullptr && !from_history)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("there is no run '{}' of DAG '{}'", input.run_id, input.dag_id));
    if (from_history && !input.found_run->dag)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("run '{}' has a version of DAG '{}' that no longer loads; trigger a new run",
                                 input.run_id, input.dag_id));
    if (from_history) run = &restore_run(work, *input.found_run);
    ensure_tasks(work, *run);
    const auto tasks = tasks_to_reset(*run, input.task_ids);
    if (!tasks) {
        reply(work, input.request, tasks.error().kind, tasks.error().message);
        if (from_history) forget_restored(work, *run);
        return;
    }
    // Backwards, as settle() takes from the end: tasks are decided in their order.
    for (auto index = tasks->rbegin(); index != tasks->rend(); ++index) reset_task(work, *run, *index);
    run->killed = std::ranges::any_of(run->tasks, [](const auto& task) { return task.killed == Killed::with_run; });
    if (from_history) {
        make_live(*run, work.now);
        enqueue(work, *run);
    }
    work.replies.emplace_back(input.request, run);
}

namespace {

// Ends one unfinished task: at once where no try is open, else when its try has ended.
void kill_task(Work& work, LiveRun& run, RecordIndex index, Killed how, TaskState if_not_started) {
    if (const auto* mapped = run.instances_of(index)) {  // it ends with the last of them
        for (std::uint32_t i = 0; i < mapped->count; ++i)
            kill_task(work, run, mapped->instances[i], how, if_not_started);
        return;
    }
    auto& record = run.tasks[index];
    if (is_finished(record.state)) return;
    record.killed = how;
    const char* reason = how == Killed::alone ? kKilledAlone : kKilledWithRun;
    switch (record.state) {
        case TaskState::queued:
        case TaskState::running:
            record.reason = reason;  // on disk, so that a restart still knows
            touch(work, run, index);
            return kill_try(work, record.open_try);
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
        case TaskState::deferred:
            return finish_task(work, run, index, TaskState::failed, reason, work.now);
        case TaskState::none:
        case TaskState::scheduled:
            return finish_task(work, run, index, if_not_started, reason, work.now);
        case TaskState::success:
        case TaskState::failed:
        case TaskState::skipped:
        case TaskState::upstream_failed:
        case TaskState::removed:
            return;
    }
}

void kill_run(Work& work, LiveRun& run) {
    run.killed = true;
    ensure_tasks(work, run);
    for (TaskIndex index = 0; index < run.plan->dag->tasks.size(); ++index)
        kill_task(work, run, index, Killed::with_run, TaskState::skipped);
    if (run.unfinished == 0) work.maybe_ended.push_back(&run);
}

}  // namespace

void apply(Work& work, const Kill& input) {
    auto* run = work.memory.find_run(input.dag_id, input.run_id);
    if (run == nullptr)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("DAG '{}' has no run '{}' that is queued or running", input.dag_id, input.run_id));
    if (!input.task_id) {
        kill_run(work, *run);
        work.replies.emplace_back(input.request, run);
        return;
    }
    const auto index = run->plan->find(*input.task_id);
    if (!index) return reply(work, input.request, ErrorKind::not_found, unknown_task(*run, *input.task_id));
    ensure_tasks(work, *run);
    if (is_finished(run->tasks[*index].state))
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("task '{}' has ended already: {}", *input.task_id, to_text(run->tasks[*index].state)));
    kill_task(work, *run, *index, Killed::alone, TaskState::failed);
    work.replies.emplace_back(input.request, run);
}

}  // namespace weir::core
