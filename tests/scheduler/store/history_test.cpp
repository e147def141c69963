#include <atomic>
#include <thread>

#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

std::vector<std::int64_t> ids(const ports::Page<model::Run>& page) {
    std::vector<std::int64_t> found;
    for (const model::Run& run : page.rows) found.push_back(run.id.value);
    return found;
}

std::vector<std::string> names(const ports::Page<ports::TaskInstanceRow>& page) {
    std::vector<std::string> found;
    for (const auto& row : page.rows)
        found.push_back(std::to_string(row.task_instance.run.value) + row.task_instance.task_id);
    return found;
}

using Ids = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

// Runs 1 to 6 of "etl": 1 to 4 finished, of which 2 failed; 5 runs; 6 is queued. Run 7 of "other" is queued.
struct Fixture {
    TempFolder folder;
    std::unique_ptr<SqliteStore> store = open_store(folder.database());
    std::unique_ptr<SqliteHistory> history = open_history(store->database());

    Fixture() {
        commit(*store, etl());
        std::vector<core::Change> changes{a_version(2, "other"), a_dag("other", 2)};
        for (std::int64_t id = 1; id <= 6; ++id) {
            model::Run run = a_run(id);
            run.logical_date = at(100 - id);
            if (id <= 4) run = finished(run, id == 2 ? model::RunState::failed : model::RunState::success);
            if (id == 4) run.type = model::RunType::scheduled;
            if (id == 5) run.state = model::RunState::running;
            changes.emplace_back(run);
        }
        changes.emplace_back(a_run(7, "other"));
        commit(*store, changes);
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "runs come newest first") { CHECK(ids(history->runs({})) == Ids{7, 6, 5, 4, 3, 2, 1}); }

TEST_CASE_FIXTURE(Fixture, "runs are filtered by DAG") {
    const auto page = history->runs({.dag_id = "other"});
    CHECK(ids(page) == Ids{7});
    CHECK(page.total == 1);
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by one state") {
    const auto page = history->runs({.dag_id = "etl", .states = {model::RunState::success}});
    CHECK(ids(page) == Ids{4, 3, 1});
    CHECK(page.total == 3);
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by several states, in order and without doubles") {
    const auto states = {model::RunState::queued, model::RunState::failed, model::RunState::queued};
    const auto page = history->runs({.states = states});
    CHECK(ids(page) == Ids{7, 6, 2});
    CHECK(page.total == 3);
}

TEST_CASE_FIXTURE(Fixture, "runs in wanted states come in any order") {
    const auto states = {model::RunState::success, model::RunState::failed};
    CHECK(ids(history->runs({.states = states, .order_by = "ended_at"})) == Ids{1, 2, 3, 4});
    CHECK(ids(history->runs({.dag_id = "etl", .states = states, .order_by = "-run_id"})) == Ids{4, 3, 2, 1});
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by type") {
    const auto page = history->runs({.types = {model::RunType::scheduled}});
    CHECK(ids(page) == Ids{4});
    CHECK(page.total == 1);
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by a pattern of their run_id") {
    const auto page = history->runs({.run_id_pattern = "%-_"});
    CHECK(page.total == 7);
    CHECK(ids(history->runs({.run_id_pattern = "%3"})) == Ids{3});
}

TEST_CASE_FIXTURE(Fixture, "a pattern is a value and never SQL") {
    CHECK(history->runs({.run_id_pattern = "' OR 1 = 1 --"}).total == 0);
    CHECK(history->runs({.dag_id = "etl' OR 1 = 1 --"}).total == 0);
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by times, both ends included, and then come newest first by that time") {
    const auto page = history->runs({.logical_date_gte = at(96), .logical_date_lte = at(98)});
    CHECK(ids(page) == Ids{2, 3, 4});
    CHECK(page.total == 3);
    CHECK(ids(history->runs({.started_gte = at(4)})) == Ids{4, 3});
    CHECK(ids(history->runs({.ended_lte = at(3)})) == Ids{1});
    CHECK(ids(history->runs({.dag_id = "etl", .run_after_gte = at(5), .run_after_lte = at(5)})) == Ids{5});
}

TEST_CASE_FIXTURE(Fixture, "runs are ordered by any known column, and otherwise by id") {
    CHECK(ids(history->runs({.dag_id = "etl", .order_by = "logical_date"})) == Ids{6, 5, 4, 3, 2, 1});
    CHECK(ids(history->runs({.dag_id = "etl", .order_by = "-logical_date"})) == Ids{1, 2, 3, 4, 5, 6});
    CHECK(ids(history->runs({.dag_id = "etl", .order_by = "note; DROP TABLE dag"})) == Ids{6, 5, 4, 3, 2, 1});
    for (const std::string_view column : ports::run_order_columns()) {
        CAPTURE(column);
        CHECK(history->runs({.order_by = std::string(column)}).rows.size() == 7);
        CHECK(
            history->runs({.states = {model::RunState::success}, .order_by = "-" + std::string(column)}).rows.size() ==
            3);
    }
}

TEST_CASE_FIXTURE(Fixture, "runs are ordered by several columns, one within another, and by id in the last direction") {
    CHECK(ids(history->runs({.dag_id = "etl", .order_by = "state,-run_id"})) == Ids{2, 6, 5, 4, 3, 1});
    CHECK(ids(history->runs({.dag_id = "etl", .order_by = "-state,run_after"})) == Ids{1, 3, 4, 5, 6, 2});
    CHECK(ids(history->runs({.dag_id = "etl", .order_by = "state,-id,run_id"})) == Ids{2, 6, 5, 4, 3, 1});
    CHECK(ids(history->runs({.order_by = "-dag_id"})) == Ids{7, 6, 5, 4, 3, 2, 1});
    const auto states = {model::RunState::success, model::RunState::failed};
    CHECK(ids(history->runs({.states = states, .order_by = "state,-ended_at"})) == Ids{2, 4, 3, 1});
    CHECK(ids(history->runs({.run_id_pattern = "run-%", .order_by = "-state,-id", .limit = 2})) == Ids{4, 3});
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by duration, version, user, params and a pattern of their DAG") {
    commit(*store, {a_version(8, "etl", 2)});
    model::Run run = finished(a_run(8));
    run.version = model::DagVersionId{8};
    run.ended_at = *run.started_at + std::chrono::seconds{60};
    run.triggering_user = "nora";
    run.params = {{"day", "monday"}};
    commit(*store, {run});
    using std::chrono::seconds;
    CHECK(ids(history->runs({.duration_gte = seconds{2}})) == Ids{8});
    CHECK(ids(history->runs({.duration_gte = seconds{1}, .duration_lte = seconds{59}})) == Ids{4, 3, 2, 1});
    CHECK(ids(history->runs({.dag_id = "etl", .version_numbers = {2, 3}})) == Ids{8});
    CHECK(history->runs({.dag_id = "etl", .version_numbers = {1}}).total == 6);
    CHECK(ids(history->runs({.dag_id_pattern = "%h%"})) == Ids{7});
    CHECK(ids(history->runs({.user_pattern = "no%"})) == Ids{8});
    CHECK(ids(history->runs({.params_part = "monday"})) == Ids{8});
    CHECK(history->runs({.params_part = "tuesday"}).rows.empty());
}

TEST_CASE_FIXTURE(Fixture, "past the end of what a filter finds there is an empty page, and the total is of all") {
    const auto page = history->runs({.run_id_pattern = "run-%", .offset = 100});
    CHECK(page.rows.empty());
    CHECK(page.total == 7);
    CHECK_FALSE(page.total_is_least);
}

TEST_CASE_FIXTURE(Fixture, "a page of runs is a part, and its total is of all") {
    const auto page = history->runs({.dag_id = "etl", .limit = 2, .offset = 3});
    CHECK(ids(page) == Ids{3, 2});
    CHECK(page.total == 6);
    CHECK(history->runs({.limit = 0}).rows.empty());
}

TEST_CASE_FIXTURE(Fixture, "totals follow runs from state to state") {
    commit(*store, {finished(a_run(7, "other"))});
    CHECK(history->runs({.states = {model::RunState::queued}}).total == 1);
    CHECK(history->runs({.dag_id = "other", .states = {model::RunState::success}}).total == 1);
}

TEST_CASE_FIXTURE(Fixture, "a run that isn't there is nothing") {
    CHECK_FALSE(history->run("etl", "run-7"));
    CHECK_FALSE(history->version(model::DagVersionId{99}));
    CHECK(history->tries(model::RunId{1}, "none", -1).empty());
}

TEST_CASE_FIXTURE(Fixture, "DAGs come by id, with their newest run") {
    commit(*store, {a_version(3, "empty"), a_dag("empty", 3)});
    const auto rows = history->dags();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].state == a_dag("empty", 3));
    CHECK_FALSE(rows[0].last_run);
    CHECK(rows[1].state.dag_id == "etl");
    CHECK(rows[1].file == "etl.yaml");
    CHECK(rows[1].version_number == 1);
    CHECK(rows[1].last_run->id == model::RunId{6});
    CHECK(rows[2].last_run->id == model::RunId{7});
}

