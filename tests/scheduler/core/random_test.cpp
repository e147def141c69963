// Random DAGs on a supervisor that loses, repeats and delays, under a daemon that dies between any two steps. Whatever
// happens, every run ends, and every task ends as its rule and its program say. World checks the invariants after each step.
#include <random>

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::RunState;
using weir::model::TriggerRule;
using weir::model::TryId;

namespace {

class Dice {
   public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
    bool one_in(int chances) { return below(chances) == 0; }

   private:
    std::mt19937_64 engine_;
};

model::Dag random_dag(Dice& dice, const std::string& id) {
    model::Dag dag;
    dag.id = dag.file = dag.hash = id;
    dag.max_active_tasks = 1 + dice.below(6);
    dag.max_active_runs = 1 + dice.below(3);
    const int count = 1 + dice.below(25);
    for (int i = 0; i < count; ++i) {
        model::Task task;
        task.id = "t" + std::to_string(i);
        task.action = model::ShellScript{"true"};
        for (int upstream = std::max(0, i - 6); upstream < i; ++upstream)
            if (dice.one_in(3)) task.upstream.push_back(static_cast<TaskIndex>(upstream));
        const auto rules = model::enum_names<TriggerRule>();
        if (dice.one_in(3))
            task.trigger_rule = rules[static_cast<std::size_t>(dice.below(static_cast<int>(rules.size())))].value;
        if (dice.one_in(10)) task.condition = "false";
        task.retry = {dice.below(3), seconds{dice.below(20)}, 1.5, minutes{1}};
        task.pool_slots = 1 + dice.below(2);
        if (dice.one_in(3)) task.pool = "small";
        task.priority_weight = dice.below(4);
        if (dice.one_in(5)) task.foreach = model::Foreach{model::Json(dice.below(5), 1), dice.below(3), ""};
        if (dice.one_in(6)) task.max_active = 1 + dice.below(2);
        if (dice.one_in(6)) task.setup = true;
        if (dice.one_in(8)) {
            task.teardown = true;
            task.trigger_rule = TriggerRule::all_done_setup_success;
        }
        for (const auto upstream : task.upstream) dag.tasks[upstream].downstream.push_back(static_cast<TaskIndex>(i));
        dag.tasks.push_back(std::move(task));
    }
    return dag;
}

// How often a task's program fails before it succeeds: a property of the task, so that it ends the same however often the
// daemon dies on the way.
int failures_of(const model::Task& task) { return static_cast<int>(std::hash<std::string>{}(task.id) % 7) - 3; }

bool succeeds(const model::Task& task) { return failures_of(task) <= task.retry.retries; }

class Storm {
   public:
    explicit Storm(std::uint64_t seed)
        : dice_(seed),
          dags_{random_dag(dice_, "x"), random_dag(dice_, "y")},
          world_(dags_, 1 + dice_.below(8), {{"small", 2 + dice_.below(2), ""}}) {}

