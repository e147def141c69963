#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

const Json kEvent{{"specversion", "1.0"}, {"id", "1"}, {"source", "/shop"}, {"type", "order.paid"}};

struct WithEvents : World {
    [[nodiscard]] Answer publish(const std::string& body, const http::Headers& headers) const {
        return ask(router, "POST", "/api/v2/events", body, headers);
    }
    [[nodiscard]] Answer structured(const Json& event) const {
        return publish(event.dump(), {{"Content-Type", "application/cloudevents+json; charset=utf-8"}});
    }
    [[nodiscard]] Answer batch(const std::string& body) const {
        return publish(body, {{"content-type", "Application/CloudEvents-Batch+JSON"}});
    }
    [[nodiscard]] Answer binary(const http::Headers& more, const std::string& body = "") const {
        http::Headers headers{
            {"ce-specversion", "1.0"}, {"ce-id", "1"}, {"CE-Source", "/shop"}, {"ce-type", "order.paid"}};
        for (const auto& [name, value] : more) {
            if (name != "Content-Type") headers.erase(name);
            headers.emplace(name, value);
        }
        return publish(body, headers);
    }
    [[nodiscard]] const model::CloudEvent& only() const {
        REQUIRE(events.batches.size() == 1);
        REQUIRE(events.batches[0].events.size() == 1);
        return events.batches[0].events[0].event;
    }
};

}  // namespace

TEST_CASE("an event is answered with its line of the ledger and what became of it") {
    WithEvents world;
    world.events.disposition = model::Disposition::duplicate;
    world.events.reason = "the same as event 3";
    const auto answer = world.structured(kEvent);
    CHECK(answer.status == 200);
    CHECK(answer.json["total_entries"] == 1);
    const auto& row = answer.json["events"][0];
    CHECK(row["event_id"] == 1);
    CHECK(row["id"] == "1");
    CHECK(row["source"] == "/shop");
    CHECK(row["disposition"] == "duplicate");
    CHECK(row["reason"] == "the same as event 3");
    CHECK(row["run_id"].is_null());
    CHECK(world.events.batches.at(0).source == "http");
    CHECK(world.only().type == "order.paid");
}

TEST_CASE("the answer names the run that an event made") {
    WithEvents world;
    world.events.run = model::RunId{11};
    const auto row = world.structured(kEvent).json["events"][0];
    CHECK(row["dag_id"] == "etl");
    CHECK(row["run_id"] == "r1");
}

TEST_CASE("a structured event that cannot be read is refused whole, with the reason") {
    const WithEvents world;
    auto event = kEvent;
    event.erase("type");
    const auto answer = world.structured(event);
    CHECK(answer.status == 422);
    CHECK(answer.json["detail"][0]["msg"] ==
          "attribute 'type' is missing; an event has specversion, id, source and type");
    CHECK(world.events.batches.empty());
}

TEST_CASE("a batch is taken in its order") {
    const WithEvents world;
    auto other = kEvent;
    other["id"] = "2";
    const auto answer = world.batch(Json{kEvent, other}.dump());
    CHECK(answer.status == 200);
    CHECK(answer.json["total_entries"] == 2);
    CHECK(answer.json["events"][1]["id"] == "2");
    CHECK(world.events.batches.size() == 1);
}

TEST_CASE("a batch may be empty, and then nothing happens") {
    const WithEvents world;
    const auto answer = world.batch("[]");
    CHECK(answer.status == 200);
    CHECK(answer.json == Json{{"events", Json::array()}, {"total_entries", 0}});
    CHECK(world.events.batches.empty());
}

TEST_CASE("of a batch with a fault nothing is taken, and each fault has its index") {
    const WithEvents world;
    auto bad = kEvent;
    bad["specversion"] = "0.3";
    const auto answer = world.batch(Json{kEvent, bad, 7}.dump());
    CHECK(answer.status == 422);
    REQUIRE(answer.json["detail"].size() == 2);
    CHECK(answer.json["detail"][0]["loc"] == Json{"body", "1"});
    CHECK(answer.json["detail"][1]["loc"] == Json{"body", "2"});
    CHECK(world.events.batches.empty());
    CHECK(world.batch("{}").status == 422);
    CHECK(world.batch("[").status == 422);
}

