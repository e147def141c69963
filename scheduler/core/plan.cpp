#include "scheduler/core/plan.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace weir::core {

LaneKey lane_key(const model::Task& task) { return {task.pool, task.pool_slots, task.executor}; }

std::optional<model::TaskIndex> Plan::find(std::string_view task_id) const {
    const auto id_of = [this](model::TaskIndex index) -> std::string_view { return dag->tasks[index].id; };
    const auto found = std::ranges::lower_bound(by_id, task_id, {}, id_of);
    if (found == by_id.end() || id_of(*found) != task_id) return std::nullopt;
    return *found;
}

namespace {

std::vector<bool> find_leaves(const model::Dag& dag) {
    const auto is_teardown = [&dag](model::TaskIndex index) { return dag.tasks[index].teardown; };
    const bool only_teardowns = std::ranges::all_of(dag.tasks, &model::Task::teardown);
    std::vector<bool> is_leaf;
    is_leaf.reserve(dag.tasks.size());
    for (const auto& task : dag.tasks)
        is_leaf.push_back(only_teardowns ? task.downstream.empty()
                                         : !task.teardown && std::ranges::all_of(task.downstream, is_teardown));
    return is_leaf;
}

}  // namespace

std::shared_ptr<const Plan> make_plan(std::shared_ptr<const model::Dag> dag) {
    auto plan = std::make_shared<Plan>();
    std::map<LaneKey, std::uint32_t> known;
    plan->lane_of.reserve(dag->tasks.size());
    for (model::TaskIndex index = 0; index < dag->tasks.size(); ++index) {
        const auto [lane, is_new] =
            known.try_emplace(lane_key(dag->tasks[index]), static_cast<std::uint32_t>(known.size()));
        if (is_new) plan->lanes.push_back(index);
        plan->lane_of.push_back(lane->second);
    }
    plan->is_leaf = find_leaves(*dag);
    plan->looks_back = std::ranges::any_of(dag->tasks, &model::Task::depends_on_past);
    plan->by_id.resize(dag->tasks.size());
    std::iota(plan->by_id.begin(), plan->by_id.end(), 0U);
    std::ranges::sort(plan->by_id, {},
                      [&dag](model::TaskIndex index) -> const std::string& { return dag->tasks[index].id; });
    plan->dag = std::move(dag);
    return plan;
}

}  // namespace weir::core
