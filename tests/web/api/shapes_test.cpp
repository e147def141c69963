// Every answer against the models of Apache Airflow 3.2's client: all keys, no null where it takes none, closed enums.
#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

// A model: its keys. `needed` are never null.
struct Shape {
    const char* name;
    std::vector<std::string> needed;
    std::vector<std::string> optional;
};

const Shape kDag{"DAGResponse",
                 {"dag_id", "dag_display_name", "is_paused", "is_stale", "fileloc", "file_token", "tags",
                  "max_active_tasks", "max_consecutive_failed_dag_runs", "has_task_concurrency_limits",
                  "has_import_errors", "timetable_partitioned", "owners"},
                 {"allowed_run_types", "bundle_name", "bundle_version", "description", "last_expired",
                  "last_parse_duration", "last_parsed_time", "max_active_runs", "next_dagrun_data_interval_end",
                  "next_dagrun_data_interval_start", "next_dagrun_logical_date", "next_dagrun_run_after",
                  "relative_fileloc", "timetable_description", "timetable_summary"}};
const Shape kDetails{
    "DAGDetailsResponse",
    {"dag_id", "is_paused", "catchup", "concurrency", "render_template_as_native_obj", "owners", "tags"},
    {"active_runs_count", "asset_expression", "dag_run_timeout", "default_args", "doc_md", "end_date", "is_favorite",
     "is_paused_upon_creation", "last_parsed", "latest_dag_version", "owner_links", "params", "start_date",
     "template_search_path", "timezone"}};
const Shape kVersion{"DagVersionResponse",
                     {"id", "version_number", "dag_id", "dag_display_name", "created_at"},
                     {"bundle_name", "bundle_url", "bundle_version"}};
const Shape kTask{"TaskResponse",
                  {"depends_on_past", "extra_links", "retry_exponential_backoff", "wait_for_downstream"},
                  {"class_ref",
                   "doc_md",
                   "downstream_task_ids",
                   "end_date",
                   "execution_timeout",
                   "is_mapped",
                   "operator_name",
                   "owner",
                   "params",
                   "pool",
                   "pool_slots",
                   "priority_weight",
                   "queue",
                   "retries",
                   "retry_delay",
                   "start_date",
                   "task_display_name",
                   "task_id",
                   "template_fields",
                   "trigger_rule",
                   "ui_color",
                   "ui_fgcolor",
                   "weight_rule"}};
const Shape kRun{"DAGRunResponse",
                 {"dag_run_id", "dag_id", "dag_display_name", "run_after", "run_type", "state", "dag_versions"},
                 {"logical_date", "queued_at", "start_date", "end_date", "duration", "data_interval_start",
                  "data_interval_end", "last_scheduling_decision", "triggered_by", "triggering_user_name", "conf",
                  "note", "bundle_version", "partition_key"}};
const Shape kTry{"TaskInstanceHistoryResponse",
                 {"task_id", "task_display_name", "dag_id", "dag_display_name", "dag_run_id", "map_index", "try_number",
                  "max_tries", "pool", "pool_slots", "executor_config"},
                 {"start_date", "end_date", "duration", "state", "hostname", "unixname", "queue", "priority_weight",
                  "operator", "operator_name", "queued_when", "scheduled_when", "pid", "executor", "dag_version"}};
const Shape kInstance{"TaskInstanceResponse",
                      {"id", "task_id", "task_display_name", "dag_id", "dag_display_name", "dag_run_id", "map_index",
                       "run_after", "try_number", "max_tries", "pool", "pool_slots", "executor_config"},
                      {"rendered_map_index",
                       "logical_date",
                       "start_date",
                       "end_date",
                       "duration",
                       "state",
                       "hostname",
                       "unixname",
                       "queue",
                       "priority_weight",
                       "operator",
                       "operator_name",
                       "queued_when",
                       "scheduled_when",
                       "pid",
                       "executor",
                       "note",
                       "rendered_fields",
                       "trigger",
                       "triggerer_job",
                       "dag_version"}};
const Shape kImportError{
    "ImportErrorResponse", {"import_error_id", "timestamp", "filename", "stack_trace"}, {"bundle_name"}};
