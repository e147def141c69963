// Beside what dies (random_test.cpp), people: they clear, mark, kill, pause, backfill and answer, at any time. World checks the
// invariants after each step. Once they stop, every run ends and every backfill is through.
#include <random>

#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using weir::model::Json;
using weir::model::OperatorKind;
using weir::model::RunState;

namespace {

constexpr int kNoisySteps = 400;
constexpr std::size_t kMostRuns = 40;

class Dice {
   public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
    bool one_in(int chances) { return below(chances) == 0; }
    template <class Row>
    const Row& one_of(const std::vector<Row>& rows) {
        return rows[static_cast<std::size_t>(below(static_cast<int>(rows.size())))];
    }

   private:
    std::mt19937_64 engine_;
};

// What a task does: mostly a script, else it waits for something outside.
model::Action random_action(Dice& dice, const std::string& dag_id) {
    const auto call = [](OperatorKind kind, Json settings) {
        return model::Action{model::OperatorCall{kind, std::move(settings)}};
    };
    switch (dice.below(10)) {
        case 0:
            return call(OperatorKind::wait, {{"for", std::to_string(dice.below(60)) + "s"}});
        case 1:
            return call(OperatorKind::wait, {{"file", "f"}, {"interval", "20s"}, {"soft_fail", dice.one_in(2)}});
        case 2:
            return call(OperatorKind::wait,
                        {{"run", {{"dag", dag_id == "x" ? "y" : "x"}, {"logical_date", "2026-11-22T00:00:00Z"}}}});
        case 3:
            return call(OperatorKind::dag, {{"id", dag_id == "x" ? "y" : "x"}, {"wait", !dice.one_in(3)}});
        case 4:
            return call(OperatorKind::approve, {{"message", "?"}, {"on_reject", dice.one_in(2) ? "skip" : "fail"}});
        default:
            return model::ShellScript{"true"};
    }
}

model::Dag random_dag(Dice& dice, const std::string& id) {
    model::Dag dag;
    dag.id = dag.file = dag.hash = id;
    dag.max_active_tasks = 1 + dice.below(6);
    dag.max_active_runs = 1 + dice.below(3);
    dag.run_retries = dice.below(2);
    dag.run_retry_delay = seconds{30};
    dag.pause_after_failures = dice.one_in(3) ? 3 : 0;
    if (dice.one_in(2)) dag.deadline = minutes{5};
    dag.alerts = {{model::AlertEvent::failure, "team", ""}, {model::AlertEvent::deadline, "team", ""}};
    dag = with_cron(std::move(dag), "*/20 * * * *", "UTC", dice.one_in(2) ? model::Catchup::all : model::Catchup::none);
    const int count = 1 + dice.below(12);
    for (int i = 0; i < count; ++i) {
        model::Task task;
        task.id = "t" + std::to_string(i);
        task.action = random_action(dice, id);
        for (int upstream = std::max(0, i - 4); upstream < i; ++upstream)
            if (dice.one_in(3)) task.upstream.push_back(static_cast<TaskIndex>(upstream));
        const auto rules = model::enum_names<model::TriggerRule>();
        if (dice.one_in(3))
            task.trigger_rule = rules[static_cast<std::size_t>(dice.below(static_cast<int>(rules.size())))].value;
        task.retry = {dice.below(3), seconds{dice.below(20)}, 1.5, minutes{1}};
        task.timeout = minutes{2 + dice.below(5)};
        task.pool_slots = 1 + dice.below(2);
        if (dice.one_in(3)) task.pool = "small";
        task.priority_weight = dice.below(4);
        if (dice.one_in(4)) task.foreach = model::Foreach{Json(dice.below(4), 1), dice.below(3), ""};
        if (dice.one_in(5)) task.max_active = 1 + dice.below(2);
        task.setup = dice.one_in(8);
        if (!task.setup && dice.one_in(8)) {
            task.teardown = true;
            task.trigger_rule = model::TriggerRule::all_done_setup_success;
        }
        if (dice.one_in(4)) task.alerts.push_back({model::AlertEvent::retry, "team", ""});
        for (const auto upstream : task.upstream) dag.tasks[upstream].downstream.push_back(static_cast<TaskIndex>(i));
        dag.tasks.push_back(std::move(task));
    }
    return dag;
}

class People {
   public:
    explicit People(std::uint64_t seed)
        : dice_(seed),
          dags_{random_dag(dice_, "x"), random_dag(dice_, "y")},
          world_(dags_, 1 + dice_.below(8), {{"small", 2 + dice_.below(2), ""}}) {
        world_.rules_hold_at_launch = false;
    }

