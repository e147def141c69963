// What the store tells of backfills and of the dates that runs have.
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

model::Backfill a_backfill(std::int64_t id, model::BackfillState state, const std::string& dag_id = "etl") {
    model::Backfill row;
    row.id = model::BackfillId{id};
    row.dag_id = dag_id;
    row.from = at(0);
    row.to = at(100);
    row.state = state;
    row.max_active_runs = 2;
    row.created_at = at(id);
    row.made_through = at(5);
    row.total = 7;
    if (state == model::BackfillState::completed || state == model::BackfillState::canceled) row.ended_at = at(50);
    return row;
}

model::Run dated(std::int64_t id, std::int64_t date, std::int64_t backfill = 0) {
    auto run = a_run(id);
    run.logical_date = at(date);
    run.backfill = model::BackfillId{backfill};
    return run;
}

}  // namespace

TEST_CASE("open backfills come back, and a canceled one as long as a run of it is live") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    const auto running = a_backfill(1, model::BackfillState::running);
    const auto paused = a_backfill(2, model::BackfillState::paused);
    const auto canceled = a_backfill(4, model::BackfillState::canceled);
    commit(*store, {running, paused, a_backfill(3, model::BackfillState::completed), canceled,
                    a_backfill(5, model::BackfillState::canceled), finished(dated(1, 1, 3)), dated(2, 2, 4),
                    finished(dated(3, 3, 5))});
    const auto state = store->recover();
    CHECK(state.open_backfills == std::vector{running, paused, canceled});
    CHECK(state.next_backfill == model::BackfillId{6});
}

TEST_CASE("the runs of a range of dates are found, both ends included, and no other DAG's") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    commit(*store, {a_version(2, "other"), a_dag("other", 2)});
    auto other = a_run(9, "other");
    other.logical_date = at(20);
    commit(*store, {finished(dated(1, 10), model::RunState::failed), dated(2, 20), dated(3, 30), dated(4, 31), a_run(5),
                    other});
    const auto found = store->dated_runs("etl", at(10), at(30), 10);
    CHECK(found == std::vector<model::DatedRun>{{at(10), "run-1", model::RunState::failed},
                                                {at(20), "run-2", model::RunState::queued},
                                                {at(30), "run-3", model::RunState::queued}});
    CHECK(store->dated_runs("etl", at(10), at(30), 2).size() == 2);
}

TEST_CASE("a backfill is found by its number, and history counts its runs by state") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    const auto row = a_backfill(1, model::BackfillState::running);
    commit(*store, {row, a_backfill(2, model::BackfillState::completed), finished(dated(1, 1, 1)),
                    finished(dated(2, 2, 1)), dated(3, 3, 1), finished(dated(4, 4, 2))});
    CHECK(store->find_backfill({1}) == row);
    CHECK_FALSE(store->find_backfill({7}));

    const auto history = open_history(store->database());
    const auto found = history->backfill({1});
    REQUIRE(found);
    CHECK(found->backfill == row);
    CHECK(found->runs ==
          std::map<model::RunState, std::int64_t>{{model::RunState::success, 2}, {model::RunState::queued, 1}});
    CHECK_FALSE(history->backfill({7}));
    CHECK(history->backfills("", false, {.limit = 10}).total == 2);
    CHECK(history->backfills("etl", false, {.limit = 1}).rows.at(0).backfill.id == model::BackfillId{2});
    CHECK(history->backfills("etl", false, {.newest_first = false}).rows.at(0).backfill.id == model::BackfillId{1});
    CHECK(history->backfills("etl", true, {.limit = 10}).total == 1);
    CHECK(history->backfills("other", false, {.limit = 10}).total == 0);
    ports::RunFilter filter;
    filter.backfill = {1};
    CHECK(history->runs(filter).total == 3);
}

}  // namespace weir::store::test
