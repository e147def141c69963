// The SQL behind History::backfills and History::backfill.
#pragma once

#include "scheduler/ports/history.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Inside the caller's read transaction; the newest first.
[[nodiscard]] ports::Page<ports::BackfillRow> list_backfills(SQLite::Database& db, const std::string& dag_id,
                                                             bool only_open, const ports::Slice& slice);
[[nodiscard]] std::optional<ports::BackfillRow> find_backfill(SQLite::Database& db, model::BackfillId id);

}  // namespace weir::store
