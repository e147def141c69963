// Runs that deferred tasks wait for: live ones tell when they end; of all others history is asked.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/deferring.hpp"
#include "scheduler/core/launch.hpp"

namespace weir::core {

using model::Json;
using model::OperatorKind;
using model::TaskState;

void await(Work& work, LiveRun& run, RecordIndex index, AwaitedRun awaited) {
    work.memory.awaited[awaited].emplace(run.row.id, index);
    run.waiting.at(index).run = awaited;
    const auto* definition = work.memory.find_definition(awaited.dag_id);
    const auto is_it = [&awaited](const auto& entry) {
        const auto& row = entry.second->row;
        return awaited.run_id.empty() ? row.logical_date == awaited.logical_date : row.run_id == awaited.run_id;
    };
    // A run that ended in this very step is live until the step ends; history will have it.
    const bool live = definition != nullptr && std::ranges::any_of(definition->live, [&is_it](const auto& entry) {
                          return is_it(entry) && !is_finished(entry.second->row.state);
                      });
    if (!live) work.effects.emplace_back(LookUpRun{std::move(awaited)});
}

void stop_awaiting(Memory& memory, LiveRun& run, RecordIndex index) {
    auto& waiting = run.waiting.at(index);
    if (!waiting.run) return;
    const auto awaited = memory.awaited.find(*waiting.run);
    awaited->second.erase({run.row.id, index});
    if (awaited->second.empty()) memory.awaited.erase(awaited);
    waiting.run.reset();
}

void awaited_run_ended(Work& work, LiveRun& run, RecordIndex index, const model::Run& other, const std::string& words) {
    const auto rendered = rendered_settings(run, index);
    const auto settings = rendered ? read_wait(*rendered, run.row) : rendered.error();
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    const auto& states = std::get<ForRun>(settings->what).states;
    if (std::ranges::find(states, other.state) == states.end()) return fail_or_retry(work, run, index, words);
    run.tasks[index].outputs = {{"dag_id", other.dag_id}, {"run_id", other.run_id}, {"state", to_text(other.state)}};
    finish_now(work, run, index, TaskState::success, "");
}

namespace {

// "task 'load' failed (exit code 3)" for the first that failed, as far as the run is still live.
std::string words_of_failure(const LiveRun* child) {
    if (child == nullptr) return "";
    for (RecordIndex index = 0; index < child->tasks.size(); ++index)
        if (const auto& record = child->tasks[index]; record.state == TaskState::failed)
            return fmt::format(": task '{}' failed{}", child->task(index).id,
                               record.reason.empty() ? "" : " (" + record.reason + ")");
    return "";
}

void tell_waiters(Work& work, const AwaitedRun& key, const model::Run& other, const LiveRun* live) {
    const auto found = work.memory.awaited.find(key);
    if (found == work.memory.awaited.end()) return;
    const auto words = fmt::format("run '{}' of DAG '{}' ended as {}{}", other.run_id, other.dag_id,
                                   to_text(other.state), words_of_failure(live));
    for (const auto& [run_id, index] : std::set(found->second)) {
        auto& run = work.memory.runs.at(run_id);
        if (kind_of(run.task(index)) == OperatorKind::dag)
            child_ended(work, run, index, other, words);
        else
            awaited_run_ended(work, run, index, other, words);
    }
}

// A `wait` goes on: the run may still come.
void tell_missing(Work& work, const AwaitedRun& key) {
    const auto found = work.memory.awaited.find(key);
    if (found == work.memory.awaited.end()) return;
    for (const auto& [run_id, index] : std::set(found->second)) {
        auto& run = work.memory.runs.at(run_id);
        if (kind_of(run.task(index)) == OperatorKind::dag) child_missing(work, run, index, key);
    }
}

}  // namespace

void run_ended(Work& work, const LiveRun& ended) {
    if (work.memory.awaited.empty()) return;
    const auto& row = ended.row;
    tell_waiters(work, {row.dag_id, row.run_id, std::nullopt}, row, &ended);
    if (row.logical_date) tell_waiters(work, {row.dag_id, "", row.logical_date}, row, &ended);
}

void apply(Work& work, const RunFound& input) {
    const auto* live = input.run ? work.memory.find_run(input.run->dag_id, input.run->run_id) : nullptr;
    if (!input.run) return tell_missing(work, input.what);
    // A run that was made live again ends through run_ended().
    if (is_finished(input.run->state) && live == nullptr) tell_waiters(work, input.what, *input.run, nullptr);
}

}  // namespace weir::core
