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
//   task.id .try_number .map_index     item (and its parts; in an instance of `foreach`)     tasks.<id>.state .outputs.<name> .reason .try_number
// Times are RFC 3339 in the run's time zone. A run without a logical date shows the time it was made instead.
// run.state is what the run comes to so far, which is what a task that reports on it wants to know: "failed" once a
// task has failed or is upstream_failed, else "success".
[[nodiscard]] expr::Lookup names_of(const LiveRun& run, RecordIndex index);

// `if`; true without one. The error says what is wrong with the expression.
[[nodiscard]] model::Result<bool> condition_holds(const LiveRun& run, RecordIndex index);

// The items of its `foreach`, of a mapped task as a whole. The error says what is there instead of a list.
[[nodiscard]] model::Result<std::vector<model::Json>> items_of(const LiveRun& run, RecordIndex index);
// What an instance is called; empty without a label, and where the label has no value.
[[nodiscard]] std::string label_of(const LiveRun& run, RecordIndex index);

// The settings of the task's operator, every ${{ }} filled in.
[[nodiscard]] model::Result<model::Json> rendered_settings(const LiveRun& run, RecordIndex index);

// Of the try that is being prepared. A wait's looks all belong to one try.
[[nodiscard]] int next_try_number(const LiveRun& run, RecordIndex index);

// The error names the setting whose expression has no value.
[[nodiscard]] model::Result<Launch> make_launch(LiveRun& run, RecordIndex index, const model::Try& row);

// "dag/run/task/1.log"; of an instance "dag/run/task/3/1.log"
[[nodiscard]] std::string log_path(const LiveRun& run, RecordIndex index, int try_number);

// W3C Trace Context: the run is the trace, the try a span. The same ids at every launch of the same try.
[[nodiscard]] std::string traceparent(const model::Run& run, model::TryId id);

}  // namespace weir::core
