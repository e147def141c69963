#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "scheduler/store/connection.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

std::string refusal(const std::string& path) {
    const auto opened = SqliteStore::open(path);
    REQUIRE_FALSE(opened.has_value());
    return opened.error().message;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a second store on the same file is refused, naming the owner's pid") {
    const TempFolder folder;
    const auto first = open_store(folder.database());
    const std::string message = refusal(folder.database());
    CHECK(contains(message, folder.database()));
    CHECK(contains(message, "pid " + std::to_string(getpid())));
}

TEST_CASE("a lock that a dead daemon's child has for a moment, until it becomes another program, is waited for") {
    const TempFolder folder;
    auto first = open_store(folder.database());
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // has the lock's descriptor too, until it ends
        usleep(100'000);
        _exit(0);
    }
    first.reset();
    CHECK(SqliteStore::open(folder.database()).has_value());
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
}

TEST_CASE("another process is refused while a store is open") {
    const TempFolder folder;
    const auto first = open_store(folder.database());
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto second = SqliteStore::open(folder.database());
        _exit(!second && second.error().kind == model::ErrorKind::conflict ? 42 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a closed store can be opened again") {
    const TempFolder folder;
    commit(*open_store(folder.database()), etl());
    CHECK(open_store(folder.database())->recover().dags.size() == 1);
}

TEST_CASE("a database of a newer Weir is refused and left alone") {
    const TempFolder folder;
    commit(*open_store(folder.database()), etl());
    SQLite::Database(folder.database(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 9000");
    CHECK(contains(refusal(folder.database()), "newer Weir (schema 9000"));
    CHECK(SQLite::Database(folder.database()).execAndGet("SELECT count(*) FROM dag").getInt() == 1);
}

TEST_CASE("an SQLite database of another program is refused") {
    const TempFolder folder;
    SQLite::Database(folder.database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE songs (name)");
    CHECK(contains(refusal(folder.database()), "not one of Weir's"));
}

TEST_CASE("a file that is no database is refused") {
    const TempFolder folder;
    std::ofstream(folder.database()) << std::string(5000, 'x');
    CHECK(contains(refusal(folder.database()), "not a Weir database"));
}

TEST_CASE("a database in a folder that isn't there is refused") {
    const TempFolder folder;
    CHECK(contains(refusal(folder.file("missing") + "/weir.db"), "No such file or directory"));
}

TEST_CASE("history refuses a database that was never migrated") {
    const TempFolder folder;
    SQLite::Database(folder.database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("PRAGMA user_version = 0");
    const auto opened = SqliteHistory::open(folder.database());
    REQUIRE_FALSE(opened.has_value());
}

TEST_CASE("the file gives freed pages back, and a commit reaches the disk") {
    const TempFolder folder;
    SQLite::Database db = open_writer(folder.database());
    db.exec("CREATE TABLE t (x)");
    CHECK(db.execAndGet("PRAGMA auto_vacuum").getInt() == 2);
    CHECK(db.execAndGet("PRAGMA journal_mode").getString() == "wal");
    CHECK(db.execAndGet("PRAGMA synchronous").getInt() == 2);
    CHECK(db.execAndGet("PRAGMA foreign_keys").getInt() == 1);
}

}  // namespace weir::store::test
