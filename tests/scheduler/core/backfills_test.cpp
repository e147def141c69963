#include <algorithm>

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::BackfillState;
using weir::model::Catchup;
using weir::model::Reprocess;
using weir::model::RunState;
using Ids = std::vector<std::string>;

namespace {

model::Dag hourly(const std::string& tasks = "a") {
    return with_cron(parse_dag(tasks), "0 * * * *", "UTC", Catchup::latest);
}

std::string backfilled(int hour) { return "backfill__" + weir::model::format_rfc3339(kStart + hours{hour}); }

// A DAG whose schedule began long before now, so that its past has no runs.
struct Past {
    World world;
    explicit Past(model::Dag dag = hourly(), int parallelism = 64) : world({std::move(dag)}, parallelism) {
        world.now = kStart + hours{10};
        world.step();  // the tick of now, which ends the downtime
        finish_all();
    }

    [[nodiscard]] CreateBackfill asked(int from, int to, int max_active_runs = 2) {
        CreateBackfill input;
        input.request = world.next_request();
        input.dag_id = "etl";
        input.from = kStart + hours{from};
        input.to = kStart + hours{to};
        input.max_active_runs = max_active_runs;
        return input;
    }
    void create(CreateBackfill input) {
        input.found_dates = world.database.dated_runs("etl", input.from, input.to);
        world.step({input});
    }
    void create(int from, int to, int max_active_runs = 2) { create(asked(from, to, max_active_runs)); }
    void change(BackfillChange change) { world.step({ChangeBackfill{world.next_request(), {1}, change, row()}}); }
    [[nodiscard]] const model::Backfill& row() const { return world.database.backfills.at({1}); }

