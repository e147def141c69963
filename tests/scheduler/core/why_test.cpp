#include "scheduler/core/why.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;

namespace {

// The state, then the reasons, a line each.
std::string why(World& world, std::optional<std::string> run = {}, std::optional<std::string> task = {},
                const std::string& dag = "etl", int map_index = -1) {
    const auto answer = explain(world, {{}, dag, std::move(run), std::move(task), map_index});
    if (!answer) return answer.error().message;
    return fmt::format("{}\n{}", answer->state, fmt::join(answer->reasons, "\n"));
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("why: the command is answered with things as they stand after its step") {
    World world("a");
    world.step({TriggerRun{.request = {1}, .dag_id = "etl", .run_id = "r"}, Explain{{2}, "etl", "r", "a"}});
    const auto& answer = std::get<Explained>(world.turn.effects.back());
    CHECK(answer.request == weir::model::RequestId{2});
    REQUIRE(answer.result.has_value());
    CHECK(answer.result->state == "queued");
}

TEST_CASE("why: a question changes nothing") {
    World world("a");
    world.step({Explain{{1}, "etl", {}, {}}});
    CHECK(world.turn.changes.empty());
}

TEST_CASE("why: an unknown DAG, run or task is answered with the nearest name") {
    World world("load");
    world.trigger();
    CHECK(why(world, {}, {}, "elt") == "there is no DAG 'elt'; did you mean 'etl'?");
    CHECK(why(world, "s") == "DAG 'etl' has no queued or running run 's'");
    CHECK(why(world, "r", "laod") == "run 'r' has no task 'laod'; did you mean 'load'?");
}

TEST_CASE("why: a DAG without schedule waits to be triggered") {
    World world("a");
    CHECK(why(world) == "active\nit has no schedule and runs when it is triggered\nno run is queued or running");
}

TEST_CASE("why: a DAG's next tick is told with the entry that makes it and the time on its clock") {
    World world({with_cron(parse_dag("a"), "15 2 * * *", "Europe/Berlin")});
    CHECK(
        why(world) ==
        "active\nits next scheduled run is at 2026-11-22T01:15:00Z (in 1h15m), by '15 2 * * *' in Europe/Berlin, there "
        "2026-11-22T02:15:00+01:00\nno run is queued or running");
}

TEST_CASE("why: a paused DAG says since when and how it goes on") {
    World world({with_cron(parse_dag("a"), "@daily")});
    world.step({SetPaused{{1}, "etl", true}});
    world.now += minutes{5};
    CHECK(says(why(world), "paused\nit is paused since 2026-11-22T00:00:00Z (5m) and starts no runs"));
    CHECK(says(why(world), "`weir unpause etl`"));
}

TEST_CASE("why: a DAG whose file is gone says so") {
    World world("a");
    world.step({DagRemoved{"etl"}});
    CHECK(says(why(world), "removed\nits file is gone"));
}

TEST_CASE("why: a schedule that too many queued runs hold back says how many") {
    auto dag = with_cron(parse_dag("a"), "* * * * *", "UTC", weir::model::Catchup::all);
    dag.max_active_runs = 1;
    World world({dag});
    world.run_until(kStart + hours{3});
    CHECK(says(why(world), "its schedule is held back: 100 runs wait in the queue"));
    CHECK(says(why(world), "1 run is running: scheduled__2026-11-22T00:01:00Z since"));
    CHECK(says(why(world), "max_active_runs 1 is reached"));
}

TEST_CASE("why: a queued run names the runs that it waits for") {
    auto dag = parse_dag("a");
    dag.max_active_runs = 1;
    World world({dag});
    for (const auto* run : {"r", "s", "t"}) world.trigger(run);
    CHECK(why(world, "t") ==
          "queued\nmax_active_runs 1 is reached by r since 2026-11-22T00:00:00Z (less than 1s)\n1 run is before it in "
          "the "
          "queue: s");
    CHECK(says(why(world, "t", "a"), "none\nits run is queued: max_active_runs 1 is reached"));
}

TEST_CASE("why: a run that was triggered while its DAG is paused waits for that") {
    World world("a");
    world.step({SetPaused{{1}, "etl", true}});
    world.trigger();
    CHECK(why(world, "r") == "queued\nits DAG is paused; `weir unpause etl` goes on");
}

TEST_CASE("why: a running run tells of each task that runs or waits for a slot, and counts the rest") {
    World world("a\n b < a\n c < a\n d\n e", 2);
    world.trigger();
    world.exit("a");
    const auto text = why(world, "r");
    CHECK(says(text, "running\n1 of 5 tasks has ended\n"));
    CHECK(says(text, "d is queued: try 1 of 1 waits for its executor 'process' to start it"));
    CHECK(says(text, "e is scheduled: 2 tasks run at once over all DAGs, as many as parallelism allows"));
}

TEST_CASE("why: a task names the upstream tasks that have not ended, and what its rule needs of them") {
    World world("a\n b\n c\n d < a b c | rule=none_failed", 2);
    world.trigger();
    world.exit("a");
    CHECK(why(world, "r", "d") ==
          "none\nwaits for 2 of 3 upstream tasks: b (queued) and c (queued)\nits rule none_failed needs all of them to "
          "end, and none to fail\nended so far: a (success)");
}

TEST_CASE("why: many names are told by the first few") {
    std::string text, last = "z <";
    for (int i = 0; i < 20; ++i) {
        text += "t" + std::to_string(i) + "\n";
        last += " t" + std::to_string(i);
    }
    World world(text + last);
    world.trigger();
    CHECK(says(why(world, "r", "z"), "t0 (queued), t1 (queued), t2 (queued), t3 (queued), t4 (queued) and 15 more"));
}

TEST_CASE("why: a task names the tasks that fill its pool") {
    World world("a | pool=db slots=2\n b | pool=db slots=2", 16, {{"db", 3, ""}});
    world.trigger();
    CHECK(why(world, "r", "b") == "scheduled\nneeds 2 slots, and pool 'db' has 2 of 3 in use, by etl/r/a");
}

TEST_CASE("why: a task that no pool can hold says what to do") {
    World world("a | pool=db slots=4\n b | pool=gone", 16, {{"db", 3, ""}});
    world.trigger();
    CHECK(says(why(world, "r", "a"), "needs 4 slots, but pool 'db' has only 3; enlarge the pool or lower pool_slots"));
    CHECK(says(why(world, "r", "b"), "there is no pool 'gone'; define it in weir.yaml"));
}

TEST_CASE("why: a task names the tasks that fill its run") {
    auto dag = parse_dag("a\n b");
    dag.max_active_tasks = 1;
    World world({dag});
    world.trigger();
    CHECK(why(world, "r", "b") == "scheduled\nthe run is at its max_active_tasks 1, with etl/r/a");
}

TEST_CASE("why: a task whose executor is not there yet says so") {
    World world("a");
    world.crash();
    world.trigger();
    CHECK(why(world, "r", "a") == "scheduled\nits executor 'process' has not answered yet");
}

TEST_CASE("why: a running task says since when, as which process, and when its timeout comes") {
    auto dag = parse_dag("a | retries=2");
    dag.tasks[0].timeout = minutes{30};
    World world({dag});
    world.trigger();
    world.step({TryStarted{world.open_try("a"), 4711, world.now}});
    world.now += minutes{10};
    CHECK(why(world, "r", "a") ==
          "running\ntry 1 of 3 runs since 2026-11-22T00:00:00Z (10m), process 4711\nits timeout ends it at "
          "2026-11-22T00:30:00Z (in 20m)");
}

TEST_CASE("why: a task between two tries says when the next comes and why the last failed") {
    World world("a | retries=2 delay=40s");
    world.trigger();
    world.exit("a", 3);
    const auto text = why(world, "r", "a");
    CHECK(says(text, "up_for_retry\ntry 2 of 3 starts at 2026-11-22T00:00:"));
    CHECK(says(text, "\ntry 1 failed: exit code 3"));
}

TEST_CASE("why: an ended task of a run that goes on gives its reason and the upstream tasks that led to it") {
    World world("a\n b < a\n c");
    world.trigger();
    world.exit("a", 3);
    CHECK(why(world, "r", "a") == "failed\nfailed at 2026-11-22T00:00:00Z (less than 1s ago): exit code 3");
    CHECK(says(why(world, "r", "b"),
               "upstream_failed at 2026-11-22T00:00:00Z (less than 1s ago): all_success cannot hold"));
    CHECK(says(why(world, "r", "b"), "\nupstream: a (failed)"));
}

TEST_CASE("why: a task that is being killed says so") {
    World world("a");
    world.trigger();
    world.step({TryStarted{world.open_try("a"), 4711, world.now}});
    world.step({Kill{{5}, "etl", "r", std::nullopt}});
    CHECK(says(why(world, "r", "a"), "it is being ended: killed by hand, with its run"));
    CHECK(says(why(world, "r"), "it was killed, and waits for the end of what runs"));
}

TEST_CASE("why: a task with a list tells how many instances have ended and what the open ones do") {
    World world("a | foreach=[1,2,3] max_parallel=1\n b < a");
    world.trigger();
    world.exit("a[0]");
    CHECK(why(world, "r", "a") ==
          "deferred\n1 of 3 instances have ended\na[1] is queued: try 1 of 1 waits for its executor 'process' to start "
          "it, "
          "since 2026-11-22T00:00:00Z (less than 1s)\na[2] is scheduled: its max_parallel 1 is reached by etl/r/a[1]");
    CHECK(says(why(world, "r", "b"), "waits for 1 of 1 upstream task: a (1 of 3 instances have ended)"));
}

TEST_CASE("why: one instance can be asked for") {
    World world("a | foreach=[1,2] max_parallel=1");
    world.trigger();
    CHECK(why(world, "r", "a", "etl", 1) == "scheduled\nits max_parallel 1 is reached by etl/r/a[0]");
    CHECK(why(world, "r", "a", "etl", 2) == "task 'a' of run 'r' has no instance 2");
}

TEST_CASE("why: a task at its max_active names the run that it waits for") {
    auto dag = parse_dag("a");
    dag.tasks[0].max_active = 1;
    World world({dag});
    world.trigger("r");
    world.trigger("s");
    CHECK(why(world, "s", "a") == "scheduled\nits max_active 1 is reached by etl/r/a");
}

TEST_CASE("why: a task that looks at the run before names it") {
    auto dag = with_cron(parse_dag("a"), "@hourly", "UTC", weir::model::Catchup::all);
    dag.tasks[0].depends_on_past = true;
    World world({dag});
    world.run_until(kStart + hours{2});
    CHECK(says(why(world, "scheduled__2026-11-22T02:00:00Z", "a"),
               "none\nwaits: 'a' is queued in the run before, of 2026-11-22T01:00:00Z"));
}

// --- what waits for something outside ------------------------------------------------------------------------------------

namespace {

using model::Json;

model::Dag waiting(model::OperatorKind kind, const Json& settings, Duration timeout = hours{2}) {
    auto dag = parse_dag("t");
    dag.tasks[0].action = model::OperatorCall{kind, settings};
    dag.tasks[0].timeout = timeout;
    return dag;
}

}  // namespace

TEST_CASE("why: a wait for a time says until when") {
    World world({waiting(model::OperatorKind::wait, {{"for", "10m"}})});
    world.trigger();
    world.now += minutes{4};
    CHECK(why(world, "r", "t") == "deferred\nwaits until 2026-11-22T00:10:00Z (in 6m)");
}

TEST_CASE("why: a wait for a time beyond its timeout says which comes first") {
    World world({waiting(model::OperatorKind::wait, {{"until", "2026-11-22T08:00:00Z"}, {"soft_fail", true}})});
    world.trigger();
    CHECK(why(world, "r", "t") ==
          "deferred\nwaits until 2026-11-22T08:00:00Z (in 8h)\nits timeout skips it at 2026-11-22T02:00:00Z (in 2h)");
}

TEST_CASE("why: a wait that looks says when it looks next, what it missed, since when and until when it waits") {
    World world({waiting(model::OperatorKind::wait, {{"file", "in/_SUCCESS"}, {"interval", "5m"}})});
    world.trigger();
    world.now += minutes{1};
    auto report = world.exited("t", model::kNotYetExitCode);
    report.outputs = {{model::kWaitingFor, "in/_SUCCESS is not there"}};
    world.step({report});
    CHECK(why(world, "r", "t") ==
          "up_for_reschedule\nlooks again at 2026-11-22T00:06:00Z (in 5m)\n"
          "found when it last looked: not yet: in/_SUCCESS is not there\n"
          "waits since 2026-11-22T00:00:00Z (1m)\nits timeout ends it at 2026-11-22T02:00:00Z (in 1h59m)");
}

TEST_CASE("why: a wait for another DAG's run says which and how that is doing") {
    const Json settings{{"run", {{"dag", "up"}, {"logical_date", "same"}, {"states", {"success"}}}}};
    World world({waiting(model::OperatorKind::wait, settings), parse_dag("a", "up")});
    world.step({TriggerRun{.request = {1}, .dag_id = "etl", .run_id = "r", .logical_date = kStart}});
    world.now += minutes{3};
    const auto* waits =
        "deferred\nwaits since 2026-11-22T00:00:00Z (3m) for the run of DAG 'up' of "
        "2026-11-22T00:00:00Z to end as success\n";
    const auto* timeout = "\nits timeout ends it at 2026-11-22T02:00:00Z (in 1h57m)";
    CHECK(why(world, "r", "t") == fmt::format("{}no such run is queued or running yet{}", waits, timeout));
    world.step({TriggerRun{.request = {2}, .dag_id = "up", .run_id = "u", .logical_date = kStart}});
    CHECK(why(world, "r", "t") ==
          fmt::format("{}run 'u' runs since 2026-11-22T00:03:00Z (less than 1s){}", waits, timeout));
}

TEST_CASE("why: a dag task names its run and where to ask further") {
    World world({waiting(model::OperatorKind::dag, {{"id", "child"}}, Duration{0}), parse_dag("a", "child")});
    world.step({SetPaused{{1}, "child", true}});
    world.trigger();
    CHECK(why(world, "r", "t") ==
          "deferred\nwaits since 2026-11-22T00:00:00Z (less than 1s) for run 'dag__etl.1__t__1' of DAG 'child'\n"
          "run 'dag__etl.1__t__1' is queued; `weir why child dag__etl.1__t__1` says what for");
    CHECK(says(why(world, "r"), "t is deferred: waits since 2026-11-22T00:00:00Z"));
}

TEST_CASE("why: an approval says who is asked what, how to answer, and what happens without an answer") {
    const Json settings{{"message", "Publish?"},
                        {"form", Json::array({Json{{"name", "limit"}}, Json{{"name", "reason"}}})},
                        {"roles", {"admin", "operator"}},
                        {"default", "reject"}};
    World world({waiting(model::OperatorKind::approve, settings)});
    world.trigger();
    world.now += minutes{30};
    CHECK(why(world, "r", "t") ==
          "deferred\nwaits since 2026-11-22T00:00:00Z (30m) for a person (admin or operator) to answer: Publish?\n"
          "the form asks for limit, reason\n`weir approve etl r t` answers it\n"
          "without an answer it counts as rejected at 2026-11-22T02:00:00Z (in 1h30m)");
}
