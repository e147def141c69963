// Killing, of a run, of one task, or of one instance of it.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/selection.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::core {

using model::ErrorKind;
using model::TaskState;

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
        case TaskState::deferred:
            return kill_deferred(work, run, index, reason);
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
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

}  // namespace

void kill_run(Work& work, LiveRun& run) {
    run.killed = true;
    ensure_tasks(work, run);
    for (TaskIndex index = 0; index < run.plan->dag->tasks.size(); ++index)
        kill_task(work, run, index, Killed::with_run, TaskState::skipped);
    if (run.unfinished == 0) work.maybe_ended.push_back(&run);
}

void apply(Work& work, const Kill& input) {
    auto* run = work.memory.find_run(input.dag_id, input.run_id);
    if (run == nullptr && input.found_state)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("run '{}' has ended already: {}", input.run_id, to_text(*input.found_state)));
    if (run == nullptr)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("there is no run '{}' of DAG '{}'", input.run_id, input.dag_id));
    if (!input.task_id) {
        kill_run(work, *run);
        work.replies.emplace_back(input.request, run);
        return;
    }
    if (!run->plan->find(*input.task_id))
        return reply(work, input.request, ErrorKind::not_found, unknown_task(*run, *input.task_id));
    ensure_tasks(work, *run);
    const auto map_index = input.map_index.value_or(-1);
    const auto index = run->find(*input.task_id, map_index);
    if (!index)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("task '{}' has no instance {} in run '{}'", *input.task_id, map_index, input.run_id));
    if (is_finished(run->tasks[*index].state))
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("task '{}' has ended already: {}", model::instance_name(*input.task_id, map_index),
                                 to_text(run->tasks[*index].state)));
    kill_task(work, *run, *index, Killed::alone, TaskState::failed);
    work.replies.emplace_back(input.request, run);
}

}  // namespace weir::core
