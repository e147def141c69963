#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

model::Run full_run() {
    model::Run run = finished(a_run(7), model::RunState::failed);
    run.type = model::RunType::backfill;
    run.triggered_by = model::TriggeredBy::rest_api;
    run.triggering_user = "ada";
    run.logical_date = at(-86'400) + std::chrono::microseconds{123'456};
    run.data_interval = model::Interval{at(-86'400), at(0)};
    run.timezone = "Europe/Berlin";
    run.params = {{"min_views", 3}, {"names", {"a", "ü", nullptr}}};
    run.note = std::string("two\nlines and a NUL \0 inside", 28);
    return run;
}

model::TaskInstance full_task() {
    model::TaskInstance task = a_task(7, "load", model::TaskState::up_for_retry);
    task.map_index = 3;
    task.try_number = 2;
    task.max_tries = 4;
    task.scheduled_at = at(1);
    task.queued_at = at(2);
    task.started_at = at(3);
    task.ended_at = at(4);
    task.retry_at = at(5);
    task.pool = "warehouse";
    task.pool_slots = 2;
    task.priority_weight = -5;
    task.operator_kind = model::OperatorKind::check;
    task.reason = "exit code 3";
    task.outputs = {{"rows", 12}, {"ratio", 0.5}};
    return task;
}

model::Try full_try(std::int64_t id) {
    model::Try row = a_try(id, 7, "load", model::TryState::running);
    row.map_index = 3;
    row.number = 2;
    row.epoch = "epoch";
    row.boot_id = "boot";
    row.pid = 4'000'000'000;
    row.started_at = at(3);
    row.ended_at = at(4);
    row.exit_code = 3;
    row.signal = 9;
    row.reason = "killed";
    row.log_path = "etl/run-7/load/2.log";
    return row;
}

}  // namespace

TEST_CASE("a run comes back with every member set") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {full_run()});
    CHECK(store->find_run("etl", "run-7")->run == full_run());
}

TEST_CASE("a run comes back with every optional member unset") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    model::Run run = a_run(1);
    run.params = nullptr;
    commit(*store, {run});
    CHECK(store->find_run("etl", "run-1")->run == run);
}

TEST_CASE("a task instance comes back with every member set") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {full_run(), full_task()});
    CHECK(store->find_run("etl", "run-7")->task_instances == std::vector{full_task()});
}

TEST_CASE("a task instance comes back with every optional member unset") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {a_run(1), a_task(1, "load")});
    CHECK(store->find_run("etl", "run-1")->task_instances == std::vector{a_task(1, "load")});
}

TEST_CASE("a try comes back with every member set") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {full_run(), full_task(), full_try(9)});
    CHECK(store->find_run("etl", "run-7")->open_tries == std::vector{full_try(9)});
}

TEST_CASE("a try comes back with every optional member unset") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {a_run(1), a_task(1, "load"), a_try(1, 1, "load")});
    CHECK(store->find_run("etl", "run-1")->open_tries == std::vector{a_try(1, 1, "load")});
}

TEST_CASE("a DAG and its version come back after reopening") {
    const TempFolder folder;
    model::DagState dag = a_dag("etl", 1);
    dag.paused = true;
    dag.removed = true;
    dag.scheduled_through = at(100);
    commit(*open_store(folder.database()), {dag, a_version(1)});

    const auto store = open_store(folder.database());
    CHECK(store->recover().dags == std::vector{dag});
    CHECK(open_history(store->database())->version(model::DagVersionId{1}) == a_version(1));
}

TEST_CASE("the rows of a turn may come in any order") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, {a_try(1, 1, "load"), a_task(1, "load"), a_run(1), a_dag("etl", 1), a_version(1)});
    CHECK(store->find_run("etl", "run-1")->open_tries.size() == 1);
}

TEST_CASE("history shows the same rows as the store") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {full_run(), full_task(), full_try(8), full_try(9)});
    const auto history = open_history(store->database());

    CHECK(history->run("etl", "run-7") == full_run());
    CHECK(history->tries(model::RunId{7}, "load", 3) == std::vector{full_try(8), full_try(9)});
    const auto page = history->task_instances({.dag_id = "etl", .run_id = "run-7"});
    REQUIRE(page.rows.size() == 1);
    CHECK(page.rows[0].task_instance == full_task());
    CHECK(page.rows[0].run == full_run());
    CHECK(page.rows[0].newest_try == full_try(9));
}

TEST_CASE("a database in memory is read by history as well") {
    const auto store = open_store(":memory:");
    const auto other = open_store(":memory:");
    commit(*store, etl());
    commit(*store, {a_run(1)});
    CHECK(open_history(store->database())->run("etl", "run-1") == a_run(1));
    CHECK_FALSE(open_history(other->database())->run("etl", "run-1"));
}

}  // namespace weir::store::test
