// CloudEvents to the daemon: `weir events publish`, and `weir windows complete`, which makes one.
#pragma once

#include "daemon/cli/verbs.hpp"
#include "scheduler/model/event.hpp"

namespace weir::daemon::cli {

// A list of events in the structured JSON format. Prints what became of each; exit code 1 when one was rejected.
int publish(const Common& common, const model::Json& events);

}  // namespace weir::daemon::cli
