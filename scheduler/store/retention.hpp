// Deletes old history in small slices, so that an idle turn stays short. A run vanishes whole, at once; its tasks and
// tries are swept after it, over several slices if they are many. Ids are never given out again.
#pragma once

#include <string>
#include <vector>

#include "scheduler/ports/store.hpp"
#include "scheduler/store/connection.hpp"
#include "scheduler/store/ledger_retention.hpp"

namespace weir::store {

inline constexpr std::int64_t kRowsPerSlice = 500;
inline constexpr std::int64_t kLedgerRowsPerSlice = 500;   // windows, and events
inline constexpr std::int64_t kAccountRowsPerSlice = 500;  // lines of the audit, sessions, and tokens
inline constexpr std::int64_t kDagsPerSlice = 50;          // looked at for old runs
inline constexpr std::int64_t kPagesPerSlice = 64;         // given back to the file system
inline constexpr std::int64_t kFreePagesKept = 1024;       // for the rows to come

class Retention {
   public:
    explicit Retention(SQLite::Database& db) : db_(db) {}

    // One slice in one transaction. On a full disk nothing happens, and nothing is reported.
    // A run is reported again after a restart if this hadn't been called since: its log folder may be left.
    [[nodiscard]] ports::Pruned prune(const ports::PruneLimits& limits);

   private:
    // What is remembered between slices; replaced when a slice has committed.
    struct Progress {
        std::string dag_id;                  // the round over all DAGs has done those up to here
        std::vector<model::RunId> reported;  // by earlier slices: their callers have deleted the logs
        bool reported_leftovers = false;     // of the last process
        LedgerRetention::Progress ledger;
    };
    class Slice;

    SQLite::Database& db_;
    Progress progress_;
};

}  // namespace weir::store
