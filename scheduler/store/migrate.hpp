// Brings a database's schema up to date. SqliteStore::open and `weir db migrate` call it, holding the lock file.
#pragma once

#include <span>
#include <string>

#include "migrations/migrations.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

struct Migrated {
    int from = 0;  // 0: the database was new
    int to = 0;
    std::string copy;  // the file taken before anything changed; empty when there was nothing to change or to copy
};

// Refuses a file that isn't Weir's, and one of a newer Weir. Each step is one transaction: after a failure the
// database stands at the step before it.
[[nodiscard]] model::Result<Migrated> migrate(SQLite::Database& db, const std::string& database,
                                              std::span<const migrations::Migration> steps);

// "" when this program can use the database as it is; otherwise what is wrong with it. For readers, which can't migrate.
[[nodiscard]] std::string schema_problem(SQLite::Database& db, const std::string& database,
                                         std::span<const migrations::Migration> steps);

}  // namespace weir::store
