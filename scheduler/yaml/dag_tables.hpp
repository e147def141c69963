// The keys of a DAG file, each with its shape, its meaning and where its value goes.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/table.hpp"

namespace weir::yaml {

[[nodiscard]] const Table<DagDraft>& dag_table();

// What a scalar `x: 5` or a map says of a param.
[[nodiscard]] const Table<ParamDraft>& param_table();

// The settings' shape of an operator that has some.
[[nodiscard]] const Shape& settings_shape(model::OperatorKind kind);

}  // namespace weir::yaml
