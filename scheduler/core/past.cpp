// `depends_on_past` and `wait_for_downstream`: a task that looks at the same task in the run before, by logical date.
// Live runs are at hand; of ended ones the states are kept here, for DAGs that have such tasks.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/work.hpp"

namespace weir::core {

using model::TaskState;

namespace {

bool went_well(TaskState state) { return state == TaskState::success || state == TaskState::skipped; }

// The run before, live or ended, with the states of its tasks.
struct Before {
    TimePoint logical_date;
    const LiveRun* live = nullptr;
    const PastRun* ended = nullptr;

    // nullopt: it does not have this task.
    [[nodiscard]] std::optional<TaskState> state_of(const std::string& task_id) const {
        if (live != nullptr) {
            const auto index = live->plan->find(task_id);
            if (!index) return std::nullopt;
            return live->tasks.empty() ? TaskState::none : live->tasks[*index].state;
        }
        const auto found = ended->find(task_id);
        return found == ended->end() ? std::nullopt : std::optional(found->second);
    }
};

std::optional<Before> run_before(const LiveRun& run) {
    const auto date = *run.row.logical_date;
    std::optional<Before> before;
    const auto& past = run.definition->past;
    if (const auto next = past.lower_bound(date); next != past.begin())
        before = Before{std::prev(next)->first, nullptr, &std::prev(next)->second};
    for (const auto& [run_id, other] : run.definition->live) {
        const auto& other_date = other->row.logical_date;
        if (other_date && *other_date < date && (!before || *other_date > before->logical_date))
            before = Before{*other_date, other, nullptr};
    }
    return before;
}

// What holds the task back, in words.
std::string obstacle(const LiveRun& run, RecordIndex index, const Before& before) {
    const auto& task = run.task(index);
    std::vector<std::string> looked_at{task.id};
    if (task.wait_for_downstream)
        for (const auto below : task.downstream) looked_at.push_back(run.task(below).id);
    for (const auto& task_id : looked_at) {
        const auto state = before.state_of(task_id);
        if (state && !went_well(*state))
            return fmt::format("waits: '{}' is {} in the run before, of {}", task_id, to_text(*state),
                               model::format_rfc3339(before.logical_date));
    }
    return "";
}

}  // namespace

bool past_allows(Work& work, LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    if (!task.depends_on_past || !run.row.logical_date) return true;
    std::string reason = "waits: the DAG's file has not been read yet";
    if (run.definition->past_known) {
        const auto before = run_before(run);
        reason = before ? obstacle(run, index, *before) : "";
    }
    auto& record = run.tasks[index];
    if (record.reason != reason) {
        record.reason = reason;
        touch(work, run, index);
    }
    return reason.empty();
}

void wake_later_runs(Work& work, const LiveRun& run) {
    if (!run.plan->looks_back || !run.row.logical_date) return;
    for (const auto& [run_id, other] : run.definition->live) {
        if (other->tasks.empty() || !other->row.logical_date || *other->row.logical_date <= *run.row.logical_date)
            continue;
        for (TaskIndex index = 0; index < other->plan->dag->tasks.size(); ++index)
            if (other->task(index).depends_on_past && other->tasks[index].state == TaskState::none)
                work.undecided.emplace_back(other, index);
    }
}

void remember_past(const LiveRun& run) {
    if (!run.plan->looks_back || !run.row.logical_date) return;
    auto& past = run.definition->past;
    auto& states = past[*run.row.logical_date];
    states.clear();
    for (TaskIndex index = 0; index < run.plan->dag->tasks.size(); ++index)
        states.emplace(run.task(index).id, run.tasks[index].state);
    if (past.size() > kMostPastRuns) past.erase(past.begin());
}

void learn_past(Work& work, Definition& definition, const DagLoaded& input) {
    for (const auto& history : input.found_past) {
        if (!history.run.logical_date || definition.live.contains(history.run.run_id)) continue;
        auto& states = definition.past[*history.run.logical_date];
        for (const auto& row : history.task_instances)
            if (row.map_index < 0) states.insert_or_assign(row.task_id, row.state);
    }
    if (std::exchange(definition.past_known, true)) return;
    for (const auto& [run_id, run] : definition.live) {
        for (RecordIndex index = 0; index < run->tasks.size(); ++index)
            if (run->tasks[index].state == TaskState::none) work.undecided.emplace_back(run, index);
    }
}

}  // namespace weir::core
