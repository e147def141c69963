#include "scheduler/store/migrate.hpp"

#include <fmt/format.h>

#include "scheduler/store/copy.hpp"

namespace weir::store {

namespace {

using migrations::Migration;

std::int64_t pragma(SQLite::Database& db, const char* name) {
    return db.execAndGet(fmt::format("PRAGMA {}", name)).getInt64();
}

bool is_empty(SQLite::Database& db) { return db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0; }

// What keeps this program from using or migrating the database; "" when nothing does.
std::string refusal(SQLite::Database& db, const std::string& database, int known) {
    if (is_empty(db)) return "";
    if (pragma(db, "application_id") != kApplicationId)
        return fmt::format("{} is an SQLite database, but not one of Weir's; name another file", database);
    const auto version = pragma(db, "user_version");
    if (version > known)
        return fmt::format(
            "{} was written by a newer Weir (schema {}; this one knows up to {}): start that version, or restore a "
            "copy "
            "from before the upgrade",
            database, version, known);
    return "";
}

void apply(SQLite::Database& db, const Migration& step) {
    db.exec("BEGIN IMMEDIATE");
    db.exec(std::string(step.sql));
    if (SQLite::Statement check(db, "PRAGMA foreign_key_check"); check.executeStep())
        throw SQLite::Exception(fmt::format("migration {:04} {} leaves a row of {} without the row that it names",
                                            step.number, step.name, check.getColumn(0).getString()));
    db.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    db.exec(fmt::format("PRAGMA user_version = {}", step.number));
    db.exec("COMMIT");
}

}  // namespace

std::string schema_problem(SQLite::Database& db, const std::string& database, std::span<const Migration> steps) {
    const int known = steps.empty() ? 0 : steps.back().number;
    if (std::string refused = refusal(db, database, known); !refused.empty()) return refused;
    const auto version = pragma(db, "user_version");
    if (version == known) return "";
    return fmt::format("{} has schema {}, and this program needs {}: run `weir db migrate`, or start the daemon",
                       database, version, known);
}

model::Result<Migrated> migrate(SQLite::Database& db, const std::string& database, std::span<const Migration> steps) {
    Migrated done;
    done.to = steps.empty() ? 0 : steps.back().number;
    try {
        if (const std::string refused = refusal(db, database, done.to); !refused.empty())
            return model::Error{model::ErrorKind::conflict, refused};
        done.from = static_cast<int>(pragma(db, "user_version"));
        if (done.from == done.to) return done;
        if (done.from > 0 && !in_memory(database)) {
            done.copy = fmt::format("{}.before-{:04}", database, done.to);
            if (const auto copied = copy_database(db, done.copy, IfExists::replace); !copied) return copied.error();
        }
        db.exec("PRAGMA foreign_keys = OFF");  // a step may rebuild tables; it can't be switched inside a transaction
        for (const Migration& step : steps)
            if (step.number > done.from) apply(db, step);
        db.exec("PRAGMA foreign_keys = ON");
        return done;
    } catch (const SQLite::Exception& failure) {
        const model::Error error = explain(database, failure);
        db.tryExec("ROLLBACK");
        db.tryExec("PRAGMA foreign_keys = ON");
        return model::Error{
            error.kind, fmt::format("{} (while migrating from schema {} to {})", error.message, done.from, done.to)};
    }
}

}  // namespace weir::store