const Shape kPool{"PoolResponse",
                  {"name", "slots", "include_deferred", "occupied_slots", "running_slots", "queued_slots",
                   "scheduled_slots", "open_slots", "deferred_slots"},
                  {"description", "team_name"}};
const Shape kSource{"DAGSourceResponse", {"dag_id", "dag_display_name"}, {"content", "version_number"}};
const Shape kStats{"DagStatsResponse", {"dag_id", "dag_display_name", "stats"}, {}};
const Shape kHealth{"HealthInfoResponse", {"metadatabase", "scheduler", "triggerer", "dag_processor"}, {}};
const Shape kVersionInfo{"VersionInfo", {"version"}, {"git_version"}};

void check_shape(const Json& json, const Shape& shape) {
    for (const auto& key : shape.needed) {
        CHECK_MESSAGE(json.contains(key), shape.name, " lacks ", key);
        CHECK_MESSAGE((!json.contains(key) || !json[key].is_null()), shape.name, " has null in ", key);
    }
    for (const auto& key : shape.optional) CHECK_MESSAGE(json.contains(key), shape.name, " lacks ", key);
}

struct Route {
    const char* path;
    const Shape& shape;
    const char* list;  // the key of the list in a collection; null for one resource
};

const Route kRoutes[] = {
    {"/dags", kDag, "dags"},
    {"/dags?exclude_stale=false", kDag, "dags"},
    {"/dags/etl", kDag, nullptr},
    {"/dags/old", kDag, nullptr},
    {"/dags/etl/details", kDag, nullptr},
    {"/dags/etl/details", kDetails, nullptr},
    {"/dags/old/details", kDetails, nullptr},
    {"/dags/etl/tasks", kTask, "tasks"},
    {"/dags/etl/tasks/load", kTask, nullptr},
    {"/dags/~/dagRuns", kRun, "dag_runs"},
    {"/dags/etl/dagRuns/r1", kRun, nullptr},
    {"/dags/~/dagRuns/~/taskInstances", kInstance, "task_instances"},
    {"/dags/etl/dagRuns/r1/taskInstances/load", kInstance, nullptr},
    {"/dags/etl/dagRuns/r1/taskInstances/extract/tries", kTry, "task_instances"},
    {"/dags/etl/dagRuns/r1/taskInstances/extract/tries/1", kTry, nullptr},
    {"/importErrors", kImportError, "import_errors"},
    {"/pools", kPool, "pools"},
    {"/pools/small", kPool, nullptr},
    {"/dagSources/etl", kSource, nullptr},
    {"/dagStats", kStats, "dags"},
    {"/monitor/health", kHealth, nullptr},
    {"/version", kVersionInfo, nullptr},
};

}  // namespace

TEST_CASE("every answer has every key of its model in Airflow's client, and no null where it takes none") {
    const World world;
    for (const auto& route : kRoutes) {
        CAPTURE(route.path);
        const auto answer = world.get(route.path);
        REQUIRE(answer.status == 200);
        if (route.list == nullptr) {
            check_shape(answer.json, route.shape);
            continue;
        }
        REQUIRE(answer.json[route.list].is_array());
        CHECK(answer.json["total_entries"] == answer.json[route.list].size());
        CHECK_FALSE(answer.json[route.list].empty());
        for (const auto& item : answer.json[route.list]) check_shape(item, route.shape);
    }
}

TEST_CASE("versions inside other answers have their shape too") {
    const World world;
    check_shape(world.get("/dags/etl/dagRuns/r1").json["dag_versions"][0], kVersion);
    check_shape(world.get("/dags/etl/details").json["latest_dag_version"], kVersion);
    check_shape(world.get("/dags/etl/dagRuns/r1/taskInstances/load").json["dag_version"], kVersion);
}

