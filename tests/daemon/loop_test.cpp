// What the loop does beside its turns. That its turns are right the simulation shows.
#include "daemon/loop.hpp"

#include <doctest/doctest.h>

#include "scheduler/store/sqlite_store.hpp"

namespace weir::daemon::test {

using namespace std::chrono_literals;

namespace {

struct SetClock final : ports::Clock {
    [[nodiscard]] model::TimePoint now() const override { return at; }
    model::TimePoint at{std::chrono::seconds{1'800'000'000}};
};

struct World {
    World() {
        auto opened = store::SqliteStore::open(":memory:");
        REQUIRE(opened.has_value());
        store = std::move(*opened);
        loop = std::make_unique<Loop>(LoopParts{.clock = clock,
                                                .store = *store,
                                                .inbox = inbox,
                                                .executors = {},
                                                .dag_of = [](const ports::StoredRun&) { return nullptr; },
                                                .answer = [](const core::Reply&) {},
                                                .housekeeping =
                                                    [this] {
                                                        ++slices;
                                                        return more;
                                                    }});
        loop->recover();
        clock.at += 5s;  // the start is over
    }
    // One in which somebody asks for something.
    void busy_turn() {
        inbox.post(core::SetPaused{{1}, "nothing", true});
        loop->turn(0us);
    }

    SetClock clock;
    std::unique_ptr<store::SqliteStore> store;
    Inbox inbox;
    std::unique_ptr<Loop> loop;
    int slices = 0;
    bool more = false;
};

}  // namespace

TEST_CASE("a loop that always has something to do forgets old history all the same, once a minute") {
    World world;
    for (int i = 0; i < 13; ++i, world.clock.at += 10s) world.busy_turn();
    CHECK(world.slices == 3);
}

TEST_CASE("a start is over before there is any housekeeping") {
    World world;
    world.clock.at -= 1ms;
    world.busy_turn();
    CHECK(world.slices == 0);
    world.clock.at += 1ms;
    world.busy_turn();
    CHECK(world.slices == 1);
}

TEST_CASE("a long slate of history is forgotten at once when there is nothing else to do, with pauses beside work") {
    World world;
    world.more = true;
    for (int i = 0; i < 5; ++i) world.loop->turn(0us);
    CHECK(world.slices == 5);
    world.busy_turn();
    CHECK(world.slices == 6);
    for (int i = 0; i < 5; ++i, world.clock.at += 25ms) world.busy_turn();
    CHECK(world.slices == 7);
}

TEST_CASE("a clock that is set back does not put off forgetting") {
    World world;
    world.loop->turn(0us);
    world.clock.at -= 2h;
    world.loop->turn(0us);
    CHECK(world.slices == 2);
}

}  // namespace weir::daemon::test
