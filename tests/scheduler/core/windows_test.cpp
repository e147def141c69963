// Windows that complete, and the runs that they make.
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {
namespace {

using model::Period;
using model::WindowSchedule;

constexpr Period kFiveMinutes{Period::Unit::fixed, minutes{5}};
constexpr Period kHour{Period::Unit::fixed, hours{1}};
constexpr Period kDay{Period::Unit::day, {}};

WindowSchedule each(std::string asset = "views") {
    WindowSchedule schedule;
    schedule.assets = {std::move(asset)};
    schedule.every = schedule.cover = kFiveMinutes;
    schedule.timezone = "UTC";
    return schedule;
}

WindowSchedule covering(Period cover, std::string timezone = "UTC") {
    auto schedule = each();
    schedule.cover = cover;
    schedule.timezone = std::move(timezone);
    return schedule;
}

World world_of(WindowSchedule schedule) {
    World world({with_schedule(parse_dag("a"), std::move(schedule))});
    world.now = at("2026-11-22T12:00:00Z");
    return world;
}

// All windows of five minutes in [from, to) but those that begin at `without`.
std::string publish_all(World& world, const std::string& from, const std::string& to,
                        const std::set<TimePoint>& without = {}) {
    std::vector<model::CloudEvent> events;
    for (auto start = at(from); start < at(to); start += minutes{5})
        if (!without.contains(start)) events.push_back(window_event("views", model::format_rfc3339(start)));
    world.publish(std::move(events));
    return std::string(to_text(world.taken().back().disposition));
}

TEST_CASE("each completed window makes a run of its own") {
    auto world = world_of(each());
    CHECK(world.publish(window_event("views", "10:05")) == "created_run");
    CHECK(world.told() == "launch window__2026-11-22T10:10:00Z:a/1");
    const auto& run = world.run("window__2026-11-22T10:10:00Z");
    CHECK(run.data_interval == model::Interval{at("2026-11-22T10:05:00Z"), at("2026-11-22T10:10:00Z")});
    CHECK(run.logical_date == at("2026-11-22T10:10:00Z"));
    CHECK(run.type == model::RunType::asset_triggered);
    CHECK(run.cause["reason"] == "complete");
    CHECK(world.taken().front().run == run.id);
}

TEST_CASE("a window that comes again, by another event, makes no second run") {
    auto world = world_of(each());
    world.publish(window_event("views", "10:05"));
    CHECK(world.publish(window_event("views", "10:05")) == "duplicate");
    CHECK(world.taken().front().reason == "revision 1 of this window is known since event 1");
    CHECK(world.run_ids().size() == 1);
}

TEST_CASE("the same event twice in one batch and again after a crash makes one run") {
    auto world = world_of(each());
    const auto event = window_event("views", "10:05");
    CHECK(world.publish({event, event}) == "created_run, duplicate");
    world.crash();
    CHECK(world.publish(event) == "duplicate");
    CHECK(world.run_ids().size() == 1);
}

TEST_CASE("a covering run starts when the last of its windows comes, whatever their order") {
    auto world = world_of(covering(kHour));
    const auto missing = at("2026-11-22T10:20:00Z");
    CHECK(publish_all(world, "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z", {missing}) == "counted");
    CHECK(world.taken().back().reason == "etl still waits for views from 2026-11-22T10:20:00Z to 2026-11-22T10:25:00Z");
    CHECK(world.run_ids().empty());
    CHECK(world.publish(window_event("views", "10:20")) == "created_run");
    CHECK(world.run("window__2026-11-22T11:00:00Z").data_interval->start == at("2026-11-22T10:00:00Z"));
}

TEST_CASE("on the days when the clocks change a day has 276 or 300 windows of five minutes") {
    auto world = world_of(covering(kDay, "Europe/Berlin"));
    CHECK(publish_all(world, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z") == "created_run");
    CHECK(world.taken().size() == 276);
    CHECK(publish_all(world, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", {at("2026-10-25T00:30:00Z")}) ==
          "counted");
    CHECK(world.taken().size() == 299);
    CHECK(world.publish(window_event("views", "2026-10-25T00:30:00Z")) == "created_run");
    CHECK(world.run_ids().size() == 2);
}

TEST_CASE("one event may complete several windows at once") {
    auto world = world_of(each());
    CHECK(world.publish(window_event("views", "10:00", 15)) == "created_run");
    CHECK(world.run_ids() == std::vector<std::string>{"window__2026-11-22T10:05:00Z", "window__2026-11-22T10:10:00Z",
                                                      "window__2026-11-22T10:15:00Z"});
}

TEST_CASE("windows that do not lie on the grid count by the time that they cover") {
    auto world = world_of(covering(kHour));
    world.publish({window_event("views", "09:58", 30), window_event("views", "10:28", 30)});
    CHECK(world.run_ids().empty());
    CHECK(world.publish(window_event("views", "10:58", 30)) == "created_run");
}

TEST_CASE("several assets are joined on the same interval") {
    auto schedule = each();
    schedule.assets = {"views", "orders"};
    auto world = world_of(schedule);
    CHECK(world.publish(window_event("views", "10:05")) == "counted");
    CHECK(world.publish(window_event("orders", "10:10")) == "counted");
    CHECK(world.publish(window_event("orders", "10:05")) == "created_run");
    CHECK(world.run_ids() == std::vector<std::string>{"window__2026-11-22T10:10:00Z"});
}

TEST_CASE("two of three assets are enough where the schedule says so, and the third comes late") {
    auto schedule = each();
    schedule.assets = {"a", "b", "c"};
    schedule.at_least = 2;
    schedule.on_revision = model::OnRevision::mark_stale;
    auto world = world_of(schedule);
    CHECK(world.publish({window_event("a", "10:05"), window_event("c", "10:05")}) == "counted, created_run");
    CHECK(world.run("window__2026-11-22T10:10:00Z").cause["missing_count"] == 1);
    CHECK(world.publish(window_event("b", "10:05")) == "late");
    CHECK(world.run("window__2026-11-22T10:10:00Z").stale_since == world.now);
}

TEST_CASE("one key of an asset is not another") {
    auto schedule = each("views/eu");
    auto world = world_of(schedule);
    CHECK(world.publish({window_event("views/us", "10:05"), window_event("views", "10:05")}) == "unmatched, unmatched");
    CHECK(world.publish(window_event("views/eu", "10:05")) == "created_run");
    CHECK(world.run_ids() == std::vector<std::string>{"window__2026-11-22T10:10:00Z"});
}

TEST_CASE("with a star each key has runs of its own") {
    auto schedule = each("views/*");
    auto world = world_of(schedule);
    CHECK(world.publish({window_event("views/eu", "10:05"), window_event("views/us", "10:05")}) ==
          "created_run, created_run");
    CHECK(world.run_ids() ==
          std::vector<std::string>{"window__2026-11-22T10:10:00Z__eu", "window__2026-11-22T10:10:00Z__us"});
    CHECK(world.run("window__2026-11-22T10:10:00Z__us").cause["key"] == "us");
    CHECK(world.publish(window_event("views", "10:05")) == "unmatched");
}

TEST_CASE("a watermark completes every window up to it") {
    auto world = world_of(each());
    CHECK(world.publish(watermark_event("views", "10:00")) == "created_run");
    CHECK(world.run_ids() == std::vector<std::string>{"window__2026-11-22T10:00:00Z"});
    CHECK(world.publish(watermark_event("views", "10:12")) == "created_run");
    CHECK(world.run_ids().size() == 3);
    CHECK(world.publish(watermark_event("views", "10:05")) == "duplicate");
    CHECK(world.publish(window_event("views", "10:10")) == "created_run");
}

TEST_CASE("two watermarks in one batch leave no interval between them out") {
    auto world = world_of(each());
    world.publish(
        {watermark_event("views", "10:00"), watermark_event("views", "10:10"), watermark_event("views", "10:30")});
    CHECK(world.run_ids().size() == 7);
}

TEST_CASE("a watermark at the end of time is refused") {
    auto world = world_of(each());
    CHECK(world.publish(watermark_event("views", "9999-12-31T23:59:59Z")) == "rejected");
    CHECK(world.taken().front().reason ==
          "watermark 9999-12-31T23:59:59Z lies in the future (it is 2026-11-22T12:00:00Z)");
    CHECK(world.run_ids().empty());
}

TEST_CASE("what cannot be read is kept with the reason, and the rest of the batch is taken") {
    auto world = world_of(each());
    EventsReceived batch{{},
                         "markers",
                         {{{}, "17-0", "this is no JSON", "{oops"}, {window_event("views", "10:05"), "18-0"}},
                         {{"markers", "0", "18"}}};
    world.step({batch});
    CHECK(world.taken()[0].disposition == model::Disposition::rejected);
    CHECK(world.taken()[0].event.data == "{oops");
    CHECK(world.taken()[1].disposition == model::Disposition::created_run);
    CHECK(world.database.positions ==
          std::map<std::pair<std::string, std::string>, std::string>{{{"markers", "0"}, "18"}});
}

TEST_CASE("a window without its times is rejected with words for its sender") {
    auto world = world_of(each());
    auto event = window_event("views", "10:05");
    event.attributes.erase("windowend");
    CHECK(world.publish(event) == "rejected");
    CHECK(world.taken().front().reason == "attribute windowend is missing; it is a time such as 2026-11-22T10:05:00Z");
}

TEST_CASE("a rejected event that is replayed when it makes sense makes its run") {
    auto world = world_of(each());
    const auto event = window_event("views", "2026-11-24T10:05:00Z");
    CHECK(world.publish(event) == "rejected");
    world.now = at("2026-11-24T12:00:00Z");
    world.step({ReplayEvent{world.next_request(), {1}, world.database.events.at({1})}});
    CHECK(world.answer().event->disposition == model::Disposition::created_run);
    CHECK(world.database.events.at({1}).disposition == model::Disposition::replayed);
    world.step({ReplayEvent{world.next_request(), {1}, world.database.events.at({1})}});
    CHECK(world.error() == "event 1 was not rejected: it is replayed");
}

TEST_CASE("a run by hand for the same date is the window's run") {
    auto world = world_of(covering(kHour));
    world.step({TriggerRun{.request = world.next_request(),
                           .dag_id = "etl",
                           .run_id = "mine",
                           .logical_date = at("2026-11-22T11:00:00Z")}});
    publish_all(world, "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z");
    CHECK(world.run_ids() == std::vector<std::string>{"mine"});
}

TEST_CASE("windows that completed an interval while the DAG's file was away make its run when it is back") {
    auto world = world_of(covering(kHour));
    publish_all(world, "2026-11-22T10:00:00Z", "2026-11-22T10:55:00Z");
    const auto dag = world.database.texts.begin()->second;
    world.step({DagRemoved{"etl"}});
    CHECK(world.publish(window_event("views", "10:55")) == "unmatched");
    world.load(dag);
    world.run_until(world.now);
    CHECK(world.run_ids() == std::vector<std::string>{"window__2026-11-22T11:00:00Z"});
}

TEST_CASE("a DAG that loads in the same step as the window that it waits for does not miss it") {
    World world({parse_dag("a", "other")});
    world.now = at("2026-11-22T12:00:00Z");
    const auto dag = std::make_shared<const model::Dag>(with_schedule(parse_dag("a"), each()));
    world.load(dag);
    world.step({DagRemoved{"etl"}});
    world.step({DagLoaded{dag}, EventsReceived{{}, "test", {{window_event("views", "10:05"), ""}}, {}}});
    world.run_until(world.now);
    CHECK(world.run_ids() == std::vector<std::string>{"window__2026-11-22T10:10:00Z"});
}

TEST_CASE("what a task produces is a window for others, and its rerun a correction") {
    auto producer = parse_dag("a");
    producer.tasks[0].produces = {"views"};
    World world({producer, with_schedule(parse_dag("b", "report"), covering(kFiveMinutes))});
    world.now = at("2026-11-22T12:00:00Z");
    world.step({TriggerRun{.request = world.next_request(),
                           .dag_id = "etl",
                           .run_id = "r",
                           .data_interval = model::Interval{at("2026-11-22T10:05:00Z"), at("2026-11-22T10:10:00Z")}}});
    world.exit("a");
    CHECK(world.database.events.at({1}).disposition == model::Disposition::pending);
    world.run_until(world.now);
    CHECK(world.database.events.at({1}).disposition == model::Disposition::created_run);
    CHECK(world.database.events.at({1}).reason == "made report window__2026-11-22T10:10:00Z");
    world.exit("window__2026-11-22T10:10:00Z:b");
    world.step({world.retry({"a"})});
    world.exit("a");
    world.run_until(world.now);
    CHECK(world.database.events.at({2}).disposition == model::Disposition::revised);
    CHECK(world.database.windows.rbegin()->second.revision == 2);
}

TEST_CASE("what a task has produced just before the daemon dies is not lost") {
    auto producer = with_schedule(parse_dag("a"), each("raw"));
    producer.tasks[0].produces = {"views"};
    World world({producer, with_schedule(parse_dag("b", "report"), covering(kFiveMinutes))});
    world.now = at("2026-11-22T12:00:00Z");
    world.publish(window_event("raw", "10:05"));
    world.exit("window__2026-11-22T10:10:00Z:a");
    world.crash();
    world.run_until(world.now);
    CHECK(world.database.runs.size() == 2);
    CHECK(world.database.runs.rbegin()->second.dag_id == "report");
}

TEST_CASE("why names what an interval waits for, and its deadline") {
    auto schedule = covering(kHour);
    schedule.deadline = minutes{90};
    auto world = world_of(schedule);
    publish_all(world, "2026-11-22T11:00:00Z", "2026-11-22T11:40:00Z", {at("2026-11-22T11:10:00Z")});
    const auto why = explain(world, {{}, "etl"});
    CHECK(why->reasons.front() ==
          "window__2026-11-22T12:00:00Z waits for views from 2026-11-22T11:10:00Z to 2026-11-22T11:15:00Z and 1 more; "
          "its "
          "deadline is 2026-11-22T13:30:00Z (in 1h30m), then: fail");
}

TEST_CASE("a backfill makes the runs of complete intervals that have none, and passes over the others") {
    auto world = world_of(covering(kHour));
    const auto dag = world.database.texts.begin()->second;
    world.step({DagRemoved{"etl"}});  // these make no runs by themselves
    publish_all(world, "2026-11-22T03:00:00Z", "2026-11-22T07:00:00Z", {at("2026-11-22T05:10:00Z")});
    world.publish(window_event("views", "2026-11-22T11:00:00Z"));
    world.load(dag);
    world.run_until(world.now);
    REQUIRE(world.run_ids().empty());
    CreateBackfill backfill{world.next_request(), "etl", at("2026-11-22T01:00:00Z"), at("2026-11-22T10:00:00Z")};
    world.step({backfill});
    world.run_until(world.now);
    CHECK(world.run_ids() == std::vector<std::string>{"backfill__2026-11-22T04:00:00Z",
                                                      "backfill__2026-11-22T05:00:00Z",
                                                      "backfill__2026-11-22T07:00:00Z"});
    const auto& run = world.run("backfill__2026-11-22T04:00:00Z");
    CHECK(run.data_interval == model::Interval{at("2026-11-22T03:00:00Z"), at("2026-11-22T04:00:00Z")});
    for (const auto& run_id : world.run_ids()) world.exit(run_id + ":a");
    CHECK(world.database.backfills.begin()->second.state == model::BackfillState::completed);
}

TEST_CASE("a correction finds the run that a backfill has made") {
    auto world = world_of(covering(kHour));
    const auto dag = world.database.texts.begin()->second;
    world.step({DagRemoved{"etl"}});
    world.publish({window_event("views", "03:00", 60), window_event("views", "11:00")});
    world.load(dag);
    world.run_until(world.now);
    world.step({CreateBackfill{world.next_request(), "etl", at("2026-11-22T04:00:00Z"), at("2026-11-22T04:00:00Z")}});
    world.run_until(world.now);
    world.exit("backfill__2026-11-22T04:00:00Z:a");
    CHECK(world.publish(window_event("views", "03:00", 60, 2)) == "revised");
    CHECK(world.run("backfill__2026-11-22T04:00:00Z").rerun_at.has_value());
}

}  // namespace
}  // namespace weir::core::testing
