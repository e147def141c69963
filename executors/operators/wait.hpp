// The wait operator: one look at a file, an address, a query or a key. Not yet is no failure; see model/waits.hpp.
#pragma once

#include "executors/operators/outcome.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

[[nodiscard]] model::Result<Outcome> run_wait(const WaitLook& look, Log& log);

}  // namespace weir::operators
