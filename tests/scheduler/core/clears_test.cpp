// Clearing: which task instances run again, in which runs, and with which version of the DAG.
#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::RunState;
using Ids = std::vector<std::string>;

namespace {

// As the loop does it.
void clear(World& world, ClearTasks input) {
    input.request = world.next_request();
    input.dag_id = "etl";
    for (const auto& [id, row] : world.database.runs) {
        const auto& date = row.logical_date;
        const bool in_range = input.range && date && *date >= input.range->from && *date <= input.range->to;
        if (is_finished(row.state) && (row.run_id == input.run_id || in_range))
            input.found_runs.push_back(world.database.history_of(row));
    }
    world.step({input});
}

ClearTasks of_run(TaskSelection tasks = {}, const std::string& run_id = "r") {
    ClearTasks input;
    input.run_id = run_id;
    input.tasks = std::move(tasks);
    return input;
}

Ids cleared(const World& world) {
    Ids names;
    for (const auto& row : world.answer().task_instances)
        names.push_back(model::instance_name(row.task_id, row.map_index));
    return names;
}

// What would be cleared.
Ids would_clear(World& world, TaskSelection tasks) {
    auto input = of_run(std::move(tasks));
    input.dry_run = true;
    clear(world, input);
    CHECK(world.turn.changes.empty());
    return cleared(world);
}

// a -> b -> c, d apart; b has failed.
World diamond() {
    World world("a\n b < a\n c < b\n d");
    world.play("1s trigger\n 2s exit a\n 3s exit d\n 4s exit b 1\n");
    return world;
}

}  // namespace