    void run() {
        for (steps_ = 0; steps_ < kNoisySteps || !all_is_done(); ++steps_) {
            REQUIRE_MESSAGE(steps_ < 20'000, "once nobody meddles, every run ends: " << what_is_left());
            if (dice_.one_in(25) && noisy()) crash();
            std::vector<Input> inputs = reports();
            if (noisy() && dice_.one_in(2)) inputs.push_back(meddle());
            if (steps_ == kNoisySteps) end_schedules();
            if (steps_ == kNoisySteps) inputs = clean_up();
            if (steps_ > kNoisySteps) answer_all(inputs);
            world_.now += seconds{1 + dice_.below(5)};
            world_.step(inputs);
            if (world_.asks_history()) world_.answer_lookups();
        }
    }

   private:
    [[nodiscard]] bool noisy() const { return steps_ < kNoisySteps; }

    void crash() {
        if (dice_.one_in(4)) world_.restart_supervisor();
        world_.crash();
        if (world_.asks_history()) world_.answer_lookups();
        world_.step({world_.listed()});
    }

    std::vector<Input> reports() {
        std::vector<Input> inputs;
        for (const auto id : world_.running()) {
            if (!dice_.one_in(4)) continue;
            TryExited report{.id = id, .at = world_.now};
            report.exit_code = dice_.one_in(4) ? 1 : 0;
            if (!is_delivery(id)) {
                if (dice_.one_in(3)) inputs.push_back(TryStarted{id, 1, world_.now});
                const auto& row = world_.database.tries.at(id);
                const auto& task =
                    *world_.database.texts.at(world_.database.runs.at(row.run).version)->find(row.task_id);
                const auto* call = std::get_if<model::OperatorCall>(&task.action);
                if (call != nullptr && dice_.one_in(2)) report.exit_code = model::kNotYetExitCode;
            }
            inputs.emplace_back(report);
        }
        return inputs;
    }

    // --- what people do ----------------------------------------------------------------------------------------------

    const model::Run& any_run() {
        std::vector<model::RunId> ids;
        for (const auto& [id, row] : world_.database.runs) ids.push_back(id);
        return world_.database.runs.at(dice_.one_of(ids));
    }
    std::optional<RunHistory> history_of(const model::Run& run) const {
        return is_finished(run.state) ? std::optional(world_.database.history_of(run)) : std::nullopt;
    }
    std::string any_task(const model::Run& run) {
        return dice_.one_of(world_.database.texts.at(run.version)->tasks).id;
    }
    std::string any_dag() { return dice_.one_in(2) ? "x" : "y"; }
    TaskSelection any_selection(const model::Run& run) {
        TaskSelection selection;
        if (!dice_.one_in(3)) selection.names = {any_task(run)};
        selection.upstream = dice_.one_in(3);
        selection.downstream = dice_.one_in(2);
        selection.only_failed = dice_.one_in(3);
        return selection;
    }

    Input meddle() {
        if (world_.database.runs.empty()) return trigger();
        switch (dice_.below(10)) {
            case 0:
                return clear();
            case 1:
                return mark();
            case 2:
                return kill();
            case 3:
                return change_run();
            case 4:
                return SetPaused{world_.next_request(), any_dag(), dice_.one_in(3)};
            case 5:
                return backfill();
            case 6:
                return change_backfill();
            case 7:
                return retry();
            case 8:
                return decide(any_run());
            default:
                return trigger();
        }
    }

    Input trigger() {
        TriggerRun input{.request = world_.next_request(), .dag_id = any_dag()};
        if (world_.database.runs.size() >= kMostRuns) input.dag_id = "none";  // is refused
        if (dice_.one_in(3)) {
            input.logical_date = kStart - minutes{20 * dice_.below(4)};
            input.found_same =
                !world_.database.dated_runs(input.dag_id, *input.logical_date, *input.logical_date).empty();
        }
        return input;
    }
    Input clear() {
        const auto& run = any_run();
        ClearTasks input{.request = world_.next_request(), .dag_id = run.dag_id, .run_id = run.run_id};
        input.tasks = any_selection(run);
        input.newest_version = dice_.one_in(4);
        input.dry_run = dice_.one_in(6);
        if (auto history = history_of(run)) input.found_runs.push_back(std::move(*history));
        return input;
    }
    Input retry() {
        const auto& run = any_run();
        RetryTasks input{world_.next_request(), run.dag_id, run.run_id, {}, history_of(run)};
        if (dice_.one_in(2)) input.task_ids = {any_task(run)};
        return input;
    }
    Input mark() {
        const auto& run = any_run();
        constexpr std::array kStates{TaskState::success, TaskState::failed, TaskState::skipped};
        MarkTasks input{.request = world_.next_request(), .dag_id = run.dag_id, .run_id = run.run_id};
        input.tasks = any_selection(run);
        input.state = kStates[static_cast<std::size_t>(dice_.below(3))];
        input.found_run = history_of(run);
        return input;
    }
    Input kill() {
        const auto& run = any_run();
        Kill input{world_.next_request(), run.dag_id, run.run_id, std::nullopt};
        if (dice_.one_in(2)) input.task_id = any_task(run);
        if (is_finished(run.state)) input.found_state = run.state;
        return input;
    }
    Input change_run() {
        const auto& run = any_run();
        ChangeRun input{.request = world_.next_request(), .dag_id = run.dag_id, .run_id = run.run_id};
        input.state = dice_.one_in(2) ? RunState::success : RunState::failed;
        input.found_run = history_of(run);
        return input;
    }
    Input backfill() {
        CreateBackfill input{.request = world_.next_request(), .dag_id = any_dag()};
        input.to = kStart - minutes{20 * dice_.below(3)};
        input.from = input.to - minutes{20 * dice_.below(4)};
        const auto ways = model::enum_names<model::Reprocess>();
        input.reprocess = ways[static_cast<std::size_t>(dice_.below(static_cast<int>(ways.size())))].value;
        input.backwards = dice_.one_in(2);
        input.max_active_runs = 1 + dice_.below(2);
        input.found_dates = world_.database.dated_runs(input.dag_id, input.from, input.to);
        return input;
    }
    Input change_backfill() {
        constexpr std::array kChanges{BackfillChange::pause, BackfillChange::unpause, BackfillChange::cancel};
        const auto id = 1 + dice_.below(static_cast<int>(world_.database.backfills.size()) + 1);
        return ChangeBackfill{
            world_.next_request(), {id}, kChanges[static_cast<std::size_t>(dice_.below(3))], std::nullopt};
    }
    Input decide(const model::Run& run) {
        return Decide{.request = world_.next_request(),
                      .dag_id = run.dag_id,
                      .run_id = run.run_id,
                      .task_id = any_task(run),
                      .map_index = dice_.one_in(3) ? dice_.below(3) : -1,
                      .approved = dice_.one_in(2),
                      .user = "anna"};
    }

    // --- and how they stop ----------------------------------------------------------------------------------------------

    // Else a new run may come before the last one has ended, for ever.
    void end_schedules() {
        for (auto dag : dags_) {
            dag.schedule.clear();
            dag.hash += "'";
            world_.load(std::move(dag));
            if (world_.asks_history()) world_.answer_lookups();
        }
    }
    std::vector<Input> clean_up() {
        std::vector<Input> inputs;
        for (const auto* dag_id : {"x", "y"}) inputs.push_back(SetPaused{world_.next_request(), dag_id, false});
        for (const auto& [id, row] : world_.database.backfills)
            inputs.push_back(ChangeBackfill{world_.next_request(), id, BackfillChange::unpause, std::nullopt});
        return inputs;
    }
    // A DAG may still pause itself; approvals still come up.
    void answer_all(std::vector<Input>& inputs) {
        for (const auto& [dag_id, row] : world_.database.dags)
            if (row.paused) inputs.push_back(SetPaused{world_.next_request(), dag_id, false});
        for (const auto& [key, row] : world_.database.task_instances) {
            if (row.state != TaskState::deferred || row.operator_kind != OperatorKind::approve) continue;
            const auto& run = world_.database.runs.at(row.run);
            inputs.push_back(Decide{.request = world_.next_request(),
                                    .dag_id = run.dag_id,
                                    .run_id = run.run_id,
                                    .task_id = row.task_id,
                                    .map_index = row.map_index,
                                    .user = "anna"});
        }
    }
    [[nodiscard]] bool all_is_done() {
        const auto& memory = world_.memory();
        return memory.runs.empty() && memory.backfills.empty() && memory.deliveries.empty();
    }
    [[nodiscard]] std::string what_is_left() {
        std::string left;
        for (const auto& [id, run] : world_.memory().runs) {
            left += "\n" + run.row.dag_id + " " + run.row.run_id + " " + std::string(to_text(run.row.state));
            for (RecordIndex index = 0; index < run.tasks.size(); ++index)
                if (!is_finished(run.tasks[index].state))
                    left += "\n  " + run.task(index).id + " " + std::string(to_text(run.tasks[index].state)) + " " +
                            run.tasks[index].reason;
        }
        return left;
    }

    Dice dice_;
    std::vector<model::Dag> dags_;
    World world_;
    int steps_ = 0;
};

}  // namespace

// WEIR_PEOPLE_SEEDS=1000 for more of them.
TEST_CASE("whatever people do, the books balance, and every run ends once they stop") {
    const char* const wanted = std::getenv("WEIR_PEOPLE_SEEDS");
    const auto seeds = wanted != nullptr ? std::stoull(wanted) : 4;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        INFO("seed ", seed);
        People(seed).run();
    }
}
