// What pages of the UI read: grid, graph, calendar, next runs, overview, search, rendered, versions.
#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

// DAG `grouped`: start -> prep.load (foreach) and prep.inner.check -> finish; one run g1 of it.
struct Pages : World {
    Pages() {
        auto dag = std::make_shared<model::Dag>();
        dag->id = "grouped";
        dag->hash = "h1";
        dag->groups = {{"prep", "", ""}, {"prep.inner", "prep", ""}};
        dag->tasks.resize(4);
        const std::vector<std::pair<const char*, const char*>> tasks{
            {"start", ""}, {"prep.load", "prep"}, {"prep.inner.check", "prep.inner"}, {"finish", ""}};
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            dag->tasks[i].id = tasks[i].first;
            dag->tasks[i].group = tasks[i].second;
            dag->tasks[i].action = model::ShellScript{"true"};
        }
        dag->tasks[1].foreach = model::Foreach{};
        dag->tasks[1].upstream = dag->tasks[2].upstream = {0};
        dag->tasks[0].downstream = {1, 2};
        dag->tasks[3].upstream = {1, 2};
        dag->tasks[1].downstream = dag->tasks[2].downstream = {3};
        dag->schedule = {model::CronSchedule{"0 * * * *", "UTC", model::Catchup::latest}};
        grouped = dag.get();
        catalog.now->dags["grouped"] = {dag, at("2026-11-22T09:00:00Z"), false};
        run.id = model::RunId{50};
        run.dag_id = "grouped";
        run.run_id = "g1";
        run.version = model::DagVersionId{7};
        run.state = model::RunState::running;
        run.run_after = run.queued_at = at("2026-11-22T08:00:00Z");
        history.run_rows.push_back(run);
    }

    model::TaskInstance& task(const char* id, model::TaskState state, int map_index = -1) {
        model::TaskInstance row;
        row.run = run.id;
        row.task_id = id;
        row.state = state;
        row.map_index = map_index;
        row.executor = "process";
        history.instance_rows.push_back({row, run, std::nullopt});
        return history.instance_rows.back().task_instance;
    }

    [[nodiscard]] Json node(const Json& graph, const std::string& id) const {
        for (const auto& each : graph["nodes"])
            if (each["id"] == id) return each;
        return nullptr;
    }

    model::Dag* grouped = nullptr;
    model::Run run;
};

std::vector<std::string> ids(const Json& rows) {
    std::vector<std::string> found;
    for (const auto& row : rows) found.push_back(row["id"]);
    return found;
}

}  // namespace

// --- grid ------------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Pages, "the grid's rows go upstream first, a group before what is in it") {
    const auto grid = get("/dags/grouped/grid").json;
    CHECK(ids(grid["tasks"]) ==
          std::vector<std::string>{"start", "prep", "prep.load", "prep.inner", "prep.inner.check", "finish"});
    CHECK(grid["tasks"][4]["label"] == "check");
    CHECK(grid["tasks"][4]["parent"] == "prep.inner");
    CHECK(grid["tasks"][4]["depth"] == 2);
    CHECK(grid["tasks"][2]["mapped"] == true);
    CHECK(grid["tasks"][1]["kind"] == "group");
}

TEST_CASE_FIXTURE(Pages, "a run has a character for each row, a group and a mapped task that of its worst") {
    task("start", model::TaskState::success);
    task("prep.load", model::TaskState::success, 0);
    task("prep.load", model::TaskState::failed, 1);
    task("prep.inner.check", model::TaskState::running);
    const auto grid = get("/dags/grouped/grid").json;
    REQUIRE(grid["runs"].size() == 1);
    CHECK(grid["runs"][0]["states"] == "sffrr ");
    CHECK(grid["codes"]["r"] == "running");
}

TEST_CASE_FIXTURE(Pages, "a success is worse than a skip, and no status is worse than both") {
    task("prep.load", model::TaskState::skipped);
    task("prep.inner.check", model::TaskState::success);
    CHECK(get("/dags/grouped/grid").json["runs"][0]["states"] == " skss ");
    history.instance_rows.back().task_instance.state = model::TaskState::none;
    CHECK(get("/dags/grouped/grid").json["runs"][0]["states"] == " -k-- ");
}

TEST_CASE_FIXTURE(Pages, "tasks that only an older version had are rows at the end of the grid") {
    task("was_there", model::TaskState::success);
    const auto grid = get("/dags/grouped/grid").json;
    CHECK(grid["tasks"].back()["id"] == "was_there");
    CHECK(grid["runs"][0]["states"] == "      s");
}

