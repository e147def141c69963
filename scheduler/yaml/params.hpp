// What a table can't say of params: types inferred, bounds in order, defaults that satisfy their own schema.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"

namespace weir::yaml {

void finish_params(DagDraft& draft, Problems& problems);

}  // namespace weir::yaml