TEST_CASE_FIXTURE(Fixture, "task instances are filtered and ordered") {
    using model::TaskState;
    commit(*store,
           {a_task(1, "a", TaskState::success), a_task(1, "b", TaskState::failed), a_task(2, "a", TaskState::failed),
            a_task(5, "a", TaskState::running), a_task(5, "b"), a_task(7, "a", TaskState::skipped)});
    CHECK(names(history->task_instances({})) == Names{"1a", "1b", "2a", "5a", "5b", "7a"});
    CHECK(names(history->task_instances({.order_by = "-id"})) == Names{"7a", "5b", "5a", "2a", "1b", "1a"});
    CHECK(names(history->task_instances({.dag_id = "other"})) == Names{"7a"});
    CHECK(names(history->task_instances({.dag_id = "etl", .run_id = "run-5"})) == Names{"5a", "5b"});
    CHECK(names(history->task_instances({.task_id = "b"})) == Names{"1b", "5b"});
    CHECK(names(history->task_instances({.states = {TaskState::failed}})) == Names{"1b", "2a"});
    CHECK(names(history->task_instances({.states = {TaskState::running, TaskState::failed}})) ==
          Names{"1b", "2a", "5a"});
    CHECK(names(history->task_instances({.states = {TaskState::none, TaskState::failed}})) == Names{"1b", "2a", "5b"});
    CHECK(names(history->task_instances({.dag_id = "etl", .states = {TaskState::failed}})) == Names{"1b", "2a"});
    CHECK(names(history->task_instances({.states = {TaskState::failed}, .order_by = "-task_id"})) == Names{"1b", "2a"});
    for (const std::string_view column : ports::task_instance_order_columns()) {
        CAPTURE(column);
        CHECK(history->task_instances({.order_by = std::string(column)}).rows.size() == 6);
    }
}