TEST_CASE_FIXTURE(Pages, "the grid asks for the newest runs by run_after, filtered as wished") {
    CHECK(get("/dags/grouped/grid?limit=7&offset=3&state=failed&run_type=manual").status == 200);
    CHECK(history.run_filter.order_by == "-run_after");
    CHECK(history.run_filter.limit == 7);
    CHECK(history.run_filter.offset == 3);
    CHECK(history.run_filter.states == std::vector{model::RunState::failed});
    CHECK(history.run_filter.types == std::vector{model::RunType::manual});
}

TEST_CASE_FIXTURE(Pages, "the grid of an unknown DAG is 404, and of one whose file is gone has its history") {
    CHECK(get("/dags/nope/grid").status == 404);
    CHECK(get("/dags/old/grid").json["runs"].empty());
}

// --- graph -----------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Pages, "the graph has a node for each task, a box for each group and an edge for each need") {
    const auto graph = get("/dags/grouped/graph").json;
    CHECK(graph["nodes"].size() == 6);
    CHECK(graph["edges"].size() == 4);
    CHECK(graph["run_id"] == nullptr);
    const auto start = node(graph, "start");
    CHECK(start["width"] == 176);
    CHECK(start["state"] == nullptr);
    CHECK(start["counts"] == nullptr);
    CHECK(node(graph, "prep")["kind"] == "group");
    CHECK(node(graph, "prep.load")["mapped"] == 0);
}

TEST_CASE_FIXTURE(Pages, "a collapsed group is one node, with the edges of all that is in it") {
    const auto graph = get("/dags/grouped/graph?collapsed=prep").json;
    CHECK(ids(graph["nodes"]) == std::vector<std::string>{"start", "prep", "finish"});
    CHECK(node(graph, "prep")["collapsed"] == true);
    CHECK(node(graph, "prep")["height"] == 40);
    REQUIRE(graph["edges"].size() == 2);
    CHECK(graph["edges"][0]["to"] == "prep");
}

TEST_CASE_FIXTURE(Pages, "one group can be collapsed within another, and ~ means all") {
    CHECK(get("/dags/grouped/graph?collapsed=prep.inner").json["nodes"].size() == 5);
    CHECK(get("/dags/grouped/graph?collapsed=~").json["nodes"].size() == 3);
}

TEST_CASE_FIXTURE(Pages, "a group that is no more may stand among the collapsed ones") {
    CHECK(get("/dags/grouped/graph?collapsed=was_there").json["nodes"].size() == 6);
}

TEST_CASE_FIXTURE(Pages, "with a run the graph says how each task and group is") {
    task("start", model::TaskState::none);
    task("prep.load", model::TaskState::success, 0);
    task("prep.load", model::TaskState::running, 1);
    task("prep.inner.check", model::TaskState::failed);
    const auto graph = get("/dags/grouped/graph?run_id=g1&collapsed=prep").json;
    CHECK(graph["run_id"] == "g1");
    CHECK(node(graph, "prep")["state"] == "failed");
    CHECK(node(graph, "prep")["counts"] == Json{{"success", 1}, {"running", 1}, {"failed", 1}});
    CHECK(node(graph, "start")["state"] == nullptr);
    CHECK(node(graph, "start")["counts"] == Json{{"no_status", 1}});
    CHECK(node(get("/dags/grouped/graph?run_id=g1").json, "prep.load")["mapped"] == 2);
}

TEST_CASE_FIXTURE(Pages, "a new version of a DAG is drawn anew") {
    CHECK(get("/dags/grouped/graph").json["nodes"].size() == 6);
    auto changed = std::make_shared<model::Dag>(*grouped);
    changed->hash = "h2";
    changed->tasks.resize(1);
    changed->tasks[0].downstream.clear();
    catalog.now->dags["grouped"].dag = changed;
    CHECK(get("/dags/grouped/graph").json["nodes"].size() == 1);
}

TEST_CASE_FIXTURE(Pages, "the graph of an unknown DAG or run is 404") {
    CHECK(get("/dags/nope/graph").status == 404);
    CHECK(get("/dags/grouped/graph?run_id=nope").status == 404);
}

// --- calendar and next runs ------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Pages, "the calendar counts runs by the day of its time zone") {
    history.count_rows = {{at("2026-11-20T23:15:00Z"), model::RunState::success, 3},
                          {at("2026-11-21T10:00:00Z"), model::RunState::success, 1},
                          {at("2026-11-21T10:00:00Z"), model::RunState::failed, 2}};
    const auto utc = get("/dags/grouped/calendar?from=2026-11-20&to=2026-11-21").json["days"];
    REQUIRE(utc.size() == 2);
    CHECK(utc[0] == Json{{"date", "2026-11-20"}, {"runs", {{"success", 3}}}});
    const auto berlin = get("/dags/grouped/calendar?from=2026-11-20&to=2026-11-21&timezone=Europe/Berlin").json["days"];
    REQUIRE(berlin.size() == 1);
    CHECK(berlin[0] == Json{{"date", "2026-11-21"}, {"runs", {{"success", 4}, {"failed", 2}}}});
}

