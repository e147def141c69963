// What can be wrong inside a database: SQLite's own checks, and those of Weir's rules that its rows must keep.
#pragma once

#include <string>
#include <vector>

#include "scheduler/store/connection.hpp"

namespace weir::store {

inline constexpr int kMostFindings = 100;  // per rule

// Inside the caller's read transaction.
[[nodiscard]] std::vector<std::string> find_faults(SQLite::Database& db);

}  // namespace weir::store
