// The SQL behind History::task_instances.
#pragma once

#include "scheduler/ports/history.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Inside the caller's read transaction.
[[nodiscard]] ports::Page<ports::TaskInstanceRow> list_task_instances(SQLite::Database& db,
                                                                      const ports::TaskInstanceFilter& filter);

}  // namespace weir::store