TEST_CASE_FIXTURE(Pages, "days that are none, in the wrong order or too many are refused") {
    for (const auto* query : {"from=2026-02-30", "to=yesterday", "from=2026-11-22&to=2026-11-21", "from=2000-01-01",
                              "timezone=Europe/Berlim"}) {
        CAPTURE(query);
        CHECK(get("/dags/grouped/calendar?" + std::string(query)).status == 422);
    }
}

TEST_CASE_FIXTURE(Pages, "next runs are the ticks of the schedule, with their data intervals") {
    const auto next = get("/dags/grouped/nextRuns?limit=2").json;
    REQUIRE(next["next_runs"].size() == 2);
    CHECK(next["next_runs"][0]["run_after"] == "2026-11-22T09:00:00Z");
    CHECK(next["next_runs"][0]["data_interval_start"] == "2026-11-22T08:00:00Z");
    CHECK(next["next_runs"][1]["run_after"] == "2026-11-22T10:00:00Z");
    CHECK(next["words"] == nullptr);
}

TEST_CASE_FIXTURE(Pages, "two schedules that mean one moment make one run") {
    grouped->schedule.push_back(model::CronSchedule{"0 */2 * * *", "UTC", model::Catchup::latest});
    const auto next = get("/dags/grouped/nextRuns?limit=3").json["next_runs"];
    REQUIRE(next.size() == 3);
    CHECK(next[1]["run_after"] == "2026-11-22T10:00:00Z");
    CHECK(next[2]["run_after"] == "2026-11-22T11:00:00Z");
}

TEST_CASE_FIXTURE(Pages, "where there are no next runs, words say why") {
    grouped->schedule.clear();
    CHECK(get("/dags/grouped/nextRuns").json["words"].get<std::string>().find("no schedule") != std::string::npos);
    history.dag_rows.push_back({{"grouped", model::DagVersionId{7}, true, false, std::nullopt}, "", 1, std::nullopt});
    CHECK(get("/dags/grouped/nextRuns").json["words"] == "the DAG is paused");
}

// --- overview --------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Pages, "the overview has what runs, what failed lately and what comes next") {
    const auto overview = get("/overview").json;
    CHECK(overview["running"][0]["dag_run_id"] == "g1");
    CHECK(overview["failed"][0]["dag_run_id"] == "r1");
    CHECK(overview["next"][0] ==
          Json{{"dag_id", "grouped"}, {"run_after", "2026-11-22T09:00:00Z"}, {"logical_date", "2026-11-22T09:00:00Z"}});
    CHECK(overview["counts"]["dags"] == 2);
    CHECK(overview["counts"]["import_errors"] == 1);
    CHECK(overview["counts"]["running"] == 1);
    CHECK(overview["counts"]["failed_24h"] == 1);
    CHECK(overview["health"]["scheduler"]["status"] == "healthy");
}

TEST_CASE_FIXTURE(Pages, "the overview names the approvals that wait, an instance each") {
    auto& asks = task("prep.load", model::TaskState::deferred, 0);
    asks.operator_kind = model::OperatorKind::approve;
    asks.outputs = {{"question", {{"message", "Go on?"}}}};
    asks.waits_since = at("2026-11-22T07:00:00Z");
    auto& all = task("prep.load", model::TaskState::deferred);
    all.operator_kind = model::OperatorKind::approve;
    all.mapped = 1;
    const auto approvals = get("/overview").json["approvals"];
    REQUIRE(approvals.size() == 1);
    CHECK(approvals[0] == Json{{"dag_id", "grouped"},
                               {"run_id", "g1"},
                               {"task_id", "prep.load"},
                               {"map_index", 0},
                               {"subject", "Go on?"},
                               {"since", "2026-11-22T07:00:00Z"}});
    const auto details = get("/dags/~/dagRuns/~/hitlDetails").json;
    REQUIRE(details["hitl_details"].size() == 1);
    CHECK(details["hitl_details"][0]["subject"] == "Go on?");
}

