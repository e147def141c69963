#include "migrations/migrations.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "scheduler/store/maintenance.hpp"
#include "scheduler/store/migrate.hpp"
#include "scheduler/store/sqlite_store.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

using migrations::Migration;

std::string text_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::vector<std::filesystem::path> fixtures() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(MIGRATION_FIXTURES)) found.push_back(entry.path());
    return found;
}

// The schema as SQLite has it, without the order in which it came.
std::set<std::string> schema(const std::string& database) {
    std::set<std::string> lines;
    SQLite::Database db = open_reader(database);
    SQLite::Statement select(db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL");
    while (select.executeStep()) lines.insert(select.getColumn(0).getString());
    return lines;
}

std::int64_t user_version(const std::string& database) {
    return open_reader(database).execAndGet("PRAGMA user_version").getInt64();
}

const std::vector<Migration> kOne{{1, "notes", "CREATE TABLE note (text TEXT) STRICT;"}};
const std::vector<Migration> kTwo{{1, "notes", "CREATE TABLE note (text TEXT) STRICT;"},
                                  {2, "dates", "ALTER TABLE note ADD COLUMN date INTEGER; UPDATE note SET date = 7;"}};

// A database of schema 1 with one row.
void make_older(const std::string& database) {
    SQLite::Database db = open_writer(database);
    REQUIRE(migrate(db, database, kOne).has_value());
    db.exec("INSERT INTO note VALUES ('hello')");
}

}  // namespace

TEST_CASE("migrations are numbered from 1 without gaps") {
    int expected = 1;
    for (const Migration& migration : migrations::all()) CHECK(migration.number == expected++);
    CHECK(expected > 1);
}

TEST_CASE("every table is STRICT") {
    const TempFolder folder;
    REQUIRE(migrate(folder.database()).has_value());
    for (const std::string& sql : schema(folder.database()))
        if (sql.starts_with("CREATE TABLE") && !sql.starts_with("CREATE TABLE sqlite_"))  // those are SQLite's own
            CHECK_MESSAGE(sql.find("STRICT") != std::string::npos, sql);
}

TEST_CASE("an empty database gets the newest schema, and no copy of nothing is taken") {
    const TempFolder folder;
    SQLite::Database db = open_writer(folder.database());
    const auto migrated = migrate(db, folder.database(), kTwo);
    REQUIRE(migrated.has_value());
    CHECK(migrated->from == 0);
    CHECK(migrated->to == 2);
    CHECK(migrated->copy.empty());
    CHECK(user_version(folder.database()) == 2);
}

TEST_CASE("an older database is copied, then gets only the steps that it lacks") {
    const TempFolder folder;
    make_older(folder.database());
    SQLite::Database db = open_writer(folder.database());
    const auto migrated = migrate(db, folder.database(), kTwo);
    REQUIRE(migrated.has_value());
    CHECK(migrated->from == 1);
    CHECK(db.execAndGet("SELECT text || date FROM note").getString() == "hello7");

    CHECK(user_version(migrated->copy) == 1);
    CHECK(open_reader(migrated->copy).execAndGet("SELECT text FROM note").getString() == "hello");
}

TEST_CASE("an up-to-date database is left alone") {
    const TempFolder folder;
    make_older(folder.database());
    SQLite::Database db = open_writer(folder.database());
    const auto migrated = migrate(db, folder.database(), kOne);
    REQUIRE(migrated.has_value());
    CHECK(migrated->copy.empty());
}

TEST_CASE("a step that fails leaves the database at the step before it, and can be tried again") {
    const TempFolder folder;
    make_older(folder.database());
    SQLite::Database db = open_writer(folder.database());
    std::vector<Migration> broken = kTwo;
    broken.push_back({3, "broken", "CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"});
    REQUIRE_FALSE(migrate(db, folder.database(), broken).has_value());
    CHECK(user_version(folder.database()) == 2);
    CHECK(db.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").getInt() == 0);
    CHECK(db.execAndGet("PRAGMA foreign_keys").getInt() == 1);

    broken.back().sql = "CREATE TABLE half (x INTEGER) STRICT;";
    CHECK(migrate(db, folder.database(), broken).has_value());
    CHECK(user_version(folder.database()) == 3);
}

TEST_CASE("a step may rebuild a table that others refer to, but not leave a reference open") {
    const TempFolder folder;
    SQLite::Database db = open_writer(folder.database());
    std::vector<Migration> steps{
        {1, "tables",
         "CREATE TABLE dag (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE run (dag INTEGER REFERENCES dag (id)) STRICT;"
         "INSERT INTO dag VALUES (1); INSERT INTO run VALUES (1);"},
        {2, "rebuild",
         "CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT) STRICT; INSERT INTO new SELECT id, 'n' FROM dag;"
         "DROP TABLE dag; ALTER TABLE new RENAME TO dag;"}};
    REQUIRE(migrate(db, folder.database(), steps).has_value());
    steps.push_back({3, "orphan", "DELETE FROM dag;"});
    CHECK_FALSE(migrate(db, folder.database(), steps).has_value());
    CHECK(db.execAndGet("SELECT count(*) FROM dag").getInt() == 1);
}

TEST_CASE("a database of every released schema opens, is sound, and keeps its rows") {
    REQUIRE_FALSE(fixtures().empty());
    const TempFolder fresh;
    REQUIRE(migrate(fresh.database()).has_value());
    for (const auto& fixture : fixtures()) {
        CAPTURE(fixture.string());
        const TempFolder folder;
        open_writer(folder.database()).exec(text_of(fixture));
        auto store = SqliteStore::open(folder.database());
        REQUIRE(store.has_value());
        const ports::StoredState state = (*store)->recover();
        REQUIRE(state.live_runs.size() == 1);
        CHECK(state.live_runs[0].run.run_id == "manual__2026-11-22T02:15:00Z");
        CHECK(state.live_runs[0].task_instances.size() == 2);
        CHECK(state.live_runs[0].open_tries.size() == 1);
        CHECK((*store)->has_run("etl", "scheduled__2026-11-21T02:15:00Z", std::nullopt));
        CHECK(state.next_run == model::RunId{3});
        CHECK(check(folder.database()).value() == std::vector<std::string>{});
        CHECK(schema(folder.database()) == schema(fresh.database()));
    }
}

}  // namespace weir::store::test
