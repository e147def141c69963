// `needs` and `teardown`, of tasks and groups: whom the names mean, and which task comes after which.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"

namespace weir::yaml {

// What needs a group needs its last tasks; what a group needs its first tasks need. Each with each, so there is a bound.
inline constexpr std::size_t kMostGroupNeeds = 1'000'000;

// Fills the drafts' `upstream` and `setups`.
void resolve_needs(DagDraft& draft, Problems& problems);

}  // namespace weir::yaml
