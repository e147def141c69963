// The tasks and groups of a DAG as a tree, for pages that show them so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/dag.hpp"

namespace weir::api {

struct OutlineRow {
    const model::Task* task = nullptr;    // one of these two,
    const model::Group* group = nullptr;  // of the DAG
    std::string_view parent;              // id of the group around it; empty at the top
    int depth = 0;

    [[nodiscard]] const std::string& id() const { return task != nullptr ? task->id : group->id; }
    // Its id without that of the group around it.
    [[nodiscard]] std::string label() const;
};

// Upstream first; a group stands where the first of its tasks does, before all that is in it. Groups without tasks are left out.
[[nodiscard]] std::vector<OutlineRow> outline_of(const model::Dag& dag);

}  // namespace weir::api
