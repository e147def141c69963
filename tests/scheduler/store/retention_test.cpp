#include <algorithm>
#include <set>

#include "scheduler/store/connection.hpp"
#include "scheduler/store/maintenance.hpp"
#include "scheduler/store/retention.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

using Names = std::vector<std::pair<std::string, std::string>>;

const model::TimePoint kLongAfter = at(1'000'000);

// Runs `first` to `last` of "etl", finished one after another, each with one task and one try of the same number.
std::vector<core::Change> history(std::int64_t first, std::int64_t last) {
    std::vector<core::Change> changes;
    for (std::int64_t id = first; id <= last; ++id) {
        changes.emplace_back(finished(a_run(id)));
        changes.emplace_back(a_task(id, "a", model::TaskState::success));
        changes.emplace_back(a_try(id, id, "a", model::TryState::success));
    }
    return changes;
}

// Of the ledger nothing.
ports::PruneLimits limits_of(model::TimePoint before, int keep_last) { return {before, keep_last, {}, {}}; }

// All slices; checks that none is larger than allowed.
Names prune_all(SqliteStore& store, model::TimePoint before, int keep_last) {
    Names removed;
    for (bool more = true; more;) {
        const ports::Pruned pruned = store.prune(limits_of(before, keep_last));
        CHECK(pruned.runs.size() <= kRowsPerSlice);
        removed.insert(removed.end(), pruned.runs.begin(), pruned.runs.end());
        more = pruned.more;
    }
    std::sort(removed.begin(), removed.end());
    return removed;
}

std::int64_t rows(const std::string& database, const std::string& table) {
    SQLite::Database db = open_reader(database);
    return db.execAndGet("SELECT count(*) FROM " + table).getInt64();
}

}  // namespace

TEST_CASE("retention removes what ended before the limit, with its tasks and tries") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, history(1, 10));
    // Run n ends at at(n + 2).
    CHECK(prune_all(*store, at(5), 0) == Names{{"etl", "run-1"}, {"etl", "run-2"}});
    CHECK(rows(folder.database(), "dag_run") == 8);
    CHECK(rows(folder.database(), "task_instance") == 8);
    CHECK(rows(folder.database(), "task_try") == 8);
    CHECK(check(folder.database())->empty());
}

TEST_CASE("retention keeps the newest runs of each DAG") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {a_dag("other", 1), finished(a_run(100, "other")), finished(a_run(101, "other"))});
    commit(*store, history(1, 10));
    CHECK(prune_all(*store, kLongAfter, 8) == Names{{"etl", "run-1"}, {"etl", "run-2"}});
}

TEST_CASE("retention never removes a live run") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, history(2, 5));
    model::Run running = a_run(1);
    running.state = model::RunState::running;
    commit(*store, {running, a_run(6)});
    CHECK(prune_all(*store, kLongAfter, 0).size() == 4);
    CHECK(store->recover().live_runs.size() == 2);
}

TEST_CASE("ids of pruned rows are never given out again") {
    const TempFolder folder;
    {
        const auto store = open_store(folder.database());
        commit(*store, etl());
        commit(*store, history(1, 10));
        CHECK(prune_all(*store, kLongAfter, 0).size() == 10);
        CHECK(store->recover().next_run == model::RunId{11});
    }
    const ports::StoredState state = open_store(folder.database())->recover();
    CHECK(state.next_run == model::RunId{11});
    CHECK(state.next_try == model::TryId{11});
    CHECK(state.next_version == model::DagVersionId{2});
}

TEST_CASE("versions that no run and no DAG names go, and the newest stays") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {a_version(1), a_version(2, "etl", 2), a_version(3, "etl", 3), a_dag("etl", 3)});
    model::Run kept = finished(a_run(2));
    kept.version = model::DagVersionId{2};
    commit(*store, {finished(a_run(1)), kept});
    CHECK(prune_all(*store, kLongAfter, 1) == Names{{"etl", "run-1"}});
    const auto reader = open_history(store->database());
    CHECK_FALSE(reader->version(model::DagVersionId{1}));
    CHECK(reader->version(model::DagVersionId{2}));
    CHECK(reader->version(model::DagVersionId{3}));
}

