// Marking how tasks and runs ended, killing what has ended, and restarting with other params.
#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::RunState;

namespace {

std::optional<RunHistory> found(World& world, const std::string& run_id) {
    for (const auto& [id, row] : world.database.runs)
        if (row.run_id == run_id && is_finished(row.state)) return world.database.history_of(row);
    return std::nullopt;
}

void mark(World& world, TaskState state, TaskSelection tasks) {
    MarkTasks input;
    input.request = world.next_request();
    input.dag_id = "etl";
    input.run_id = "r";
    input.tasks = std::move(tasks);
    input.state = state;
    input.found_run = found(world, "r");
    world.step({input});
}

void change(World& world, std::optional<RunState> state, std::optional<std::string> note = std::nullopt) {
    ChangeRun input;
    input.request = world.next_request();
    input.dag_id = "etl";
    input.run_id = "r";
    input.state = state;
    input.note = std::move(note);
    input.found_run = found(world, "r");
    world.step({input});
}

}  // namespace

TEST_CASE("a failed task that is marked success lets what failed below it run") {
    World world("a\n b < a\n c < b");
    world.play("1s trigger\n 2s exit a 1");
    REQUIRE(world.run().state == RunState::failed);
    mark(world, TaskState::success, {.names = {"a"}});
    CHECK(world.told() == "a success (marked success by hand); r running; launch b/1");
    CHECK(world.answer().run.state == RunState::running);
    world.exit("b");
    world.exit("c");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("a run that has nothing left to do after a mark ends at once as its tasks say") {
    World world("a");
    world.play("1s trigger\n 2s exit a 1");
    mark(world, TaskState::success, {.names = {"a"}});
    CHECK(world.run().state == RunState::success);
    CHECK(world.run().started_at == kStart + seconds{1});
    mark(world, TaskState::failed, {.names = {"a"}});
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("a running task that is marked is killed, and becomes what was said when its try has ended") {
    for (const auto state : {TaskState::success, TaskState::failed, TaskState::skipped}) {
        World world("a | retries=3\n b < a | rule=all_done");
        world.play("1s trigger");
        mark(world, state, {.names = {"a"}});
        CHECK(world.told() == "kill a");
        world.crash();
        world.step({world.listed()});
        CHECK(world.told() == "kill a");
        world.exit("a", 1);
        CHECK(world.task("a").state == state);
        CHECK(world.task("b").state == TaskState::queued);
    }
}

TEST_CASE("a task that waits is marked without ever running") {
    World world("a\n b < a\n c < b");
    world.play("1s trigger");
    mark(world, TaskState::skipped, {.names = {"b"}, .downstream = true});
    CHECK(world.task("c").state == TaskState::skipped);
    world.exit("a");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("an instance of a mapped task is marked alone, and its task ends with the last of them") {
    World world("m | foreach=[1,2]\n after < m");
    world.play("1s trigger\n 2s exit m[0]\n 3s exit m[1] 1");
    mark(world, TaskState::success, {.names = {"m"}, .map_index = 1});
    CHECK(world.task("m").state == TaskState::success);
    world.exit("after");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("a dry mark answers which task instances, and changes nothing") {
    World world("a\n b < a");
    world.play("1s trigger\n 2s exit a 1");
    MarkTasks input{world.next_request(), "etl", "r", {.names = {"a"}, .downstream = true}, TaskState::success, true,
                    found(world, "r")};
    world.step({input});
    CHECK(world.answer().task_instances.size() == 2);
    CHECK(world.turn.changes.empty());
}

TEST_CASE("a mark that means nothing is refused") {
    World world("a");
    world.play("1s trigger");
    mark(world, TaskState::running, {.names = {"a"}});
    CHECK(world.error() == "a task is marked success, failed or skipped, not running");
    mark(world, TaskState::success, {});
    CHECK(world.error() == "name the tasks to mark");
    mark(world, TaskState::success, {.names = {"x"}});
    CHECK(world.error().find("DAG 'etl' has no task 'x'") == 0);
}

TEST_CASE("a running run that is marked failed is killed") {
    World world("a\n b < a");
    world.play("1s trigger");
    change(world, RunState::failed);
    CHECK(world.told() == "b skipped (killed by hand, with its run); kill a");
    world.exit("a");
    CHECK(world.run().state == RunState::failed);
}

TEST_CASE("a running run that is marked success ends so, with its tasks, once what runs was killed") {
    World world("a\n b < a");
    world.play("1s trigger");
    change(world, RunState::success);
    CHECK(world.told().find("kill a") != std::string::npos);
    world.exit("a", 1);
    CHECK(world.task("a").state == TaskState::success);
    CHECK(world.task("b").state == TaskState::success);
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("a run that has ended is marked the other way") {
    World world("a\n b < a");
    world.play("1s trigger\n 2s exit a 1");
    change(world, RunState::success);
    CHECK(world.run().state == RunState::success);
    CHECK(world.task("b").state == TaskState::success);
    change(world, RunState::failed, "the numbers are wrong");
    CHECK(world.run().state == RunState::failed);
    CHECK(world.run().note == "the numbers are wrong");
    CHECK(world.answer().run.state == RunState::failed);
}

TEST_CASE("a note is kept with a run that is live, and with one that has ended") {
    World world("a");
    world.play("1s trigger");
    change(world, std::nullopt, "looks slow");
    CHECK(world.run().note == "looks slow");
    CHECK(world.run().state == RunState::running);
    world.exit("a");
    change(world, std::nullopt, "was slow");
    CHECK(world.run().note == "was slow");
    CHECK(world.run().state == RunState::success);
}

TEST_CASE("killing a run that has ended says how it ended") {
    World world("a");
    world.play("1s trigger\n 2s exit a");
    world.step({Kill{world.next_request(), "etl", "r", std::nullopt, std::nullopt, RunState::success}});
    CHECK(world.error() == "run 'r' has ended already: success");
}

TEST_CASE("a restarted run has the params of the old one, with the given ones over them") {
    auto dag = parse_dag("a");
    dag.params = {{"x", "", {{"type", "integer"}}, model::Json(1)}, {"y", "", {{"type", "integer"}}, model::Json(2)}};
    World world({dag});
    TriggerRun first;
    first.request = world.next_request();
    first.dag_id = "etl";
    first.run_id = "first";
    first.params = {{"x", 5}};
    first.logical_date = kStart - hours{1};
    first.data_interval = model::Interval{kStart - hours{2}, kStart - hours{1}};
    world.step({first});
    world.exit("first:a");
    TriggerRun again;
    again.request = world.next_request();
    again.dag_id = "etl";
    again.run_id = "again";
    again.params = {{"y", 7}};
    again.restart_of = "first";
    again.found_restarted = world.run("first");
    world.step({again});
    CHECK(world.run("again").params == model::Json{{"x", 5}, {"y", 7}});
    CHECK(world.run("again").restart_of == "first");
    CHECK(world.run("again").data_interval == world.run("first").data_interval);
    again.run_id = "wrong";
    again.params = {{"y", "text"}};
    world.step({again});
    CHECK(world.error().find("y") != std::string::npos);
    again.found_restarted.reset();
    again.restart_of = "nope";
    world.step({again});
    CHECK(world.error() == "there is no run 'nope' of DAG 'etl' to restart");
}
