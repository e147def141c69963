#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::Catchup;
using Ids = std::vector<std::string>;

namespace {

model::Dag hourly(Catchup catchup = Catchup::latest) { return with_cron(parse_dag(""), "0 * * * *", "UTC", catchup); }

std::string scheduled(int hour) { return "scheduled__" + weir::model::format_rfc3339(kStart + hours{hour}); }

// How many runs a cron makes from one instant to another.
std::size_t count_runs(const std::string& cron, const std::string& zone, std::string_view from, std::string_view to) {
    World world({parse_dag("")});
    world.now = at(from);
    world.load(with_cron(parse_dag(""), cron, zone, Catchup::all));
    world.run_until(at(to));
    return world.database.runs.size();
}

}  // namespace

TEST_CASE("a tick makes a run for the time since the tick before") {
    World world({hourly()});
    CHECK(world.turn.wake_at == kStart + hours{1});
    CHECK(next_run_at(world.state, "etl") == kStart + hours{1});
    world.run_until(kStart + hours{1});
    const auto& run = world.run(scheduled(1));
    CHECK(run.logical_date == kStart + hours{1});
    CHECK(run.data_interval == weir::model::Interval{kStart, kStart + hours{1}});
    CHECK(run.type == weir::model::RunType::scheduled);
    CHECK(world.turn.wake_at == kStart + hours{2});
}

TEST_CASE("a DAG seen for the first time makes no run for the past, whatever its catchup") {
    for (const auto catchup : {Catchup::latest, Catchup::all, Catchup::none}) {
        World world({hourly(catchup)});
        CHECK(world.database.runs.empty());
    }
}

TEST_CASE("after downtime catchup latest makes the last missed tick, all makes each, none makes none") {
    const auto runs_after_downtime = [](Catchup catchup) {
        World world({hourly(catchup)});
        world.now = kStart + hours{3} + minutes{30};
        world.crash();
        world.step();
        return world.run_ids();
    };
    CHECK(runs_after_downtime(Catchup::latest) == Ids{scheduled(3)});
    CHECK(runs_after_downtime(Catchup::all) == Ids{scheduled(1), scheduled(2), scheduled(3)});
    CHECK(runs_after_downtime(Catchup::none) == Ids{});
}

TEST_CASE("unpausing is the end of a downtime") {
    const auto runs_after_pause = [](Catchup catchup) {
        World world({hourly(catchup)});
        world.step({SetPaused{{1}, "etl", true}});
        CHECK_FALSE(world.turn.wake_at);
        world.run_until(kStart + hours{3});
        world.step();
        CHECK(world.database.runs.empty());
        world.step({SetPaused{{2}, "etl", false}});
        return world.run_ids();
    };
    CHECK(runs_after_pause(Catchup::latest) == Ids{scheduled(3)});
    CHECK(runs_after_pause(Catchup::all) == Ids{scheduled(1), scheduled(2), scheduled(3)});
    CHECK(runs_after_pause(Catchup::none) == Ids{scheduled(3)});  // this tick is now
}

TEST_CASE("a clock that jumps far ahead is a downtime") {
    const auto runs_after_jump = [](Catchup catchup) {
        World world({hourly(catchup)});
        world.now = kStart + hours{5} + minutes{20};
        world.step();
        return world.database.runs.size();
    };
    CHECK(runs_after_jump(Catchup::latest) == 1);
    CHECK(runs_after_jump(Catchup::all) == 5);
    CHECK(runs_after_jump(Catchup::none) == 0);
}

TEST_CASE("a clock that jumps back makes no run twice") {
    World world({hourly(Catchup::all)});
    world.run_until(kStart + hours{5});
    CHECK(world.database.runs.size() == 5);
    world.now = kStart + hours{2};
    world.crash();
    world.step();
    world.run_until(kStart + hours{6});
    CHECK(world.database.runs.size() == 6);
}

TEST_CASE("many missed ticks are made up a bounded number at a time, in order, at once") {
    auto dag = with_cron(parse_dag(""), "* * * * *", "UTC", Catchup::all);
    World world({dag});
    world.now = kStart + hours{10};
    world.step();
    CHECK(world.database.runs.size() == 100);
    REQUIRE(world.turn.wake_at);
    CHECK(*world.turn.wake_at <= world.now);
    world.run_until(world.now);
    CHECK(world.database.runs.size() == 600);
}

TEST_CASE("a DAG that does not keep up queues no more than a hundred runs, and misses none") {
    auto dag = with_cron(parse_dag("a"), "* * * * *", "UTC", Catchup::all);
    dag.max_active_runs = 1;
    World world({dag});
    world.now = kStart + hours{10};
    world.step();
    world.run_until(world.now);
    CHECK(world.memory().find_definition("etl")->queued.size() <= 100);
    int finished = 0;
    while (!world.memory().tries.empty()) {
        const auto& open = world.memory().tries.begin()->second;
        TryExited report;
        report.id = open.row.id;
        report.at = world.now;
        report.exit_code = 0;
        world.step({report});
        ++finished;
        world.run_until(world.now);
        if (finished > 700) break;
    }
    CHECK(finished == 600);
}

