#include "scheduler/store/transaction.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>

#include "scheduler/model/invariant.hpp"

namespace weir::store {

ports::CommitOutcome write(SQLite::Database& db, const std::function<void()>& body) {
    try {
        db.exec("BEGIN IMMEDIATE");
        body();
        db.exec("COMMIT");
        return ports::CommitOutcome::committed;
    } catch (const SQLite::Exception& failure) {
        const bool full = is_disk_full(db);
        const int number = sqlite3_system_errno(db.getHandle());
        model::invariant(full, fmt::format("the database can be written: {} (SQLite {}{}{})", failure.what(),
                                           failure.getExtendedErrorCode(), number != 0 ? ", " : "",
                                           number != 0 ? std::strerror(number) : ""));
        // SQLite rolls back by itself after some failures; a second ROLLBACK would be an error.
        if (sqlite3_get_autocommit(db.getHandle()) == 0) db.exec("ROLLBACK");
        return ports::CommitOutcome::disk_full;
    }
}

}  // namespace weir::store