TEST_CASE("every state that a task can be in is one that Airflow's client knows") {
    const std::vector<std::string> known{"scheduled", "queued",  "running",         "success",      "restarting",
                                         "failed",    "skipped", "upstream_failed", "up_for_retry", "up_for_reschedule",
                                         "deferred",  "removed"};
    World world;
    for (const auto& state : model::enum_names<model::TaskState>()) {
        world.history.instance_rows[0].task_instance.state = state.value;
        const auto shown = world.get("/dags/etl/dagRuns/r1/taskInstances/extract").json["state"];
        const bool closed = shown.is_null() || std::find(known.begin(), known.end(), shown) != known.end();
        CHECK_MESSAGE(closed, state.text);
        CHECK(shown.is_null() == (state.value == model::TaskState::none));
    }
    for (const auto& state : model::enum_names<model::TryState>()) {
        world.history.try_rows[0].state = state.value;
        const auto shown = world.get("/dags/etl/dagRuns/r1/taskInstances/extract/tries/1").json["state"];
        CHECK_MESSAGE(std::find(known.begin(), known.end(), shown) != known.end(), state.text);
    }
}

TEST_CASE("a run is shown with its times in UTC, its length in seconds and its params") {
    const World world;
    const auto run = world.get("/dags/etl/dagRuns/r1").json;
    CHECK(run["start_date"] == "2026-11-22T01:15:00.500000Z");
    CHECK(run["duration"] == 2.5);
    CHECK(run["conf"] == Json{{"min_views", 1}});
    CHECK(run["run_type"] == "scheduled");
    CHECK(run["triggered_by"] == "timetable");
    CHECK(run["note"].is_null());
}

TEST_CASE("a task instance says what became of it, and keeps its id for as long as its try") {
    World world;
    const auto first = world.get("/dags/etl/dagRuns/r1/taskInstances/extract").json;
    CHECK(first["note"] == "exit code 3");
    CHECK(first["exit_code"] == 3);
    CHECK(first["max_tries"] == 2);
    CHECK(first["pid"] == 4711);
    CHECK(first["id"].get<std::string>().size() == 36);
    CHECK(world.get("/dags/etl/dagRuns/r1/taskInstances/extract").json["id"] == first["id"]);
    CHECK(world.get("/dags/etl/dagRuns/r1/taskInstances/load").json["id"] != first["id"]);
    world.history.instance_rows[0].task_instance.try_number = 2;
    CHECK(world.get("/dags/etl/dagRuns/r1/taskInstances/extract").json["id"] != first["id"]);
}

TEST_CASE("a DAG is shown with schedule, next run, tags and owner") {
    const World world;
    const auto dag = world.get("/dags/etl").json;
    CHECK(dag["timetable_summary"] == "15 2 * * *");
    CHECK(dag["timetable_description"] == "15 2 * * * in Europe/Berlin");
    CHECK(dag["next_dagrun_run_after"] == "2026-11-23T01:15:00Z");
    CHECK(dag["tags"][1] == Json{{"name", "report"}, {"dag_id", "etl"}, {"dag_display_name", "etl"}});
    CHECK(dag["owners"] == Json{"analytics"});
    CHECK(world.get("/dags/etl/details").json["params"]["min_views"]["value"] == 1);
}

TEST_CASE("a task is shown with its place in the graph, its limits and its retries") {
    const World world;
    const auto task = world.get("/dags/etl/tasks/extract").json;
    CHECK(task["downstream_task_ids"] == Json{"load"});
    CHECK(task["execution_timeout"] ==
          Json{{"__type", "TimeDelta"}, {"days", 0}, {"seconds", 5400}, {"microseconds", 0}});
    CHECK(task["retries"] == 2);
    CHECK(task["trigger_rule"] == "all_success");
    CHECK(world.get("/dags/etl/tasks/load").json["operator_name"] == "load");
}

TEST_CASE("health is 200 also when something is ill, and says what") {
    World world;
    world.commands.state.database_healthy = false;
    world.commands.state.problem = "the disk is full";
    const auto health = world.get("/monitor/health");
    CHECK(health.status == 200);
    CHECK(health.json["metadatabase"]["status"] == "unhealthy");
    CHECK(health.json["scheduler"]["latest_scheduler_heartbeat"] == "2026-11-22T08:00:00Z");
    CHECK(health.json["problem"] == "the disk is full");
}
