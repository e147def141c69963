#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::ErrorKind;
using weir::model::RunState;

namespace {

World one_at_a_time(const std::string& text) {
    auto dag = parse_dag(text);
    dag.max_active_runs = 1;
    return World({dag});
}

std::string trigger_error(World& world, TriggerRun input) {
    input.request = {99};
    world.step({input});
    return world.error();
}

}  // namespace

TEST_CASE("a chain runs task by task and succeeds") {
    World world("a\n b < a\n c < b");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s start a\n"
           "3s exit a -> a success; launch b/1\n"
           "4s exit b -> b success; launch c/1\n"
           "5s exit c -> c success; r success");
    CHECK(world.run().started_at == kStart + seconds{1});
    CHECK(world.run().ended_at == kStart + seconds{5});
    CHECK(world.task("a").started_at == kStart + seconds{2});
}

TEST_CASE("a DAG without tasks succeeds at once") {
    World world("");
    world.trigger();
    CHECK(world.told() == "r success");
}

TEST_CASE("a run is written once a turn, with its last state") {
    World world("");
    world.trigger();
    CHECK(std::ranges::count_if(world.turn.changes, [](const auto& change) {
              return std::holds_alternative<weir::model::Run>(change);
          }) == 1);
}

TEST_CASE("runs beyond max_active_runs queue and start in their order") {
    auto world = one_at_a_time("a");
    expect(world,
           "1s trigger r1 -> launch r1:a/1\n"
           "2s trigger r2 -> r2 queued\n"
           "3s trigger r3 -> r3 queued\n"
           "4s exit r1:a -> r1:a success; r1 success; r2 running; launch r2:a/1\n"
           "5s exit r2:a -> r2:a success; r2 success; r3 running; launch r3:a/1\n");
}

TEST_CASE("a run by hand of a paused DAG waits until the DAG is unpaused") {
    World world("a");
    expect(world,
           "1s pause\n"
           "2s trigger -> r queued\n"
           "3s unpause -> r running; launch a/1\n");
}

TEST_CASE("pausing lets a running run finish") {
    World world("a\n b < a");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s pause\n"
           "3s exit a -> a success; launch b/1\n"
           "4s exit b -> b success; r success\n");
}

TEST_CASE("a run keeps the version of its DAG") {
    World world("a\n b < a");
    world.trigger();
    world.load(parse_dag("a\n c < a"));
    CHECK(world.database.versions.rbegin()->second.number == 2);
    world.exit("a");
    CHECK(world.told() == "a success; launch b/1");
    world.trigger("later");
    world.exit("later:a");
    CHECK(world.told() == "later:a success; launch later:c/1");
}

TEST_CASE("a run keeps its version across a crash") {
    World world("a\n b < a");
    world.trigger();
    world.load(parse_dag("a\n c < a"));
    world.crash();
    world.step({world.listed()});
    world.exit("a");
    CHECK(world.told() == "a success; launch b/1");
}

TEST_CASE("the same text again makes no version") {
    World world("a");
    world.load(parse_dag("a"));
    CHECK(world.turn.changes.empty());
    world.crash();
    CHECK(world.database.versions.size() == 1);
}

TEST_CASE("a removed DAG lets its runs finish and takes no new ones") {
    World world("a\n b < a");
    world.trigger();
    world.step({DagRemoved{"etl"}});
    CHECK(world.database.dags.at("etl").removed);
    world.exit("a");
    CHECK(world.told() == "a success; launch b/1");
    CHECK(trigger_error(world, {.dag_id = "etl"}) == "the file of DAG 'etl' is gone; put it back to run it");
    world.load(parse_dag("a\n b < a"));
    CHECK_FALSE(world.database.dags.at("etl").removed);
    CHECK(world.database.versions.size() == 1);
}

// --- what trigger refuses ------------------------------------------------------------------------------------------------

