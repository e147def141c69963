// The keys of a DAG file, each with its shape, its meaning and where its value goes.
#pragma once

#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/table.hpp"

namespace weir::yaml {

[[nodiscard]] const Table<DagDraft>& dag_table();

// The settings' shape of an operator that has some.
[[nodiscard]] const Shape& settings_shape(model::OperatorKind kind);

}  // namespace weir::yaml
