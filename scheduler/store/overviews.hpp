// The SQL behind what pages show of many runs at once: the states of their tasks, counts by day, a search.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "scheduler/ports/history.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// All inside the caller's read transaction.
[[nodiscard]] std::vector<ports::TaskStates> list_task_states(SQLite::Database& db, std::span<const model::RunId> runs);
[[nodiscard]] std::vector<ports::RunCount> list_run_counts(SQLite::Database& db, const std::string& dag_id,
                                                           std::span<const model::TimePoint> bounds);
[[nodiscard]] std::map<model::RunState, std::int64_t> count_ended_since(SQLite::Database& db, model::TimePoint since);
[[nodiscard]] std::vector<model::Run> list_failed_since(SQLite::Database& db, model::TimePoint since, int most);
[[nodiscard]] std::vector<model::Run> search_runs(SQLite::Database& db, const std::string& text, int most);

}  // namespace weir::store