TEST_CASE_FIXTURE(Pages, "an asset that is a whole window behind is late") {
    model::WindowSchedule windows;
    windows.assets = {"views"};
    windows.every = windows.cover = {model::Period::Unit::fixed, std::chrono::minutes{5}};
    windows.timezone = "UTC";
    grouped->schedule = {windows};
    history.asset_rows = {{"views", "", std::nullopt, at("2026-11-22T07:50:00Z"), {}, {}, {}}};
    const auto late = get("/overview").json["late"];
    REQUIRE(late.size() == 1);
    CHECK(late[0]["asset"] == "views");
    CHECK(late[0]["since"] == "2026-11-22T07:50:00Z");
    history.asset_rows[0].newest_end = at("2026-11-22T07:55:00Z");
    CHECK(get("/overview").json["late"].empty());
}

// --- search ----------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Pages, "the search finds DAGs, tasks, runs, assets, sources and pools, the best first") {
    history.asset_rows = {{"grouped_views", "eu", std::nullopt, std::nullopt, {}, {}, {}}};
    sources.rows = {{"kafka-grouped", "kafka", true, "", std::nullopt, std::nullopt, 0, 0}};
    const auto found = get("/search?q=GROUP").json["results"];
    REQUIRE(found.size() == 3);
    CHECK(found[0]["title"] == "grouped");
    CHECK(found[1]["kind"] == "asset");
    CHECK(found[1]["key"] == "eu");
    CHECK(found[2]["kind"] == "source");
    CHECK(get("/search?q=g1").json["results"][0]["run_id"] == "g1");
    CHECK(get("/search?q=prep.load").json["results"][0]["task_id"] == "prep.load");
    CHECK(get("/search?q=small").json["results"][0]["kind"] == "pool");
}

TEST_CASE_FIXTURE(Pages, "a search needs words, and gives no more than was asked for") {
    CHECK(get("/search").status == 422);
    CHECK(get("/search?q=e&limit=1").json["results"].size() == 1);
}

// --- instances -------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Pages, "one instance of a mapped task is read by its index, with its tries") {
    task("prep.load", model::TaskState::success, 1);
    model::Try attempt;
    attempt.id = model::TryId{70};
    attempt.run = run.id;
    attempt.task_id = "prep.load";
    attempt.map_index = 1;
    attempt.state = model::TryState::success;
    attempt.executor = "process";
    history.try_rows.push_back(attempt);
    const std::string load = "/dags/grouped/dagRuns/g1/taskInstances/prep.load";
    CHECK(get(load + "/listMapped").json["total_entries"] == 1);
    CHECK(get(load + "/1").json["map_index"] == 1);
    CHECK(get(load + "/1/tries").json["total_entries"] == 1);
    CHECK(get(load + "/1/tries/1").json["state"] == "success");
}

// --- rendered and versions -------------------------------------------------------------------------------------------

TEST_CASE("what a try ran is the last whole line of its own among the launches of its run") {
    const weir::test::TemporaryFolder logs;
    std::filesystem::create_directories(logs.path() / "etl/r1");
    const Json launch{
        {"operator", "run"},   {"command", nullptr}, {"script", "true"}, {"action", nullptr},
        {"env", {{"A", "1"}}}, {"workdir", "/tmp"},  {"timeout", 5.0},   {"log_path", "etl/r1/extract/1.log"}};
    std::ofstream(logs.path() / "etl/r1/.launches") << "2 {}\n"
                                                    << "21 " << launch.dump() << "\n"
                                                    << "211 {}\n21 {\"torn";
    const World world(logs.path());
    const std::string task = "/dags/etl/dagRuns/r1/taskInstances/extract";
    CHECK(world.get(task + "/tries/1/rendered").json == launch);
    CHECK(world.get(task + "/-1/tries/1/rendered").json == launch);
    CHECK(world.get(task + "/tries/2/rendered").status == 404);
}

TEST_CASE_FIXTURE(World, "what a try ran is 404 where it was never launched") {
    const auto answer = get("/dags/etl/dagRuns/r1/taskInstances/extract/tries/1/rendered");
    CHECK(answer.status == 404);
    CHECK(answer.json["detail"].get<std::string>().find("not launched") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "the versions of a DAG are listed, and its older text is served") {
    history.version_rows.push_back(
        {model::DagVersionId{5}, "etl", 2, "old", "etl.yaml", "id: etl # old\n", at("2026-11-19T00:00:00Z")});
    CHECK(get("/dags/etl/dagVersions").json["total_entries"] == 2);
    CHECK(get("/dags/etl/dagVersions/2").json["version_number"] == 2);
    CHECK(get("/dags/etl/dagVersions/9").status == 404);
    CHECK(get("/dags/nope/dagVersions").status == 404);
    CHECK(get("/dagSources/etl?version_number=2").json["content"] == "id: etl # old\n");
    CHECK(get("/dagSources/etl?version_number=9").status == 404);
}
