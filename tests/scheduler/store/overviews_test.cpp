#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

struct Fixture {
    TempFolder folder;
    std::unique_ptr<SqliteStore> store = open_store(folder.database());
    std::unique_ptr<SqliteHistory> history = open_history(store->database());

    Fixture() { commit(*store, etl()); }

    void add(std::vector<core::Change> changes) { commit(*store, changes); }
};

model::TaskInstance an_instance(std::int64_t run, const std::string& task_id, int map_index, model::TaskState state) {
    auto task = a_task(run, task_id, state);
    task.map_index = map_index;
    return task;
}

std::vector<std::string> run_ids(const std::vector<model::Run>& runs) {
    std::vector<std::string> ids;
    for (const auto& run : runs) ids.push_back(run.run_id);
    return ids;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the states of tasks come by run and task") {
    add({a_run(1), a_run(2), a_task(1, "b", model::TaskState::success), a_task(1, "a", model::TaskState::failed),
         a_task(2, "a", model::TaskState::running)});
    const auto states = history->task_states(std::vector{model::RunId{2}, model::RunId{1}});
    REQUIRE(states.size() == 3);
    CHECK(states[0].run.value == 1);
    CHECK(states[0].task_id == "a");
    CHECK(states[0].counts == std::map<model::TaskState, int>{{model::TaskState::failed, 1}});
    CHECK(states[1].task_id == "b");
    CHECK(states[2].run.value == 2);
}

TEST_CASE_FIXTURE(Fixture, "of a mapped task its instances count, and not the row that stands for them") {
    auto whole = a_task(1, "each", model::TaskState::deferred);
    whole.mapped = 3;
    add({a_run(1), whole, an_instance(1, "each", 0, model::TaskState::success),
         an_instance(1, "each", 1, model::TaskState::failed), an_instance(1, "each", 2, model::TaskState::success)});
    const auto states = history->task_states(std::vector{model::RunId{1}});
    REQUIRE(states.size() == 1);
    CHECK(states[0].mapped == 3);
    CHECK(states[0].counts ==
          std::map<model::TaskState, int>{{model::TaskState::success, 2}, {model::TaskState::failed, 1}});
}

namespace {

// "20 success 2": of the span from at(20) on.
std::vector<std::string> texts_of(const std::vector<ports::RunCount>& counts) {
    std::vector<std::string> texts;
    for (const auto& row : counts)
        texts.push_back(fmt::format("{} {} {}",
                                    std::chrono::duration_cast<std::chrono::seconds>(row.start - at(0)).count(),
                                    model::to_text(row.state), row.count));
    return texts;
}

const std::vector kBounds{at(0), at(20), at(20), at(1000)};  // the second span is empty

}  // namespace

TEST_CASE_FIXTURE(Fixture, "runs are counted by state between bounds of their run_after, of which each begins a span") {
    add({a_version(2, "other"), a_dag("other", 2), finished(a_run(1)), finished(a_run(2)), a_run(3),
         finished(a_run(20)), finished(a_run(21), model::RunState::failed), finished(a_run(1000)),
         finished(a_run(22, "other"))});
    CHECK(texts_of(history->run_counts("etl", kBounds)) ==
          std::vector<std::string>{"0 queued 1", "0 success 2", "20 success 1", "20 failed 1"});
    CHECK(history->run_counts("etl", {}).empty());
    CHECK(history->run_counts("none", kBounds).empty());
}

TEST_CASE_FIXTURE(Fixture, "runs are counted by state when most of them failed") {
    add({finished(a_run(1)), finished(a_run(2), model::RunState::failed), finished(a_run(3), model::RunState::failed)});
    CHECK(texts_of(history->run_counts("etl", kBounds)) == std::vector<std::string>{"0 success 1", "0 failed 2"});
}

TEST_CASE_FIXTURE(Fixture, "runs that ended since a moment are counted over all DAGs") {
    add({a_version(2, "other"), a_dag("other", 2), finished(a_run(1)), finished(a_run(100)),
         finished(a_run(200, "other"), model::RunState::failed), a_run(300)});
    CHECK(history->ended_since(at(50)) ==
          std::map<model::RunState, std::int64_t>{{model::RunState::success, 1}, {model::RunState::failed, 1}});
}

TEST_CASE_FIXTURE(Fixture, "failed runs since a moment come the last first") {
    add({finished(a_run(1), model::RunState::failed), finished(a_run(100), model::RunState::failed),
         finished(a_run(200)), finished(a_run(300), model::RunState::failed)});
    CHECK(run_ids(history->failed_since(at(50), 10)) == std::vector<std::string>{"run-300", "run-100"});
}

TEST_CASE_FIXTURE(Fixture, "runs are found by a part of their run_id, newest first") {
    add({a_run(1), a_run(12), a_run(21), a_run(3)});
    CHECK(run_ids(history->find_runs("1", 10)) == std::vector<std::string>{"run-21", "run-12", "run-1"});
}

TEST_CASE_FIXTURE(Fixture, "runs are found by the beginning of their run_id once, however old") {
    add({a_run(1), a_run(12), a_run(2)});
    CHECK(run_ids(history->find_runs("run-1", 10)) == std::vector<std::string>{"run-12", "run-1"});
}

TEST_CASE_FIXTURE(Fixture, "signs of LIKE mean nothing when runs are looked for") {
    add({a_run(1)});
    CHECK(history->find_runs("%", 10).empty());
}

TEST_CASE_FIXTURE(Fixture, "versions of a DAG come newest first, a page at a time") {
    add({a_version(2, "etl", 2), a_version(3, "etl", 3), a_version(4, "other", 1)});
    const auto page = history->versions("etl", {.limit = 2, .offset = 1});
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows[0].number == 2);
    CHECK(page.rows[1].number == 1);
    CHECK(page.total == 3);
}

TEST_CASE_FIXTURE(Fixture, "runs are filtered by a missed deadline and by what is stale") {
    auto late = a_run(1);
    late.deadline_missed = true;
    auto stale = a_run(2);
    stale.stale_since = at(5);
    add({late, stale, a_run(3)});
    CHECK(run_ids(history->runs({.deadline_missed = true}).rows) == std::vector<std::string>{"run-1"});
    CHECK(run_ids(history->runs({.stale = true}).rows) == std::vector<std::string>{"run-2"});
    CHECK(run_ids(history->runs({.stale = false}).rows) == std::vector<std::string>{"run-3", "run-1"});
}

TEST_CASE_FIXTURE(Fixture, "task instances are filtered by their operator") {
    auto asks = a_task(1, "ask", model::TaskState::deferred);
    asks.operator_kind = model::OperatorKind::approve;
    add({a_run(1), asks, a_task(1, "run", model::TaskState::deferred)});
    const auto page =
        history->task_instances({.states = {model::TaskState::deferred}, .operators = {model::OperatorKind::approve}});
    REQUIRE(page.rows.size() == 1);
    CHECK(page.rows[0].task_instance.task_id == "ask");
}

}  // namespace weir::store::test