TEST_CASE("a changed schedule does not make up for the past") {
    World world({hourly(Catchup::all)});
    world.now = kStart + hours{3} + minutes{30};
    world.load(with_cron(parse_dag(""), "*/10 * * * *", "UTC", Catchup::all));
    CHECK(world.database.runs.empty());
    world.run_until(kStart + hours{3} + minutes{40});
    CHECK(world.run_ids() == Ids{"scheduled__2026-11-22T03:40:00Z"});
}

TEST_CASE("a changed text with the same schedule still makes up for a downtime") {
    const auto before = hourly(Catchup::all);
    World world({before});
    world.now = kStart + hours{3};
    world.crash(false);
    auto after = before;
    after.hash += "'";
    world.load(std::make_shared<const model::Dag>(after), std::make_shared<const model::Dag>(before));
    world.step();
    CHECK(world.database.runs.size() == 3);
}

TEST_CASE("a text that changed unseen, with nothing known of its schedule, makes up for nothing") {
    const auto before = hourly(Catchup::all);
    World world({before});
    world.now = kStart + hours{3};
    world.crash(false);
    auto after = before;
    after.hash += "'";
    world.load(after);
    world.step();
    CHECK(world.database.runs.empty());
}

TEST_CASE("one tick of two entries makes one run") {
    World world({with_cron(hourly(), "0 */2 * * *")});
    world.run_until(kStart + hours{4});
    CHECK(world.database.runs.size() == 4);
}

TEST_CASE("two entries are alternatives, each with its own data interval") {
    World world({with_cron(with_cron(parse_dag(""), "0 3 * * *"), "30 4 * * *")});
    world.run_until(kStart + hours{5});
    CHECK(world.run_ids() == Ids{"scheduled__2026-11-22T03:00:00Z", "scheduled__2026-11-22T04:30:00Z"});
    CHECK(world.run("scheduled__2026-11-22T04:30:00Z").data_interval->start == at("2026-11-21T04:30:00Z"));
}

TEST_CASE("a logical date that a run by hand has already is not made again by its tick") {
    World world({hourly(Catchup::all)});
    world.step({SetPaused{{1}, "etl", true}});
    world.now = kStart + hours{3};
    world.step({TriggerRun{.request = {2}, .dag_id = "etl", .run_id = "mine", .logical_date = kStart + hours{2}}});
    world.step({SetPaused{{3}, "etl", false}});
    CHECK(world.run_ids() == Ids{"mine", scheduled(1), scheduled(3)});
}

TEST_CASE("dates ahead are remembered across a crash") {
    World world({hourly(Catchup::all)});
    world.step({SetPaused{{1}, "etl", true}});
    world.now = kStart + hours{3};
    world.step({TriggerRun{.request = {2}, .dag_id = "etl", .run_id = "mine", .logical_date = kStart + hours{2}}});
    world.crash();
    world.step({SetPaused{{3}, "etl", false}});
    CHECK(world.run_ids() == Ids{"mine", scheduled(1), scheduled(3)});
}

TEST_CASE("a run by hand has the data interval of the last tick") {
    World world({hourly()});
    world.now = kStart + minutes{90};
    world.step({TriggerRun{.request = {1}, .dag_id = "etl", .run_id = "r"}});
    CHECK(world.run().data_interval == weir::model::Interval{kStart, kStart + hours{1}});
    CHECK_FALSE(world.run().logical_date);
}

TEST_CASE("a run by hand of a DAG without schedule has an empty data interval") {
    World world("a");
    world.trigger();
    CHECK(world.run().data_interval == weir::model::Interval{kStart, kStart});
}

TEST_CASE("an hourly cron makes 23 runs on the short day, 25 on the long one and 24 on others") {
    CHECK(count_runs("0 * * * *", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z") == 23);
    CHECK(count_runs("0 * * * *", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z") == 25);
    CHECK(count_runs("0 * * * *", "Europe/Berlin", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z") == 24);
}

TEST_CASE("a daily cron makes one run a day across both changes of the clocks") {
    for (const auto* cron : {"30 2 * * *", "0 0 * * *", "0 3 * * *"}) {
        CHECK(count_runs(cron, "Europe/Berlin", "2026-03-27T12:00:00Z", "2026-04-01T12:00:00Z") == 5);
        CHECK(count_runs(cron, "Europe/Berlin", "2026-10-23T12:00:00Z", "2026-10-28T12:00:00Z") == 5);
    }
}

TEST_CASE("a removed DAG makes no runs until its file is back") {
    World world({hourly()});
    world.step({DagRemoved{"etl"}});
    CHECK_FALSE(world.turn.wake_at);
    CHECK_FALSE(next_run_at(world.state, "etl"));
    world.now = kStart + hours{2};
    world.load(hourly());
    world.step();
    CHECK(world.run_ids() == Ids{scheduled(2)});
}

TEST_CASE("a scheduled run has its params' defaults") {
    auto dag = hourly();
    dag.params.push_back({"n", "", {{"type", "integer"}}, weir::model::Json(3)});
    World world({dag});
    world.run_until(kStart + hours{1});
    CHECK(world.run(scheduled(1)).params == weir::model::Json{{"n", 3}});
}