TEST_CASE("a clear means the named tasks, what is above or below them, or all") {
    auto world = diamond();
    CHECK(would_clear(world, {.names = {"b"}}) == Ids{"b"});
    CHECK(would_clear(world, {.names = {"b"}, .downstream = true}) == Ids{"b", "c"});
    CHECK(would_clear(world, {.names = {"b"}, .upstream = true}) == Ids{"a", "b"});
    CHECK(would_clear(world, {}) == Ids{"a", "b", "c", "d"});
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("of a selection only the failed ones may be meant") {
    auto world = diamond();
    CHECK(would_clear(world, {.only_failed = true}) == Ids{"b", "c"});
    CHECK(would_clear(world, {.names = {"a"}, .only_failed = true}) == Ids{});
    CHECK(would_clear(world, {.names = {"c"}, .upstream = true, .only_failed = true}) == Ids{"b", "c"});
}

TEST_CASE("a group stands for its tasks, and for those of the groups in it") {
    auto dag = parse_dag("g.a\n g.h.b < g.a\n gg.c\n d");
    dag.tasks[0].group = "g";
    dag.tasks[1].group = "g.h";
    dag.tasks[2].group = "gg";
    dag.groups = {{"g", "", ""}, {"g.h", "g", ""}, {"gg", "", ""}};
    World world({dag});
    world.play("1s trigger\n 2s exit g.a\n 3s exit g.h.b\n 4s exit gg.c\n 5s exit d");
    CHECK(would_clear(world, {.names = {"g"}}) == Ids{"g.a", "g.h.b"});
    CHECK(would_clear(world, {.names = {"g.h"}}) == Ids{"g.h.b"});
    clear(world, of_run({.names = {"gh"}}));
    CHECK(world.error().find("DAG 'etl' has no task 'gh'; did you mean") == 0);
}

TEST_CASE("cleared tasks of a finished run run again as further tries, and their run ends anew") {
    auto world = diamond();
    clear(world, of_run({.names = {"b"}, .downstream = true}));
    CHECK(world.answer().run.state == RunState::running);
    CHECK(world.told() == "r running; launch b/2");
    world.exit("b");
    world.exit("c");
    CHECK(world.run().state == RunState::success);
    CHECK(world.database.tries.size() == 5);
}

TEST_CASE("clearing a task clears its setups and teardowns too") {
    World world("make | setup=1\n work < make\n more < work\n drop < more make | teardown=1\n other");
    world.play("1s trigger\n 2s exit make\n 3s exit other\n 4s exit work\n 5s exit more\n 6s exit drop\n");
    REQUIRE(world.run().state == RunState::success);
    CHECK(would_clear(world, {.names = {"more"}}) == Ids{"make", "more", "drop"});
    CHECK(would_clear(world, {.names = {"other"}}) == Ids{"other"});
}

TEST_CASE("one instance of a mapped task is cleared by its index, the task as a whole with all of them") {
    World world("m | foreach=[1,2]\n after < m");
    world.play("1s trigger\n 2s exit m[0]\n 3s exit m[1] 1");
    REQUIRE(world.run().state == RunState::failed);
    CHECK(would_clear(world, {.names = {"m"}, .map_index = 1}) == Ids{"m[1]"});
    CHECK(would_clear(world, {.names = {"m"}}) == Ids{"m[0]", "m[1]"});
    CHECK(would_clear(world, {.only_failed = true}) == Ids{"after", "m[1]"});
    clear(world, of_run({.names = {"m"}, .map_index = 2}));
    CHECK(world.error() == "task 'm' has no instance 2 in run 'r'");
    clear(world, of_run({.names = {"m"}, .map_index = 1, .downstream = true}));
    world.exit("m[1]");
    world.exit("after");
    CHECK(world.run().state == RunState::success);
    CHECK(world.task("m[0]").try_number == 1);
}

TEST_CASE("a task that runs is not cleared") {
    World world("a");
    world.trigger();
    clear(world, of_run());
    CHECK(world.error() == "task 'a' is queued; wait for its end or kill it first");
}

TEST_CASE("a range clears the runs whose logical date lies in it, both ends included") {
    World world("a\n b < a");
    const auto run_at = [&world](int hour) {
        TriggerRun input;
        input.request = world.next_request();
        input.dag_id = "etl";
        input.run_id = "h" + std::to_string(hour);
        input.logical_date = kStart - hours{24 - hour};
        world.step({input});
        world.exit(input.run_id + ":a");
        world.exit(input.run_id + ":b", hour == 2 ? 1 : 0);
    };
    for (const int hour : {1, 2, 3, 4}) run_at(hour);
    ClearTasks input;
    input.range = DateRange{kStart - hours{22}, kStart - hours{20}};
    input.tasks.names = {"b"};
    input.dry_run = true;
    clear(world, input);
    CHECK(world.answer().runs.size() == 3);
    CHECK(cleared(world) == Ids{"b", "b", "b"});
    input.tasks.only_failed = true;
    input.dry_run = false;
    clear(world, input);
    CHECK(world.run("h2").state == RunState::running);
    CHECK(world.run("h3").state == RunState::success);
    CHECK(world.answer().runs.size() == 1);
    input.found_too_many = true;
    clear(world, input);
    CHECK(world.error().find("more than 100 runs lie in this range") == 0);
}

TEST_CASE("a clear can take the newest version: tasks that are gone are removed, new ones appear") {
    World world("a\n b < a");
    world.play("1s trigger\n 2s exit a\n 3s exit b");
    world.load(parse_dag("a\n c < a"));
    auto input = of_run();
    input.newest_version = true;
    clear(world, input);
    CHECK(world.run().version == weir::model::DagVersionId{2});
    CHECK(world.task("b").state == TaskState::removed);
    world.exit("a");
    world.exit("c");
    CHECK(world.run().state == RunState::success);
    CHECK(world.task("a").try_number == 2);
}

TEST_CASE("a task that the newest version maps no more runs as one: its instances are removed") {
    World world("a | foreach=[1,2]");
    world.play("1s trigger\n 2s exit a[0]\n 3s exit a[1] 1");
    world.load(parse_dag("a"));
    auto input = of_run({.only_failed = true});
    input.newest_version = true;
    clear(world, input);
    for (const auto* instance : {"a[0]", "a[1]"}) {
        CHECK(world.task(instance).state == TaskState::removed);
        CHECK(world.task(instance).reason == "the task has no `foreach` any more");
    }
    world.exit("a");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("without the newest version a cleared run keeps its own") {
    World world("a\n b < a");
    world.play("1s trigger\n 2s exit a\n 3s exit b");
    world.load(parse_dag("a\n c < a"));
    clear(world, of_run());
    CHECK(world.run().version == weir::model::DagVersionId{1});
    world.exit("a");
    world.exit("b");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("a dry run with the newest version leaves no trace") {
    World world("a\n b < a");
    world.play("1s trigger\n 2s exit a\n 3s exit b");
    world.load(parse_dag("a\n c < a"));
    auto input = of_run();
    input.newest_version = true;
    input.dry_run = true;
    clear(world, input);
    CHECK(world.turn.changes.empty());
    CHECK(cleared(world) == Ids{"a", "c"});
}

TEST_CASE("nothing to clear is no error, but nothing to retry is") {
    World world("a");
    world.play("1s trigger\n 2s exit a");
    clear(world, of_run({.only_failed = true}));
    CHECK(world.answer().task_instances.empty());
    CHECK(world.turn.changes.empty());
    world.step({world.retry({})});
    CHECK(world.error() == "nothing has failed in run 'r'; name the tasks to run again");
    clear(world, of_run({}, "nope"));
    CHECK(world.error() == "there is no run 'nope' of DAG 'etl'");
}