TEST_CASE("an unknown DAG's error names the nearest one") {
    World world("a");
    CHECK(trigger_error(world, {.dag_id = "elt"}).starts_with("there is no DAG 'elt'; "));
}
TEST_CASE("a run_id may not be taken, long, strange, a folder or one of Weir's own") {
    World world("a");
    world.trigger("taken");
    const auto error = [&world](std::string run_id) {
        return trigger_error(world, {.dag_id = "etl", .run_id = std::move(run_id)});
    };
    CHECK(error("taken") == "DAG 'etl' has a run with run_id 'taken' or this logical_date already");
    CHECK(error(std::string(251, 'x')) == "run_id has 251 characters; the most is 250");
    CHECK(error("a/b") == "run_id 'a/b' may hold only letters, digits and _ . ~ : + -");
    CHECK(error("..") == "run_id '..' is a folder's name; choose another");
    CHECK(error("~") == "run_id '~' means all runs; choose another");
    CHECK(error("latest") == "run_id 'latest' means the newest run; choose another");
    CHECK(error("scheduled__x") ==
          "run_id 'scheduled__x' begins with 'scheduled__', which Weir keeps for its own runs");
    CHECK(error(std::string(250, 'x')).empty());
}
TEST_CASE("a run that history has already is a conflict") {
    World world("a");
    world.step({TriggerRun{.request = {1}, .dag_id = "etl", .run_id = "old", .found_same = true}});
    const auto& reply = std::get<Reply>(world.turn.effects.at(0));
    REQUIRE(reply.result.has_error());
    CHECK(reply.result.error().kind == ErrorKind::conflict);
}
TEST_CASE("a logical_date in the future is refused") {
    World world("a");
    CHECK(trigger_error(world, {.dag_id = "etl", .logical_date = kStart + hours{1}}) ==
          "logical_date 2026-11-22T01:00:00Z lies in the future (it is 2026-11-22T00:00:00Z)");
}
TEST_CASE("two runs with one logical_date in one turn: the second is a conflict") {
    World world("a");
    const TriggerRun once{.request = {1}, .dag_id = "etl", .run_id = "x", .logical_date = kStart - hours{1}};
    auto again = once;
    again.run_id = "y";
    world.step({once, again});
    CHECK(world.error() == "DAG 'etl' has a run with logical_date 2026-11-21T23:00:00Z already");
}
TEST_CASE("wrong params are all named") {
    auto dag = parse_dag("a");
    dag.params.push_back({"day", "", {{"type", "string"}}, std::nullopt});
    World world({dag});
    CHECK(trigger_error(world, {.dag_id = "etl", .params = {{"dya", 1}}}) ==
          "unknown param 'dya'; did you mean 'day'?; param 'day' is required; it has no default");
}
TEST_CASE("a run without a run_id gets one from the time, and two at one instant differ") {
    World world("a");
    world.step({TriggerRun{.request = {1}, .dag_id = "etl"}, TriggerRun{.request = {2}, .dag_id = "etl"}});
    CHECK(world.run_ids() ==
          std::vector<std::string>{"manual__2026-11-22T00:00:00Z", "manual__2026-11-22T00:00:00Z_2"});
}
TEST_CASE("a name from the time that history has already, since the clock was set back, gets the run's number") {
    World world("a");
    world.step({TriggerRun{.request = {1}, .dag_id = "etl", .found_manual_name = true}});
    CHECK(world.run_ids() == std::vector<std::string>{"manual__2026-11-22T00:00:00Z_1"});
}
TEST_CASE("the reply carries the run as it was committed") {
    World world("a");
    world.trigger();
    const auto found = std::ranges::find_if(world.turn.effects,
                                            [](const auto& effect) { return std::holds_alternative<Reply>(effect); });
    REQUIRE(found != world.turn.effects.end());
    CHECK(std::get<Reply>(*found).result->run == world.run());
}

// --- kill ----------------------------------------------------------------------------------------------------------------

TEST_CASE("a killed run ends its tries, skips the rest and fails, without retries") {
    World world("a | retries=5\n b < a\n c");
    expect(world,
           "1s trigger -> launch a/1; launch c/1\n"
           "2s exit c -> c success\n"
           "3s kill -> b skipped (killed by hand, with its run); kill a\n"
           "4s signal a 15 -> a failed (killed by hand, with its run); r failed\n");
}
TEST_CASE("a killed task fails and what follows it goes by its rules") {
    World world("a | retries=5\n b < a\n c < a | rule=all_done");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s kill a -> kill a\n"
           "3s signal a 15 -> a failed (killed by hand); b upstream_failed; launch c/1\n"
           "4s exit c -> c success; r failed\n");
}
TEST_CASE("a killed run fails though its last leaf succeeded") {
    World world("a\n b < a | rule=all_done");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s kill -> b skipped (killed by hand, with its run); kill a\n"
           "3s exit a -> a failed (killed by hand, with its run); r failed\n");
}
TEST_CASE("killing a queued run ends it at once") {
    auto world = one_at_a_time("a");
    expect(world,
           "1s trigger other -> launch other:a/1\n"
           "2s trigger -> r queued\n"
           "3s kill -> a skipped (killed by hand, with its run); r failed\n");
}
TEST_CASE("killing a task that waits for its retry fails it") {
    World world("a | retries=5");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s exit a 1 -> a up_for_retry (exit code 1)\n"
           "3s kill a -> a failed (killed by hand); r failed\n"
           "1h wake\n");
}
TEST_CASE("a kill survives a crash of the daemon") {
    World world("a | retries=5\n b < a");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s start a\n"
           "3s kill -> b skipped (killed by hand, with its run); kill a\n"
           "4s crash\n"
           "5s list -> kill a\n"
           "6s signal a 9 -> a failed (killed by hand, with its run); r failed\n");
}
TEST_CASE("a kill between commit and launch leaves nothing to launch") {
    World world("a");
    expect(world, "1s trigger -> launch a/1\n 2s kill -> kill a\n");
    world.crash();
    world.step({ExecutorListed{"process", "e1", "b1", {}}});
    CHECK(world.told() == "a failed (killed by hand, with its run); r failed");
}
TEST_CASE("killing what is not live is an error") {
    World world("a");
    world.play("1s trigger\n 2s exit a\n 3s kill");
    CHECK(world.error() == "there is no run 'r' of DAG 'etl'");
}

