// Runs for events that are no windows.
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {
namespace {

using model::Batch;
using model::EventSchedule;
using model::Json;

EventSchedule on(std::string type) {
    EventSchedule schedule;
    schedule.type = std::move(type);
    return schedule;
}

World world_of(const EventSchedule& schedule, int max_active_runs = 16) {
    auto dag = with_schedule(parse_dag("a env=event.data.id"), schedule);
    dag.max_active_runs = max_active_runs;
    World world({std::move(dag)});
    world.now = at("2026-11-22T12:00:00Z");
    return world;
}

TEST_CASE("one event makes one run, and its data reach the tasks") {
    auto world = world_of(on("shop.order"));
    CHECK(world.publish(other_event("shop.order", {{"id", 7}})) == "created_run");
    CHECK(world.launched("a")->env.at("VALUE") == "7");
    CHECK(world.run("event__1").cause["count"] == 1);
}

TEST_CASE("many events at once make as many runs, none doubled and none lost") {
    // Airflow #56750 and #68517: events of one moment became one run.
    auto world = world_of(on("shop.order"));
    std::vector<model::CloudEvent> events;
    for (int i = 0; i < 50; ++i) events.push_back(other_event("shop.order", {{"id", i}}));
    events.push_back(events.front());
    world.publish(events);
    CHECK(world.run_ids().size() == 50);
    CHECK(world.taken().back().disposition == model::Disposition::duplicate);
}

TEST_CASE("type, source and subject must match, a star stands for any rest") {
    auto schedule = on("shop.order.*");
    schedule.source = "/test";
    auto world = world_of(schedule);
    CHECK(world.publish({other_event("shop.order.paid", {{"id", 1}}), other_event("shop.orders", {{"id", 1}})}) ==
          "created_run, unmatched");
    auto elsewhere = other_event("shop.order.paid", {{"id", 1}});
    elsewhere.source = "/elsewhere";
    CHECK(world.publish(elsewhere) == "unmatched");
}

TEST_CASE("the filter sees the event") {
    auto schedule = on("shop.order");
    schedule.condition = "event.data.total > 100 and event.type == 'shop.order'";
    auto world = world_of(schedule);
    CHECK(world.publish({other_event("shop.order", {{"id", 1}, {"total", 50}}),
                         other_event("shop.order", {{"id", 2}, {"total", 500}})}) == "unmatched, created_run");
}

TEST_CASE("a filter that cannot be evaluated does not match, and says why") {
    auto schedule = on("shop.order");
    schedule.condition = "event.data.total > 100";
    auto world = world_of(schedule);
    CHECK(world.publish(other_event("shop.order", {{"id", 1}})) == "unmatched");
    CHECK(world.taken().front().reason.find("event.data.total") != std::string::npos);
}

TEST_CASE("with batch all a run that has not begun takes further events along") {
    auto schedule = on("shop.order");
    schedule.batch = Batch::all;
    auto world = world_of(schedule, 1);
    CHECK(world.publish({other_event("shop.order", {{"id", 1}}), other_event("shop.order", {{"id", 2}})}) ==
          "created_run, coalesced");
    CHECK(world.launched("a")->env.at("VALUE") == "2");
    CHECK(world.publish({other_event("shop.order", {{"id", 3}}), other_event("shop.order", {{"id", 4}})}) ==
          "created_run, coalesced");
    CHECK(world.run_ids() == std::vector<std::string>{"event__1", "event__3"});
    CHECK(world.run("event__3").cause["count"] == 2);
    CHECK(world.run("event__3").cause["last"] == 4);
}

TEST_CASE("so many events make a run") {
    auto schedule = on("shop.order");
    schedule.count = 3;
    auto world = world_of(schedule);
    CHECK(world.publish({other_event("shop.order", {{"id", 1}}), other_event("shop.order", {{"id", 2}})}) ==
          "counted, counted");
    SUBCASE("in one life of the daemon") {}
    SUBCASE("in two") {
        world.crash();
        world.step({world.listed()});
    }
    CHECK(world.publish(other_event("shop.order", {{"id", 3}})) == "created_run");
    CHECK(world.run("event__3").cause["count"] == 3);
    CHECK(world.run("event__3").cause["first"] == 1);
    CHECK(world.database.counted.empty());
}

TEST_CASE("events that lie too far apart do not count together") {
    auto schedule = on("shop.order");
    schedule.count = 2;
    schedule.within = minutes{10};
    auto world = world_of(schedule);
    CHECK(world.publish(other_event("shop.order", {{"id", 1}})) == "counted");
    world.now += minutes{11};
    CHECK(world.publish(other_event("shop.order", {{"id", 2}})) == "counted");
    world.now += minutes{9};
    CHECK(world.publish(other_event("shop.order", {{"id", 3}})) == "created_run");
    CHECK(world.run("event__3").cause["first"] == 2);
}

TEST_CASE("a debounced run comes when it has been quiet for so long") {
    auto schedule = on("file.changed");
    schedule.batch = Batch::all;
    schedule.debounce = seconds{10};
    auto world = world_of(schedule);
    world.publish(other_event("file.changed", {{"id", 1}}));
    world.run_until(world.now + seconds{8});
    world.publish(other_event("file.changed", {{"id", 2}}));
    SUBCASE("in one life of the daemon") {}
    SUBCASE("in two") {
        world.crash();
        world.step({world.listed()});
    }
    world.run_until(at("2026-11-22T12:00:17Z"));
    CHECK(world.run_ids().empty());
    world.run_until(at("2026-11-22T12:00:18Z"));
    CHECK(world.run_ids() == std::vector<std::string>{"event__2"});
    CHECK(world.run("event__2").cause["count"] == 2);
}

TEST_CASE("while too many runs wait the sources are told to wait") {
    auto schedule = on("shop.order");
    schedule.max_pending = 2;
    auto world = world_of(schedule, 1);
    CHECK(accepts_events(world.state));
    world.publish({other_event("shop.order", {{"id", 1}}), other_event("shop.order", {{"id", 2}}),
                   other_event("shop.order", {{"id", 3}})});
    CHECK_FALSE(accepts_events(world.state));
    world.exit("event__1:a");
    CHECK(accepts_events(world.state));
}

TEST_CASE("an event that two entries of a DAG match makes one run") {
    auto dag = with_schedule(with_schedule(parse_dag("a"), on("shop.*")), on("shop.order"));
    World world({std::move(dag)});
    CHECK(world.publish(other_event("shop.order")) == "created_run");
    CHECK(world.run_ids().size() == 1);
}

TEST_CASE("counted events of a schedule that says something else now are let go") {
    auto schedule = on("shop.order");
    schedule.count = 2;
    auto world = world_of(schedule);
    world.publish(other_event("shop.order", {{"id", 1}}));
    world.load(with_schedule(parse_dag("a"), on("shop.return")));
    CHECK(world.database.counted.empty());
}

}  // namespace
}  // namespace weir::core::testing
