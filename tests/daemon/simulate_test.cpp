#include "daemon/simulate.hpp"

#include <doctest/doctest.h>

namespace weir::daemon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

model::TimePoint at(std::string_view text) { return model::parse_rfc3339(text)->time; }

std::shared_ptr<const model::Dag> daily(std::string asset) {
    auto dag = std::make_shared<model::Dag>();
    dag->id = "report";
    model::WindowSchedule schedule;
    schedule.assets = {std::move(asset)};
    schedule.every = {model::Period::Unit::fixed, minutes{5}};
    schedule.cover = {model::Period::Unit::day, {}};
    schedule.timezone = "Europe/Berlin";
    schedule.deadline = hours{2};
    dag->schedule = {schedule};
    model::Task task;
    task.id = "a";
    task.action = model::ShellScript{"true"};
    dag->tasks = {task};
    return dag;
}

TEST_CASE("a simulated stream completes each day, also the one of 23 hours") {
    const auto runs =
        simulate({daily("views")}, {at("2026-03-28T00:00:00Z"), at("2026-03-31T00:00:00Z")}, minutes{1}, 100);
    REQUIRE(runs.size() == 3);
    CHECK(runs[1].run.data_interval == model::Interval{at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")});
    CHECK(runs[1].run.state == model::RunState::success);
    CHECK(runs[1].reason == "windows of views: complete");
}

TEST_CASE("a simulated asset with keys has one") {
    const auto runs =
        simulate({daily("views/*")}, {at("2026-11-20T00:00:00Z"), at("2026-11-22T00:00:00Z")}, minutes{1}, 100);
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].run.run_id == "window__2026-11-20T23:00:00Z__key");
}

}  // namespace
}  // namespace weir::daemon
