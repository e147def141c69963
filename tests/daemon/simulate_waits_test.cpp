#include "daemon/simulate.hpp"

#include <doctest/doctest.h>

using namespace weir;
using model::Json;
using model::OperatorKind;

namespace {

model::TimePoint at(const char* text) { return model::parse_rfc3339(text)->time; }

// Hourly, one run at a time, of the given actions one after the other.
std::shared_ptr<model::Dag> hourly(std::vector<model::Action> actions) {
    auto dag = std::make_shared<model::Dag>();
    dag->id = dag->hash = "hourly";
    dag->schedule = {model::CronSchedule{"0 * * * *", "UTC", model::Catchup::all}};
    dag->max_active_runs = 1;
    for (auto& action : actions) {
        model::Task task;
        task.id = "t" + std::to_string(dag->tasks.size());
        task.action = std::move(action);
        if (!dag->tasks.empty()) {
            task.upstream = {static_cast<model::TaskIndex>(dag->tasks.size() - 1)};
            dag->tasks.back().downstream = {static_cast<model::TaskIndex>(dag->tasks.size())};
        }
        dag->tasks.push_back(std::move(task));
    }
    return dag;
}

model::Action call(OperatorKind kind, Json settings) { return model::OperatorCall{kind, std::move(settings)}; }

std::vector<daemon::SimulatedRun> day_of(const std::shared_ptr<model::Dag>& dag) {
    return daemon::simulate({dag}, {at("2026-11-22T00:00:00Z"), at("2026-11-23T00:30:00Z")}, std::chrono::minutes{5},
                            1000);
}

}  // namespace

TEST_CASE("in a simulation what waits for something outside ends well after the time of a task") {
    const auto runs = day_of(
        hourly({call(OperatorKind::wait, {{"file", "in/_SUCCESS"}}),
                call(OperatorKind::wait, {{"run", {{"dag", "up"}, {"logical_date", "same"}}}}),
                call(OperatorKind::dag, {{"id", "child"}}), call(OperatorKind::approve, {{"message", "Publish?"}})}));
    REQUIRE(runs.size() == 24);
    for (const auto& [run, reason] : runs) {
        CHECK(run.state == model::RunState::success);
        CHECK(run.started_at == run.logical_date);
        CHECK(run.ended_at == *run.logical_date + std::chrono::minutes{20});
    }
}

TEST_CASE("in a simulation a wait for a time waits on the virtual clock") {
    const auto runs = day_of(hourly({call(OperatorKind::wait, {{"for", "90m"}})}));
    REQUIRE(runs.size() == 24);
    CHECK(runs[0].run.ended_at == at("2026-11-22T02:30:00Z"));
    CHECK(runs[1].run.started_at == at("2026-11-22T02:30:00Z"));
}

TEST_CASE("in a simulation runs that fail for want of outputs pause nothing") {
    auto dag = hourly({model::ShellScript{"true"}, model::ShellScript{"true"}});
    dag->tasks[1].condition = "tasks.t0.outputs.rows > 0";
    dag->pause_after_failures = 2;
    CHECK(day_of(dag).size() == 24);
}
