#include "daemon/sources/runner.hpp"

#include <atomic>
#include <deque>

#include "tests/daemon/sources/fakes.hpp"

using namespace weir;
using namespace weir::daemon::sources;
using namespace weir::daemon::sources::test;
using weir::test::eventually;

namespace {

// What a server would do, told by the test.
struct Server {
    std::mutex mutex;
    bool up = true;
    std::deque<Batch> waiting;
    std::vector<std::string> acknowledged;
    int connects = 0;
    std::optional<std::int64_t> lag = 3;

    void put(const std::string& id, std::string notice = "") {
        const std::lock_guard lock(mutex);
        Batch batch;
        batch.events.push_back({model::CloudEvent{.id = id, .source = "s", .type = "t"}, id});
        batch.entries.push_back(id);
        batch.notice = std::move(notice);
        waiting.push_back(std::move(batch));
    }
    void set_up(bool value) {
        const std::lock_guard lock(mutex);
        up = value;
    }
    std::vector<std::string> done() {
        const std::lock_guard lock(mutex);
        return acknowledged;
    }
    int connections() {
        const std::lock_guard lock(mutex);
        return connects;
    }
};

class FakeSource : public Source {
   public:
    explicit FakeSource(Server& server) : server_(server) {}
    [[nodiscard]] model::Result<> connect() override {
        const std::lock_guard lock(server_.mutex);
        ++server_.connects;
        if (!server_.up) return model::Error{model::ErrorKind::unavailable, "the server is down; start it"};
        return {};
    }
    [[nodiscard]] model::Result<Batch> poll(std::chrono::milliseconds) override {
        const std::lock_guard lock(server_.mutex);
        if (!server_.up) return model::Error{model::ErrorKind::unavailable, "lost the server"};
        return server_.waiting.empty() ? Batch{} : server_.waiting.front();
    }
    [[nodiscard]] model::Result<> acknowledge(const Batch& batch) override {
        const std::lock_guard lock(server_.mutex);
        if (!server_.up) return model::Error{model::ErrorKind::unavailable, "lost the server"};
        server_.acknowledged.insert(server_.acknowledged.end(), batch.entries.begin(), batch.entries.end());
        server_.waiting.pop_front();
        return {};
    }
    [[nodiscard]] std::optional<std::int64_t> lag() override {
        const std::lock_guard lock(server_.mutex);
        return server_.lag;
    }

   private:
    Server& server_;
};

struct Running {
    Server server;
    FakeSink sink;
    Words words;
    Runner runner{"test", "fake", std::make_unique<FakeSource>(server), sink, words.log(), kQuick};
};

}  // namespace

TEST_CASE("what a source has is delivered, acknowledged and counted") {
    Running world;
    world.server.put("1");
    world.server.put("2");
    CHECK(eventually([&world] { return world.server.done() == std::vector<std::string>{"1", "2"}; }));
    CHECK(world.sink.ids() == std::vector<std::string>{"1", "2"});
    CHECK(eventually([&world] { return world.runner.status().taken == 2 && world.runner.status().lag == 3; }));
    const auto status = world.runner.status();
    CHECK(status.name == "test");
    CHECK(status.kind == "fake");
    CHECK(status.connected);
    CHECK(status.problem == "");
    CHECK(status.rejected == 0);
    CHECK(status.last_seen.has_value());
}

TEST_CASE("nothing is acknowledged before the sink has taken it") {
    Running world;
    world.sink.refuse(1'000'000);
    world.server.put("1");
    CHECK(eventually([&world] { return world.runner.status().problem == "its events wait: too many events wait"; }));
    CHECK(world.server.done().empty());
    world.sink.refuse(0);
    CHECK(eventually([&world] { return world.server.done().size() == 1; }));
    CHECK(eventually([&world] { return world.runner.status().problem.empty(); }));
    CHECK(world.sink.events().size() == 1);
}

TEST_CASE("a server that is down is tried again until it is back, and its words are told once") {
    Running world;
    world.server.set_up(false);
    CHECK(eventually([&world] { return world.runner.status().problem == "the server is down; start it"; }));
    CHECK_FALSE(world.runner.status().connected);
    const int before = world.server.connections();
    CHECK(eventually([&world, before] { return world.server.connections() > before + 3; }));
    world.server.set_up(true);
    world.server.put("1");
    CHECK(eventually([&world] { return world.server.done().size() == 1; }));
    CHECK(eventually([&world] { return world.runner.status().connected; }));
    CHECK(std::ranges::count(world.words.all(), "! the server is down; start it") == 1);
}

TEST_CASE("a source stops while its server is down, and while nobody takes its events") {
    {
        Running world;
        world.server.set_up(false);
        CHECK(eventually([&world] { return !world.runner.status().connected; }));
    }
    Running world;
    world.sink.refuse(1'000'000);
    world.server.put("1");
    CHECK(eventually([&world] { return !world.runner.status().problem.empty(); }));
}

TEST_CASE("a notice is logged and stays with the status") {
    Running world;
    world.server.put("1", "some messages are gone");
    CHECK(eventually([&world] { return world.runner.status().problem == "some messages are gone"; }));
    CHECK(world.runner.status().connected);
    CHECK(std::ranges::count(world.words.all(), "! some messages are gone") >= 1);
}

TEST_CASE("what cannot be read is kept by its beginning, as text") {
    const auto incoming = unreadable("7", "no JSON", std::string(3000, 'x'));
    CHECK(incoming.position == "7");
    CHECK(incoming.fault == "no JSON");
    CHECK(incoming.raw == std::string(2000, 'x'));
    CHECK(unreadable("", "", "a\xFFz").raw == "a?z");
    CHECK(without_task_words("lost redis 'a': gone; see the server's log, then run the task again") ==
          "lost redis 'a': gone");
}
