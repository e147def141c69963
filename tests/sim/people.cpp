#include "tests/sim/people.hpp"

#include <array>

namespace weir::sim {

using model::TaskState;
using std::chrono::minutes;

namespace {

constexpr std::size_t kMostRuns = 40;

}  // namespace

const model::Run& People::any_run() {
    return std::next(disk_.runs.begin(), dice_.below(static_cast<int>(disk_.runs.size())))->second;
}

std::string People::any_task(const model::Run& run) { return dice_.one_of(disk_.texts.at(run.version)->tasks).id; }

core::TaskSelection People::any_selection(const model::Run& run) {
    core::TaskSelection selection;
    if (!dice_.one_in(3)) selection.names = {any_task(run)};
    selection.upstream = dice_.one_in(3);
    selection.downstream = dice_.one_in(2);
    selection.only_failed = dice_.one_in(3);
    return selection;
}

// Of a tick, and perhaps of one to come.
model::TimePoint People::any_date() {
    return std::chrono::floor<std::chrono::hours>(from_) + minutes{20 * dice_.between(-3, 9)};
}

core::Input People::act() {
    if (disk_.runs.empty()) return trigger();
    const auto& run = any_run();
    switch (dice_.below(10)) {
        case 0:
            return clear();
        case 1:
            return mark();
        case 2: {
            core::Kill input{next_request(), run.dag_id, run.run_id, std::nullopt};
            if (dice_.one_in(2)) input.task_id = any_task(run);
            return input;
        }
        case 3: {
            core::ChangeRun input{.request = next_request(), .dag_id = run.dag_id, .run_id = run.run_id};
            input.state = dice_.one_in(2) ? model::RunState::success : model::RunState::failed;
            return input;
        }
        case 4:
            return core::SetPaused{next_request(), dice_.one_of(dags_), dice_.one_in(3)};
        case 5:
            return backfill();
        case 6:
            return change_backfill();
        case 7: {
            core::RetryTasks input{next_request(), run.dag_id, run.run_id, {}, {}};
            if (dice_.one_in(2)) input.task_ids = {any_task(run)};
            return input;
        }
        case 8:
            return decide(run);
        default:
            return trigger();
    }
}

core::Input People::trigger() {
    core::TriggerRun input{.request = next_request(), .dag_id = dice_.one_of(dags_)};
    if (disk_.runs.size() >= kMostRuns) input.dag_id = "none";  // is refused
    if (dice_.one_in(3)) input.logical_date = any_date();
    return input;
}

core::Input People::clear() {
    const auto& run = any_run();
    core::ClearTasks input{.request = next_request(), .dag_id = run.dag_id, .run_id = run.run_id};
    input.tasks = any_selection(run);
    input.newest_version = dice_.one_in(4);
    input.dry_run = dice_.one_in(6);
    return input;
}

core::Input People::mark() {
    constexpr std::array kStates{TaskState::success, TaskState::failed, TaskState::skipped};
    const auto& run = any_run();
    core::MarkTasks input{.request = next_request(), .dag_id = run.dag_id, .run_id = run.run_id};
    input.tasks = any_selection(run);
    input.state = kStates[dice_.index_below(kStates.size())];
    return input;
}

core::Input People::backfill() {
    core::CreateBackfill input{.request = next_request(), .dag_id = dice_.one_of(dags_)};
    input.to = any_date();
    input.from = input.to - minutes{20 * dice_.below(4)};
    input.reprocess = dice_.any<model::Reprocess>();
    input.backwards = dice_.one_in(2);
    input.max_active_runs = 1 + dice_.below(2);
    return input;
}

core::Input People::change_backfill() {
    using enum core::BackfillChange;
    constexpr std::array kChanges{pause, unpause, cancel};
    const auto id = 1 + dice_.below(static_cast<int>(disk_.backfills.size()) + 1);
    return core::ChangeBackfill{next_request(), {id}, kChanges[dice_.index_below(kChanges.size())], std::nullopt};
}

core::Input People::decide(const model::Run& run) {
    return core::Decide{.request = next_request(),
                        .dag_id = run.dag_id,
                        .run_id = run.run_id,
                        .task_id = any_task(run),
                        .map_index = dice_.one_in(3) ? dice_.below(3) : -1,
                        .approved = dice_.one_in(2),
                        .user = "anna",
                        .role = model::Role::admin};
}

std::vector<core::Input> People::tidy_up() {
    std::vector<core::Input> inputs;
    for (const auto& [dag_id, row] : disk_.dags)
        if (row.paused) inputs.emplace_back(core::SetPaused{next_request(), dag_id, false});
    for (const auto& [id, row] : disk_.backfills)
        if (row.state == model::BackfillState::paused)
            inputs.emplace_back(core::ChangeBackfill{next_request(), id, core::BackfillChange::unpause, std::nullopt});
    for (const auto& [key, row] : disk_.task_instances) {
        if (row.state != TaskState::deferred || row.operator_kind != model::OperatorKind::approve) continue;
        const auto& run = disk_.runs.at(row.run);
        inputs.emplace_back(core::Decide{.request = next_request(),
                                         .dag_id = run.dag_id,
                                         .run_id = run.run_id,
                                         .task_id = row.task_id,
                                         .map_index = row.map_index,
                                         .user = "anna",
                                         .role = model::Role::admin});
    }
    return inputs;
}

}  // namespace weir::sim
