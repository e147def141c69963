#include "scheduler/store/maintenance.hpp"

#include <algorithm>

#include "migrations/migrations.hpp"
#include "scheduler/store/connection.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

// Runs SQL on a database without Weir's rules, to break it.
void tamper(const std::string& database, const std::string& sql) {
    SQLite::Database db(database, SQLite::OPEN_READWRITE);
    db.exec("PRAGMA foreign_keys = OFF; " + sql);
}

// A sound database with run 1, its task "a" and try 1, all running.
void fill(const std::string& database) {
    const auto store = open_store(database);
    commit(*store, etl());
    model::Run run = a_run(1);
    run.state = model::RunState::running;
    commit(*store, {run, a_task(1, "a", model::TaskState::running), a_try(1, 1, "a", model::TryState::running)});
}

std::vector<std::string> findings_after(const std::string& sql) {
    const TempFolder folder;
    fill(folder.database());
    tamper(folder.database(), sql);
    const auto findings = check(folder.database());
    REQUIRE(findings.has_value());
    return *findings;
}

using Findings = std::vector<std::string>;

}  // namespace

TEST_CASE("a backup taken while the daemon runs holds everything that was committed") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {a_run(1)});
    REQUIRE(backup(folder.database(), folder.file("copy.db")).has_value());
    commit(*store, {a_run(2)});
    const auto copy = open_store(folder.file("copy.db"));
    CHECK(copy->find_run("etl", "run-1")->run == a_run(1));
    CHECK_FALSE(copy->has_run("etl", "run-2", std::nullopt));
}

TEST_CASE("a backup never overwrites a file") {
    const TempFolder folder;
    fill(folder.database());
    REQUIRE(backup(folder.database(), folder.file("copy.db")).has_value());
    const auto again = backup(folder.database(), folder.file("copy.db"));
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().kind == model::ErrorKind::conflict);
    CHECK(check(folder.file("copy.db"))->empty());
}

TEST_CASE("a backup that can't be written leaves nothing behind") {
    const TempFolder folder;
    fill(folder.database());
    CHECK_FALSE(backup(folder.database(), folder.file("missing") + "/copy.db").has_value());
    CHECK_FALSE(std::filesystem::exists(folder.file("missing")));
}

TEST_CASE("verbs on a database that isn't there say so and don't make one") {
    const TempFolder folder;
    const auto checked = check(folder.database());
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().kind == model::ErrorKind::not_found);
    CHECK_FALSE(std::filesystem::exists(folder.database()));
}

TEST_CASE("a sound database has no findings") { CHECK(findings_after("SELECT 1").empty()); }

TEST_CASE("an open try of a finished run is found") {
    const Findings expected{"run etl/run-1 is failed, but its try 1 of task a is running"};
    CHECK(findings_after("UPDATE dag_run SET state = 'failed', ended_at = 1") == expected);
}

TEST_CASE("a running task without an open try is found") {
    const Findings expected{"task a of run etl/run-1 is running without an open try"};
    CHECK(findings_after("UPDATE task_try SET state = 'lost'") == expected);
}

TEST_CASE("two open tries of one task are found") {
    const Findings expected{"task a of run 1 has 2 open tries"};
    CHECK(findings_after(
              "INSERT INTO task_try SELECT 2, run, task_id, map_index, number, state, executor, epoch, boot_id, pid,"
              " created_at, started_at, ended_at, exit_code, signal, reason, log_path FROM task_try") == expected);
}

TEST_CASE("a row that names a missing row is found") {
    const Findings expected{"a row of dag_run names a row of dag_version that isn't there"};
    CHECK(findings_after("UPDATE dag_run SET version = 99") == expected);
}

TEST_CASE("tasks of a missing run are found") {
    const Findings expected{"run 1 has task instances but no row"};
    CHECK(findings_after("DELETE FROM dag_run") == expected);
}

TEST_CASE("a wrong count of runs is found") {
    const Findings expected{"the count of manual runs of etl that are running is off by 1"};
    CHECK(findings_after("UPDATE dag_run_count SET count = 2 WHERE state = 'running'") == expected);
}

TEST_CASE("a state that no version knows is found") {
    const Findings expected{"1 row(s) of task_instance have the unknown state 'dancing'"};
    CHECK(findings_after("UPDATE task_instance SET state = 'dancing'") == expected);
}

TEST_CASE("a damaged file is found") {
    const TempFolder folder;
    fill(folder.database());
    std::filesystem::resize_file(folder.database(), std::filesystem::file_size(folder.database()) - 4096 * 3);
    const auto findings = check(folder.database());
    CHECK((!findings || !findings->empty()));
}

TEST_CASE("migrating by hand makes a database, and is refused while the daemon runs") {
    const TempFolder folder;
    CHECK(migrate(folder.database()).value() == migrations::all().back().number);
    const auto store = open_store(folder.database());
    const auto refused = migrate(folder.database());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == model::ErrorKind::conflict);
}

TEST_CASE("figures name every table with its rows and bytes") {
    const TempFolder folder;
    fill(folder.database());
    const auto figures = stats(folder.database());
    REQUIRE(figures.has_value());
    CHECK(figures->schema == migrations::all().back().number);
    CHECK(figures->file_bytes > 0);
    const auto runs = std::find_if(figures->tables.begin(), figures->tables.end(),
                                   [](const TableStats& table) { return table.name == "dag_run"; });
    REQUIRE(runs != figures->tables.end());
    CHECK(runs->rows == 1);
    CHECK(runs->bytes >= 10 * 4096);  // a page for the table and for each index
}

TEST_CASE("pruning by hand reports what it removed, and is refused while the daemon runs") {
    const TempFolder folder;
    {
        const auto store = open_store(folder.database());
        commit(*store, etl());
        commit(*store, {finished(a_run(1)), a_run(2)});
        CHECK_FALSE(prune(folder.database(), {at(1000), 0, {}, {}}, [](const ports::Pruned&) {}).has_value());
    }
    std::vector<std::pair<std::string, std::string>> removed;
    REQUIRE(prune(folder.database(), {at(1000), 0, {}, {}}, [&removed](const ports::Pruned& pruned) {
                removed.insert(removed.end(), pruned.runs.begin(), pruned.runs.end());
            }).has_value());
    CHECK(removed == std::vector<std::pair<std::string, std::string>>{{"etl", "run-1"}});
}

}  // namespace weir::store::test
