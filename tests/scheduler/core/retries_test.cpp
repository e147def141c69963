#include "scheduler/core/retries.hpp"

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::RetryPolicy;
using weir::model::TryId;
using weir::model::TryState;

namespace {

double in_seconds(Duration length) { return static_cast<double>(length.count()) / 1000; }

}  // namespace

TEST_CASE("a retry waits delay times backoff to the power of the failures before it") {
    const RetryPolicy policy{10, seconds{10}, 2.0, hours{1}};
    double expected = 10;
    for (int failures = 1; failures <= 8; ++failures, expected *= 2) {
        CHECK(in_seconds(retry_delay(policy, failures, TryId{7})) >= expected * 0.9);
        CHECK(in_seconds(retry_delay(policy, failures, TryId{7})) <= expected * 1.1);
    }
}
TEST_CASE("a retry never waits longer than max_retry_delay") {
    const RetryPolicy policy{10, seconds{10}, 2.0, minutes{1}};
    for (int failures = 4; failures <= 5000; failures += 7)
        CHECK(retry_delay(policy, failures, TryId{failures}) <= minutes{1});
}
TEST_CASE("a retry_delay above max_retry_delay stays as it is") {
    CHECK(retry_delay({1, hours{2}, 1.0, minutes{10}}, 1, TryId{1}) >= minutes{108});
}
TEST_CASE("the jitter differs between tries and is the same for the same try") {
    const RetryPolicy policy{1, minutes{10}, 1.0, hours{1}};
    CHECK(retry_delay(policy, 1, TryId{1}) == retry_delay(policy, 1, TryId{1}));
    CHECK(retry_delay(policy, 1, TryId{1}) != retry_delay(policy, 1, TryId{2}));
}

TEST_CASE("a failed try is retried until its retries are used up") {
    expect("a | retries=2 delay=0",
           "1s trigger -> launch a/1\n"
           "2s exit a 1 -> launch a/2\n"
           "3s exit a 1 -> launch a/3\n"
           "4s exit a 1 -> a failed (exit code 1); r failed");
}

TEST_CASE("a task that waits for its retry wakes the core at exactly that time") {
    World world("a | retries=1 delay=10s");
    world.play("1s trigger\n 2s exit a 1");
    CHECK(world.task("a").state == TaskState::up_for_retry);
    REQUIRE(world.task("a").retry_at);
    CHECK(world.turn.wake_at == world.task("a").retry_at);
    world.now = *world.task("a").retry_at - std::chrono::microseconds{1};
    world.step();
    CHECK(world.told().empty());
    world.now = *world.task("a").retry_at;
    world.step();
    CHECK(world.told() == "launch a/2");
    CHECK_FALSE(world.turn.wake_at);
}

TEST_CASE("a waiting retry holds no slot") {
    World world("a | retries=1 delay=10s\n b", 1);
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s exit a 1 -> a up_for_retry (exit code 1); launch b/1\n");
}

TEST_CASE("reasons are words") {
    const auto reason_of = [](const std::string& event) {
        World world("a | timeout=30m");
        world.play("1s trigger\n 2s " + event);
        return world.task("a").reason;
    };
    CHECK(reason_of("exit a 3") == "exit code 3");
    CHECK(reason_of("signal a 9") == "killed by signal 9 (SIGKILL)");
    CHECK(reason_of("signal a 60") == "killed by signal 60");
    CHECK(reason_of("timeout a") == "timed out after 30m");
    CHECK(reason_of("refuse a") == "no such program");
}

TEST_CASE("an executor's further words follow the reason") {
    World world("a");
    world.trigger();
    auto report = world.exited("a", 1);
    report.detail = "log limit of 256 MiB reached";
    world.step({report});
    CHECK(world.task("a").reason == "exit code 1: log limit of 256 MiB reached");
}

TEST_CASE("exit code 0 after the deadline is a failure") {
    World world("a | timeout=1m");
    world.trigger();
    auto report = world.exited("a", 0);
    report.timed_out = true;
    world.step({report});
    CHECK(world.task("a").state == TaskState::failed);
}

TEST_CASE("a refusal that is no shortage uses up a retry") {
    expect("a | retries=1 delay=0",
           "1s trigger -> launch a/1\n"
           "2s refuse a -> launch a/2\n"
           "3s refuse a -> a failed (no such program); r failed");
}

TEST_CASE("a lost try runs again without using up a retry") {
    World world("a | retries=0");
    world.play("1s trigger\n 2s start a\n 3s lost a");
    CHECK(world.task("a").state == TaskState::up_for_retry);
    CHECK(world.task("a").reason == "lost: its supervisor died");
    CHECK(world.task("a").max_tries == 2);
    world.run_until(kStart + seconds{10});
    CHECK(world.told() == "launch a/2");
    world.exit("a");
    CHECK(world.run().state == weir::model::RunState::success);
}

TEST_CASE("a task whose tries are lost again and again fails in the end") {
    World world("a");
    world.trigger();
    int lost = 0;
    for (; !is_finished(world.run().state); ++lost) {
        REQUIRE(lost < 100);
        world.step({TryLost{world.open_try("a"), "the machine went down"}});
        world.run_until(world.now + hours{1});
    }
    CHECK(lost == kMostLostInARow + 1);
    CHECK(world.task("a").reason == "lost: the machine went down");
}

TEST_CASE("losses are counted across restarts of the daemon") {
    World world("a");
    world.trigger();
    int lost = 0;
    for (; !is_finished(world.run().state); ++lost) {
        REQUIRE(lost < 100);
        world.restart_supervisor();
        world.crash();
        world.step({world.listed()});
        world.run_until(world.now + hours{1});
    }
    CHECK(lost == kMostLostInARow + 1);
}

TEST_CASE("a shortage backs off and uses up no retry") {
    World world("a");
    world.play("1s trigger\n 2s shortage a");
    CHECK(world.task("a").state == TaskState::up_for_retry);
    const auto first = *world.task("a").retry_at - world.now;
    world.run_until(world.now + seconds{2});
    world.step({TryRefused{world.open_try("a"), true, "no memory"}});
    CHECK(*world.task("a").retry_at - world.now > first);
    world.run_until(world.now + hours{1});
    world.exit("a");
    CHECK(world.run().state == weir::model::RunState::success);
}

TEST_CASE("a shortage without end fails the task after about an hour") {
    World world("a");
    world.trigger();
    const auto began = world.now;
    for (int i = 0; !is_finished(world.run().state); ++i) {
        REQUIRE(i < 1000);
        world.step({TryRefused{world.open_try("a"), true, "no memory"}});
        if (!is_finished(world.run().state)) world.run_until(*world.turn.wake_at);
    }
    CHECK(world.now - began > minutes{40});
    CHECK(world.now - began < minutes{80});
}

TEST_CASE("a lost try is stored as lost and acknowledged") {
    World world("a");
    world.trigger();
    const auto id = world.open_try("a");
    world.step({TryLost{id, "x"}});
    CHECK(world.database.tries.at(id).state == TryState::lost);
    CHECK_FALSE(world.running().contains(id));
}
