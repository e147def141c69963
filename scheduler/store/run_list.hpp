// The SQL behind History::runs.
#pragma once

#include "scheduler/ports/history.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Inside the caller's read transaction.
[[nodiscard]] ports::Page<model::Run> list_runs(SQLite::Database& db, const ports::RunFilter& filter);

}  // namespace weir::store
