// The SQL behind History's events and windows.
#pragma once

#include <string>
#include <vector>

#include "scheduler/ports/history.hpp"
#include "scheduler/store/connection.hpp"
#include "scheduler/store/query.hpp"

namespace weir::store {

// Of a page and of the count of all, with the values of the filter; the page's end with its limit and offset, the count's
// with the most that is counted.
struct ListSql {
    std::string page;
    std::string count;
    std::vector<Bound> values;
};
[[nodiscard]] ListSql event_list_sql(const ports::EventFilter& filter);
[[nodiscard]] ListSql window_list_sql(const ports::WindowFilter& filter);

// Inside the caller's read transaction.
[[nodiscard]] ports::Page<model::Event> list_events(SQLite::Database& db, const ports::EventFilter& filter);
[[nodiscard]] std::vector<ports::WindowNow> list_windows_now(SQLite::Database& db, const model::AssetKey& asset,
                                                             model::TimePoint from, model::TimePoint to,
                                                             std::size_t most);
[[nodiscard]] ports::Page<model::Window> list_windows(SQLite::Database& db, const ports::WindowFilter& filter);

}  // namespace weir::store
