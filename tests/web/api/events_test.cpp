#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

model::Event an_event(std::int64_t id, model::Disposition disposition) {
    model::Event row;
    row.id = model::EventId{id};
    row.source = "bus";
    row.position = "weir.events/0/17";
    row.received_at = at("2026-11-22T08:00:00Z");
    row.event.id = "a";
    row.event.source = "/shop";
    row.event.type = "order";
    row.event.subject = "berlin";
    row.event.attributes = {{"partitionkey", "eu"}};
    row.event.data = {{"total", 5}};
    row.disposition = disposition;
    return row;
}

// One event that made run r1, and one that could not be read.
struct WithEvents : World {
    WithEvents() {
        auto made = an_event(5, model::Disposition::created_run);
        made.reason = "made etl r1";
        made.run = model::RunId{11};
        model::Event unreadable;
        unreadable.id = model::EventId{6};
        unreadable.source = "bus";
        unreadable.received_at = at("2026-11-22T08:00:01Z");
        unreadable.disposition = model::Disposition::rejected;
        unreadable.reason = "this is no JSON";
        unreadable.event.data = "{\"specver";
        history.event_rows = {made, unreadable};
    }
};

}  // namespace

TEST_CASE("an event is shown with its CloudEvent and the run that it made") {
    const WithEvents world;
    const auto answer = world.get("/events/5");
    CHECK(answer.status == 200);
    CHECK(answer.json == Json{{"event_id", 5},
                              {"source", "bus"},
                              {"position", "weir.events/0/17"},
                              {"received_at", "2026-11-22T08:00:00Z"},
                              {"disposition", "created_run"},
                              {"reason", "made etl r1"},
                              {"dag_id", "etl"},
                              {"dag_run_id", "r1"},
                              {"replay_of", nullptr},
                              {"event",
                               {{"specversion", "1.0"},
                                {"id", "a"},
                                {"source", "/shop"},
                                {"type", "order"},
                                {"subject", "berlin"},
                                {"partitionkey", "eu"},
                                {"data", {{"total", 5}}}}},
                              {"raw", nullptr}});
}

TEST_CASE("of an event that could not be read its beginning is shown") {
    const WithEvents world;
    const auto answer = world.get("/events/6");
    CHECK(answer.json["event"].is_null());
    CHECK(answer.json["raw"] == "{\"specver");
    CHECK(answer.json["dag_run_id"].is_null());
    CHECK(world.get("/events/7").status == 404);
    CHECK(world.get("/events/seven").status == 404);
}

TEST_CASE("events are listed by every filter") {
    const WithEvents world;
    const auto answer = world.get(
        "/events?source=bus&type=order&subject=berlin&disposition=created_run&disposition=rejected&dag_id=etl&run_id=r1"
        "&received_at_gte=2026-11-22T00:00:00Z&received_at_lte=2026-11-23T00:00:00Z&limit=7&offset=1");
    CHECK(answer.status == 200);
    CHECK(answer.json["total_entries"] == 2);
    const auto& filter = world.history.event_filter;
    CHECK(filter.source == "bus");
    CHECK(filter.type == "order");
    CHECK(filter.subject == "berlin");
    CHECK(filter.dispositions == std::vector{model::Disposition::created_run, model::Disposition::rejected});
    CHECK(filter.run == model::RunId{11});
    CHECK(filter.received_gte == at("2026-11-22T00:00:00Z"));
    CHECK(filter.received_lte == at("2026-11-23T00:00:00Z"));
    CHECK(filter.limit == 7);
    CHECK(filter.offset == 1);
    CHECK(world.get("/events?disposition=rejected").json["events"].size() == 1);
}

TEST_CASE("a filter of events that means nothing is refused") {
    const WithEvents world;
    CHECK(world.get("/events?disposition=lost").status == 422);
    CHECK(world.get("/events?kind=order").status == 422);
    CHECK(world.get("/events?run_id=r1").status == 422);
    CHECK(world.get("/events?dag_id=etl&run_id=r9").status == 404);
}

TEST_CASE("a replay answers the event that came of it") {
    WithEvents world;
    auto again = an_event(9, model::Disposition::created_run);
    again.replay_of = model::EventId{6};
    world.commands.result = core::Answer{.event = again};
    const auto answer = world.post("/events/6/replay", Json::object());
    CHECK(answer.status == 200);
    CHECK(answer.json["event_id"] == 9);
    CHECK(answer.json["replay_of"] == 6);
    CHECK(world.commands.last<core::ReplayEvent>().id == model::EventId{6});
    world.commands.result = model::Error{model::ErrorKind::conflict, "event 6 was not rejected"};
    CHECK(world.post("/events/6/replay", Json::object()).status == 409);
    CHECK(world.post("/events/none/replay", Json::object()).status == 404);
}
