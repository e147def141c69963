// The SQL behind History's events and windows.
#pragma once

#include "scheduler/ports/history.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Inside the caller's read transaction.
[[nodiscard]] ports::Page<model::Event> list_events(SQLite::Database& db, const ports::EventFilter& filter);
[[nodiscard]] ports::Page<model::Window> list_windows(SQLite::Database& db, const ports::WindowFilter& filter);

}  // namespace weir::store
