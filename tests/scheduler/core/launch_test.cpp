#include "scheduler/core/launch.hpp"

#include <regex>

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::Json;

namespace {

model::Dag with_env(std::map<std::string, std::string> env) {
    auto dag = parse_dag("a");
    dag.tasks[0].env = std::move(env);
    return dag;
}

}  // namespace

TEST_CASE("every task is told who it is") {
    auto dag = with_cron(parse_dag("a"), "0 * * * *", "Europe/Berlin");
    World world({dag});
    world.run_until(kStart + hours{1});
    world.step();
    const auto& tries = world.database.tries;
    REQUIRE(tries.size() == 1);
    const auto launch = make_launch(world.memory().runs.begin()->second, 0, tries.begin()->second);
    REQUIRE(launch.has_value());
    const auto env = environment_of(*launch);
    CHECK(env.at("WEIR_DAG_ID") == "etl");
    CHECK(env.at("WEIR_RUN_ID") == "scheduled__2026-11-22T01:00:00Z");
    CHECK(env.at("WEIR_TASK_ID") == "a");
    CHECK(env.at("WEIR_TRY") == "1");
    CHECK(env.at("WEIR_LOGICAL_DATE") == "2026-11-22T02:00:00+01:00");
    CHECK(env.at("WEIR_DATA_INTERVAL_START") == "2026-11-22T01:00:00+01:00");
    CHECK(env.at("WEIR_WINDOW_END") == "2026-11-22T02:00:00+01:00");
    CHECK(launch->log_path == "etl/scheduled__2026-11-22T01:00:00Z/a.1.log");
}

TEST_CASE("each try of each task has a log of its own, whose name any file system takes") {
    const std::string first(249, 'x'), second = first + 'y';
    World world("a | retries=1 delay=0\na.1\n" + first + "\n" + second);
    world.trigger();
    std::set<std::string> logs;
    for (const auto& id : {std::string("a"), std::string("a.1"), first, second}) {
        const auto path = world.launched(id)->log_path;
        CHECK(path.substr(path.rfind('/') + 1).size() < 220);
        logs.insert(path);
    }
    world.exit("a", 1);
    logs.insert(world.launched("a")->log_path);
    CHECK(logs.size() == 5);
}

TEST_CASE("a launch is for the executor's life that it was decided for, and no successor starts it") {
    World world("a");
    world.trigger();
    CHECK(world.launched("a")->epoch == "e1");
    CHECK(world.database.tries.begin()->second.epoch == "e1");
}

TEST_CASE("the traceparent is valid, the same for a try and another for the next") {
    World world("a | retries=1 delay=0");
    world.trigger();
    const auto first = world.launched("a")->env.at("TRACEPARENT");
    CHECK(std::regex_match(first, std::regex("00-[0-9a-f]{32}-[0-9a-f]{16}-01")));
    world.exit("a", 1);
    const auto second = world.launched("a")->env.at("TRACEPARENT");
    CHECK(first.substr(0, 35) == second.substr(0, 35));
    CHECK(first != second);
}

TEST_CASE("expressions are filled in from the run") {
    auto dag =
        with_env({{"DAY", "${{ window.start | date('%Y%m%d') }}"}, {"N", "${{ params.n }}"}, {"ID", "${{ run.id }}"}});
    dag.params.push_back({"n", "", {{"type", "integer"}}, Json(3)});
    dag.tasks[0].action = model::CommandLine{{"echo", "${{ dag.id }}", "x-${{ task.try_number }}"}};
    World world({dag});
    world.trigger();
    const auto* launch = world.launched("a");
    REQUIRE(launch != nullptr);
    CHECK(launch->env.at("DAY") == "20261122");
    CHECK(launch->env.at("N") == "3");
    CHECK(launch->env.at("ID") == "r");
    CHECK(std::get<model::CommandLine>(launch->action).argv == std::vector<std::string>{"echo", "etl", "x-1"});
}

TEST_CASE("a task sees states and outputs of the tasks before it") {
    auto dag = parse_dag("a\n b < a | rule=all_done");
    dag.tasks[1].env = {
        {"ROWS", "${{ tasks.a.outputs.rows }}"}, {"HOW", "${{ tasks.a.state }}"}, {"RUN", "${{ run.state }}"}};
    World world({dag});
    world.trigger();
    auto report = world.exited("a", 0);
    report.outputs = {{"rows", 12}};
    world.step({report});
    const auto* launch = world.launched("b");
    REQUIRE(launch != nullptr);
    CHECK(launch->env.at("ROWS") == "12");
    CHECK(launch->env.at("HOW") == "success");
    CHECK(launch->env.at("RUN") == "success");
}

TEST_CASE("a task that reports on its run is told that something failed") {
    auto dag = parse_dag("a\n b < a | rule=all_done");
    dag.tasks[1].env = {{"RUN", "${{ run.state }}"}};
    World world({dag});
    world.trigger();
    world.exit("a", 1);
    CHECK(world.launched("b")->env.at("RUN") == "failed");
}

TEST_CASE("a value that is missing fails the task before any try, and says where") {
    auto dag = parse_dag("a\n b < a");
    dag.tasks[1].env = {{"ROWS", "${{ tasks.a.outputs.rows }}"}};
    World world({dag});
    world.trigger();
    world.exit("a");
    CHECK(world.task("b").state == TaskState::failed);
    CHECK(world.task("b").reason.starts_with(
        "env.ROWS: ${{ tasks.a.outputs.rows }}: 'tasks.a.outputs.rows' has no value"));
    CHECK(world.task("b").try_number == 0);
    CHECK(world.run().state == model::RunState::failed);
}

TEST_CASE("a launch again after a crash is the same launch") {
    auto dag = with_env({{"TRY", "${{ task.try_number }}"}});
    World world({dag});
    world.trigger();
    const auto first = *world.launched("a");
    world.crash();
    world.step({ExecutorListed{"process", "e1", "b1", {}}});
    REQUIRE(world.launched("a") != nullptr);
    CHECK(environment_of(*world.launched("a")) == environment_of(first));
    CHECK(world.launched("a")->log_path == first.log_path);
}

TEST_CASE("SQL keeps its values apart from its text") {
    auto dag = parse_dag("a");
    dag.tasks[0].action = model::OperatorCall{model::OperatorKind::sql,
                                              {{"postgres", "db"}, {"query", {{"$sql", "select ${{ run.id }}"}}}}};
    World world({dag});
    world.trigger();
    const auto& call = std::get<model::OperatorCall>(world.launched("a")->action);
    CHECK(call.settings["query"]["text"] == "select $1");
    CHECK(call.settings["query"]["params"] == Json::array({"r"}));
}
