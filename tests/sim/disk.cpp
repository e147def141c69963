#include "tests/sim/disk.hpp"

#include <fmt/format.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

#include "tests/sim/stream.hpp"
#include "tests/support/holds.hpp"

namespace weir::sim {

namespace {

std::unique_ptr<store::SqliteStore> open_store() {
    auto opened = store::SqliteStore::open(":memory:");
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
}

// One for all courses of a process, as making its tables takes as long as a sixth of a course.
store::SqliteStore& empty_store() {
    static const auto store = open_store();
    SQLite::Database database(store->database(), SQLite::OPEN_READWRITE | SQLite::OPEN_URI);
    std::vector<std::string> tables;
    for (SQLite::Statement names(database, "SELECT name FROM sqlite_schema WHERE type = 'table'"); names.executeStep();)
        tables.push_back(names.getColumn(0).getString());
    SQLite::Transaction whole(database);
    for (const auto& table : tables) database.exec(fmt::format("DELETE FROM {}", table));
    whole.commit();
    return *store;
}

}  // namespace

Disk::Disk(Dice& dice, const Plan& plan, const Killer& killer,
           std::function<std::shared_ptr<const model::Dag>(const std::string& hash)> dag_of)
    : dice_(dice), plan_(plan), killer_(killer), dag_of_(std::move(dag_of)), store_(empty_store()) {}

namespace {

using core::testing::Database;

// The DAGs of which a run starts though they are paused all through this turn. One whose row changes may have been unpaused
// by somebody, and paused again because the runs that were let go failed.
std::set<std::string> started_while_paused(std::span<const core::Change> changes, const Database& before) {
    std::set<std::string> dags, changed;
    for (const auto& change : changes) {
        if (const auto* dag = std::get_if<model::DagState>(&change)) changed.insert(dag->dag_id);
        const auto* row = std::get_if<model::Run>(&change);
        if (row == nullptr || row->state != model::RunState::running) continue;
        const auto known = before.runs.find(row->id);
        const bool starts = known == before.runs.end() || known->second.state != model::RunState::running;
        const auto dag = before.dags.find(row->dag_id);
        if (starts && dag != before.dags.end() && dag->second.paused) dags.insert(row->dag_id);
    }
    std::erase_if(dags, [&changed](const std::string& dag_id) { return changed.contains(dag_id); });
    return dags;
}

void check_watermarks(std::span<const core::Change> changes, const Database& before) {
    for (const auto& change : changes) {
        const auto* row = std::get_if<model::AssetState>(&change);
        if (row == nullptr) continue;
        const auto known = before.assets.find({row->asset, row->key});
        if (known != before.assets.end())
            REQUIRE_MESSAGE(row->watermark >= known->second.watermark, "a watermark never goes back");
    }
}

// A run that waits for windows, and for no deadline, is made when all of its interval is there.
void check_covered(std::span<const core::Change> changes, const Database& before) {
    using Key = std::tuple<std::string, std::string, model::TimePoint, model::TimePoint>;
    std::set<Key> windows;
    const auto add = [&windows](const model::Window& window) {
        windows.insert({window.asset, window.key, window.interval.start, window.interval.end});
    };
    for (const auto& [key, window] : before.windows) add(window);
    for (const auto& change : changes)
        if (const auto* window = std::get_if<model::Window>(&change)) add(*window);
    for (const auto& change : changes) {
        const auto* row = std::get_if<model::Run>(&change);
        if (row == nullptr || row->dag_id != "windows" || before.runs.contains(row->id)) continue;
        model::TimePoint::duration covered{0};  // they do not overlap
        for (const auto& [asset, key, start, end] : windows)
            if (asset == kWindows && start >= row->data_interval->start && end <= row->data_interval->end)
                covered += end - start;
        REQUIRE_MESSAGE(covered == row->data_interval->end - row->data_interval->start,
                        "a run waits for all of its windows: " << row->run_id);
    }
}

// Of each window its newest revision.
auto newest(const std::vector<model::Window>& windows) {
    std::map<std::tuple<std::string, std::string, model::TimePoint, model::TimePoint>, model::Window> newest;
    for (const auto& row : windows)  // those of one window come in the order of their revisions
        newest.insert_or_assign({row.asset, row.key, row.interval.start, row.interval.end}, row);
    return newest;
}

}  // namespace

ports::CommitOutcome Disk::commit(std::span<const core::Change> changes) {
    killer_.here();
    if (killer_.armed && plan_.has(Fault::disk_full) && dice_.one_in(200)) {
        stop();
        return ports::CommitOutcome::disk_full;
    }
    const auto outcome = store_.commit(changes);
    REQUIRE(outcome == ports::CommitOutcome::committed);
    const auto paused = started_while_paused(changes, books);
    REQUIRE_MESSAGE(paused.empty(), "no run of a paused DAG starts: " << *paused.begin());
    check_watermarks(changes, books);
    check_covered(changes, books);
    books.fold({changes.begin(), changes.end()});
    for (const auto& change : changes)
        if (const auto* version = std::get_if<model::DagVersion>(&change))
            books.texts.emplace(version->id, dag_of_(version->hash));
    killer_.here();
    return outcome;
}

core::LedgerRead Disk::read_ledger(core::LedgerQuestions questions) {
    const auto expected = books.read_ledger(questions);
    auto read = store_.read_ledger(std::move(questions));
    REQUIRE(read.known == expected.known);
    REQUIRE((newest(read.windows) == newest(expected.windows)));
    REQUIRE((read.runs == expected.runs));
    return read;
}

namespace {

template <class Row>
void check_same(std::vector<Row> rows, std::vector<Row> expected) {
    std::ranges::sort(rows, {}, &Row::id);
    std::ranges::sort(expected, {}, &Row::id);
    REQUIRE((rows == expected));
}

void check_rest(const ports::StoredState& stored, const core::Recovered& expected) {
    REQUIRE(stored.dates_ahead.size() == expected.dates_ahead.size());
    for (const auto& date : expected.dates_ahead) REQUIRE((std::ranges::count(stored.dates_ahead, date) == 1));
    check_same(stored.open_notifications, expected.notifications);
    check_same(stored.open_events, expected.events);
    check_same(stored.reruns, expected.reruns);
    std::vector<model::Backfill> backfills;
    for (const auto& open : expected.backfills) backfills.push_back(open.row);
    check_same(stored.open_backfills, backfills);
    REQUIRE(stored.assets.size() == expected.assets.size());
    for (const auto& asset : expected.assets) REQUIRE((std::ranges::count(stored.assets, asset) == 1));
    REQUIRE(stored.counted_events.size() == expected.counted_events.size());
    for (const auto& counted : expected.counted_events)
        REQUIRE(std::ranges::count(stored.counted_events, counted.row, &core::Recovered::Counted::row) == 1);
    // Of tries that were erased the books know nothing.
    REQUIRE(stored.next_try >= expected.next_try);
    REQUIRE(stored.next_run == expected.next_run);
    REQUIRE(stored.next_event == expected.next_event);
    REQUIRE(stored.next_version == expected.next_version);
    REQUIRE(stored.next_backfill == expected.next_backfill);
    REQUIRE(stored.next_notification == expected.next_notification);
}

}  // namespace

// What SQLite gives back is what was put in: row by row, of all that is open.
ports::StoredState Disk::recover() {
    auto stored = store_.recover();
    std::size_t live = 0;
    for (const auto& [id, row] : books.runs) live += !is_finished(row.state);
    REQUIRE_QUICKLY(stored.live_runs.size() == live);
    for (const auto& run : stored.live_runs) {
        REQUIRE_QUICKLY(run.run == books.runs.at(run.run.id));
        REQUIRE_QUICKLY(run.task_instances == books.history_of(run.run).task_instances);
        for (const auto& attempt : run.open_tries) REQUIRE_QUICKLY(attempt == books.tries.at(attempt.id));
    }
    REQUIRE_QUICKLY(stored.dags.size() == books.dags.size());
    for (const auto& dag : stored.dags) REQUIRE_QUICKLY(dag == books.dags.at(dag.dag_id));
    check_rest(stored, books.recovered());
    return stored;
}

}  // namespace weir::sim
