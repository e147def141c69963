// One write transaction, and what its failure means.
#pragma once

#include <functional>

#include "scheduler/ports/store.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Runs `body` between BEGIN IMMEDIATE and COMMIT. A full disk rolls back; any other failure aborts the process, since
// memory would run ahead of the disk.
[[nodiscard]] ports::CommitOutcome in_transaction(SQLite::Database& db, const std::function<void()>& body);

}  // namespace weir::store
