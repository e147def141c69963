#include "scheduler/store/maintenance.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "migrations/migrations.hpp"
#include "scheduler/store/copy.hpp"
#include "scheduler/store/findings.hpp"
#include "scheduler/store/migrate.hpp"
#include "scheduler/store/sqlite_store.hpp"

namespace weir::store {

namespace {

// Opens for reading and hands the connection to `read`, with all that can go wrong as an Error.
template <class Read>
auto with_reader(const std::string& database, Read read) -> decltype(read(std::declval<SQLite::Database&>())) {
    try {
        if (!std::filesystem::exists(database))
            return model::Error{
                model::ErrorKind::not_found,
                fmt::format("there is no database {}: start the daemon, or run `weir db migrate`", database)};
        SQLite::Database db = open_reader(database);
        if (const std::string problem = schema_problem(db, database, migrations::all()); !problem.empty())
            return model::Error{model::ErrorKind::conflict, problem};
        return read(db);
    } catch (const SQLite::Exception& failure) {
        return explain(database, failure);
    }
}

std::int64_t size_of(const std::string& path) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path, missing);
    return missing ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

model::Result<> backup(const std::string& database, const std::string& to) {
    return with_reader(database, [&to](SQLite::Database& db) { return copy_database(db, to, IfExists::refuse); });
}

model::Result<std::vector<std::string>> check(const std::string& database) {
    return with_reader(database, [](SQLite::Database& db) -> model::Result<std::vector<std::string>> {
        const ReadTransaction one_state(db);
        return find_faults(db);
    });
}

model::Result<int> migrate(const std::string& database) {
    const auto opened = SqliteStore::open(database);
    if (!opened) return opened.error();
    return migrations::all().back().number;
}

model::Result<Stats> stats(const std::string& database) {
    return with_reader(database, [&database](SQLite::Database& db) -> model::Result<Stats> {
        const ReadTransaction one_state(db);
        Stats stats;
        stats.schema = db.execAndGet("PRAGMA user_version").getInt();
        stats.file_bytes = size_of(database);
        stats.wal_bytes = size_of(database + "-wal");
        stats.free_bytes =
            db.execAndGet("PRAGMA freelist_count").getInt64() * db.execAndGet("PRAGMA page_size").getInt64();
        SQLite::Statement tables(
            db,
            "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat AS d JOIN sqlite_schema AS s ON s.name = d.name"
            " WHERE d.aggregate = TRUE GROUP BY s.tbl_name ORDER BY 2 DESC, 1");
        while (tables.executeStep()) {
            TableStats& table = stats.tables.emplace_back();
            table.name = tables.getColumn(0).getString();
            table.bytes = tables.getColumn(1).getInt64();
            table.rows = db.execAndGet(fmt::format("SELECT count(*) FROM \"{}\"", table.name)).getInt64();
        }
        return stats;
    });
}

model::Result<> prune(const std::string& database, const ports::PruneLimits& limits,
                      const std::function<void(const ports::Pruned&)>& removed) {
    auto opened = SqliteStore::open(database);
    if (!opened) return opened.error();
    for (bool more = true; more;) {
        const ports::Pruned pruned = (*opened)->prune(limits);
        removed(pruned);
        more = pruned.more;
    }
    return {};
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace weir::store
