// `weir simulate`: the real core on a virtual clock. Which runs would there be, over which data, and when?
#pragma once

#include <memory>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/run.hpp"

namespace weir::daemon {

struct Span {
    model::TimePoint from;
    model::TimePoint to;
};

// Every run that a daemon started at `span.from` would have made up to `span.to`, in order of creation, as it stood at
// the end. Each try succeeds after `task_time`. At most `most` runs.
[[nodiscard]] std::vector<model::Run> simulate(const std::shared_ptr<const model::Dag>& dag, Span span,
                                               model::Duration task_time, std::size_t most);

}  // namespace weir::daemon
