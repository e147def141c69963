// How Weir opens SQLite, and what SQLite's failures mean. Only scheduler/store includes this.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "scheduler/model/result.hpp"

namespace weir::store {

inline constexpr std::int64_t kApplicationId = 0x57656972;  // "Weir" in the file's header

// Creates the file when it isn't there. Throws SQLite::Exception, as does the next.
[[nodiscard]] SQLite::Database open_writer(const std::string& database);

// Cannot write, and so cannot checkpoint: SQLite before 3.51.3 may corrupt a WAL that two connections checkpoint.
[[nodiscard]] SQLite::Database open_reader(const std::string& database);

// `database` is a path or, for a database in memory, a URI.
[[nodiscard]] bool in_memory(const std::string& database);

// Whether the last failure on this connection was for want of disk space or file size. Ask before anything else runs on it.
[[nodiscard]] bool is_disk_full(const SQLite::Database& db);

// The failure of opening or reading `database`, in words for its owner.
[[nodiscard]] model::Error explain(const std::string& database, const SQLite::Exception& failure);

// A read transaction: all statements inside see one state. Short: it holds back the WAL's recycling while it lives.
class ReadTransaction {
   public:
    explicit ReadTransaction(SQLite::Database& db) : db_(db) { db_.exec("BEGIN"); }
    ~ReadTransaction() { db_.tryExec("COMMIT"); }
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;

   private:
    SQLite::Database& db_;
};

}  // namespace weir::store
