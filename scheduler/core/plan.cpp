#include "scheduler/core/plan.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace weir::core {

std::optional<model::TaskIndex> Plan::find(std::string_view task_id) const {
    const auto id_of = [this](model::TaskIndex index) -> std::string_view { return dag->tasks[index].id; };
    const auto found = std::ranges::lower_bound(by_id, task_id, {}, id_of);
    if (found == by_id.end() || id_of(*found) != task_id) return std::nullopt;
    return *found;
}

std::shared_ptr<const Plan> make_plan(std::shared_ptr<const model::Dag> dag) {
    auto plan = std::make_shared<Plan>();
    std::map<LaneKey, std::uint32_t> known;
    plan->lane_of.reserve(dag->tasks.size());
    for (const auto& task : dag->tasks) {
        const auto [lane, is_new] =
            known.try_emplace({task.pool, task.pool_slots, task.executor}, static_cast<std::uint32_t>(known.size()));
        if (is_new) plan->lanes.push_back(lane->first);
        plan->lane_of.push_back(lane->second);
    }
    plan->by_id.resize(dag->tasks.size());
    std::iota(plan->by_id.begin(), plan->by_id.end(), 0U);
    std::ranges::sort(plan->by_id, {},
                      [&dag](model::TaskIndex index) -> const std::string& { return dag->tasks[index].id; });
    plan->dag = std::move(dag);
    return plan;
}

}  // namespace weir::core
