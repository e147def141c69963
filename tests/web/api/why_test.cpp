#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

std::string reasons(const Answer& answer) {
    std::string all;
    for (const auto& reason : answer.json["reasons"]) all += reason.get<std::string>() + "\n";
    return all;
}

bool says(const Answer& answer, const std::string& part) { return reasons(answer).find(part) != std::string::npos; }

// The run r1 goes on.
void reopen(World& world) {
    auto& run = world.history.run_rows.front();
    run.state = model::RunState::running;
    run.ended_at.reset();
}

}  // namespace

TEST_CASE("why a DAG: the scheduler's answer, then its last run") {
    World world;
    world.commands.explanation = core::Explanation{"active", {"its next scheduled run is soon"}};
    const auto answer = world.get("/dags/etl/why");
    CHECK(answer.status == 200);
    CHECK(answer.json["state"] == "active");
    CHECK(answer.json["dag_run_id"] == nullptr);
    CHECK(reasons(answer) ==
          "its next scheduled run is soon\nits last run r1: failed at 2026-11-22T01:15:03Z after 2s500ms\n");
    CHECK_FALSE(world.commands.asked.at(0).run_id);
}

TEST_CASE("why a DAG: a broken file is told with its diagnostics") {
    World world;
    world.commands.explanation = core::Explanation{"active", {"it has no schedule"}};
    world.catalog.now->import_errors.front().file = "etl.yaml";
    world.catalog.now->import_errors.front().diagnostics.front().file = "etl.yaml";
    const auto answer = world.get("/dags/etl/why");
    CHECK(says(answer, "its file etl.yaml has had errors since 2026-11-22T06:00:00Z; its last good version goes on"));
    CHECK(says(answer, "etl.yaml:3:5: unknown key 'taks'"));
}

TEST_CASE("why a DAG: a file that has never loaded is found by its name") {
    World world;
    world.commands.explanation = model::Error{model::ErrorKind::not_found, "there is no DAG 'bad'"};
    const auto answer = world.get("/dags/bad/why");
    CHECK(answer.status == 200);
    CHECK(answer.json["state"] == "broken");
    CHECK(says(answer, "bad.yaml:3:5: unknown key 'taks'"));
    CHECK(world.get("/dags/worse/why").status == 404);
}

TEST_CASE("why a run: the scheduler answers for one that is open") {
    World world;
    reopen(world);
    world.commands.explanation = core::Explanation{"running", {"1 of 2 tasks has ended"}};
    const auto answer = world.get("/dags/etl/dagRuns/r1/why");
    CHECK(answer.json["state"] == "running");
    CHECK(reasons(answer) ==
          "1 of 2 tasks has ended\nmade by its schedule for 2026-11-22T01:15:00Z, over the data from "
          "2026-11-21T01:15:00Z up to 2026-11-22T01:15:00Z\n");
    CHECK(world.commands.asked.at(0).run_id == "r1");
    CHECK_FALSE(world.commands.asked.at(0).task_id);
}

TEST_CASE("why a run: windows and events that made it are told, and what was corrected since") {
    World world;
    auto& run = world.history.run_rows.front();
    run.type = model::RunType::asset_triggered;
    run.cause = {{"kind", "windows"},
                 {"assets", {"views/eu", "orders/eu"}},
                 {"reason", "complete"},
                 {"missing", Json::array()},
                 {"missing_count", 0}};
    run.stale_since = at("2026-11-22T09:00:00Z");
    CHECK(says(world.get("/dags/etl/dagRuns/r1/why"),
               "made by the windows of views/eu, orders/eu, which were complete for"));
    CHECK(says(world.get("/dags/etl/dagRuns/r1/why"),
               "stale: windows that it used were corrected at 2026-11-22T09:00:00Z"));
    run.stale_since.reset();
    run.rerun_at = at("2026-11-22T10:00:00Z");
    run.cause = {{"kind", "windows"},
                 {"assets", {"views"}},
                 {"reason", "deadline"},
                 {"missing", {{{"asset", "views"}, {"start", "A"}, {"end", "B"}}, {{"asset", "views"}}}},
                 {"missing_count", 2}};
    CHECK(says(
        world.get("/dags/etl/dagRuns/r1/why"),
        "made by the windows of views, at its deadline while 2 pieces of time were missing: views from A to B first"));
    CHECK(says(world.get("/dags/etl/dagRuns/r1/why"), "it runs again at 2026-11-22T10:00:00Z"));
    run.cause = {{"kind", "event"},
                 {"count", 3},
                 {"first", 5},
                 {"last", 9},
                 {"event", {{"type", "order"}, {"source", "/shop"}, {"subject", "berlin"}}}};
    CHECK(says(world.get("/dags/etl/dagRuns/r1/why"),
               "made by 3 events, 5 to 9; the last: order from /shop about berlin"));
    run.cause = nullptr;
    CHECK(says(world.get("/dags/etl/dagRuns/r1/why"), "made by an asset"));
}

TEST_CASE("why a run: history answers for one that has ended, with what failed") {
    World world;
    const auto answer = world.get("/dags/etl/dagRuns/r1/why");
    CHECK(answer.json["state"] == "failed");
    CHECK(says(answer, "failed at 2026-11-22T01:15:03Z after 2s500ms"));
    CHECK(says(answer, "extract failed at 2026-11-22T01:15:02Z after 1s250ms, try 1 of 3: exit code 3"));
    CHECK(world.commands.asked.empty());
    CHECK(world.get("/dags/etl/dagRuns/r2/why").status == 404);
}

TEST_CASE("why a task: the scheduler answers in an open run, also for one instance") {
    World world;
    reopen(world);
    world.commands.explanation = core::Explanation{"none", {"waits for 1 of 1 upstream task: extract (failed)"}};
    const auto answer = world.get("/dags/etl/dagRuns/r1/taskInstances/load/why?map_index=3");
    CHECK(answer.json["task_id"] == "load");
    CHECK(answer.json["map_index"] == 3);
    CHECK(answer.json["state"] == "none");
    CHECK(world.commands.asked.at(0).task_id == "load");
    CHECK(world.commands.asked.at(0).map_index == 3);
}

TEST_CASE("why a task: history answers in a run that has ended") {
    World world;
    CHECK(says(world.get("/dags/etl/dagRuns/r1/taskInstances/extract/why"), "try 1 of 3: exit code 3"));
    CHECK(
        says(world.get("/dags/etl/dagRuns/r1/taskInstances/load/why"), "its run ended (failed) before it could start"));
    CHECK(world.get("/dags/etl/dagRuns/r1/taskInstances/nope/why").status == 404);
    CHECK(world.commands.asked.empty());
}

TEST_CASE("why: an error of the scheduler is the answer") {
    World world;
    reopen(world);
    world.commands.explanation = model::Error{model::ErrorKind::unavailable, "the daemon is busy"};
    CHECK(world.get("/dags/etl/dagRuns/r1/why").status == 503);
    CHECK(world.get("/dags/etl/why").status == 503);
    world.commands.explanation = model::Error{model::ErrorKind::not_found, "run 'r1' has no task 'laod'"};
    CHECK(world.get("/dags/etl/dagRuns/r1/taskInstances/laod/why").status == 404);
}
