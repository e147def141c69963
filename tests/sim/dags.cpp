#include "tests/sim/dags.hpp"

#include <algorithm>
#include <functional>

namespace weir::sim {

using model::Json;
using model::OperatorKind;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

model::Action random_action(Dice& dice, const std::string& dag_id) {
    const auto call = [](OperatorKind kind, Json settings) {
        return model::Action{model::OperatorCall{kind, std::move(settings)}};
    };
    const char* other = dag_id == "x" ? "y" : "x";
    switch (dice.below(10)) {
        case 0:
            return call(OperatorKind::wait, {{"for", std::to_string(dice.below(60)) + "s"}});
        case 1:
            return call(OperatorKind::wait, {{"file", "f"}, {"interval", "20s"}, {"soft_fail", dice.one_in(2)}});
        case 2:
            return call(OperatorKind::wait, {{"run", {{"dag", other}, {"logical_date", "2026-11-22T00:00:00Z"}}}});
        case 3:
            return call(OperatorKind::dag, {{"id", other}, {"wait", !dice.one_in(3)}});
        case 4:
            return call(OperatorKind::approve, {{"message", "?"}, {"on_reject", dice.one_in(2) ? "skip" : "fail"}});
        default:
            return model::ShellScript{"true"};
    }
}

model::Task random_task(Dice& dice, const std::string& dag_id, int number, bool with_operators) {
    model::Task task;
    task.id = "t" + std::to_string(number);
    task.action = with_operators ? random_action(dice, dag_id) : model::ShellScript{"true"};
    for (int upstream = std::max(0, number - 5); upstream < number; ++upstream)
        if (dice.one_in(3)) task.upstream.push_back(static_cast<model::TaskIndex>(upstream));
    if (dice.one_in(3)) task.trigger_rule = dice.any<model::TriggerRule>();
    if (dice.one_in(10)) task.condition = "false";
    task.retry = {dice.below(3), seconds{dice.below(20)}, 1.5, minutes{1}, {}};
    if (with_operators) task.timeout = minutes{2 + dice.below(5)};
    task.pool_slots = 1 + dice.below(2);
    if (dice.one_in(3)) task.pool = kSmallPool;
    task.priority_weight = dice.below(4);
    if (dice.one_in(4)) task.foreach = model::Foreach{Json(dice.below(5), 1), dice.below(3), ""};
    if (dice.one_in(6)) task.max_active = 1 + dice.below(2);
    task.setup = dice.one_in(7);
    if (!task.setup && dice.one_in(8)) {
        task.teardown = true;
        task.trigger_rule = model::TriggerRule::all_done_setup_success;
    }
    if (dice.one_in(4)) task.alerts.push_back({model::AlertEvent::retry, "team", ""});
    return task;
}

}  // namespace

model::Dag random_dag(Dice& dice, const std::string& id, int most_tasks, bool with_operators) {
    model::Dag dag;
    dag.id = dag.file = id;
    dag.max_active_tasks = 1 + dice.below(6);
    dag.max_active_runs = 1 + dice.below(3);
    if (with_operators) {
        dag.run_retries = dice.below(2);
        dag.run_retry_delay = seconds{30};
        dag.pause_after_failures = dice.one_in(3) ? 3 : 0;
        if (dice.one_in(2)) dag.deadline = minutes{5};
        dag.alerts = {{model::AlertEvent::failure, "team", ""}, {model::AlertEvent::deadline, "team", ""}};
    }
    const int count = 1 + dice.below(most_tasks);
    for (int i = 0; i < count; ++i) {
        auto task = random_task(dice, id, i, with_operators);
        for (const auto upstream : task.upstream)
            dag.tasks[upstream].downstream.push_back(static_cast<model::TaskIndex>(i));
        dag.tasks.push_back(std::move(task));
    }
    return dag;
}

int failures_of(const model::Task& task) { return static_cast<int>(std::hash<std::string>{}(task.id) % 7) - 3; }

bool succeeds(const model::Task& task) { return failures_of(task) <= task.retry.retries; }

}  // namespace weir::sim
