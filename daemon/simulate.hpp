// `weir simulate`: the real core on a virtual clock. Which runs would there be, over which data, when, and why?
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/run.hpp"

namespace weir::daemon {

struct Span {
    model::TimePoint from;
    model::TimePoint to;
};

struct SimulatedRun {
    model::Run run;      // as it stood at the end
    std::string reason;  // which entry of the schedule made it, and what the clocks or a full queue had to do with it
};

// Every run that a daemon started at `span.from` would have made up to `span.to`, in order of creation. Each try succeeds
// after `task_time`, and so does what waits for a file, a person or another DAG; a wait for a time waits. At most `most` runs.
[[nodiscard]] std::vector<SimulatedRun> simulate(const std::vector<std::shared_ptr<const model::Dag>>& dags, Span span,
                                                 model::Duration task_time, std::size_t most);

}  // namespace weir::daemon
