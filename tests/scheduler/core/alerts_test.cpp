// Deadlines, alerts and their way out, auto-pause and retries of runs.
#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using model::AlertEvent;
using model::NotificationState;
using model::RunState;

namespace {

model::Alert tell_team(AlertEvent on) { return {on, "team", ""}; }

model::Dag alerting(AlertEvent on) {
    auto dag = parse_dag("a | retries=1");
    dag.tasks[0].alerts.push_back(tell_team(on));
    return dag;
}

const model::Notification& only(const World& world) {
    REQUIRE(world.database.notifications.size() == 1);
    return world.database.notifications.begin()->second;
}

TryExited delivered(const World& world, int code = 0) {
    TryExited report;
    report.id = delivery_id(only(world));
    report.at = world.now;
    report.exit_code = code;
    return report;
}

}  // namespace

TEST_CASE("a failed task's alert is committed with its failure and then delivered") {
    World world({alerting(AlertEvent::failure)});
    world.trigger();
    world.exit("a", 1);
    CHECK(world.database.notifications.empty());  // a retry follows
    world.run_until(kStart + minutes{1});
    world.exit("a", 4);
    CHECK(only(world).state == NotificationState::pending);
    CHECK(only(world).message["text"] == "etl r: task a failed: exit code 4");
    const auto* launch = world.launched("a");
    REQUIRE(launch != nullptr);
    CHECK(launch->deliver->notifier == "team");
    world.step({delivered(world)});
    CHECK(only(world).state == NotificationState::sent);
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("a retry tells those who want to know of retries") {
    World world({alerting(AlertEvent::retry)});
    world.trigger();
    world.exit("a", 1);
    CHECK(only(world).event == AlertEvent::retry);
}

TEST_CASE("a success tells those who want to know of success") {
    World world({alerting(AlertEvent::success)});
    world.trigger();
    world.exit("a");
    CHECK(only(world).event == AlertEvent::success);
}

TEST_CASE("a delivery that fails is made again, later each time, and given up in the end with its reason") {
    World world({alerting(AlertEvent::success)});
    world.trigger();
    world.exit("a");
    auto last = world.now;
    Duration pause{0};
    for (int attempt = 1; attempt <= kMostAttempts; ++attempt) {
        CHECK(only(world).attempts == attempt);
        auto report = delivered(world, 1);
        report.outputs = {{"reason", "the server answers with 500"}};
        world.step({report});
        if (attempt == kMostAttempts) break;
        REQUIRE(world.turn.wake_at);
        CHECK(*world.turn.wake_at - last > pause);
        pause = std::chrono::floor<Duration>(*world.turn.wake_at - last);
        world.now = last = *world.turn.wake_at;
        world.step();
    }
    CHECK(only(world).state == NotificationState::failed);
    CHECK(only(world).reason == "the server answers with 500");
    CHECK(only(world).attempts == kMostAttempts);
}

TEST_CASE("a notification that the daemon died over is delivered by the next one") {
    World world({alerting(AlertEvent::success)});
    world.trigger();
    world.step({world.exited("a")});
    const auto first = delivery_id(only(world));
    world.restart_supervisor();
    world.crash();
    world.step({world.listed()});
    CHECK(only(world).attempts == 2);
    CHECK(world.running().contains(delivery_id(only(world))));
    CHECK(!world.running().contains(first));
}

TEST_CASE("a delivery that outlives the daemon is taken over and not made twice") {
    World world({alerting(AlertEvent::success)});
    world.trigger();
    world.exit("a");
    world.crash();
    world.step({world.listed()});
    CHECK(only(world).attempts == 1);
    world.step({delivered(world)});
    CHECK(only(world).state == NotificationState::sent);
    world.step({delivered(world)});  // told again
    CHECK(only(world).state == NotificationState::sent);
}

TEST_CASE("a run's deadline is told once, also over a restart, and ends nothing") {
    auto dag = parse_dag("a");
    dag.deadline = hours{1};
    dag.alerts.push_back(tell_team(AlertEvent::deadline));
    World world({dag});
    world.trigger();
    world.run_until(kStart + minutes{59});
    world.crash();
    world.step({world.listed()});
    CHECK(world.database.notifications.empty());
    world.run_until(kStart + hours{1});
    CHECK(world.run().deadline_missed);
    CHECK(only(world).message["text"] == "etl r has missed its deadline");
    world.crash();
    world.step({world.listed()});
    world.run_until(kStart + hours{9});
    CHECK(world.database.notifications.size() == 1);
    world.exit("a");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("a deadline that passes while the daemon is down is told when it is back") {
    auto dag = parse_dag("a");
    dag.deadline = hours{1};
    World world({dag});
    world.trigger();
    world.now += hours{2};
    world.crash();
    CHECK(world.run().deadline_missed);
}

TEST_CASE("a task's deadline counts from its run's start and is not told of a task that has ended") {
    auto dag = parse_dag("a\nb < a");
    for (auto& task : dag.tasks) {
        task.deadline = minutes{10};
        task.alerts.push_back(tell_team(AlertEvent::deadline));
    }
    World world({dag});
    world.trigger();
    world.exit("a");
    world.run_until(kStart + minutes{10});
    CHECK_FALSE(world.task("a").deadline_missed);
    CHECK(world.task("b").deadline_missed);
    CHECK(only(world).task_id == "b");
}

TEST_CASE("so many failed runs in a row pause the DAG, and unpausing begins to count anew") {
    auto dag = parse_dag("a");
    dag.pause_after_failures = 2;
    World world({dag});
    const auto fail = [&world](const std::string& run) {
        world.trigger(run);
        world.exit(run + ":a", 1);
    };
    fail("r1");
    CHECK_FALSE(world.database.dags.at("etl").paused);
    fail("r2");
    CHECK(world.database.dags.at("etl").paused);
    const auto is_note = [](const Effect& effect) { return std::holds_alternative<Note>(effect); };
    CHECK(std::ranges::any_of(world.turn.effects, is_note));
    world.step({SetPaused{{1}, "etl", false}});
    CHECK(world.database.dags.at("etl").failed_in_a_row == 0);
    fail("r3");
    CHECK_FALSE(world.database.dags.at("etl").paused);
}

TEST_CASE("a success between failures starts their count anew") {
    auto dag = parse_dag("a");
    dag.pause_after_failures = 2;
    World world({dag});
    world.trigger("r1");
    world.exit("r1:a", 1);
    world.trigger("r2");
    world.exit("r2:a");
    world.trigger("r3");
    world.exit("r3:a", 1);
    CHECK_FALSE(world.database.dags.at("etl").paused);
}

TEST_CASE("a run that failed queues again and runs only what failed, over a restart") {
    auto dag = parse_dag("a\nb < a\nc < b");
    dag.run_retries = 1;
    dag.run_retry_delay = minutes{5};
    World world({dag});
    world.trigger();
    world.exit("a");
    world.exit("b", 1);
    CHECK(world.run().state == RunState::queued);
    CHECK(world.run().retries_used == 1);
    CHECK(world.run().retry_at == kStart + minutes{5});
    world.crash();
    world.step({world.listed()});
    world.run_until(kStart + minutes{5} - seconds{1});
    CHECK(world.run().state == RunState::queued);
    world.run_until(kStart + minutes{5});
    CHECK(world.run().state == RunState::running);
    CHECK(world.task("a").state == TaskState::success);
    CHECK(world.launched("b")->try_number == 2);
    world.exit("b", 1);
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("a retry by hand does not wait for run_retry_delay") {
    auto dag = parse_dag("a\nb < a");
    dag.run_retries = 1;
    dag.run_retry_delay = hours{1};
    World world({dag});
    for (const auto* run_id : {"r", "s"}) {
        world.trigger(run_id);
        world.exit(std::string(run_id) + ":a");
        world.exit(std::string(run_id) + ":b", 1);
        CHECK(world.run(run_id).state == RunState::queued);
    }
    world.step({world.retry({})});
    CHECK(world.told() == "r running; launch b/2");
    CHECK(world.error().empty());
    CHECK_FALSE(world.run().retry_at);
    world.step({world.retry({"a"}, "s")});
    CHECK(world.told() == "s running; launch s:a/2");
}

TEST_CASE("a run that was killed is not tried again") {
    auto dag = parse_dag("a");
    dag.run_retries = 3;
    World world({dag});
    world.trigger();
    world.step({Kill{{1}, "etl", "r", std::nullopt}});
    world.exit("a", 143);
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("a run that waits to be tried again can be killed") {
    auto dag = parse_dag("a");
    dag.run_retries = 3;
    World world({dag});
    world.trigger();
    world.exit("a", 1);
    world.step({Kill{{1}, "etl", "r", std::nullopt}});
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("a failed run in which nothing can run again is told as failed and not as tried again") {
    auto dag = parse_dag("a | foreach=[1]");
    dag.run_retries = 1;
    dag.alerts = {tell_team(AlertEvent::retry), tell_team(AlertEvent::failure)};
    World world({dag});
    world.trigger();
    world.exit("a[0]");
    // As history might have it from another version: the task failed, and none of its instances did.
    const auto id = world.run().id;
    world.database.runs.at(id).state = RunState::running;
    world.database.task_instances.at({id, "a"}).state = TaskState::failed;
    world.crash();
    CHECK(world.run().state == RunState::failed);
    CHECK(only(world).event == AlertEvent::failure);
}
