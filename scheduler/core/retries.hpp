// How long a task waits before its next try. Pure; the jitter comes from the try's id, so that a replay waits the same.
#pragma once

#include "scheduler/model/dag.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/time.hpp"

namespace weir::core {

// Tries that end through no fault of the task (lost with their supervisor, refused for lack of resources) use up no
// retry, up to so many in a row; further ones count as failures, so that a task which brings its machine down ends.
inline constexpr int kMostLostInARow = 10;
inline constexpr int kMostShortagesInARow = 60;
inline constexpr model::Duration kFirstFreeDelay = std::chrono::seconds{1};
inline constexpr model::Duration kLongestFreeDelay = std::chrono::minutes{1};

// delay * backoff^(failures - 1), at most max_delay (or `delay`, where that is longer), then up to 10 % to either side,
// never beyond that bound. `failures` counts from 1.
[[nodiscard]] model::Duration retry_delay(const model::RetryPolicy& policy, int failures, model::TryId ended);

// 1 s, 2 s, 4 s … 1 min, with the same jitter. `in_a_row` counts from 1.
[[nodiscard]] model::Duration free_retry_delay(int in_a_row, model::TryId ended);

}  // namespace weir::core
