// Windows that come late or are corrected, deadlines, and reruns.
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {
namespace {

using model::OnDeadline;
using model::OnRevision;
using model::Period;

constexpr const char* kRun = "window__2026-11-22T11:00:00Z";

model::WindowSchedule hourly(OnRevision on_revision) {
    model::WindowSchedule schedule;
    schedule.assets = {"views"};
    schedule.every = {Period::Unit::fixed, minutes{30}};
    schedule.cover = {Period::Unit::fixed, hours{1}};
    schedule.timezone = "UTC";
    schedule.on_revision = on_revision;
    return schedule;
}

World world_of(const model::WindowSchedule& schedule) {
    World world({with_schedule(parse_dag("a"), schedule)});
    world.now = at("2026-11-22T11:10:00Z");
    return world;
}

World finished_world(OnRevision on_revision) {
    auto world = world_of(hourly(on_revision));
    world.publish({window_event("views", "10:00", 30), window_event("views", "10:30", 30)});
    world.exit(std::string(kRun) + ":a");
    CHECK(world.run(kRun).state == model::RunState::success);
    return world;
}

TEST_CASE("a corrected window makes its run again once the debounce has passed") {
    auto world = finished_world(OnRevision::rerun);
    CHECK(world.publish(window_event("views", "10:30", 30, 2)) == "revised");
    CHECK(world.taken().front().run == world.run(kRun).id);
    CHECK(world.run(kRun).rerun_at == at("2026-11-22T11:11:00Z"));
    SUBCASE("by the same daemon") {}
    SUBCASE("by the next one, when it dies in between") {
        world.crash();
        world.step({world.listed()});
    }
    world.run_until(at("2026-11-22T11:11:00Z"));
    CHECK(world.told() == std::string(kRun) + " running; launch " + kRun + ":a/2");
    CHECK(world.run(kRun).cause["reason"] == "revision");
    CHECK_FALSE(world.run(kRun).rerun_at);
    CHECK(world.run(kRun).ledger_through == model::EventId{3});
}

TEST_CASE("a rerun that comes due while no daemon runs waits for the DAG's file to load") {
    auto world = finished_world(OnRevision::rerun);
    world.publish(window_event("views", "10:30", 30, 2));
    world.now = at("2026-11-22T12:00:00Z");
    world.crash();
    world.step({world.listed()});
    world.run_until(world.now);
    CHECK_FALSE(world.run(kRun).stale_since);
    CHECK(world.run(kRun).state == model::RunState::running);
}

TEST_CASE("a burst of corrections makes one rerun") {
    auto world = finished_world(OnRevision::rerun);
    CHECK(world.publish({window_event("views", "10:30", 30, 2), window_event("views", "10:00", 30, 2),
                         window_event("views", "10:30", 30, 3)}) == "revised, coalesced, coalesced");
    world.run_until(at("2026-11-22T12:00:00Z"));
    world.exit(std::string(kRun) + ":a");
    CHECK(world.run(kRun).state == model::RunState::success);
    world.run_until(at("2026-11-22T13:00:00Z"));
    CHECK(world.task("a", kRun).try_number == 2);
}

TEST_CASE("an older revision after a newer one is a duplicate") {
    auto world = finished_world(OnRevision::rerun);
    world.publish(window_event("views", "10:30", 30, 5));
    CHECK(world.publish(window_event("views", "10:30", 30, 4)) == "duplicate");
}

TEST_CASE("a correction while the run is running makes it run again when it has ended") {
    auto world = world_of(hourly(OnRevision::rerun));
    world.publish(window_event("views", "10:00", 60));
    CHECK(world.publish(window_event("views", "10:00", 60, 2)) == "revised");
    world.run_until(at("2026-11-22T11:30:00Z"));
    CHECK(world.told() == "");
    world.exit(std::string(kRun) + ":a");
    world.run_until(world.now);
    CHECK(world.told() == std::string(kRun) + " running; launch " + kRun + ":a/2");
}

TEST_CASE("a run that waits in the queue takes the correction along") {
    auto dag = with_schedule(parse_dag("a"), hourly(OnRevision::rerun));
    dag.max_active_runs = 1;
    World world({dag});
    world.now = at("2026-11-22T11:10:00Z");
    world.trigger();
    world.publish(window_event("views", "10:00", 60));
    CHECK(world.publish(window_event("views", "10:00", 60, 2)) == "coalesced");
    CHECK(world.run(kRun).ledger_through == model::EventId{2});
    world.exit("a");
    world.exit(std::string(kRun) + ":a");
    world.run_until(at("2026-11-22T13:00:00Z"));
    CHECK(world.task("a", kRun).try_number == 1);
}

TEST_CASE("mark_stale says so and leaves the run to a person, whose rerun takes the mark away") {
    auto world = finished_world(OnRevision::mark_stale);
    CHECK(world.publish(window_event("views", "10:30", 30, 2)) == "revised");
    CHECK(world.run(kRun).stale_since == world.now);
    world.run_until(at("2026-11-22T13:00:00Z"));
    CHECK(world.task("a", kRun).try_number == 1);
    ClearTasks clear{world.next_request(), "etl", kRun};
    clear.found_runs = {world.database.history_of(world.run(kRun))};
    world.step({clear});
    CHECK_FALSE(world.run(kRun).stale_since);
}

TEST_CASE("ignore records the correction and does nothing") {
    auto world = finished_world(OnRevision::ignore);
    CHECK(world.publish(window_event("views", "10:30", 30, 2)) == "revised");
    CHECK(world.taken().front().reason == "etl window__2026-11-22T11:00:00Z stays as it is (on_revision: ignore)");
    CHECK(world.database.windows.size() == 3);
}

TEST_CASE("a rerun by hand before the debounce has passed is the rerun") {
    auto world = finished_world(OnRevision::rerun);
    world.publish(window_event("views", "10:30", 30, 2));
    ClearTasks clear{world.next_request(), "etl", kRun};
    clear.found_runs = {world.database.history_of(world.run(kRun))};
    world.step({clear});
    world.exit(std::string(kRun) + ":a");
    world.run_until(at("2026-11-22T13:00:00Z"));
    CHECK(world.task("a", kRun).try_number == 2);
}

// What was looked up for a person's change knows nothing of a correction in the same turn, nor of another change.
void correct_with(World& world, const Input& change) {
    const EventsReceived correction{{}, "test", {{window_event("views", "10:30", 30, 2), ""}}};
    SUBCASE("before it") { world.step({correction, change}); }
    SUBCASE("after it") { world.step({change, correction}); }
}

ChangeRun change_of(World& world) {
    ChangeRun input{world.next_request(), "etl", kRun};
    input.found_run = world.database.history_of(world.run(kRun));
    return input;
}

TEST_CASE("a run that is changed by hand in the turn of its correction still runs again") {
    auto world = finished_world(OnRevision::rerun);
    auto change = change_of(world);
    SUBCASE("its note") {
        change.note = "looks odd";
        correct_with(world, change);
        CHECK(world.run(kRun).note == "looks odd");
    }
    SUBCASE("its state") {
        change.state = model::RunState::failed;
        correct_with(world, change);
        CHECK(world.run(kRun).state == model::RunState::failed);
    }
    SUBCASE("the state of a task") {
        MarkTasks mark{world.next_request(), "etl", kRun};
        mark.tasks.names = {"a"};
        mark.state = model::TaskState::skipped;
        mark.found_run = change.found_run;
        correct_with(world, mark);
        CHECK(world.task("a", kRun).state == model::TaskState::skipped);
    }
    CHECK(world.run(kRun).rerun_at == at("2026-11-22T11:11:00Z"));
    world.run_until(at("2026-11-22T11:11:00Z"));
    CHECK(world.told() == std::string(kRun) + " running; launch " + kRun + ":a/2");
}

TEST_CASE("two changes by hand of an ended run in one turn are both kept") {
    auto world = finished_world(OnRevision::rerun);
    auto note = change_of(world), fail = change_of(world);
    note.note = "looks odd";
    fail.state = model::RunState::failed;
    world.step({note, fail});
    CHECK(world.run(kRun).note == "looks odd");
    CHECK(world.run(kRun).state == model::RunState::failed);
}

TEST_CASE("a note that is written in the turn in which the run is cleared is kept") {
    auto world = finished_world(OnRevision::rerun);
    auto note = change_of(world);
    note.note = "looks odd";
    ClearTasks clear{world.next_request(), "etl", kRun};
    clear.found_runs = {*note.found_run};
    world.step({note, clear});
    CHECK(world.run(kRun).note == "looks odd");
    CHECK(world.run(kRun).state == model::RunState::running);
}

TEST_CASE("a correction is not forgotten when only some of the run's tasks run again by hand") {
    World world({with_schedule(parse_dag("a\nb < a"), hourly(OnRevision::rerun))});
    world.now = at("2026-11-22T11:10:00Z");
    world.publish({window_event("views", "10:00", 30), window_event("views", "10:30", 30)});
    world.exit(std::string(kRun) + ":a");
    world.exit(std::string(kRun) + ":b");
    const auto seen = world.run(kRun).ledger_through;
    world.publish(window_event("views", "10:30", 30, 2));
    ClearTasks clear{world.next_request(), "etl", kRun};
    clear.tasks.names = {"b"};
    clear.found_runs = {world.database.history_of(world.run(kRun))};
    world.step({clear});
    CHECK(world.run(kRun).ledger_through == seen);
    world.exit(std::string(kRun) + ":b");
    CHECK(world.task("b", kRun).try_number == 2);
    world.run_until(at("2026-11-22T11:11:00Z"));
    CHECK(world.told() == std::string(kRun) + " running; launch " + kRun + ":a/2");
}

TEST_CASE("of a DAG whose file is gone a corrected run becomes stale") {
    auto world = finished_world(OnRevision::rerun);
    world.publish(window_event("views", "10:30", 30, 2));
    world.step({DagRemoved{"etl"}});
    world.run_until(at("2026-11-22T13:00:00Z"));
    CHECK(world.run(kRun).stale_since.has_value());
    CHECK_FALSE(world.run(kRun).rerun_at);
}

// --- deadlines -----------------------------------------------------------------------------------------------------------

model::WindowSchedule with_deadline(OnDeadline on_deadline) {
    auto schedule = hourly(OnRevision::rerun);
    schedule.deadline = minutes{15};
    schedule.on_deadline = on_deadline;
    return schedule;
}

World late_world(OnDeadline on_deadline) {
    World world({with_schedule(parse_dag("a\nb < a"), with_deadline(on_deadline))});
    world.run_until(at("2026-11-22T10:15:00Z"));  // those of the hours before are decided
    world.publish(window_event("views", "10:00", 30));
    world.run_until(at("2026-11-22T11:14:59Z"));
    CHECK_FALSE(world.database.find({"etl", kRun, std::nullopt}));
    world.run_until(at("2026-11-22T11:15:00Z"));
    return world;
}

TEST_CASE("at the deadline an incomplete interval fails, with what was missing in its record") {
    auto world = late_world(OnDeadline::fail);
    const auto& run = world.run(kRun);
    CHECK(run.state == model::RunState::failed);
    CHECK(run.note == "missing at the deadline: views from 2026-11-22T10:30:00Z to 2026-11-22T11:00:00Z");
    CHECK(run.cause["missing"][0]["start"] == "2026-11-22T10:30:00Z");
    CHECK(world.task("b", kRun).state == TaskState::upstream_failed);
    CHECK(world.count_running() == 0);
}

TEST_CASE("a failed interval that becomes complete later runs after all") {
    auto world = late_world(OnDeadline::fail);
    CHECK(world.publish(window_event("views", "10:30", 30)) == "late");
    world.run_until(at("2026-11-22T11:30:00Z"));
    CHECK(world.run(kRun).state == model::RunState::running);
}

TEST_CASE("a failed interval that still misses something stays failed") {
    auto world = late_world(OnDeadline::fail);
    CHECK(world.publish(window_event("views", "10:30", 15)) == "late");
    world.run_until(at("2026-11-22T11:30:00Z"));
    CHECK(world.run(kRun).state == model::RunState::failed);
}

TEST_CASE(
    "at the deadline an interval runs on what is there where the schedule says so, and again when the rest comes") {
    auto world = late_world(OnDeadline::run);
    CHECK(world.run(kRun).state == model::RunState::running);
    CHECK(world.run(kRun).cause["reason"] == "deadline");
    world.exit(std::string(kRun) + ":a");
    world.exit(std::string(kRun) + ":b");
    CHECK(world.publish(window_event("views", "10:30", 30)) == "late");
    world.run_until(at("2026-11-22T11:30:00Z"));
    CHECK(world.run(kRun).state == model::RunState::running);
    CHECK(world.run(kRun).cause["missing_count"] == 0);
}

TEST_CASE("a skipped interval has no run, also when the rest comes") {
    auto world = late_world(OnDeadline::skip);
    CHECK_FALSE(world.database.find({"etl", kRun, std::nullopt}));
    CHECK(world.publish(window_event("views", "10:30", 30)) == "late");
    CHECK(world.taken().front().reason == "etl has skipped window__2026-11-22T11:00:00Z at its deadline");
    CHECK_FALSE(world.database.find({"etl", kRun, std::nullopt}));
}

TEST_CASE("an interval without any window is decided at its deadline too") {
    World world({with_schedule(parse_dag("a"), with_deadline(OnDeadline::fail))});
    world.run_until(at("2026-11-22T01:15:00Z"));
    CHECK(world.run("window__2026-11-22T01:00:00Z").state == model::RunState::failed);
}

TEST_CASE("a deadline is decided once, whatever the daemon does") {
    auto world = late_world(OnDeadline::run);
    const auto runs = world.database.runs.size();
    world.crash();
    world.run_until(at("2026-11-22T12:14:00Z"));
    CHECK(world.database.runs.size() == runs);
}

TEST_CASE("after a long downtime the sources have a minute to bring what came before deadlines are decided") {
    World world({with_schedule(parse_dag("a"), with_deadline(OnDeadline::fail))});
    world.run_until(at("2026-11-22T10:15:00Z"));
    world.now = at("2026-11-22T12:00:00Z");
    world.crash();
    world.step({world.listed()});
    CHECK_FALSE(world.database.find({"etl", kRun, std::nullopt}));
    CHECK(world.publish(window_event("views", "10:00", 60)) == "created_run");
    world.run_until(at("2026-11-22T12:10:00Z"));
    CHECK(world.run(kRun).state == model::RunState::running);
}

}  // namespace
}  // namespace weir::core::testing
