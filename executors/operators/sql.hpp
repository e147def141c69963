// The sql operator: statements in one transaction, their first rows in the log.
#pragma once

#include "executors/operators/outcome.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

[[nodiscard]] model::Result<Outcome> run_sql(const SqlSettings& settings, Log& log);

}  // namespace weir::operators
