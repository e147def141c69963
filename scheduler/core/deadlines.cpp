// Deadlines of runs and tasks: when one passes, somebody is told, once. Nothing is ended.
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::RunState;

namespace {

template <class Act>
void each_task_deadline(const LiveRun& run, const Act& act) {
    if (!run.row.started_at || run.row.state != RunState::running) return;
    const auto& tasks = run.plan->dag->tasks;
    for (RecordIndex index = 0; index < tasks.size(); ++index)
        if (tasks[index].deadline.count() > 0)
            act(index,
                Timer{*run.row.started_at + tasks[index].deadline, Timer::Kind::task_deadline, run.row.id, index});
}

Timer run_timer(const LiveRun& run) {
    return {run.row.queued_at + run.plan->dag->deadline, Timer::Kind::run_deadline, run.row.id};
}

}  // namespace

void arm_run_deadline(Memory& memory, const LiveRun& run) {
    if (run.plan->dag->deadline.count() > 0 && !run.row.deadline_missed) memory.timers.insert(run_timer(run));
}

void arm_task_deadlines(Memory& memory, const LiveRun& run) {
    each_task_deadline(run, [&memory, &run](RecordIndex index, const Timer& timer) {
        if (!run.tasks[index].deadline_missed) memory.timers.insert(timer);
    });
}

void disarm_run_deadline(Memory& memory, const LiveRun& run) { memory.timers.erase(run_timer(run)); }

void disarm_task_deadlines(Memory& memory, const LiveRun& run) {
    each_task_deadline(run, [&memory](RecordIndex, const Timer& timer) { memory.timers.erase(timer); });
}

void fire_run_deadline(Work& work, LiveRun& run) {
    run.row.deadline_missed = true;
    touch(work, run);
    alert_run(work, run, model::AlertEvent::deadline);
}

void fire_task_deadline(Work& work, LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    if (is_finished(record.state)) return;
    record.deadline_missed = true;
    touch(work, run, index);
    alert_task(work, run, index, model::AlertEvent::deadline);
}

}  // namespace weir::core
