#include "daemon/sources/redis_stream.hpp"

#include "tests/daemon/sources/fakes.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::daemon::sources;
using namespace weir::daemon::sources::test;
using model::Json;
using weir::test::eventually;
using weir::test::RedisServer;

namespace {

Json connection_to(const std::string& socket) { return {{"kind", "redis"}, {"socket", socket}}; }

struct Stream {
    RedisServer server;
    FakeSink sink;
    Words words;

    void add(const std::string& id) { server.command({"XADD", "events", "*", "event", event_text(id)}); }
    [[nodiscard]] std::unique_ptr<RedisStream> source(const Json& more = Json::object()) const {
        Json settings{{"connection", "cache"}, {"stream", "events"}};
        settings.update(more);
        return std::make_unique<RedisStream>("markers", settings, connection_to(server.socket()));
    }
    [[nodiscard]] std::unique_ptr<Runner> run(const Json& more = Json::object()) {
        return std::make_unique<Runner>("markers", "redis", source(more), sink, words.log(), kQuick);
    }
};

constexpr std::chrono::milliseconds kPatience{20};

}  // namespace

TEST_CASE("entries that were there before come first, then new ones, and all are acknowledged") {
    Stream world;
    world.add("1");
    const auto runner = world.run();
    CHECK(eventually([&world] { return world.sink.ids() == std::vector<std::string>{"1"}; }));
    world.add("2");
    CHECK(eventually([&world] { return world.sink.ids() == std::vector<std::string>{"1", "2"}; }));
    CHECK(eventually([&runner] { return runner->status().lag == 0 && runner->status().taken == 2; }));
    CHECK(world.sink.events()[0].position.find('-') != std::string::npos);
}

TEST_CASE("a new group that starts with what is new leaves out what was there") {
    Stream world;
    world.add("old");
    const auto source = world.source({{"start", "new"}});
    REQUIRE(source->connect());
    world.add("new");
    const auto batch = source->poll(kPatience);
    REQUIRE(batch);
    REQUIRE(batch->events.size() == 1);
    CHECK(batch->events[0].event.id == "new");
}

TEST_CASE("an entry may have its attributes as fields") {
    Stream world;
    world.server.command({"XADD", "events", "*", "specversion", "1.0", "id", "7", "source", "/shop", "type",
                          "order.paid", "data", R"({"total": 5})", "region", "eu"});
    world.server.command({"XADD", "events", "*", "specversion", "1.0", "id", "8", "source", "/shop", "type",
                          "order.paid", "data", "5", "datacontenttype", "text/plain"});
    const auto source = world.source();
    REQUIRE(source->connect());
    const auto batch = source->poll(kPatience);
    REQUIRE(batch);
    REQUIRE(batch->events.size() == 2);
    CHECK(batch->events[0].event.data == Json{{"total", 5}});
    CHECK(batch->events[0].event.attribute("region") == "eu");
    CHECK(batch->events[1].event.data == "5");
}

TEST_CASE("an entry that cannot be read is handed on with the reason, and stops no other") {
    Stream world;
    world.server.command({"XADD", "events", "*", "event", "{oops"});
    world.server.command({"XADD", "events", "*", "id", "1", "id", "2"});
    world.server.command({"XADD", "events", "*", "colour", "red", "Size", "\xFF"});
    world.add("good");
    const auto runner = world.run();
    CHECK(eventually([&world] { return world.sink.ids() == std::vector<std::string>{"good"}; }));
    CHECK(world.sink.count(model::Disposition::rejected) == 3);
    CHECK(world.sink.events()[0].reason.find("no JSON") != std::string::npos);
    CHECK(world.sink.events()[1].reason == "the field 'id' stands there twice");
    CHECK(eventually([&runner] { return runner->status().rejected == 3 && runner->status().lag == 0; }));
}

TEST_CASE("what was read and not acknowledged comes again to the same consumer") {
    Stream world;
    world.add("1");
    {
        const auto source = world.source();
        REQUIRE(source->connect());
        REQUIRE(source->poll(kPatience)->events.size() == 1);
    }
    world.add("2");
    const auto source = world.source();
    REQUIRE(source->connect());
    const auto first = source->poll(kPatience);
    REQUIRE(first);
    REQUIRE(first->events.size() == 1);
    CHECK(first->events[0].event.id == "1");
    REQUIRE(source->acknowledge(*first));
    const auto second = source->poll(kPatience);
    REQUIRE(second);
    REQUIRE(second->events.size() == 1);
    CHECK(second->events[0].event.id == "2");
}