    void run() {
        for (int i = 0; i < 6; ++i) world_.trigger("r" + std::to_string(i), dags_[i % 2].id);
        for (int steps = 0; !world_.memory().runs.empty(); ++steps) {
            REQUIRE_MESSAGE(steps < 20'000, "once faults stop, every run ends");
            const bool faults = steps < 3'000;
            advance();
            if (faults && dice_.one_in(12)) crash();
            if (faults && dice_.one_in(60)) lose_supervisor();
        }
        for (const auto& [id, run] : world_.database.runs) check_run(run);
    }

   private:
    void advance() {
        std::vector<Input> inputs;
        for (const auto id : world_.running()) {
            const auto& row = world_.database.tries.at(id);
            if (dice_.one_in(3)) inputs.push_back(TryStarted{id, 1, world_.now});
            if (exits_.contains(id) || dice_.one_in(4)) inputs.push_back(exit_of(id, row));
            if (dice_.one_in(100)) inputs.push_back(TryRefused{id, true, "no memory"});
            if (dice_.one_in(200)) inputs.push_back(TryLost{id, "chance"});
        }
        if (!inputs.empty() && dice_.one_in(5)) inputs.push_back(inputs.back());  // repeated
        if (dice_.one_in(10) && !seen_.empty())
            inputs.push_back(seen_[static_cast<std::size_t>(dice_.below(static_cast<int>(seen_.size())))]);
        for (const auto& input : inputs) seen_.push_back(input);
        world_.now += seconds{1 + dice_.below(5)};
        step(inputs);
    }

    // Sometimes the daemon dies before the commit, sometimes between commit and effects.
    void step(const std::vector<Input>& inputs) {
        if (dice_.one_in(40)) {
            world_.turn = core::step(world_.state, inputs, world_.now);
            if (dice_.one_in(2)) world_.commit();
            return crash();
        }
        world_.step(inputs);
        for (const auto& effect : world_.turn.effects)
            if (const auto* ack = std::get_if<Acknowledge>(&effect)) exits_.erase(ack->id);
    }
    void crash() {
        world_.crash();
        world_.step({world_.listed()});
    }
    void lose_supervisor() {
        world_.restart_supervisor();
        exits_.clear();
        world_.step({world_.listed()});
    }

    const TryExited& exit_of(TryId id, const model::Try& row) {
        const auto known = exits_.find(id);
        if (known != exits_.end()) return known->second;
        const auto& task = *dag_of(row.run).find(row.task_id);
        TryExited report;
        report.id = id;
        report.at = world_.now;
        report.exit_code = failures_so_far(row) < failures_of(task) ? 1 : 0;
        return exits_.emplace(id, report).first->second;
    }
    int failures_so_far(const model::Try& row) const {
        return static_cast<int>(std::ranges::count_if(world_.database.tries, [&row](const auto& entry) {
            const auto& other = entry.second;
            return other.run == row.run && other.task_id == row.task_id && other.map_index == row.map_index &&
                   other.exit_code == 1;
        }));
    }
    const model::Dag& dag_of(model::RunId run) const {
        return *world_.database.texts.at(world_.database.runs.at(run).version);
    }

    void check_run(const model::Run& run) {
        const auto& dag = dag_of(run.id);
        bool leaf_failed = false;
        const auto is_teardown = [&dag](TaskIndex index) { return dag.tasks[index].teardown; };
        const bool only_teardowns = std::ranges::all_of(dag.tasks, &model::Task::teardown);
        for (const auto& task : dag.tasks) {
            const auto& row = world_.database.task_instances.at({run.id, task.id});
            check_task(dag, task, row);
            const bool failed = row.state == TaskState::failed || row.state == TaskState::upstream_failed;
            const bool is_leaf = only_teardowns ? task.downstream.empty()
                                                : !task.teardown && std::ranges::all_of(task.downstream, is_teardown);
            leaf_failed |= failed && is_leaf;
            for (int i = 0; i < row.mapped; ++i)
                CHECK(world_.database.task_instances.at({run.id, model::instance_name(task.id, i)}).state ==
                      (succeeds(task) ? TaskState::success : TaskState::failed));
        }
        CHECK((run.state == RunState::failed) == leaf_failed);
    }
    void check_task(const model::Dag& dag, const model::Task& task, const model::TaskInstance& row) {
        INFO("task ", task.id, " of run ", row.run.value, " is ", std::string(to_text(row.state)));
        const auto counts = world_.database.counts_above(dag, task, row.run);
        const auto total = world_.database.total_above(dag, task, row.run);
        REQUIRE(counts.done() == total);
        const auto verdict = decide(task.trigger_rule, counts, total);
        // With both failed and skipped upstream tasks all_success settles by whichever came first.
        const bool either =
            task.trigger_rule == TriggerRule::all_success && counts.skipped > 0 && verdict == Verdict::upstream_fail;
        switch (verdict) {
            case Verdict::wait:
                FAIL("a rule that cannot be decided");
                break;
            case Verdict::skip:
                CHECK(row.state == TaskState::skipped);
                break;
            case Verdict::upstream_fail:
                CHECK((row.state == TaskState::upstream_failed || (either && row.state == TaskState::skipped)));
                break;
            case Verdict::run:
                if (!task.condition.empty() || (task.foreach && task.foreach->items.empty()))
                    CHECK(row.state == TaskState::skipped);
                else if (succeeds(task))
                    CHECK(row.state == TaskState::success);
                else
                    CHECK(row.state == TaskState::failed);
                break;
        }
    }

    Dice dice_;
    std::vector<model::Dag> dags_;
    World world_;
    std::map<TryId, TryExited> exits_;  // told, not yet acknowledged
    std::vector<Input> seen_;
};

}  // namespace

TEST_CASE("whatever dies on the way, every task ends as its rule and its program say") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed ", seed);
        Storm(seed).run();
    }
}
