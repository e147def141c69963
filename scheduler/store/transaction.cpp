#include "scheduler/store/transaction.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "scheduler/model/invariant.hpp"

namespace weir::store {

ports::CommitOutcome in_transaction(SQLite::Database& db, const std::function<void()>& body) {
    try {
        db.exec("BEGIN IMMEDIATE");
        body();
        db.exec("COMMIT");
        return ports::CommitOutcome::committed;
    } catch (const SQLite::Exception& failure) {
        const bool full = is_disk_full(db);
        model::invariant(full, fmt::format("the database can be written: {} (SQLite {})", failure.what(),
                                           sqlite3_extended_errcode(db.getHandle())));
        // SQLite rolls back by itself after some failures; a second ROLLBACK would be an error.
        if (sqlite3_get_autocommit(db.getHandle()) == 0) db.exec("ROLLBACK");
        return ports::CommitOutcome::disk_full;
    }
}

}  // namespace weir::store
