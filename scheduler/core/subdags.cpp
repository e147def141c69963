// `dag`: a task makes a run of another DAG, and ends with it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scheduler/core/deferring.hpp"
#include "scheduler/core/launch.hpp"

namespace weir::core {

using model::ErrorKind;
using model::Json;
using model::OperatorKind;
using model::TaskState;

namespace {

// The same for each try of a task, whatever dies in between; another one for the next try.
std::string child_run_id(const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    const auto instance = record.map_index < 0 ? "" : fmt::format("_{}", record.map_index);
    // The number instead of the run_id, which may be long, and used again once retention has removed its run.
    return fmt::format("dag__{}.{}__{}{}__{}", run.row.dag_id, run.row.id.value, run.task(index).id, instance,
                       record.try_number);
}

std::vector<std::string> ancestors_of(const LiveRun& run) {
    std::vector<std::string> ancestors;
    if (run.row.parent.is_object())
        for (const auto& dag_id : run.row.parent.value("ancestors", Json::array()))
            if (dag_id.is_string()) ancestors.push_back(dag_id.get<std::string>());
    ancestors.push_back(run.row.dag_id);
    return ancestors;
}

model::Result<Definition*> definition_to_run(Work& work, const LiveRun& run, const DagSettings& settings) {
    auto* definition = work.memory.find_definition(settings.dag_id);
    if (definition == nullptr) return model::Error{ErrorKind::not_found, unknown_dag(work.memory, settings.dag_id)};
    if (definition->state.removed || !definition->plan)
        return model::Error{ErrorKind::not_found,
                            fmt::format("the file of DAG '{}' is gone; put it back to run it", settings.dag_id)};
    const auto ancestors = ancestors_of(run);
    if (std::ranges::find(ancestors, settings.dag_id) != ancestors.end())
        return model::Error{ErrorKind::conflict,
                            fmt::format("DAG '{0}' would run itself without end: {1} -> {0}; break the circle",
                                        settings.dag_id, fmt::join(ancestors, " -> "))};
    return definition;
}

std::string date_is_taken(const DagSettings& settings) {
    return fmt::format("DAG '{}' has a run with logical_date {} already", settings.dag_id,
                       model::format_rfc3339(*settings.logical_date));
}

// Queues the run of the other DAG, or says in words why not. History has no run of its logical date.
model::Result<LiveRun*> make_child(Work& work, LiveRun& run, RecordIndex index, const DagSettings& settings) {
    const auto found = definition_to_run(work, run, settings);
    if (!found) return found.error();
    auto& definition = **found;
    if (has_live_date(definition, settings.logical_date))
        return model::Error{ErrorKind::conflict, date_is_taken(settings)};
    auto checked = model::check_params(*definition.plan->dag, settings.params);
    if (!checked.errors.empty())
        return model::Error{ErrorKind::invalid,
                            fmt::format("params of DAG '{}': {}", settings.dag_id, fmt::join(checked.errors, "; "))};
    model::Run row;
    row.dag_id = settings.dag_id;
    row.run_id = child_run_id(run, index);
    row.type = model::RunType::manual;
    row.triggered_by = model::TriggeredBy::operator_;
    row.triggering_user = run.row.triggering_user;
    row.logical_date = settings.logical_date;
    row.data_interval = run.row.data_interval;
    row.timezone = run.row.timezone;
    if (settings.logical_date) {
        auto derived = manual_interval(definition, *settings.logical_date);
        row.data_interval = derived.interval;
        row.timezone = std::move(derived.timezone);
    }
    row.run_after = work.now;
    row.params = std::move(checked.params);
    row.parent = {{"dag_id", run.row.dag_id},
                  {"run_id", run.row.run_id},
                  {"task_id", run.task(index).id},
                  {"map_index", run.tasks[index].map_index},
                  {"ancestors", ancestors_of(run)}};
    return &create_run(work, definition, std::move(row));
}

void await_child(Work& work, LiveRun& run, RecordIndex index, const DagSettings& settings) {
    auto& record = run.tasks[index];
    const auto run_id = child_run_id(run, index);
    touch(work, run, index);
    record.outputs = {{"dag_id", settings.dag_id}, {"run_id", run_id}};
    record.reason = fmt::format("waits for run '{}' of DAG '{}'", run_id, settings.dag_id);
    await(work, run, index, {settings.dag_id, run_id, std::nullopt});
}

void start_child(Work& work, LiveRun& run, RecordIndex index, const DagSettings& settings) {
    const auto child = make_child(work, run, index, settings);
    if (!child) return finish_now(work, run, index, TaskState::failed, child.error().message);
    if (settings.wait) return await_child(work, run, index, settings);
    run.tasks[index].outputs = {{"dag_id", settings.dag_id}, {"run_id", (*child)->row.run_id}};
    finish_now(work, run, index, TaskState::success, "");
}

}  // namespace

void kill_child(Work& work, LiveRun& run, RecordIndex index) {
    if (kind_of(run.task(index)) != OperatorKind::dag) return;
    const auto waiting = run.waiting.find(index);
    if (waiting == run.waiting.end() || !waiting->second.run) return;
    auto* child = work.memory.find_run(waiting->second.run->dag_id, waiting->second.run->run_id);
    if (child != nullptr && !is_finished(child->row.state)) kill_run(work, *child);
}

// Whether history has a run of its logical date is asked first; see child_missing().
void run_dag(Work& work, LiveRun& run, RecordIndex index, const Json& rendered, bool again) {
    const auto settings = read_dag(rendered);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    arm_timeout(work, run, index);
    if (again) return await_child(work, run, index, *settings);
    if (!settings->logical_date) return start_child(work, run, index, *settings);
    const auto definition = definition_to_run(work, run, *settings);
    if (!definition) return finish_now(work, run, index, TaskState::failed, definition.error().message);
    if (has_live_date(**definition, settings->logical_date))
        return finish_now(work, run, index, TaskState::failed, date_is_taken(*settings));
    await(work, run, index, {settings->dag_id, "", settings->logical_date});
}

void child_ended(Work& work, LiveRun& run, RecordIndex index, const model::Run& child, const std::string& words) {
    if (child.run_id != child_run_id(run, index))  // it asked whether there is a run of its logical date
        return finish_now(
            work, run, index, TaskState::failed,
            fmt::format("DAG '{}' has run '{}' with this logical_date already", child.dag_id, child.run_id));
    run.tasks[index].outputs = {{"dag_id", child.dag_id}, {"run_id", child.run_id}, {"state", to_text(child.state)}};
    if (child.state == model::RunState::success) return finish_now(work, run, index, TaskState::success, "");
    fail_or_retry(work, run, index, words);
}

// For a dag task that is either what it wanted to hear before it makes a run of this logical date, or its own run is not
// there: never made (the daemon died while it asked for the date), or removed since.
void child_missing(Work& work, LiveRun& run, RecordIndex index, const AwaitedRun& awaited) {
    const auto rendered = rendered_settings(run, index);
    const auto settings = rendered ? read_dag(*rendered) : rendered.error();
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    if (!settings->logical_date)
        return fail_or_retry(work, run, index,
                             fmt::format("run '{}' of DAG '{}' is gone", awaited.run_id, awaited.dag_id));
    stop_awaiting(work.memory, run, index);
    start_child(work, run, index, *settings);
}

void time_out_child(Work& work, LiveRun& run, RecordIndex index) {
    const auto reason =
        fmt::format("timed out after {}; its run was killed", model::format_duration(run.task(index).timeout));
    kill_child(work, run, index);
    // The child may have had nothing to wait for, and its end has told this task already.
    if (run.tasks[index].state == TaskState::deferred) fail_or_retry(work, run, index, reason);
}

}  // namespace weir::core
