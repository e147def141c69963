// Deletes old lines of the audit, and sessions and tokens that have expired: a part of retention's slices.
#pragma once

#include "scheduler/ports/store.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Inside the caller's transaction; deletes at most `rows` rows of each. True when no more of that age is left.
[[nodiscard]] bool prune_accounts(SQLite::Database& db, const ports::PruneLimits& limits, std::int64_t rows);

}  // namespace weir::store
