#include "scheduler/store/ledger_retention.hpp"

#include <fmt/format.h>

#include <vector>

#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

// In the order of their events, which is the order in which they came: only old ones are read, and the first that is not.
const char* const kOldestWindows =
    "SELECT asset, key, window_start, window_end, revision, event, completed_at, row_count FROM window"
    " ORDER BY event LIMIT ?1";

const char* const kDeleteWindow =
    "DELETE FROM window WHERE asset = ?1 AND key = ?2 AND window_start = ?3 AND window_end = ?4 AND revision = ?5";

const char* const kOldestEvents = "SELECT id, received_at FROM event WHERE id > ?1 ORDER BY id LIMIT ?2";

const char* const kDeleteEvents =
    "DELETE FROM event WHERE id > ?1 AND id <= ?2 AND received_at < ?3 AND disposition <> 'pending'"
    " AND id NOT IN (SELECT event FROM counted_event)"
    " AND NOT EXISTS (SELECT 1 FROM window AS w WHERE w.event = event.id AND w.revision ="
    "  (SELECT max(revision) FROM window WHERE asset = w.asset AND key = w.key AND window_start = w.window_start"
    "   AND window_end = w.window_end))";

}  // namespace

bool LedgerRetention::run(const ports::PruneLimits& limits, std::int64_t rows) {
    const bool windows_done = remove_windows(limits, rows);
    const bool events_done = remove_events(limits.events_before, rows);
    return windows_done && events_done;
}

bool LedgerRetention::remove_windows(const ports::PruneLimits& limits, std::int64_t rows) {
    std::vector<model::Window> old;
    {
        SQLite::Statement select(db_, kOldestWindows);
        bind_values(select, rows);
        while (select.executeStep()) {
            RowReader reader(select);
            auto window = read_row<model::Window>(reader);
            if (window.completed_at >= limits.windows_before) break;
            old.push_back(std::move(window));
        }
    }
    SQLite::Statement remove(db_, kDeleteWindow);
    SQLite::Statement remove_event(db_, kDeleteEvents);
    for (const auto& window : old) {
        bind_values(remove, window.asset, window.key, window.interval, window.revision);
        windows_ += remove.exec();
        bind_values(remove_event, window.event.value - 1, window.event, limits.events_before);
        events_ += remove_event.exec();
    }
    return std::cmp_less(old.size(), rows);
}

bool LedgerRetention::remove_events(model::TimePoint before, std::int64_t rows) {
    auto through = progress_.events_through;
    std::int64_t seen = 0;
    {
        SQLite::Statement select(db_, kOldestEvents);
        bind_values(select, progress_.events_through.value, rows);
        while (select.executeStep()) {
            model::EventId id;
            model::TimePoint received_at;
            read_values(select, id, received_at);
            if (received_at >= before) break;
            through = id;
            ++seen;
        }
    }
    if (seen == 0) return true;
    SQLite::Statement remove(db_, kDeleteEvents);
    bind_values(remove, progress_.events_through.value, through, before);
    events_ += remove.exec();
    progress_.events_through = through;
    return seen < rows;
}

}  // namespace weir::store
