#include "scheduler/store/recovery.hpp"
#include "scheduler/store/connection.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

TEST_CASE("a new database recovers to nothing, and ids start at 1") {
    const TempFolder folder;
    const ports::StoredState state = open_store(folder.database())->recover();
    CHECK(state.live_runs.empty());
    CHECK(state.dags.empty());
    CHECK(state.versions.empty());
    CHECK(state.next_run == model::RunId{1});
    CHECK(state.next_try == model::TryId{1});
    CHECK(state.next_version == model::DagVersionId{1});
}

TEST_CASE("live runs come back whole, with their version's source and only their open tries") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    model::Run running = a_run(2);
    running.state = model::RunState::running;
    commit(*store, {finished(a_run(1)), running, a_run(3), a_task(1, "a", model::TaskState::success),
                    a_task(2, "a", model::TaskState::success), a_task(2, "b", model::TaskState::running),
                    a_try(1, 1, "a", model::TryState::success), a_try(2, 2, "a", model::TryState::failed),
                    a_try(3, 2, "b", model::TryState::running)});
    const ports::StoredState state = store->recover();
    REQUIRE(state.live_runs.size() == 2);
    CHECK(state.live_runs[0].run == running);
    CHECK(state.live_runs[0].version == a_version(1));
    CHECK(state.live_runs[0].task_instances.size() == 2);
    CHECK(state.live_runs[0].open_tries == std::vector{a_try(3, 2, "b", model::TryState::running)});
    CHECK(state.live_runs[1].run == a_run(3));
}

TEST_CASE("only the newest version of each DAG comes back, without its source") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {a_version(1, "etl", 1), a_version(2, "etl", 2), a_version(3, "other", 1), a_dag("etl", 2),
                    a_dag("other", 3)});
    model::DagVersion newest = a_version(2, "etl", 2);
    model::DagVersion other = a_version(3, "other", 1);
    newest.source = other.source = "";
    CHECK(store->recover().versions == std::vector{newest, other});
}

TEST_CASE("the next ids follow the largest ones") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {a_version(7), a_dag("etl", 7)});
    model::Run run = finished(a_run(30));
    run.version = model::DagVersionId{7};
    commit(*store, {run, a_task(30, "a"), a_try(500, 30, "a", model::TryState::success)});
    const ports::StoredState state = store->recover();
    CHECK(state.next_run == model::RunId{31});
    CHECK(state.next_try == model::TryId{501});
    CHECK(state.next_version == model::DagVersionId{8});
}

TEST_CASE("dates ahead are those after the DAG's last decided tick") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    model::DagState dag = a_dag("etl", 1);
    dag.scheduled_through = at(100);
    std::vector<core::Change> changes{a_version(1), dag};
    for (const std::int64_t id : {99, 100, 101, 102}) {
        model::Run run = finished(a_run(id));
        run.logical_date = at(id);
        changes.emplace_back(run);
    }
    commit(*store, changes);
    const std::vector<std::pair<std::string, model::TimePoint>> expected{{"etl", at(102)}, {"etl", at(101)}};
    CHECK(store->recover().dates_ahead == expected);
}

TEST_CASE("the ended runs of a DAG come newest first, with their task instances, and no live ones") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::vector<core::Change> changes{a_version(1), a_dag("etl", 1)};
    for (const std::int64_t id : {1, 2, 3, 4}) {
        model::Run run = id == 4 ? a_run(id) : finished(a_run(id));
        if (id != 2) run.logical_date = at(id);
        changes.emplace_back(run);
        changes.emplace_back(a_task(id, "load", model::TaskState::failed));
    }
    commit(*store, changes);
    const auto ended = store->ended_runs("etl", 10);
    REQUIRE(ended.size() == 2);
    CHECK(ended[0].run.id == model::RunId{3});
    CHECK(ended[1].run.id == model::RunId{1});
    CHECK(ended[0].task_instances.at(0).state == model::TaskState::failed);
    CHECK(store->ended_runs("etl", 1).size() == 1);
}

TEST_CASE("recovery reads what is open and never walks history") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    SQLite::Database db = open_reader(store->database());
    for (const std::string& sql : recovery_sql()) {
        CAPTURE(sql);
        SQLite::Statement plan(db, "EXPLAIN QUERY PLAN " + sql);
        while (plan.executeStep()) {
            const std::string step = plan.getColumn(3).getString();
            CAPTURE(step);
            // From end to end only the tables of DAGs, assets and counted events, "d", "a" and "c", are read, and
            // indexes that hold nothing but open rows.
            CHECK((step.find("SCAN") == std::string::npos || step.starts_with("SCAN d") || step == "SCAN a" ||
                   step == "SCAN c" || step == "SCAN CONSTANT ROW" || step.ends_with("USING INDEX event_pending") ||
                   step.ends_with("USING INDEX dag_run_rerun") || step.ends_with("USING INDEX backfill_open") ||
                   step.ends_with("USING INDEX notification_open")));
        }
    }
}

TEST_CASE("a run is found by its run_id or by its logical date") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    model::Run run = a_run(1);
    run.logical_date = at(50);
    commit(*store, {run});
    CHECK(store->has_run("etl", "run-1", std::nullopt));
    CHECK(store->has_run("etl", "another", at(50)));
    CHECK_FALSE(store->has_run("etl", "another", at(51)));
    CHECK_FALSE(store->has_run("etl", "another", std::nullopt));
    CHECK_FALSE(store->has_run("other", "run-1", at(50)));
}

TEST_CASE("a finished run is found with all its task instances") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {finished(a_run(1)), a_task(1, "b"), a_task(1, "a")});
    const auto found = store->find_run("etl", "run-1");
    REQUIRE(found.has_value());
    CHECK(found->run == finished(a_run(1)));
    CHECK(found->version == a_version(1));
    CHECK(found->task_instances == std::vector{a_task(1, "a"), a_task(1, "b")});
    CHECK_FALSE(store->find_run("etl", "run-2"));
}

}  // namespace weir::store::test
