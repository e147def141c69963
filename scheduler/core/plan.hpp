// One version of a DAG, prepared for scheduling: what is the same for all its runs and worth computing once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/dag.hpp"

namespace weir::core {

// Tasks that compete for exactly the same thing: room for so many slots in one pool, on one executor.
struct LaneKey {
    std::string pool;
    int slots = 1;
    std::string executor;
    auto operator<=>(const LaneKey&) const = default;
};
[[nodiscard]] LaneKey lane_key(const model::Task& task);

struct Plan {
    std::shared_ptr<const model::Dag> dag;
    std::vector<model::TaskIndex> lanes;  // of each lane among the tasks one that is in it
    std::vector<std::uint32_t> lane_of;   // by TaskIndex, into `lanes`
    std::vector<model::TaskIndex> by_id;  // sorted by task id
    // By TaskIndex: decides how the run ends. Those with nothing but teardowns downstream, as in Airflow; teardowns
    // themselves only if there is nothing else.
    std::vector<bool> is_leaf;
    bool looks_back = false;  // has a task with depends_on_past

    [[nodiscard]] const model::Task& task(model::TaskIndex index) const { return dag->tasks[index]; }
    [[nodiscard]] std::optional<model::TaskIndex> find(std::string_view task_id) const;
};

[[nodiscard]] std::shared_ptr<const Plan> make_plan(std::shared_ptr<const model::Dag> dag);

}  // namespace weir::core
