// What a try is given: its action and environment, with every ${{ }} filled in.
#pragma once

#include <string>

#include "scheduler/core/memory.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/expr/expression.hpp"
#include "scheduler/model/result.hpp"

namespace weir::core {

// The names an expression of this task sees:
//   params.<name>     window.start .end     data_interval.start .end     logical_date
//   run.id .run_id .type .state .run_after .triggered_by .user .note     dag.id .owner .description .file
//   task.id .try_number     tasks.<id>.state .outputs.<name> .reason .try_number
// Times are RFC 3339 in the run's time zone. A run without a logical date shows the time it was made instead.
// run.state is what the run comes to so far, which is what a task that reports on it wants to know: "failed" once a
// task has failed or is upstream_failed, else "success".
[[nodiscard]] expr::Lookup names_of(const LiveRun& run, TaskIndex index);

// `if`; true without one. The error says what is wrong with the expression.
[[nodiscard]] model::Result<bool> condition_holds(const LiveRun& run, TaskIndex index);

// The error names the setting whose expression has no value.
[[nodiscard]] model::Result<Launch> make_launch(const LiveRun& run, TaskIndex index, const model::Try& row);

// "dag/run/task/1.log"
[[nodiscard]] std::string log_path(const LiveRun& run, TaskIndex index, int try_number);

// W3C Trace Context: the run is the trace, the try a span. The same ids at every launch of the same try.
[[nodiscard]] std::string traceparent(const model::Run& run, model::TryId id);

}  // namespace weir::core