TEST_CASE_FIXTURE(Fixture, "task instances are ordered by several columns, one within another") {
    using model::TaskState;
    commit(*store, {a_task(1, "a", TaskState::success), a_task(1, "b", TaskState::failed),
                    a_task(2, "a", TaskState::failed), a_task(7, "a", TaskState::success)});
    CHECK(names(history->task_instances({.order_by = "state,-task_id"})) == Names{"1b", "2a", "7a", "1a"});
    CHECK(names(history->task_instances({.order_by = "-state,id"})) == Names{"1a", "7a", "1b", "2a"});
    CHECK(names(history->task_instances({.order_by = "id,-state"})) == Names{"1a", "1b", "2a", "7a"});
    CHECK(names(history->task_instances({.states = {TaskState::failed}, .order_by = "task_id,-id"})) ==
          Names{"2a", "1b"});
}

TEST_CASE_FIXTURE(Fixture, "task instances are filtered by what they are and where and how often they ran") {
    using model::TaskState;
    commit(*store, {a_version(8, "etl", 2)});
    model::Run of_version_2 = a_run(8);
    of_version_2.version = model::DagVersionId{8};
    model::TaskInstance odd = a_task(8, "load", TaskState::failed);
    odd.pool = "gpu";
    odd.executor = "slurm";
    odd.try_number = 3;
    odd.operator_kind = model::OperatorKind::load;
    model::TaskInstance instance = a_task(8, "each");
    instance.map_index = 2;
    instance.label = "berlin";
    commit(*store, {of_version_2, odd, instance, a_task(1, "a", TaskState::failed), a_task(7, "a")});
    const Names loads{"8load"};
    CHECK(names(history->task_instances({.operators = {model::OperatorKind::load}})) == loads);
    CHECK(names(history->task_instances({.try_numbers = {2, 3}})) == loads);
    CHECK(names(history->task_instances({.version_numbers = {2}})) == Names{"8each", "8load"});
    CHECK(names(history->task_instances({.states = {TaskState::failed}, .version_numbers = {2}})) == loads);
    CHECK(history->task_instances({.states = {TaskState::failed}, .version_numbers = {2}}).total == 1);
    CHECK(names(history->task_instances({.pools = {"gpu", "cpu"}})) == loads);
    CHECK(names(history->task_instances({.executors = {"slurm"}})) == loads);
    CHECK(names(history->task_instances({.map_indexes = {1, 2}})) == Names{"8each"});
    CHECK(names(history->task_instances({.dag_id_pattern = "oth%"})) == Names{"7a"});
    CHECK(names(history->task_instances({.run_id_pattern = "%-8"})) == Names{"8each", "8load"});
    CHECK(names(history->task_instances({.task_id_pattern = "l_a%"})) == loads);
    CHECK(names(history->task_instances({.pool_pattern = "g%"})) == loads);
    CHECK(names(history->task_instances({.executor_pattern = "%lurm"})) == loads);
    CHECK(names(history->task_instances({.operator_pattern = "lo%"})) == loads);
    CHECK(names(history->task_instances({.label_pattern = "%lin"})) == Names{"8each"});
}

