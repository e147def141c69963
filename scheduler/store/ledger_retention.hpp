// Deletes old events and windows, a part of retention's slices. An event goes by its age, but never while its decision or
// its run is still to come, nor while it tells of the newest revision of a window that is kept.
#pragma once

#include <cstdint>

#include "scheduler/ports/store.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

class LedgerRetention {
   public:
    // Up to which event all old ones were looked at: those that had to stay go with their windows, and are not looked at
    // again. After a restart the walk begins anew.
    struct Progress {
        model::EventId events_through;
    };

    LedgerRetention(SQLite::Database& db, Progress progress) : db_(db), progress_(progress) {}

    // Inside the caller's transaction; looks at about `rows` rows. True when no more of that age is left.
    bool run(const ports::PruneLimits& limits, std::int64_t rows);

    [[nodiscard]] Progress progress() const { return progress_; }
    [[nodiscard]] std::int64_t events() const { return events_; }
    [[nodiscard]] std::int64_t windows() const { return windows_; }

   private:
    bool remove_windows(const ports::PruneLimits& limits, std::int64_t rows);
    bool remove_events(model::TimePoint before, std::int64_t rows);

    SQLite::Database& db_;
    Progress progress_;
    std::int64_t events_ = 0;
    std::int64_t windows_ = 0;
};

}  // namespace weir::store
