// The API over the real database: what is committed is what is shown, and every order that is offered works.
#include "scheduler/store/sqlite_history.hpp"
#include "scheduler/store/sqlite_store.hpp"
#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

struct StoredWorld {
    StoredWorld() {
        std::vector<core::Change> changes{world.history.version_rows[0], world.history.dag_rows[0].state};
        auto run = world.history.run_rows[0];
        for (int i = 0; i < 5; ++i) {
            run.id = model::RunId{i + 1};
            run.run_id = "run_" + std::to_string(i);
            run.logical_date = at("2026-11-22T01:15:00Z") + std::chrono::days{i};
            run.state = i == 4 ? model::RunState::running : model::RunState::failed;
            changes.emplace_back(run);
            for (auto row : world.history.instance_rows) {
                row.task_instance.run = run.id;
                changes.emplace_back(row.task_instance);
            }
            auto attempt = world.history.try_rows[0];
            attempt.id = model::TryId{i + 1};
            attempt.run = run.id;
            changes.emplace_back(attempt);
        }
        REQUIRE(store->commit(changes) == ports::CommitOutcome::committed);
        api::add_routes(router, {.history = *history,
                                 .commands = world.commands,
                                 .events = world.events,
                                 .sources = world.sources,
                                 .catalog = world.catalog,
                                 .accounts = world.accounts,
                                 .account_rows = world.account_rows,
                                 .log_folder = std::filesystem::path{"/nowhere"},
                                 .version = "0.1.0",
                                 .now = [] { return at("2026-11-22T08:00:00Z"); }});
    }
    [[nodiscard]] Json get(const std::string& path) const {
        const auto answer = ask(router, "GET", "/api/v2" + path);
        CHECK_MESSAGE(answer.status == 200, path);
        return answer.json;
    }

    World world;
    std::unique_ptr<store::SqliteStore> store = std::move(store::SqliteStore::open(":memory:").value());
    std::unique_ptr<store::SqliteHistory> history = std::move(store::SqliteHistory::open(store->database()).value());
    http::Router router;
};

}  // namespace

TEST_CASE("committed runs are listed newest first, filtered and paged") {
    const StoredWorld stored;
    CHECK(stored.get("/dags/etl/dagRuns").at("dag_runs")[0]["dag_run_id"] == "run_4");
    CHECK(stored.get("/dags/etl/dagRuns?state=failed")["total_entries"] == 4);
    const auto page = stored.get("/dags/~/dagRuns?limit=2&offset=1&order_by=logical_date");
    CHECK(page["total_entries"] == 5);
    CHECK(page["dag_runs"].size() == 2);
    CHECK(page["dag_runs"][0]["dag_run_id"] == "run_1");
    CHECK(page["dag_runs"][0]["conf"] == Json{{"min_views", 1}});
    CHECK(stored.get("/dags/etl/dagRuns?limit=0")["dag_runs"].empty());
    CHECK(stored.get("/dags/etl/dagRuns?run_id_pattern=%25_3")["dag_runs"].size() == 1);
}

TEST_CASE("every order that a list offers is one that the database knows") {
    const StoredWorld stored;
    for (const auto* order :
         {"id", "dag_id", "run_id", "dag_run_id", "state", "logical_date", "run_after", "queued_at", "start_date",
          "end_date", "duration", "run_type", "data_interval_start", "data_interval_end"})
        for (const std::string sign : {"", "-"})
            CHECK(stored.get("/dags/etl/dagRuns?order_by=" + sign + order)["dag_runs"].size() == 5);
    for (const auto* order :
         {"id", "task_id", "map_index", "state", "try_number", "scheduled_when", "queued_when", "start_date",
          "end_date", "duration", "logical_date", "run_after", "dag_id", "run_id", "dag_run_id", "rendered_map_index",
          "operator", "data_interval_start", "data_interval_end"})
        for (const std::string sign : {"", "-"})
            CHECK(
                stored.get("/dags/etl/dagRuns/run_0/taskInstances?order_by=" + sign + order)["task_instances"].size() ==
                2);
}

TEST_CASE("every order and filter of a list goes together with every other") {
    const StoredWorld stored;
    const std::string filters =
        "&logical_date_gte=2000-01-01T00:00:00Z&run_after_gt=2000-01-01T00:00:00Z&start_date_lt=2100-01-01T00:00:00Z"
        "&end_date_lte=2100-01-01T00:00:00Z&duration_gte=0&duration_lte=99999999&dag_id_pattern=e%25&run_id_pattern=r%"
        "25";
    CHECK(stored.get("/dags/~/dagRuns?order_by=-state&order_by=run_after" + filters +
                     "&dag_version=3&state=failed")["total_entries"] == 4);
    const auto tasks = stored.get(
        "/dags/~/dagRuns/~/taskInstances?order_by=-state&order_by=-run_after&version_number=3"
        "&task_display_name_pattern=extr%25&pool=default_pool&state=failed" +
        filters);
    CHECK(tasks["total_entries"] == 5);
    CHECK(tasks["task_instances"][0]["dag_run_id"] == "run_4");
    CHECK(stored.get("/dags/~/dagRuns/~/hitlDetails?order_by=ti_id&order_by=-created_at")["total_entries"] == 0);
}

TEST_CASE("committed task instances, tries, versions and counts are shown") {
    const StoredWorld stored;
    CHECK(stored.get("/dags/~/dagRuns/~/taskInstances?state=failed")["total_entries"] == 5);
    const auto instance = stored.get("/dags/etl/dagRuns/run_2/taskInstances/extract");
    CHECK(instance["pid"] == 4711);
    CHECK(instance["dag_version"]["version_number"] == 3);
    CHECK(stored.get("/dags/etl/dagRuns/run_2/taskInstances/extract/tries")["task_instances"][0]["exit_code"] == 3);
    CHECK(stored.get("/dags/etl/details")["active_runs_count"] == 1);
    CHECK(stored.get("/dagStats")["dags"][0]["stats"][3] == Json{{"state", "failed"}, {"count", 4}});
    CHECK(stored.get("/dagSources/etl")["version_number"] == 3);
    CHECK(stored.get("/dags?last_dag_run_state=running")["total_entries"] == 1);
}