TEST_CASE_FIXTURE(Fixture, "task instances are filtered by their times and those of their runs, both ends included") {
    using std::chrono::seconds;
    std::vector<core::Change> changes;
    for (int i = 1; i <= 4; ++i) {
        auto run = history->run(model::RunId{i}).value();
        run.ended_at = at(200);
        changes.emplace_back(run);
        auto task = a_task(i, "a", model::TaskState::success);
        task.started_at = at(100 + i);
        task.ended_at = at(100 + 3 * i);
        changes.emplace_back(task);
    }
    commit(*store, changes);
    CHECK(names(history->task_instances({.started_gte = at(102), .started_lte = at(103)})) == Names{"2a", "3a"});
    CHECK(names(history->task_instances({.ended_gte = at(109)})) == Names{"3a", "4a"});
    CHECK(names(history->task_instances({.duration_gte = seconds{4}, .duration_lte = seconds{6}})) ==
          Names{"2a", "3a"});
    // In the order of these times: each run's logical date is the earlier, the later the run is.
    CHECK(names(history->task_instances({.logical_date_gte = at(97), .logical_date_lte = at(98)})) ==
          Names{"3a", "2a"});
    CHECK(names(history->task_instances({.dag_id = "etl", .run_after_gte = at(2), .run_after_lte = at(3)})) ==
          Names{"2a", "3a"});
    CHECK(names(history->task_instances({.run_after_gte = at(3), .order_by = "-id"})) == Names{"4a", "3a"});
}

