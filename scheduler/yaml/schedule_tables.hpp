// The entries of `schedule`: ticks of a cron expression, completed windows of assets, other events.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

[[nodiscard]] ShapePtr schedule_shape();
void store_schedule(DagDraft& draft, const Node& value);

// "views" or "views/eu"; with `each`, also "views/*".
[[nodiscard]] ShapePtr assets_shape(bool each);

}  // namespace weir::yaml
