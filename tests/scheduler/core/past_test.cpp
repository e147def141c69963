// depends_on_past and wait_for_downstream, over scheduled runs of one day each.
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {

namespace {

// Runs of the 22nd, 23rd … at midnight; all may be live at once.
World daily(const std::string& tasks) {
    World world({with_cron(parse_dag(tasks), "0 0 * * *", "UTC", model::Catchup::all)});
    return world;
}

const std::string kFirst = "scheduled__2026-11-23T00:00:00Z";
const std::string kSecond = "scheduled__2026-11-24T00:00:00Z";

void let_two_days_pass(World& world) { world.run_until(kStart + hours{49}); }

}  // namespace

TEST_CASE("depends_on_past waits for the same task of the run before") {
    auto world = daily("a | past=yes");
    let_two_days_pass(world);
    CHECK(world.task("a", kFirst).state == TaskState::queued);
    CHECK(world.task("a", kSecond).state == TaskState::none);
    CHECK(world.task("a", kSecond).reason == "waits: 'a' is queued in the run before, of 2026-11-23T00:00:00Z");
    world.exit(kFirst + ":a");
    CHECK(world.task("a", kSecond).state == TaskState::queued);
}

TEST_CASE("a failure in the run before holds a task back until it was mended") {
    auto world = daily("a | past=yes");
    let_two_days_pass(world);
    world.exit(kFirst + ":a", 1);
    CHECK(world.run(kFirst).state == model::RunState::failed);
    CHECK(world.task("a", kSecond).state == TaskState::none);
    world.step({world.retry({}, kFirst)});
    world.exit(kFirst + ":a");
    CHECK(world.task("a", kSecond).state == TaskState::queued);
    CHECK(world.task("a", kSecond).reason.empty());
}

TEST_CASE("the past survives a crash") {
    auto world = daily("a | past=yes");
    let_two_days_pass(world);
    world.exit(kFirst + ":a", 1);
    world.crash();
    world.step({world.listed()});
    CHECK(world.task("a", kSecond).state == TaskState::none);
    CHECK(world.task("a", kSecond).reason == "waits: 'a' is failed in the run before, of 2026-11-23T00:00:00Z");
}

TEST_CASE("wait_for_downstream also waits for the direct downstream tasks of the run before") {
    auto world = daily("a | wait_for_downstream=yes\nb < a");
    let_two_days_pass(world);
    world.exit(kFirst + ":a");
    CHECK(world.task("a", kSecond).state == TaskState::none);
    world.exit(kFirst + ":b");
    CHECK(world.task("a", kSecond).state == TaskState::queued);
}

TEST_CASE("a run without a logical date has no past") {
    World world("a | past=yes");
    world.trigger();
    CHECK(world.task("a").state == TaskState::queued);
}

}  // namespace weir::core::testing
