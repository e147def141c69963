// The check operator: every expectation is examined, each has a line in the log, and one that isn't met fails the task.
#pragma once

#include "executors/operators/outcome.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

[[nodiscard]] model::Result<Outcome> run_check(const CheckSettings& settings, std::optional<model::Interval> window,
                                               Log& log);

}  // namespace weir::operators
