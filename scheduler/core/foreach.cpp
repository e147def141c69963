// `foreach`: one task becomes an instance per item once its trigger rule holds. The instances are records of their own,
// behind those of the plan; to what is downstream each counts as one upstream task, as in Airflow.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/launch.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::Json;
using model::TaskState;

namespace {

// What downstream tasks wait for: instead of the task itself, its instances.
void change_totals(LiveRun& run, TaskIndex task, std::int64_t by) {
    const auto& plan_task = run.plan->task(task);
    for (const auto below : plan_task.downstream) {
        auto& record = run.tasks[below];
        record.upstream_total = static_cast<std::uint32_t>(record.upstream_total + by);
        if (plan_task.setup) record.upstream.setups = static_cast<std::uint32_t>(record.upstream.setups + by);
    }
}

RecordIndex add_record(LiveRun& run, TaskIndex task, Mapped& mapped) {
    const auto index = static_cast<RecordIndex>(run.tasks.size());
    TaskRecord record;
    record.task = task;
    record.map_index = static_cast<int>(mapped.instances.size());
    run.tasks.push_back(std::move(record));
    mapped.instances.push_back(index);
    ++run.unfinished;
    return index;
}

void close(Work& work, LiveRun& run, TaskIndex task, const Mapped& mapped) {
    std::uint32_t failed = 0;
    std::uint32_t succeeded = 0;
    for (std::uint32_t i = 0; i < mapped.count; ++i) {
        const auto state = run.tasks[mapped.instances[i]].state;
        failed += state == TaskState::failed || state == TaskState::upstream_failed;
        succeeded += state == TaskState::success;
    }
    if (failed > 0)
        return finish_task(work, run, task, TaskState::failed,
                           fmt::format("{} of {} instances failed", failed, mapped.count), work.now);
    if (succeeded > 0) return finish_task(work, run, task, TaskState::success, "", work.now);
    finish_task(work, run, task, TaskState::skipped, "all its instances were skipped", work.now);
}

}  // namespace

void expand(Work& work, LiveRun& run, RecordIndex index) {
    auto items = items_of(run, index);
    if (!items) return finish_task(work, run, index, TaskState::failed, items.error().message, work.now);
    if (items->empty())
        return finish_task(work, run, index, TaskState::skipped, "its `foreach` has no items", work.now);

    const auto count = static_cast<std::uint32_t>(items->size());
    auto& mapped = run.mapped[index];
    model::invariant(mapped.count == 0, "a task is expanded once");
    mapped.count = mapped.unfinished = count;
    while (mapped.instances.size() < count) add_record(run, index, mapped);
    mapped.items.resize(mapped.instances.size());  // those past the count keep theirs, as their rows do
    mapped.labels.resize(mapped.instances.size());
    std::ranges::move(*items, mapped.items.begin());
    change_totals(run, index, std::int64_t{count} - 1);

    run.tasks[index].started_at = work.now;
    set_state(work, run, index, TaskState::deferred);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto instance = mapped.instances[i];
        auto& record = run.tasks[instance];
        record.max_tries = record.try_number + run.task(instance).retry.retries + 1;
        record.scheduled_at = work.now;
        record.reason.clear();
        mapped.labels[i] = label_of(run, instance);
        let_start(work, run, instance);
    }
}

void collapse(Work& work, LiveRun& run, RecordIndex index) {
    const auto found = run.mapped.find(index);
    if (found == run.mapped.end() || found->second.count == 0) return;
    auto& mapped = found->second;
    for (std::uint32_t i = 0; i < mapped.count; ++i) {
        forget_waiting(work, run, mapped.instances[i]);
        set_state(work, run, mapped.instances[i], TaskState::removed);
    }
    change_totals(run, index, 1 - std::int64_t{mapped.count});
    mapped.count = mapped.unfinished = 0;
}

void restore_instances(LiveRun& run, const std::vector<model::TaskInstance>& rows) {
    for (const auto& row : rows) {  // by task, then map_index
        const auto task = run.plan->find(row.task_id);
        if (!task || row.map_index < 0) continue;
        auto& mapped = run.mapped[*task];
        model::invariant(row.map_index == static_cast<int>(mapped.instances.size()), "instances are numbered from 0");
        add_record(run, *task, mapped);
        mapped.items.push_back(row.item);
        mapped.labels.push_back(row.label);
        if (row.state == TaskState::removed) continue;
        ++mapped.count;
        if (!is_finished(row.state)) ++mapped.unfinished;
    }
    for (const auto& [task, mapped] : run.mapped)
        if (mapped.count > 0) change_totals(run, task, std::int64_t{mapped.count} - 1);
}

void instance_finished(Work& work, LiveRun& run, RecordIndex instance) {
    const auto task = run.tasks[instance].task;
    auto& mapped = run.mapped.at(task);
    if (--mapped.unfinished == 0) close(work, run, task, mapped);
}

void instance_reopened(Work& work, LiveRun& run, RecordIndex instance) {
    const auto task = run.tasks[instance].task;
    ++run.mapped.at(task).unfinished;
    if (!is_finished(run.tasks[task].state)) return;
    run.tasks[task].reason.clear();
    run.tasks[task].ended_at.reset();
    set_state(work, run, task, TaskState::deferred);
}

}  // namespace weir::core