// --- retry ---------------------------------------------------------------------------------------------------------------

TEST_CASE("a retry runs what failed and all after it again, as further tries") {
    World world("a\n b < a\n c < b\n d");
    expect(world,
           "1s trigger -> launch a/1; launch d/1\n"
           "2s exit a -> a success; launch b/1\n"
           "3s exit d -> d success\n"
           "4s exit b 1 -> b failed (exit code 1); c upstream_failed; r failed\n"
           "5s retry -> r running; launch b/2\n"
           "6s exit b -> b success; launch c/1\n"
           "7s exit c -> c success; r success\n");
    CHECK(world.database.tries.size() == 5);
    CHECK(world.run().started_at == kStart + seconds{5});
}
TEST_CASE("a retry by hand gives the task all its retries again") {
    World world("a | retries=1 delay=0");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s exit a 1 -> launch a/2\n"
           "3s exit a 1 -> a failed (exit code 1); r failed\n"
           "4s retry -> r running; launch a/3\n"
           "5s exit a 1 -> launch a/4\n"
           "6s exit a 1 -> a failed (exit code 1); r failed\n");
}
TEST_CASE("a named task is run again though it succeeded") {
    World world("a\n b < a");
    world.play("1s trigger\n 2s exit a\n 3s exit b\n 4s retry a");
    CHECK(world.told() == "r running; launch a/2");
    CHECK(world.task("b").state == TaskState::none);
}
TEST_CASE("a retry in a live run leaves the rest alone") {
    World world("a\n b\n c < a");
    expect(world,
           "1s trigger -> launch a/1; launch b/1\n"
           "2s exit a 1 -> a failed (exit code 1); c upstream_failed\n"
           "3s retry -> launch a/2\n"
           "4s exit a -> a success; launch c/1\n"
           "5s exit c -> c success\n"
           "6s exit b -> b success; r success\n");
}
TEST_CASE("a retry of what still runs is refused") {
    World world("a\n b < a | rule=always");
    world.play("1s trigger\n 2s exit a 1\n 3s retry a");
    CHECK(world.error() == "task 'b' is queued; wait for its end or kill it first");
}
TEST_CASE("a retry when nothing failed is refused, and the run stays finished") {
    World world("a");
    world.play("1s trigger\n 2s exit a\n 3s retry");
    CHECK(world.error() == "nothing has failed in run 'r'; name the tasks to run again");
    CHECK(world.turn.changes.empty());
    CHECK(world.memory().runs.empty());
}
TEST_CASE("a retry of an unknown task names the nearest") {
    World world("extract");
    world.play("1s trigger\n 2s exit extract 1\n 3s retry extrct");
    CHECK(world.error() == "DAG 'etl' has no task 'extrct'; did you mean 'extract'?");
}
TEST_CASE("a retried run waits for room like any other") {
    auto world = one_at_a_time("a");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s exit a 1 -> a failed (exit code 1); r failed\n"
           "3s trigger other -> launch other:a/1\n"
           "4s retry -> r queued\n"
           "5s exit other:a -> other:a success; other success; r running; launch a/2\n");
}
TEST_CASE("a killed run can be retried as a whole") {
    World world("a\n b < a");
    expect(world,
           "1s trigger -> launch a/1\n"
           "2s kill -> b skipped (killed by hand, with its run); kill a\n"
           "3s signal a 15 -> a failed (killed by hand, with its run); r failed\n"
           "4s retry -> r running; launch a/2\n"
           "5s exit a -> a success; launch b/1\n"
           "6s exit b -> b success; r success\n");
}
TEST_CASE("a thousand queued runs of a DAG are the most that may be triggered") {
    World world("a");
    world.play("0s pause");
    for (int i = 0; i < 1000; ++i) world.trigger("r" + std::to_string(i));
    CHECK(world.error().empty());
    world.trigger("one-more");
    CHECK(world.error() == "1000 runs of DAG 'etl' wait already; unpause it first");
}
