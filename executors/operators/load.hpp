// The load operator: source -> (join) -> types -> target.
#pragma once

#include "executors/operators/outcome.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

[[nodiscard]] model::Result<Outcome> run_load(const LoadSettings& settings, const OperatorEnvironment& environment,
                                              Log& log);

}  // namespace weir::operators
