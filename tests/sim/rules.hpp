// Trigger rules by their definition, written a second time: what the core says of them is held against this.
#pragma once

#include "scheduler/core/trigger_rules.hpp"

namespace weir::sim {

// What becomes of a task whose upstream tasks have all ended so.
[[nodiscard]] core::Verdict verdict_at_end(model::TriggerRule rule, const core::UpstreamCounts& ended);
// Whether it may start while only these of its `total` upstream tasks have ended.
[[nodiscard]] bool may_start(model::TriggerRule rule, const core::UpstreamCounts& ended, std::uint32_t total);

}  // namespace weir::sim
