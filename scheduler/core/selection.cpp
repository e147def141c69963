#include "scheduler/core/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/work.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::core {

using model::ErrorKind;
using model::TaskState;

namespace {

using Tasks = std::vector<bool>;  // by TaskIndex

bool is_in_group(const model::Task& task, std::string_view group) {
    return task.group == group ||
           (task.group.size() > group.size() && task.group.starts_with(group) && task.group[group.size()] == '.');
}

// False when the DAG has neither a task nor a group of this name.
bool add_named(const LiveRun& run, const std::string& name, Tasks& chosen) {
    if (const auto index = run.plan->find(name)) {
        chosen[*index] = true;
        return true;
    }
    const auto& dag = *run.plan->dag;
    if (std::ranges::find(dag.groups, name, &model::Group::id) == dag.groups.end()) return false;
    for (TaskIndex index = 0; index < dag.tasks.size(); ++index)
        if (is_in_group(dag.tasks[index], name)) chosen[index] = true;
    return true;
}

// Tasks stand in topological order, so one walk sees everything.
void add_upstream(const LiveRun& run, Tasks& chosen) {
    const auto& tasks = run.plan->dag->tasks;
    for (auto index = static_cast<TaskIndex>(tasks.size()); index-- > 0;)
        if (chosen[index])
            for (const auto above : tasks[index].upstream) chosen[above] = true;
}

void add_downstream(const LiveRun& run, Tasks& chosen) {
    const auto& tasks = run.plan->dag->tasks;
    for (TaskIndex index = 0; index < tasks.size(); ++index)
        if (chosen[index])
            for (const auto below : tasks[index].downstream) chosen[below] = true;
}

bool has_failed(const TaskRecord& record) {
    return record.state == TaskState::failed || record.state == TaskState::upstream_failed ||
           (record.state == TaskState::skipped && record.killed != Killed::no);
}

// Of a mapped task only the instances that failed.
void add_failed(const LiveRun& run, TaskIndex task, std::vector<RecordIndex>& records) {
    const auto* mapped = run.instances_of(task);
    if (mapped == nullptr) {
        if (has_failed(run.tasks[task])) records.push_back(task);
        return;
    }
    for (std::uint32_t i = 0; i < mapped->count; ++i)
        if (has_failed(run.tasks[mapped->instances[i]])) records.push_back(mapped->instances[i]);
}

// Everything below these records, and the records themselves.
std::vector<RecordIndex> with_downstream(const LiveRun& run, const std::vector<RecordIndex>& records) {
    Tasks below(run.plan->dag->tasks.size(), false);
    for (const auto record : records)
        for (const auto task : run.task(record).downstream) below[task] = true;
    add_downstream(run, below);
    std::vector<RecordIndex> all;
    for (TaskIndex task = 0; task < below.size(); ++task)
        if (below[task]) all.push_back(task);
    for (const auto record : records)
        if (!below[run.tasks[record].task]) all.push_back(record);
    return all;
}

}  // namespace

std::string unknown_task(const LiveRun& run, std::string_view task_id) {
    std::vector<std::string> known;
    for (const auto& task : run.plan->dag->tasks) known.push_back(task.id);
    for (const auto& group : run.plan->dag->groups) known.push_back(group.id);
    return fmt::format("DAG '{}' has no task '{}'{}", run.row.dag_id, task_id, model::did_you_mean(task_id, known));
}

model::Result<std::vector<RecordIndex>> select_records(const LiveRun& run, const TaskSelection& selection) {
    const auto& tasks = run.plan->dag->tasks;
    Tasks chosen(tasks.size(), selection.names.empty());
    for (const auto& name : selection.names)
        if (!add_named(run, name, chosen)) return model::Error{ErrorKind::not_found, unknown_task(run, name)};
    std::vector<RecordIndex> records;
    if (selection.map_index) {
        if (selection.names.size() != 1)
            return model::Error{ErrorKind::invalid, "a map_index belongs to exactly one task; name it"};
        const auto record = run.find(selection.names.front(), *selection.map_index);
        if (!record || run.tasks[*record].state == TaskState::removed)
            return model::Error{ErrorKind::not_found,
                                fmt::format("task '{}' has no instance {} in run '{}'", selection.names.front(),
                                            *selection.map_index, run.row.run_id)};
        records.push_back(*record);
    } else {
        if (selection.upstream) add_upstream(run, chosen);
        for (TaskIndex task = 0; task < tasks.size(); ++task) {
            if (!chosen[task]) continue;
            if (selection.only_failed)
                add_failed(run, task, records);
            else
                records.push_back(task);
        }
    }
    if (selection.downstream) records = with_downstream(run, records);
    std::ranges::sort(records);
    return records;
}

void add_setups_and_teardowns(const LiveRun& run, std::vector<RecordIndex>& records) {
    const auto& tasks = run.plan->dag->tasks;
    if (std::ranges::none_of(tasks, &model::Task::setup)) return;
    Tasks wanted(tasks.size(), false);
    for (const auto record : records) {
        Tasks above(tasks.size(), false);
        Tasks below(tasks.size(), false);
        above[run.tasks[record].task] = below[run.tasks[record].task] = true;
        add_upstream(run, above);
        add_downstream(run, below);
        for (TaskIndex setup = 0; setup < tasks.size(); ++setup) {
            if (!above[setup] || !tasks[setup].setup) continue;
            bool has_teardown = false;
            bool is_around = false;
            for (const auto under : tasks[setup].downstream) {
                if (!tasks[under].teardown) continue;
                has_teardown = true;
                if (!below[under]) continue;
                is_around = wanted[under] = true;
            }
            if (is_around || !has_teardown) wanted[setup] = true;
        }
    }
    for (const auto record : records) wanted[run.tasks[record].task] = false;
    for (TaskIndex task = 0; task < tasks.size(); ++task)
        if (wanted[task]) records.push_back(task);
    std::ranges::sort(records);
}

std::vector<RecordIndex> failed_records(const LiveRun& run) {
    TaskSelection failed;
    failed.only_failed = true;
    failed.downstream = true;
    auto records = select_records(run, failed);
    if (!records || records->empty()) return {};
    add_setups_and_teardowns(run, *records);
    return std::move(*records);
}

std::vector<model::TaskInstance> rows_of(const LiveRun& run, const std::vector<RecordIndex>& records) {
    std::vector<model::TaskInstance> rows;
    for (const auto record : records) {
        const auto* mapped = run.instances_of(record);
        if (mapped == nullptr) rows.push_back(row_of(run, record));
        for (std::uint32_t i = 0; mapped != nullptr && i < mapped->count; ++i)
            rows.push_back(row_of(run, mapped->instances[i]));
    }
    return rows;
}

}  // namespace weir::core
