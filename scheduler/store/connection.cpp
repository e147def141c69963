#include "scheduler/store/connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace weir::store {

namespace {

constexpr int kBusyTimeoutMs = 5000;  // with one writer, waiting longer than this is a fault

SQLite::Database open(const std::string& database, int flags) {
    // NOMUTEX: a connection is used by one thread at a time; the callers see to it.
    return {database, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, kBusyTimeoutMs};
}

// sqlite3_system_errno() isn't set by a COMMIT that fails; the file itself remembers.
int last_wal_errno(const SQLite::Database& db) {
    sqlite3_file* wal = nullptr;
    int number = 0;
    if (sqlite3_file_control(db.getHandle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK) return 0;
    if (wal == nullptr || wal->pMethods == nullptr) return 0;
    if (wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &number) != SQLITE_OK) return 0;
    return number;
}

}  // namespace

SQLite::Database open_writer(const std::string& database) {
    SQLite::Database db = open(database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    // auto_vacuum comes first: it can't be changed once the first page is written, and WAL writes it.
    db.exec("PRAGMA auto_vacuum = INCREMENTAL");
    if (!in_memory(database)) db.exec("PRAGMA journal_mode = WAL");
    // FULL: a source's position is acknowledged after COMMIT, so COMMIT must survive a loss of power.
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA foreign_keys = ON");
    db.exec("PRAGMA secure_delete = OFF");  // Debian's default zeroes what is deleted
    db.exec("PRAGMA temp_store = MEMORY");
    db.exec("PRAGMA cache_size = -4096");         // KiB
    db.exec("PRAGMA wal_autocheckpoint = 1000");  // pages
    db.exec("PRAGMA journal_size_limit = 67108864");
    return db;
}

SQLite::Database open_reader(const std::string& database) {
    SQLite::Database db = open(database, SQLITE_OPEN_READONLY);
    db.exec("PRAGMA temp_store = MEMORY");
    db.exec("PRAGMA cache_size = -1024");
    return db;
}

bool in_memory(const std::string& database) {
    return database.starts_with("file:/") && database.ends_with("vfs=memdb");
}

bool is_disk_full(const SQLite::Database& db) {
    const int code = sqlite3_extended_errcode(db.getHandle());
    if ((code & 0xff) == SQLITE_FULL) return true;
    if ((code & 0xff) != SQLITE_IOERR) return false;
    const int number = code == SQLITE_IOERR_WRITE ? last_wal_errno(db) : sqlite3_system_errno(db.getHandle());
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

model::Error explain(const std::string& database, const SQLite::Exception& failure) {
    using model::ErrorKind;
    switch (failure.getErrorCode() & 0xff) {
        case SQLITE_NOTADB:
            return {ErrorKind::invalid, fmt::format("{} is not a Weir database; name another file", database)};
        case SQLITE_CORRUPT:
            return {ErrorKind::internal, fmt::format("{} is damaged ({}): restore a backup", database, failure.what())};
        case SQLITE_CANTOPEN:
            return {ErrorKind::unavailable,
                    fmt::format("cannot open {}: is its folder there, and may this user write to it?", database)};
        case SQLITE_READONLY:
            return {ErrorKind::unavailable, fmt::format("cannot write {}: check its owner and permissions", database)};
        case SQLITE_FULL:
            return {ErrorKind::unavailable, fmt::format("no space left for {}: free some disk", database)};
        case SQLITE_BUSY:
            return {ErrorKind::unavailable,
                    fmt::format("{} is held by another program: close it and try again", database)};
        default:
            return {ErrorKind::internal, fmt::format("{}: {}", database, failure.what())};
    }
}

}  // namespace weir::store