    [[nodiscard]] Ids live() const {
        Ids ids;
        for (const auto& [id, run] : world.database.runs)
            if (!is_finished(run.state)) ids.push_back(run.run_id);
        return ids;
    }
    // Ends the open try of the run that was made first.
    void finish_one(int code = 0) {
        REQUIRE_FALSE(world.memory().tries.empty());
        TryExited report;
        const auto& tries = world.memory().tries;
        report.id = std::ranges::min_element(tries, {}, [](const auto& entry) { return entry.second.row.run; })->first;
        report.at = world.now;
        report.exit_code = code;
        world.step({report});
        world.run_until(world.now);
    }
    void finish_all() {
        for (int count = 0; !world.memory().tries.empty(); ++count) {
            REQUIRE(count < 1'000);
            finish_one();
        }
    }
    [[nodiscard]] Ids made() const {
        Ids ids;
        for (const auto& id : world.run_ids())
            if (id.starts_with("backfill__")) ids.push_back(id);
        return ids;
    }
};

}  // namespace

TEST_CASE("a backfill makes a run for each date of its range, both ends included") {
    Past past;
    past.create(3, 6, 16);
    CHECK(past.made() == Ids{backfilled(3), backfilled(4), backfilled(5), backfilled(6)});
    const auto& run = past.world.run(backfilled(4));
    CHECK(run.type == weir::model::RunType::backfill);
    CHECK(run.triggered_by == weir::model::TriggeredBy::backfill);
    CHECK(run.backfill == weir::model::BackfillId{1});
    CHECK(run.logical_date == kStart + hours{4});
    CHECK(run.data_interval == weir::model::Interval{kStart + hours{3}, kStart + hours{4}});
    CHECK(past.world.answer().backfill->total == 4);
    CHECK(past.world.answer().dates.size() == 4);
}

// Airflow #58752: with two schedulers, max_active_runs of 1 let several runs in.
TEST_CASE("no more than max_active_runs of a backfill are live at once, and the next begins as one ends") {
    Past past;
    past.create(1, 5, 2);
    CHECK(past.live() == Ids{backfilled(1), backfilled(2)});
    past.finish_one();
    CHECK(past.live() == Ids{backfilled(2), backfilled(3)});
}

TEST_CASE("the DAG's own max_active_runs neither counts nor holds back a backfill's runs") {
    auto dag = hourly();
    dag.max_active_runs = 1;
    Past past(dag);
    past.world.trigger();
    past.create(1, 3, 3);
    CHECK(past.live() == Ids{"r", backfilled(1), backfilled(2), backfilled(3)});
    past.world.exit("r:a");
    past.world.trigger("next");
    CHECK(past.world.run("next").state == RunState::running);
}

// Airflow #68721: a backfill was marked complete before its fast runs had all been dispatched, and the rest were stranded.
TEST_CASE("a backfill is complete only when every one of its runs has ended") {
    Past past;
    past.create(1, 3, 3);
    past.finish_one();
    past.finish_one(1);
    CHECK(past.row().state == BackfillState::running);
    CHECK(past.row().made == 3);
    past.finish_one();
    CHECK(past.row().state == BackfillState::completed);
    CHECK(past.row().ended_at == past.world.now);
    CHECK(past.world.memory().backfills.empty());
}

TEST_CASE("runs that end in the step that made them strand nothing, and a turn makes a bounded number of them") {
    Past past(with_cron(parse_dag(""), "* * * * *"));
    past.create(0, 9, 4);
    CHECK(past.made().size() == 100);
    REQUIRE(past.world.turn.wake_at);
    CHECK(*past.world.turn.wake_at <= past.world.now);
    past.world.run_until(past.world.now);
    CHECK(past.made().size() == 541);
    CHECK(past.row().state == BackfillState::completed);
    CHECK(past.row().made == 541);
}

TEST_CASE("backwards the newest date comes first") {
    Past past;
    auto input = past.asked(1, 4, 2);
    input.backwards = true;
    past.create(input);
    CHECK(past.live() == Ids{backfilled(4), backfilled(3)});
    past.finish_one();
    CHECK(past.live() == Ids{backfilled(3), backfilled(2)});
    past.finish_all();
    CHECK(past.row().state == BackfillState::completed);
}

TEST_CASE("a date that has a run gets no second one") {
    Past past;
    past.create(9, 10, 4);  // the tick at 10 has made a run
    CHECK(past.made() == Ids{backfilled(9)});
    past.finish_all();
    CHECK(past.row().total == 1);
}

TEST_CASE("a date that got a run by hand after the backfill was asked for gets no second one") {
    Past past;
    past.create(1, 3, 1);
    TriggerRun trigger;
    trigger.request = past.world.next_request();
    trigger.dag_id = "etl";
    trigger.run_id = "by_hand";
    trigger.logical_date = kStart + hours{2};
    past.world.step({trigger});
    past.finish_all();
    CHECK(past.made() == Ids{backfilled(1), backfilled(3)});
    CHECK(past.row().state == BackfillState::completed);
    CHECK(past.row().total == 2);
}

TEST_CASE("a cron tick makes no second run for a date that a backfill has run before it") {
    World world({with_cron(parse_dag("a"), "0 * * * *", "UTC", Catchup::all)});
    world.step({SetPaused{world.next_request(), "etl", true}});
    world.run_until(kStart + hours{3});
    CreateBackfill input;
    input.request = world.next_request();
    input.dag_id = "etl";
    input.from = kStart + hours{1};
    input.to = kStart + hours{2};
    world.step({input});
    CHECK(world.run_ids().empty());  // a paused DAG starts nothing
    world.step({SetPaused{world.next_request(), "etl", false}});
    CHECK(world.run_ids().size() == 3);  // the database refuses two runs with one date
}

TEST_CASE("reprocess failed runs failed dates again, in their old runs") {
    Past past;
    past.create(1, 3, 3);
    past.finish_one(1);
    past.finish_all();
    REQUIRE(past.row().state == BackfillState::completed);
    auto input = past.asked(1, 4, 2);
    input.reprocess = Reprocess::failed;
    past.create(input);
    past.world.run_until(past.world.now);
    CHECK(past.live() == Ids{backfilled(1), backfilled(4)});
    CHECK(past.world.run(backfilled(1)).backfill == weir::model::BackfillId{2});
    past.finish_all();
    CHECK(past.world.run(backfilled(1)).state == RunState::success);
    CHECK(past.world.task("a", backfilled(1)).try_number == 2);
    CHECK(past.world.database.backfills.at({2}).made == 2);
    CHECK(past.world.database.backfills.at({2}).state == BackfillState::completed);
}

TEST_CASE("reprocess completed runs every finished date again, with the newest version of the DAG") {
    Past past(hourly("a\nb"));
    past.create(1, 2, 2);
    past.finish_all();
    past.world.load(hourly("a\nc"));
    auto input = past.asked(1, 2, 1);
    input.reprocess = Reprocess::completed;
    past.create(input);
    past.world.run_until(past.world.now);
    CHECK(past.live() == Ids{backfilled(1)});
    past.finish_all();
    CHECK(past.world.task("b", backfilled(1)).state == TaskState::removed);
    CHECK(past.world.task("c", backfilled(2)).state == TaskState::success);
    CHECK(past.world.task("a", backfilled(2)).try_number == 2);
    CHECK(past.world.database.backfills.at({2}).state == BackfillState::completed);
}

TEST_CASE("a paused backfill starts nothing, and goes on where it was") {
    Past past;
    past.create(1, 4, 1);
    past.change(BackfillChange::pause);
    past.finish_one();
    CHECK(past.live().empty());
    CHECK(past.row().state == BackfillState::paused);
    past.change(BackfillChange::unpause);
    CHECK(past.live() == Ids{backfilled(2)});
}

TEST_CASE("a canceled backfill lets its running runs end, and makes no others") {
    Past past;
    past.create(1, 4, 2);
    past.change(BackfillChange::cancel);
    CHECK(past.row().state == BackfillState::canceled);
    CHECK(past.row().ended_at.has_value());
    CHECK(past.live().size() == 2);
    past.world.crash();
    past.world.step({past.world.listed()});
    past.finish_all();
    CHECK(past.made().size() == 2);
    CHECK(past.row().state == BackfillState::canceled);
    CHECK(past.world.memory().backfills.empty());
}

TEST_CASE("runs of a backfill that has ended keep to its limit when somebody clears them, over a restart too") {
    Past past;
    past.create(1, 3, 1);
    past.finish_all();
    CHECK(past.row().state == BackfillState::completed);
    CHECK(past.world.memory().backfills.empty());
    for (const int hour : {1, 2, 3}) {
        ClearTasks clear;
        clear.request = past.world.next_request();
        clear.dag_id = "etl";
        clear.run_id = backfilled(hour);
        clear.found_runs = {past.world.database.history_of(past.world.run(backfilled(hour)))};
        past.world.step({clear});
    }
    const auto running = [&past] {
        return std::ranges::count(past.world.database.runs, RunState::running,
                                  [](const auto& entry) { return entry.second.state; });
    };
    CHECK(past.live().size() == 3);
    CHECK(running() == 1);
    past.world.crash();
    past.world.step({past.world.listed()});
    CHECK(running() == 1);
    past.finish_all();
    CHECK(past.live().empty());
    CHECK(past.world.memory().backfills.empty());
}

TEST_CASE("a backfill runs a run again as its own, whatever else is changed of it in that turn") {
    Past past;
    past.create(1, 1, 1);
    past.finish_all();
    auto input = past.asked(1, 1, 1);
    input.reprocess = Reprocess::completed;
    input.found_dates = past.world.database.dated_runs("etl", input.from, input.to);
    ChangeRun note;
    note.request = past.world.next_request();
    note.dag_id = "etl";
    note.run_id = backfilled(1);
    note.note = "seen";
    note.found_run = past.world.database.history_of(past.world.run(backfilled(1)));
    past.world.step({input});
    past.world.step({note, RunFetched{"etl", backfilled(1), note.found_run}});
    CHECK(past.world.run(backfilled(1)).backfill == model::BackfillId{2});
    CHECK(past.world.run(backfilled(1)).note == "seen");
    past.finish_all();
}

TEST_CASE("cancel fails the runs of the backfill that are queued") {
    Past past;
    past.create(1, 2, 1);
    past.change(BackfillChange::pause);
    past.finish_one(1);
    past.world.step({past.world.retry({}, backfilled(1))});
    CHECK(past.world.run(backfilled(1)).state == RunState::queued);
    past.change(BackfillChange::cancel);
    CHECK(past.world.run(backfilled(1)).state == RunState::failed);
    CHECK(past.world.memory().backfills.empty());
}

TEST_CASE("a backfill that has ended cannot be changed, and the answer says how it ended") {
    Past past;
    past.create(1, 1);
    past.finish_all();
    past.change(BackfillChange::cancel);
    CHECK(past.world.error() == "backfill 1 of DAG 'etl' is completed already");
}

TEST_CASE("a backfill goes on after a restart, wherever the daemon died") {
    for (const bool backwards : {false, true}) {
        Past past;
        auto input = past.asked(1, 8, 3);
        input.backwards = backwards;
        past.create(input);
        for (int count = 0; !past.world.memory().tries.empty(); ++count) {
            REQUIRE(count < 100);
            past.world.crash();
            past.world.step({past.world.listed()});
            CHECK(past.live().size() <= 3);
            past.finish_one(count % 3 == 0 ? 1 : 0);
        }
        CHECK(past.made().size() == 8);
        CHECK(past.row().state == BackfillState::completed);
    }
}

TEST_CASE("a run that was asked for when the daemon died is asked for again") {
    Past past;
    past.create(1, 2, 2);
    past.finish_all();
    auto input = past.asked(1, 2, 1);
    input.reprocess = Reprocess::completed;
    past.create(input);
    CHECK(past.live().empty());  // asked for, not there yet
    past.world.crash();
    past.world.step({past.world.listed()});
    past.world.run_until(past.world.now);
    CHECK(past.live() == Ids{backfilled(1)});
    past.finish_all();
    CHECK(past.world.task("a", backfilled(2)).try_number == 2);
}

TEST_CASE("a dry run answers with the dates and changes nothing") {
    Past past;
    auto input = past.asked(8, 10);
    input.dry_run = true;
    input.backwards = true;
    past.create(input);
    CHECK(past.world.answer().dates == std::vector{kStart + hours{9}, kStart + hours{8}});
    CHECK(past.world.turn.changes.empty());
}

TEST_CASE("a backfill of an autumn day has 25 hours, of a spring day 23") {
    const auto dates = [](const std::string& zone, std::string_view from, std::string_view to) {
        World world({with_cron(parse_dag(""), "0 * * * *", zone)});
        CreateBackfill input;
        input.request = world.next_request();
        input.dag_id = "etl";
        input.from = at(from);
        input.to = at(to) - seconds{1};
        input.dry_run = true;
        world.step({input});
        return world.answer().dates.size();
    };
    CHECK(dates("Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00") == 25);
    CHECK(dates("Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00") == 23);
    CHECK(dates("UTC", "2026-10-25T00:00:00Z", "2026-10-26T00:00:00Z") == 24);
}

TEST_CASE("a backfill runs the dates of all entries of the schedule, one in two of them once") {
    auto dag = with_cron(with_cron(parse_dag(""), "0 */6 * * *"), "0 */4 * * *");
    Past past(dag);
    past.create(0, 7, 16);
    past.world.run_until(past.world.now);
    CHECK(past.made() == Ids{backfilled(0), backfilled(4), backfilled(6)});
}

TEST_CASE("a backfill's params are checked like any run's, and given to its runs with the defaults") {
    auto dag = hourly();
    dag.params = {{"limit", "", {{"type", "integer"}}, model::Json(5)},
                  {"mode", "", {{"type", "string"}}, model::Json("x")}};
    Past past(dag);
    auto input = past.asked(1, 1);
    input.params = {{"limit", "many"}};
    past.create(input);
    CHECK(past.world.error().find("limit") != std::string::npos);
    input.params = {{"limit", 7}};
    past.create(input);
    CHECK(past.world.run(backfilled(1)).params == model::Json{{"limit", 7}, {"mode", "x"}});
}

TEST_CASE("what cannot be backfilled is refused, and the answer says what to do") {
    Past past;
    past.create(4, 3);
    CHECK(past.world.error().find("before it begins") != std::string::npos);
    past.create(4, 12);
    CHECK(past.world.error().find("lies in the future") != std::string::npos);
    past.create(4, 5, 0);
    CHECK(past.world.error() == "max_active_runs is 0; it must be from 1 to 1000");
    past.create(10, 10);
    CHECK(past.world.error().find("nothing is left to run") == 0);
    auto input = past.asked(1, 2);
    input.dag_id = "elt";
    past.create(input);
    CHECK(past.world.error() == "there is no DAG 'elt'; did you mean 'etl'?");
    past.create(1, 2, 1);
    past.create(3, 4, 1);
    CHECK(past.world.error() == "backfill 1 of DAG 'etl' is running; wait for its end or cancel it first");
    World world("a");
    world.step({past.asked(1, 2)});
    CHECK(world.error() == "DAG 'etl' has no schedule, and so no dates to run; trigger it instead");
}

TEST_CASE("a backfill of a paused DAG waits, and begins when the DAG is unpaused") {
    Past past;
    past.world.step({SetPaused{past.world.next_request(), "etl", true}});
    past.create(1, 2, 1);
    CHECK(past.live().empty());
    CHECK(past.row().state == BackfillState::running);
    past.world.step({SetPaused{past.world.next_request(), "etl", false}});
    CHECK(past.live() == Ids{backfilled(1)});
}