TEST_CASE("what another consumer has left lying is taken over, but not what it is at") {
    Stream world;
    world.add("1");
    const auto other = world.source({{"consumer", "gone"}});
    REQUIRE(other->connect());
    REQUIRE(other->poll(kPatience)->events.size() == 1);
    const auto patient = world.source({{"idle", "1h"}});
    REQUIRE(patient->connect());
    CHECK(patient->poll(kPatience)->events.empty());
    const auto source = world.source({{"idle", "1ms"}});
    REQUIRE(source->connect());
    CHECK(eventually([&source] {
        const auto batch = source->poll(kPatience);
        return batch && batch->events.size() == 1 && batch->events[0].event.id == "1";
    }));
}

TEST_CASE("a pending entry that was deleted from the stream is acknowledged away") {
    Stream world;
    const auto id = world.server.command({"XADD", "events", "*", "event", event_text("1")});
    {
        const auto source = world.source();
        REQUIRE(source->connect());
        REQUIRE(source->poll(kPatience)->events.size() == 1);
    }
    world.server.command({"XDEL", "events", id});
    const auto runner = world.run();
    world.add("2");
    CHECK(eventually([&world] { return world.sink.ids() == std::vector<std::string>{"2"}; }));
}

TEST_CASE("two consumers of a group share its entries") {
    Stream world;
    const auto one = world.run({{"consumer", "one"}});
    const auto two = world.run({{"consumer", "two"}});
    for (int i = 0; i < 200; ++i) world.add(std::to_string(i));
    CHECK(eventually([&world] { return world.sink.ids().size() == 200; }));
    CHECK(world.sink.count(model::Disposition::duplicate) == 0);
    CHECK(eventually([&one, &two] { return one->status().taken + two->status().taken == 200; }));
}

TEST_CASE("a stream that vanishes is made again, and what then comes is read") {
    Stream world;
    world.add("1");
    const auto runner = world.run({{"start", "new"}});
    CHECK(eventually([&runner] { return runner->status().connected; }));
    world.server.command({"FLUSHALL"});
    world.add("2");
    CHECK(eventually([&world] { return world.sink.ids() == std::vector<std::string>{"2"}; }));
}

TEST_CASE("a server that is restarted in mid-stream loses and doubles nothing") {
    const weir::test::TemporaryFolder folder;
    const auto socket = folder.file("redis.sock");
    const auto start = [&folder, &socket] {
        auto process = std::make_unique<weir::test::ServerProcess>(
            std::vector<std::string>{"redis-server", "--port", "0", "--unixsocket", socket, "--dir",
                                     folder.path().string(), "--save", "", "--appendonly", "yes", "--appendfsync",
                                     "always"},
            folder.file("redis.log"));
        process->wait_until([&socket] {
            const connectors::RedisEndpoint endpoint{.name = "cache", .socket = socket};
            return connectors::RedisConnection::connect(endpoint).has_value();
        });
        return process;
    };
    const auto add = [&socket](int id) {
        auto connection = connectors::RedisConnection::connect({.name = "cache", .socket = socket});
        REQUIRE(connection);
        const auto text = event_text(std::to_string(id));
        const std::vector<std::string_view> words{"XADD", "events", "*", "event", text};
        REQUIRE(connection->command(words));
    };
    auto server = start();
    FakeSink sink;
    Words words;
    const Runner runner("markers", "redis",
                        std::make_unique<RedisStream>("markers", Json{{"stream", "events"}}, connection_to(socket)),
                        sink, words.log(), kQuick);
    for (int i = 0; i < 50; ++i) add(i);
    server->stop();
    CHECK(eventually([&runner] { return !runner.status().connected; }));
    CHECK(runner.status().problem.find("redis 'markers'") != std::string::npos);
    server = start();
    for (int i = 50; i < 100; ++i) add(i);
    CHECK(eventually([&sink] { return sink.ids().size() == 100; }));
    CHECK(eventually([&runner] { return runner.status().connected && runner.status().lag == 0; }));
}

TEST_CASE("a key that is no stream is a problem in words") {
    Stream world;
    world.server.command({"SET", "events", "x"});
    const auto source = world.source();
    const auto connected = source->connect();
    REQUIRE_FALSE(connected);
    CHECK(connected.error().message.find("the key 'events' is no stream") != std::string::npos);
}

TEST_CASE("a missing secret is a problem that names where it should be, never what it is") {
    Stream world;
    Json connection = connection_to(world.server.socket());
    connection["password"] = {{"env", "WEIR_TEST_NO_SUCH_SECRET"}};
    RedisStream source("markers", {{"connection", "cache"}, {"stream", "events"}}, connection);
    const auto connected = source.connect();
    REQUIRE_FALSE(connected);
    CHECK(connected.error().message.find("WEIR_TEST_NO_SUCH_SECRET") != std::string::npos);
}
