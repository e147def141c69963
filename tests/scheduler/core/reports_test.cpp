#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::RunState;
using weir::model::TryState;

namespace {

bool acknowledges(const World& world, weir::model::TryId id) {
    return std::ranges::any_of(world.turn.effects, [id](const auto& effect) {
        const auto* ack = std::get_if<Acknowledge>(&effect);
        return ack != nullptr && ack->id == id && ack->executor == "process";
    });
}

}  // namespace

TEST_CASE("an exit is acknowledged in the turn that commits it") {
    World world("a");
    world.trigger();
    const auto id = world.open_try("a");
    world.exit("a");
    CHECK(acknowledges(world, id));
}

TEST_CASE("the same exit again changes nothing and is acknowledged again") {
    World world("a\n b < a");
    world.trigger();
    const auto report = world.exited("a", 0);
    world.step({report});
    world.step({report});
    CHECK(world.turn.changes.empty());
    CHECK(acknowledges(world, report.id));
}

TEST_CASE("an exit twice in one turn counts once") {
    World world("a | retries=3 delay=0");
    world.trigger();
    const auto report = world.exited("a", 1);
    world.step({report, report});
    CHECK(world.told() == "launch a/2");
}

TEST_CASE("a late exit of a superseded try changes nothing") {
    World world("a | retries=3");
    world.play("1s trigger\n 2s start a");
    const auto late = world.exited("a", 0);
    world.play("3s lost a\n 10s wake");
    REQUIRE(world.task("a").try_number == 2);
    world.step({late});
    CHECK(world.turn.changes.empty());
    CHECK(acknowledges(world, late.id));
}

TEST_CASE("reports about tries that never were change nothing and are acknowledged") {
    World world("a");
    const weir::model::TryId unknown{999};
    world.step({TryStarted{unknown, 1, world.now}, TryRefused{unknown, false, ""}, TryLost{unknown, ""}});
    CHECK(world.turn.changes.empty());
    CHECK(acknowledges(world, unknown));
}

TEST_CASE("a second STARTED changes nothing") {
    World world("a");
    world.play("1s trigger\n 2s start a\n 3s start a");
    CHECK(world.turn.changes.empty());
    CHECK(world.task("a").started_at == kStart + seconds{2});
}

TEST_CASE("an exit whose STARTED never came is taken to have started with its launch") {
    World world("a");
    world.play("1s trigger\n 5s exit a");
    CHECK(world.task("a").started_at == kStart + seconds{1});
    CHECK(world.database.tries.begin()->second.started_at == kStart + seconds{1});
}

TEST_CASE("outputs that are no object are left out") {
    World world("a");
    world.trigger();
    auto report = world.exited("a");
    report.outputs = "text";
    world.step({report});
    CHECK(world.task("a").outputs.is_null());
}

// --- architecture.md, the table of who dies ---------------------------------------------------------------------------------

TEST_CASE("the daemon dies before the launch: the same try is launched") {
    World world("a");
    world.trigger();
    const auto id = world.open_try("a");
    world.crash();
    CHECK(world.told().empty());
    world.step({ExecutorListed{"process", "e1", "b1", {}}});
    CHECK(world.told() == "launch a/1");
    CHECK(world.launched("a")->id == id);
    CHECK(world.turn.changes.empty());
}

TEST_CASE("the daemon dies while a task runs: it is adopted and its exit counts") {
    World world("a\n b < a");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s start a\n"
           "3s crash\n"
           "4s list\n"
           "5s exit a -> a success; launch b/1\n");
}

TEST_CASE("the supervisor dies: its tries are lost and run again") {
    World world("a");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s start a\n"
           "3s supervisor-dies\n"
           "4s list -> a up_for_retry (lost: the process executor was restarted, and nobody saw how this ended)\n"
           "1m wake -> launch a/2\n"
           "2m exit a -> a success; r success\n");
}

TEST_CASE("the machine dies: the reason says so") {
    World world("a");
    world.trigger();
    world.crash();
    world.step({ExecutorListed{"process", "e2", "b2", {}}});
    CHECK(world.task("a").reason == "lost: the machine was restarted");
}

TEST_CASE("a supervisor's successor that still knows a try keeps it") {
    World world("a");
    world.trigger();
    const auto id = world.open_try("a");
    world.step({ExecutorListed{"process", "e2", "b1", {id}}});
    CHECK(world.told().empty());
    CHECK(world.database.tries.at(id).epoch == "e2");
}

TEST_CASE("a running try that its supervisor has forgotten is lost") {
    World world("a");
    world.play("1s trigger\n 2s start a");
    world.step({ExecutorListed{"process", "e1", "b1", {}}});
    CHECK(world.database.tries.begin()->second.state == TryState::lost);
}

TEST_CASE("a process that nobody waits for is killed") {
    World world("a");
    const weir::model::TryId stranger{77};
    world.step({ExecutorListed{"process", "e1", "b1", {stranger}}});
    REQUIRE(world.turn.effects.size() == 1);
    CHECK(std::get<KillTry>(world.turn.effects[0]).id == stranger);
}

TEST_CASE("the id of a try that only the executor knows is not given out again") {
    World world("a");
    const weir::model::TryId stranger{77};
    world.step({ExecutorListed{"process", "e1", "b1", {stranger}}});
    world.trigger();
    CHECK(world.open_try("a") > stranger);
}

TEST_CASE("after a crash nothing is launched before the executor has listed its tries") {
    World world("a\n b");
    world.play("1s trigger\n 2s exit a\n 3s crash\n 4s trigger s");
    CHECK(world.told().empty());
    world.step({world.listed()});
    CHECK(world.told() == "launch s:a/1; launch s:b/1");
}

TEST_CASE("retries that were waiting go on waiting after a crash") {
    World world("a | retries=1 delay=1m");
    world.play("1s trigger\n 2s exit a 1");
    const auto retry_at = world.task("a").retry_at;
    world.crash();
    world.step({world.listed()});
    CHECK(world.turn.wake_at == retry_at);
    world.run_until(*retry_at);
    CHECK(world.told() == "launch a/2");
}

TEST_CASE("a queued task without an open try gets its turn again") {
    World world("a");
    world.trigger();
    world.database.tries.clear();
    world.crash();
    CHECK(world.task("a").state == TaskState::scheduled);
}

TEST_CASE("a run whose version no longer loads fails, with the reason") {
    World world("a\n b < a");
    world.trigger();
    auto recovered = world.database.recovered();
    for (auto& live : recovered.runs) live.history.dag = nullptr;
    world.state = State();
    world.step({recovered});
    CHECK(world.run().state == RunState::failed);
    CHECK(world.task("b").reason == "the version of the DAG that this run has no longer loads");
    const auto forgotten = *world.running().begin();
    world.step({world.listed()});
    CHECK(std::get<KillTry>(world.turn.effects.at(0)).id == forgotten);
}
