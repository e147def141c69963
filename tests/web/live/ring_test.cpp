// What the ring holds and gives, without a feed.
#include "web/live/ring.hpp"

#include <doctest/doctest.h>

using namespace weir::live;
namespace model = weir::model;
namespace core = weir::core;

namespace {

Change task(std::uint64_t serial, const std::string& dag_id, const std::string& task_id) {
    Change change;
    change.serial = serial;
    change.kind = Kind::task;
    change.dag_id = dag_id;
    change.run_id = "r1";
    change.task_id = task_id;
    change.state = "running";
    change.try_number = 1;
    return change;
}

Change of(std::uint64_t serial, Kind kind) {
    Change change;
    change.serial = serial;
    change.kind = kind;
    return change;
}

}  // namespace

TEST_CASE("changes that come together are one message with the serial of the last") {
    Ring ring("e");
    ring.add(std::vector{task(3, "etl", "extract"), of(5, Kind::catalog)});
    const auto read = ring.read(0, {});
    REQUIRE(read.text);
    CHECK(*read.text ==
          "event: change\n"
          R"(data: {"changes":[{"kind":"task","dag_id":"etl","run_id":"r1","task_id":"extract","map_index":-1,)"
          R"("state":"running","try_number":1},{"kind":"catalog"}]})"
          "\nid: e-5\n\n");
    CHECK(read.through == 5);
    CHECK_FALSE(ring.read(5, {}).text);
}

TEST_CASE("readers of everything share one text") {
    Ring ring("e");
    ring.add(std::vector{task(1, "etl", "a")});
    CHECK(ring.read(0, {}).text == ring.read(0, {}).text);
}

TEST_CASE("a filter lets its DAGs through, and what concerns every page") {
    Ring ring("e");
    ring.add(std::vector{task(1, "etl", "a"), task(2, "other", "b"), of(3, Kind::event), of(4, Kind::catalog)});
    ring.add(std::vector{task(5, "other", "c")});
    const auto read = ring.read(0, {"etl", "third"});
    REQUIRE(read.text);
    CHECK(read.text->find("\"a\"") != std::string::npos);
    CHECK(read.text->find("other") == std::string::npos);
    CHECK(read.text->find("event_id") == std::string::npos);
    CHECK(read.text->find("{\"kind\":\"catalog\"}]}\nid: e-5\n\n") != std::string::npos);
    CHECK_FALSE(ring.read(4, {"etl"}).text);
    CHECK(ring.read(4, {"etl"}).through == 5);
}

TEST_CASE("the ring is bounded in bytes, and who asks for what fell out is told so") {
    Ring ring("e");
    std::uint64_t serial = 0;
    while (ring.written() < 3 * kMostRingBytes) {
        std::vector<Change> changes;
        for (int i = 0; i < 100; ++i) changes.push_back(task(++serial, "etl", std::string(200, 'x')));
        ring.add(changes);
        REQUIRE(ring.bytes() <= kMostRingBytes);
    }
    CHECK(ring.read(1, {}).lost);
    CHECK_FALSE(ring.read(serial - 1, {}).lost);
    CHECK_FALSE(ring.read(serial, {}).lost);
}

TEST_CASE("the ring is bounded in messages") {
    Ring ring("e");
    for (std::uint64_t serial = 1; serial <= kMostMessages + 10; ++serial)
        ring.add(std::vector{of(serial, Kind::catalog)});
    CHECK(ring.read(9, {}).lost);
    CHECK_FALSE(ring.read(10, {}).lost);
}

TEST_CASE("many changes at once are several messages of bounded size") {
    Ring ring("e");
    std::vector<Change> changes;
    for (std::uint64_t serial = 1; serial <= 2000; ++serial) changes.push_back(task(serial, "etl", "task"));
    ring.add(changes);
    std::uint64_t at = 0;
    int messages = 0;
    for (auto read = ring.read(at, {}); read.text; read = ring.read(at, {})) {
        CHECK(read.text->size() < kMessageBytes + 1000);
        at = read.through;
        ++messages;
    }
    CHECK(at == 2000);
    CHECK(messages > 2);
}

TEST_CASE("what was lost before it was written can't be gone on from") {
    Ring ring("e");
    ring.add(std::vector{task(1, "etl", "a")});
    ring.lose(7);
    CHECK(ring.read(1, {}).lost);
    CHECK_FALSE(ring.read(7, {}).lost);
}

TEST_CASE("only ids of this life of the daemon are understood") {
    const Ring ring("abc");
    CHECK(ring.parse_id("abc-17") == 17);
    CHECK(ring.parse_id(ring.id_of(0)) == 0);
    for (const auto* id :
         {"", "17", "abc", "abc-", "abc-x", "abc-1x", "abd-1", "abc--1", "abc-99999999999999999999999"})
        CHECK_MESSAGE(!ring.parse_id(id), id);
}

TEST_CASE("of the rows of a turn those that pages show become changes") {
    model::Run run;
    run.id = model::RunId{4};
    run.dag_id = "etl";
    run.run_id = "manual \"1\"";
    model::TaskInstance instance;
    instance.run = run.id;
    instance.task_id = "ask";
    instance.operator_kind = model::OperatorKind::approve;
    model::Window window;
    window.asset = "views";
    window.key = "eu";
    model::Event event;
    event.id = model::EventId{9};
    std::vector<Change> changes;
    collect(std::vector<core::Change>{run, instance, model::Try{}, model::SourcePosition{}, window, event}, changes);
    REQUIRE(changes.size() == 5);
    CHECK(to_json(changes[0]) == R"({"kind":"run","dag_id":"etl","run_id":"manual \"1\"","state":"queued"})");
    CHECK(changes[1].run == run.id);
    CHECK(to_json(changes[1]).find(R"("state":null)") != std::string::npos);
    CHECK(changes[2].kind == Kind::hitl);
    CHECK(to_json(changes[3]) == R"({"kind":"window","asset":"views","key":"eu"})");
    CHECK(to_json(changes[4]) == R"({"kind":"event","event_id":9})");
}

TEST_CASE("changes of one thing have one key, of different things different ones") {
    auto later = task(2, "etl", "a");
    later.state = "success";
    CHECK(key_of(task(1, "etl", "a")) == key_of(later));
    CHECK(key_of(task(1, "etl", "a")) != key_of(task(1, "etl", "b")));
    auto instance = task(1, "etl", "a");
    instance.map_index = 0;
    CHECK(key_of(instance) != key_of(later));
    CHECK(key_of(of(1, Kind::event)) != key_of(of(1, Kind::catalog)));
}
