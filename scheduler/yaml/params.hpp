// `params` of a DAG, and the form of an `approve`, which is written in the same way.
#pragma once

#include <vector>

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

// `what`: "a param", in messages.
[[nodiscard]] ShapePtr params_shape(const std::string& what);
[[nodiscard]] std::vector<ParamDraft> read_params(const Node& map);

// What a table can't say of them: types inferred, bounds in order, defaults that satisfy their own schema.
void finish_params(std::vector<ParamDraft>& params, Problems& problems);

}  // namespace weir::yaml