TEST_CASE("a run of more tasks than a slice vanishes at once, and is swept in slices") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    constexpr int kTasks = 3 * kRowsPerSlice;
    std::vector<core::Change> changes{finished(a_run(1))};
    for (int i = 0; i < kTasks; ++i) changes.emplace_back(a_task(1, "task_" + std::to_string(i)));
    commit(*store, changes);

    const ports::Pruned first = store->prune(limits_of(kLongAfter, 0));
    CHECK(first.runs == Names{{"etl", "run-1"}});
    CHECK(first.more);
    CHECK_FALSE(store->has_run("etl", "run-1", std::nullopt));
    CHECK(rows(folder.database(), "task_instance") > kTasks - 2 * kRowsPerSlice);
    CHECK(open_history(store->database())->task_instances({}).total == 0);
    CHECK(check(folder.database())->empty());

    CHECK(prune_all(*store, kLongAfter, 0).empty());
    CHECK(rows(folder.database(), "task_instance") == 0);
    CHECK(rows(folder.database(), "pruned_run") == 0);
}

TEST_CASE("all DAGs are visited, however many there are") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::vector<core::Change> changes{a_version(1)};
    constexpr int kDags = 4 * kDagsPerSlice + 7;
    for (int i = 1; i <= kDags; ++i) {
        const std::string dag_id = "dag_" + std::to_string(i);
        changes.emplace_back(a_dag(dag_id, 1));
        changes.emplace_back(finished(a_run(i, dag_id)));
    }
    commit(*store, changes);
    const Names removed = prune_all(*store, kLongAfter, 0);
    CHECK(std::set(removed.begin(), removed.end()).size() == kDags);
    CHECK(removed.size() == kDags);
}

TEST_CASE("a run whose logs may be left is reported again after a restart, and no more once they are gone") {
    const TempFolder folder;
    {
        const auto store = open_store(folder.database());
        commit(*store, etl());
        commit(*store, history(1, 1));
        CHECK(store->prune(limits_of(kLongAfter, 0)).runs.size() == 1);
    }
    CHECK(prune_all(*open_store(folder.database()), kLongAfter, 0) == Names{{"etl", "run-1"}});
    CHECK(prune_all(*open_store(folder.database()), kLongAfter, 0).empty());
}

TEST_CASE("the logs of a run that was made anew under a pruned name are left alone") {
    const TempFolder folder;
    {
        const auto store = open_store(folder.database());
        commit(*store, etl());
        commit(*store, history(1, 1));
        CHECK(store->prune(limits_of(kLongAfter, 0)).runs.size() == 1);
        model::Run again = a_run(2);
        again.run_id = "run-1";
        commit(*store, {again});
    }
    CHECK(prune_all(*open_store(folder.database()), kLongAfter, 0).empty());
    CHECK(rows(folder.database(), "pruned_run") == 1);
    const auto store = open_store(folder.database());
    for (int slice = 0; slice < 2; ++slice) CHECK(store->prune(limits_of(kLongAfter, 0)).runs.empty());
    CHECK(rows(folder.database(), "pruned_run") == 0);
}

TEST_CASE("the file shrinks as history goes") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    auto long_history = history(1, 2000);
    for (auto& row : long_history)
        if (auto* run = std::get_if<model::Run>(&row)) run->note = std::string(4000, 'n');  // a page each
    commit(*store, long_history);
    const auto pages = [&folder] { return open_reader(folder.database()).execAndGet("PRAGMA page_count").getInt64(); };
    CHECK(pages() > kFreePagesKept + 500);
    CHECK(prune_all(*store, kLongAfter, 0).size() == 2000);
    CHECK(pages() < kFreePagesKept + 100);
    CHECK(check(folder.database())->empty());
}

}  // namespace weir::store::test