TEST_CASE("a batch has at most a thousand events") {
    const WithEvents world;
    CHECK(world.batch(Json(std::vector<Json>(1000, kEvent)).dump()).status == 200);
    CHECK(world.batch(Json(std::vector<Json>(1001, kEvent)).dump()).status == 422);
}

TEST_CASE("a binary event has its attributes in headers and its data in the body") {
    const WithEvents world;
    const auto answer = world.binary({{"ce-windowstart", "2026-11-22T07:00:00Z"}, {"Content-Type", "application/json"}},
                                     R"({"total": 5})");
    CHECK(answer.status == 200);
    CHECK(world.only().source == "/shop");
    CHECK(world.only().attribute("windowstart") == "2026-11-22T07:00:00Z");
    CHECK(world.only().data == Json{{"total", 5}});
}

TEST_CASE("a header's value is unquoted, then percent-decoded once") {
    const struct {
        std::string sent, read;
    } examples[] = {{"%E2%82%AC", "€"}, {"%e2%82%ac", "€"}, {"\"a b\"", "a b"}, {R"("a \"b\" \\")", R"(a "b" \)"},
                    {"\"%20\"", " "},   {"%2541", "%41"},   {"a+b", "a+b"}};
    for (const auto& example : examples) {
        CAPTURE(example.sent);
        const WithEvents world;
        CHECK(world.binary({{"ce-subject", example.sent}}).status == 200);
        CHECK(world.only().subject == example.read);
    }
}

TEST_CASE("a header that is no UTF-8 or no percent-encoding is refused by its name") {
    for (const std::string sent : {"%C0%A0", "%FF", "%", "%4", "%zz", "\xFF", "%00"}) {
        CAPTURE(sent);
        const WithEvents world;
        const auto answer = world.binary({{"ce-subject", sent}});
        CHECK(answer.status == 422);
        CHECK(answer.json["detail"][0]["msg"] == "header ce-subject: expected UTF-8, percent-encoded once");
        CHECK(world.events.batches.empty());
    }
}

TEST_CASE("the type of a binary event's data stands in Content-Type alone") {
    const WithEvents world;
    CHECK(world.binary({{"ce-datacontenttype", "text/plain"}}).status == 422);
}

TEST_CASE("an attribute that stands twice in the headers is refused") {
    const WithEvents world;
    const auto answer = world.publish(
        "", {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-id", "2"}, {"ce-source", "s"}, {"ce-type", "t"}});
    CHECK(answer.status == 422);
}

TEST_CASE("what is no CloudEvent is refused with the types that are read") {
    const WithEvents world;
    CHECK(world.publish("{}", {{"Content-Type", "application/json"}}).status == 415);
    CHECK(world.publish("<a/>", {{"Content-Type", "application/cloudevents+xml"}}).status == 415);
    CHECK(world.publish("", {{"Content-Type", "application/cloudevents-batch+avro"}}).status == 415);
    CHECK(world.publish("", {}).status == 415);
}

TEST_CASE("an event of 64 KiB and more is taken") {
    const WithEvents world;
    auto event = kEvent;
    event["data"] = std::string(100'000, 'x');
    CHECK(world.structured(event).status == 200);
    CHECK(world.binary({{"Content-Type", "text/plain"}}, std::string(100'000, 'x')).status == 200);
}

TEST_CASE("while too much waits a publisher is told when to come again") {
    WithEvents world;
    world.events.refusal = model::Error{model::ErrorKind::unavailable, "too many events wait"};
    const auto answer = world.structured(kEvent);
    CHECK(answer.status == 503);
    CHECK(answer.headers.count("Retry-After") == 1);
}