TEST_CASE_FIXTURE(Fixture,
                  "task instances that started since a moment are found in older runs that ended later, or go on") {
    using model::TaskState;
    auto slow = history->run(model::RunId{1}).value();
    slow.ended_at = at(500);
    auto late = a_task(1, "a", TaskState::failed);
    late.started_at = late.ended_at = at(400);
    auto early = a_task(2, "a", TaskState::failed);
    early.started_at = early.ended_at = at(3);
    auto now = a_task(5, "a", TaskState::running);
    now.started_at = at(450);
    commit(*store, {slow, late, early, now});
    CHECK(names(history->task_instances({.started_gte = at(400)})) == Names{"1a", "5a"});
    CHECK(names(history->task_instances({.dag_id = "etl", .started_gte = at(401)})) == Names{"5a"});
    CHECK(names(history->task_instances({.states = {TaskState::failed}, .ended_gte = at(4)})) == Names{"1a"});
    CHECK(history->task_instances({.started_gte = at(999)}).total == 0);
}

TEST_CASE_FIXTURE(Fixture, "lists of one order go forwards and backwards") {
    commit(*store, {a_version(8, "etl", 2)});
    const auto numbers = [this](bool newest_first) {
        std::vector<int> found;
        for (const auto& row : history->versions("etl", {.newest_first = newest_first}).rows)
            found.push_back(row.number);
        return found;
    };
    CHECK(numbers(true) == std::vector{2, 1});
    CHECK(numbers(false) == std::vector{1, 2});
}

TEST_CASE_FIXTURE(Fixture, "a page of task instances is a part, and its total is of all") {
    std::vector<core::Change> changes;
    for (int i = 0; i < 9; ++i) changes.emplace_back(a_task(1, "t" + std::to_string(i)));
    commit(*store, changes);
    const auto page = history->task_instances({.dag_id = "etl", .run_id = "run-1", .limit = 2, .offset = 4});
    CHECK(names(page) == Names{"1t4", "1t5"});
    CHECK(page.total == 9);
    CHECK_FALSE(page.total_is_least);
}

TEST_CASE_FIXTURE(Fixture, "a task instance comes with its newest try, or with none") {
    commit(*store, {a_task(1, "a"), a_task(1, "b"), a_try(1, 1, "a", model::TryState::failed), a_try(2, 1, "a")});
    const auto page = history->task_instances({});
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows[0].newest_try == a_try(2, 1, "a"));
    CHECK_FALSE(page.rows[1].newest_try);
}

namespace {

// Each turn sets all rows of run 1 to the turn's number. Two readers must never meet two numbers at once.
void check_readers(const std::string& path) {
    const auto store = open_store(path);
    const auto history = open_history(store->database());
    const auto turn = [](int n) {
        model::Run run = a_run(1);
        run.note = std::to_string(n);
        std::vector<core::Change> changes{run};
        for (int i = 0; i < 20; ++i) {
            model::TaskInstance task = a_task(1, "t" + std::to_string(i));
            task.try_number = n;
            changes.emplace_back(task);
        }
        return changes;
    };
    commit(*store, etl());
    commit(*store, turn(0));
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    std::atomic<int> looks = 0;
    const auto look = [&history, &done, &torn, &looks] {
        do {
            const auto page = history->task_instances({.dag_id = "etl", .run_id = "run-1"});
            for (const auto& row : page.rows)
                if (std::to_string(row.task_instance.try_number) != page.rows.front().run.note) ++torn;
            if (page.rows.size() != 20 || page.total != 20) ++torn;
            ++looks;
        } while (!done);
    };
    // One thread more than there are connections.
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) readers.emplace_back(look);
    for (int n = 1; n <= 200; ++n) commit(*store, turn(n));
    done = true;
    for (std::thread& reader : readers) reader.join();
    CHECK(torn == 0);
    CHECK(looks >= 3);
}

}  // namespace

TEST_CASE("readers see whole turns while the writer goes on") {
    const TempFolder folder;
    check_readers(folder.database());
}

TEST_CASE("readers of a database in memory see whole turns while the writer goes on") { check_readers(":memory:"); }

}  // namespace weir::store::test
