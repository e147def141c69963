// What was open when the last daemon ended, and where its counters stood. Reads only what is open, never history.
#pragma once

#include "scheduler/store/run_reader.hpp"

namespace weir::store {

[[nodiscard]] ports::StoredState recover(SQLite::Database& db, RunReader& runs);

// The SQL of recover(), for the test that reads its query plans.
[[nodiscard]] std::vector<std::string> recovery_sql();

}  // namespace weir::store
