#include "scheduler/core/why.hpp"
#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;

namespace {

std::string tasks(int count, const std::string& options = "") {
    std::string text;
    for (int i = 0; i < count; ++i) text += "t" + std::to_string(i) + " | " + options + "\n";
    return text;
}

}  // namespace

TEST_CASE("no more tries run at once than parallelism allows") {
    World world(tasks(10), 3);
    world.trigger();
    CHECK(world.count_running() == 3);
    world.exit("t0");
    CHECK(world.told() == "t0 success; launch t3/1");
}

TEST_CASE("no more tasks of one run are active than max_active_tasks") {
    auto dag = parse_dag(tasks(10));
    dag.max_active_tasks = 2;
    World world({dag});
    world.trigger("r");
    world.trigger("s");
    CHECK(world.count_running() == 4);
}

TEST_CASE("a pool's slots bound what runs in it") {
    World world(tasks(10, "pool=db slots=2"), 16, {{"db", 5, ""}});
    world.trigger();
    CHECK(world.count_running() == 2);
}

TEST_CASE("a task that does not fit is passed over by one that does") {
    World world("big | pool=db slots=3\n big2 | pool=db slots=3\n small | pool=db slots=1", 16, {{"db", 4, ""}});
    world.trigger();
    CHECK(world.told() == "launch big/1; launch small/1");
}

TEST_CASE("a task that was passed over long enough has its pool's slots kept until it fits") {
    World world({parse_dag(tasks(9, "pool=db"), "small"), parse_dag("wide | pool=db slots=2\n other", "etl")}, 16,
                {{"db", 2, ""}});
    world.trigger("s", "small");
    world.trigger("r", "etl");
    CHECK(world.told() == "launch other/1");
    world.exit("s:t0");
    CHECK(world.told() == "s:t0 success; launch s:t2/1");
    world.exit("s:t1");
    CHECK(world.told() == "s:t1 success; launch s:t3/1");
    world.exit("s:t2");
    CHECK(world.told() == "s:t2 success; launch s:t4/1");
    world.exit("s:t3");
    CHECK(world.told() == "s:t3 success");
    const auto why = explain(world, {{}, "small", "s", "t5"});
    CHECK(why->reasons.front() ==
          "pool 'db' keeps its free slots for etl/r/wide, which needs 2 slots and was passed over long enough");
    world.exit("s:t4");
    CHECK(world.told() == "s:t4 success; launch wide/1");
    world.exit("wide");
    CHECK(world.told() == "wide success; launch s:t5/1; launch s:t6/1");
}

TEST_CASE("larger priority_weight starts first") {
    World world("low | priority=1\n high | priority=9\n middle | priority=5", 1);
    world.trigger();
    CHECK(world.told() == "launch high/1");
    world.exit("high");
    CHECK(world.told() == "high success; launch middle/1");
}

TEST_CASE("priority counts across runs, pools and DAGs") {
    World world({parse_dag("a\n b\n c"), parse_dag("urgent | priority=5 pool=db", "other")}, 1, {{"db", 1, ""}});
    world.trigger("r", "etl");
    world.trigger("o", "other");
    world.exit("a");
    CHECK(world.told() == "a success; launch o:urgent/1");
}

// Airflow's #45636: tasks that a limit blocks fill the window of what the scheduler looks at.
TEST_CASE("a high-priority DAG at its limit hides nobody") {
    auto capped = parse_dag(tasks(1000, "priority=100"), "capped");
    capped.max_active_tasks = 1;
    World world({capped, parse_dag("a")});
    world.trigger("c", "capped");
    world.trigger("r", "etl");
    CHECK(world.told() == "launch a/1");
}

TEST_CASE("tasks that wait for a full pool hide nobody") {
    World world({parse_dag(tasks(1000, "priority=100 pool=db"), "capped"), parse_dag("a")}, 16, {{"db", 1, ""}});
    world.trigger("c", "capped");
    world.trigger("r", "etl");
    CHECK(world.told() == "launch a/1");
}

TEST_CASE("a run with a thousand ready tasks delays another by one slot only") {
    World world({parse_dag(tasks(1000), "huge"), parse_dag("a\n b")}, 4);
    world.trigger("h", "huge");
    world.trigger("r", "etl");
    CHECK(world.told().empty());
    world.exit("h:t0");
    CHECK(world.told() == "h:t0 success; launch h:t4/1");  // its turn began before the other came
    world.exit("h:t1");
    CHECK(world.told() == "h:t1 success; launch a/1");
    world.exit("h:t2");
    CHECK(world.told() == "h:t2 success; launch h:t5/1");
    world.exit("h:t3");
    CHECK(world.told() == "h:t3 success; launch b/1");
}

TEST_CASE("a task that needs more slots than its pool has says so") {
    World world("a | pool=db slots=5", 16, {{"db", 2, ""}});
    world.trigger();
    CHECK(world.task("a").state == TaskState::scheduled);
    CHECK(world.task("a").reason ==
          "waits: needs 5 slots, but pool 'db' has only 2; enlarge the pool or lower pool_slots");
}

TEST_CASE("a task in an unknown pool says so, and starts when the pool is defined") {
    World world("a | pool=db");
    world.trigger();
    CHECK(world.task("a").reason == "waits: there is no pool 'db'; define it in weir.yaml");
    world.step({PoolsConfigured{{{"db", 1, ""}}, 16}});
    CHECK(world.told() == "launch a/1");
    CHECK(world.task("a").reason.empty());
}

TEST_CASE("a pool that shrinks lets its tasks finish before it starts others") {
    World world(tasks(4, "pool=db"), 16, {{"db", 3, ""}});
    world.trigger();
    const std::vector<std::string> names{"t0", "t1", "t2"};
    auto exits = std::vector<Input>{};
    for (const auto& name : names) exits.push_back(world.exited(name));
    world.turn = step(world.state, std::vector<Input>{PoolsConfigured{{{"db", 1, ""}}, 16}}, world.now);
    CHECK(world.turn.effects.empty());
    world.step({exits[0]});
    CHECK(world.launched("t3") == nullptr);
    world.step({exits[1], exits[2]});
    CHECK(world.launched("t3") != nullptr);
}

TEST_CASE("nothing starts on an executor before it has listed its tries") {
    World world("a | executor=slurm\n b");
    world.trigger();
    CHECK(world.told() == "launch b/1");
    world.step({ExecutorListed{"slurm", "e", "b", {}}});
    CHECK(world.told() == "launch a/1");
}
