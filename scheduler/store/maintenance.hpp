// What `weir db` does: copies, checks and figures of a database file, whether or not a daemon is using it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "scheduler/model/result.hpp"
#include "scheduler/ports/store.hpp"

namespace weir::store {

// A consistent copy in a new file, synced to disk. A running daemon goes on. Refuses to overwrite.
[[nodiscard]] model::Result<> backup(const std::string& database, const std::string& to);

// Everything that is wrong, one sentence each; empty when the database is sound. A running daemon goes on, and its turns
// may end while this looks: it looks at one state.
[[nodiscard]] model::Result<std::vector<std::string>> check(const std::string& database);

// Creates the database or brings its schema up to date; returns the schema's number. Needs the daemon to be stopped.
[[nodiscard]] model::Result<int> migrate(const std::string& database);

struct TableStats {
    std::string name;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;  // with its indexes
};
struct Stats {
    int schema = 0;
    std::int64_t file_bytes = 0;
    std::int64_t wal_bytes = 0;
    std::int64_t free_bytes = 0;     // inside the file, for the rows to come
    std::vector<TableStats> tables;  // largest first
};
// Reads the whole file once.
[[nodiscard]] model::Result<Stats> stats(const std::string& database);

// All of retention's slices at once. `removed` gets each slice after its commit, and deletes the log folders.
// Needs the daemon to be stopped: it prunes by itself.
[[nodiscard]] model::Result<> prune(const std::string& database, const ports::PruneLimits& limits,
                                    const std::function<void(const ports::Pruned&)>& removed);

// "3.40.1"
[[nodiscard]] std::string sqlite_version();

}  // namespace weir::store
