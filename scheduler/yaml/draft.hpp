// A DAG while it is being read: the model's values as far as they are known, and the nodes that are judged later, when
// all names of the file are.
#pragma once

#include <string>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {

struct TaskDraft {
    const std::string* folder = nullptr;  // base of relative paths
    model::Task task;
    Place place;                 // of its key
    const Node* node = nullptr;  // the whole task
    const Node* needs = nullptr;
    const Node* condition = nullptr;
    const Node* max_retry_delay = nullptr;
    const Node* settings = nullptr;  // of load, sql or check
    model::OperatorKind kind = model::OperatorKind::run;
    std::vector<model::TaskIndex> upstream;  // into DagDraft::tasks
};

struct ParamDraft {
    model::Param param;
    const Node* node = nullptr;
    const Node* fallback = nullptr;
};

struct DagDraft {
    std::string folder;
    std::string timezone;  // of schedules that name none
    model::Dag dag;        // its tasks and params are in the drafts
    std::vector<ParamDraft> params;
    TaskDraft defaults;
    std::vector<TaskDraft> tasks;  // in the order of the file
};

}  // namespace weir::yaml
