// A DAG while it is being read: the model's values as far as they are known, and the nodes that are judged later, when
// all names of the file are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {

inline constexpr std::size_t kNoGroup = static_cast<std::size_t>(-1);
// Of all ranges of a file together: a short line asks for ten thousand.
inline constexpr std::size_t kMostRangeItems = 1'000'000;

struct TaskDraft {
    const std::string* folder = nullptr;      // base of relative paths
    std::size_t* range_items_left = nullptr;  // of kMostRangeItems
    model::Task task;
    std::size_t group = kNoGroup;  // into DagDraft::groups: the innermost around it
    Place place;                   // of its key
    const Node* node = nullptr;    // the whole task
    const Node* needs = nullptr;
    const Node* condition = nullptr;
    const Node* foreach = nullptr;
    const Node* teardown = nullptr;
    const Node* produces = nullptr;
    const Node* max_retry_delay = nullptr;
    const Node* timeout = nullptr;
    const Node* settings = nullptr;  // of every operator but run
    model::OperatorKind kind = model::OperatorKind::run;
    std::vector<model::TaskIndex> upstream;  // into DagDraft::tasks
    std::vector<model::TaskIndex> setups;    // of a teardown

    // The key where the task itself has it, not `defaults`.
    [[nodiscard]] const Node* own(std::string_view key) const {
        const auto* map = node == nullptr ? nullptr : node->map();
        const auto* entry = map == nullptr ? nullptr : map->find(key);
        return entry == nullptr ? nullptr : &entry->value;
    }
};

struct GroupDraft {
    model::Group group;
    std::size_t parent = kNoGroup;  // into DagDraft::groups
    Place place;                    // of its key
    const Node* needs = nullptr;
    const Node* defaults = nullptr;
    const Node* tasks = nullptr;
    model::TaskIndex begin = 0;  // its tasks, also those of groups in it, stand together
    model::TaskIndex end = 0;
};

struct ParamDraft {
    model::Param param;
    const Node* node = nullptr;
    const Node* fallback = nullptr;
};

struct ScheduleDraft {
    model::Schedule schedule;
    const Node* node = nullptr;
    const Node* where = nullptr;  // of an event schedule
};

struct DagDraft {
    std::string folder;
    std::string timezone;  // of schedules that name none
    model::Dag dag;        // its schedule, tasks, params and groups are in the drafts
    std::vector<ScheduleDraft> schedule;
    std::vector<ParamDraft> params;
    std::size_t range_items_left = kMostRangeItems;
    TaskDraft defaults;
    std::vector<TaskDraft> tasks;    // in the order of the file
    std::vector<GroupDraft> groups;  // an outer one before those in it
};

}  // namespace weir::yaml
