// What the API makes of requests: filters, refusals, commands.
#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

// The places and words of a 422, one a line.
std::string faults(const Answer& answer) {
    CHECK(answer.status == 422);
    std::string all;
    for (const auto& fault : answer.json["detail"]) {
        std::string where;
        for (const auto& part : fault["loc"]) where += (where.empty() ? "" : ".") + part.get<std::string>();
        all += (all.empty() ? "" : "\n") + where + ": " + fault["msg"].get<std::string>();
    }
    return all;
}

Json null_date(Json more = Json::object()) {
    more["logical_date"] = nullptr;
    return more;
}

}  // namespace

// --- queries ---------------------------------------------------------------------------------------------------------

TEST_CASE("a list's query becomes a filter of history") {
    const World world;
    CHECK(
        world
            .get(
                "/dags/etl/dagRuns?state=failed&state=running&run_type=manual&limit=7&offset=14&order_by=-start_date"
                "&run_id_pattern=man%25&logical_date_gte=2026-11-22T08:00:00%2B01:00&end_date_lte=2026-11-23T00:00:00Z")
            .status == 200);
    const auto& filter = world.history.run_filter;
    CHECK(filter.dag_id == "etl");
    CHECK(filter.states == std::vector{model::RunState::failed, model::RunState::running});
    CHECK(filter.types == std::vector{model::RunType::manual});
    CHECK(filter.limit == 7);
    CHECK(filter.offset == 14);
    CHECK(filter.order_by == "-started_at");
    CHECK(filter.run_id_pattern == "man%");
    CHECK(filter.logical_date_gte == at("2026-11-22T07:00:00Z"));
    CHECK(filter.ended_lte == at("2026-11-23T00:00:00Z"));
}

TEST_CASE("a time or duration may be bound from outside or inside, by the microsecond, and the tighter bound counts") {
    const World world;
    CHECK(world
              .get("/dags/etl/dagRuns?start_date_gt=2026-11-22T08:00:00Z&start_date_lt=2026-11-23T00:00:00Z"
                   "&start_date_lte=2026-11-24T00:00:00Z&duration_gte=1.5&duration_lt=60")
              .status == 200);
    using std::chrono::microseconds;
    const auto& filter = world.history.run_filter;
    CHECK(filter.started_gte == at("2026-11-22T08:00:00Z") + microseconds{1});
    CHECK(filter.started_lte == at("2026-11-23T00:00:00Z") - microseconds{1});
    CHECK(filter.duration_gte == microseconds{1'500'000});
    CHECK(filter.duration_lte == microseconds{59'999'999});
    for (const auto* text : {"minute", "1e99", "nan", "inf", "1s"})
        CHECK_MESSAGE(faults(world.get(std::string("/dags/etl/dagRuns?duration_gt=") + text)) ==
                          "query.duration_gt: duration_gt must be a number of seconds",
                      text);
}

TEST_CASE("runs are filtered by version, conf, user and name of their DAG") {
    const World world;
    CHECK(world
              .get("/dags/~/dagRuns?dag_version=3&dag_version=4&conf_contains=views&triggering_user_name_pattern=an%25"
                   "&dag_id_pattern=e%25")
              .status == 200);
    const auto& filter = world.history.run_filter;
    CHECK(filter.version_numbers == std::vector{3, 4});
    CHECK(filter.params_part == "views");
    CHECK(filter.user_pattern == "an%");
    CHECK(filter.dag_id_pattern == "e%");
    CHECK(faults(world.get("/dags/~/dagRuns?dag_version=0")) ==
          "query.dag_version: dag_version must be a whole number from 1 to 2147483647");
}

TEST_CASE("a query for task instances becomes a filter of history, of one run's as of a mapped task's") {
    const World world;
    for (const std::string list :
         {"/dags/~/dagRuns/~/taskInstances", "/dags/etl/dagRuns/r1/taskInstances/extract/listMapped"}) {
        CHECK(world
                  .get(list +
                       "?map_index=1&map_index=2&try_number=2&version_number=3&operator=load&operator=run&pool=small&"
                       "pool=gpu"
                       "&executor=process&queue=slurm&dag_id_pattern=d%25&run_id_pattern=r%25&task_display_name_"
                       "pattern=t%25"
                       "&pool_name_pattern=p%25&queue_name_pattern=q%25&operator_name_pattern=o%25"
                       "&rendered_map_index_pattern=m%25&logical_date_gte=2026-01-01T00:00:00Z"
                       "&run_after_lte=2026-01-02T00:00:00Z&start_date_gte=2026-01-03T00:00:00Z"
                       "&end_date_lte=2026-01-04T00:00:00Z&duration_gte=5&order_by=-run_after&order_by=map_index")
                  .status == 200);
        const auto& filter = world.history.instance_filter;
        CHECK(filter.map_indexes == std::vector{1, 2});
        CHECK(filter.try_numbers == std::vector{2});
        CHECK(filter.version_numbers == std::vector{3});
        CHECK(filter.operators == std::vector{model::OperatorKind::load, model::OperatorKind::run});
        CHECK(filter.pools == std::vector<std::string>{"small", "gpu"});
        CHECK(filter.executors == std::vector<std::string>{"process", "slurm"});
        CHECK(filter.dag_id_pattern == "d%");
        CHECK(filter.run_id_pattern == "r%");
        CHECK(filter.task_id_pattern == "t%");
        CHECK(filter.pool_pattern == "p%");
        CHECK(filter.executor_pattern == "q%");
        CHECK(filter.operator_pattern == "o%");
        CHECK(filter.label_pattern == "m%");
        CHECK(filter.logical_date_gte == at("2026-01-01T00:00:00Z"));
        CHECK(filter.run_after_lte == at("2026-01-02T00:00:00Z"));
        CHECK(filter.started_gte == at("2026-01-03T00:00:00Z"));
        CHECK(filter.ended_lte == at("2026-01-04T00:00:00Z"));
        CHECK(filter.duration_gte == std::chrono::seconds{5});
        CHECK(filter.order_by == "-run_after,map_index");
    }
}

TEST_CASE("a filter without a value is none") {
    const World world;
    CHECK(world.get("/dags/~/dagRuns/~/taskInstances?map_index=&task_id=&start_date_gte=&duration_lt=").status == 200);
    CHECK(world.history.instance_filter.map_indexes.empty());
}

TEST_CASE("order_by may be given several times, as Airflow has it, but not without end") {
    const World world;
    CHECK(world.get("/dags/etl/dagRuns?order_by=state&order_by=-start_date&order_by=").status == 200);
    CHECK(world.history.run_filter.order_by == "state,-started_at");
    CHECK(faults(world.get("/dags/etl/dagRuns?order_by=state&order_by=colour"))
              .find("query.order_by: order_by must be one of id, dag_id") == 0);
    CHECK(faults(world.get("/dags/etl/dagRuns?order_by=state,id")).find("query.order_by: order_by must be one") == 0);
    std::string many = "/dags/etl/dagRuns?";
    for (int i = 0; i < 11; ++i) many += "order_by=id&";
    CHECK(faults(world.get(many)) == "query.order_by: order_by can be given 10 times at most");
    CHECK(world.get(many.substr(0, many.size() - std::string("order_by=id&").size())).status == 200);
}

TEST_CASE("lists that have one order are read forwards and backwards") {
    const World world;
    CHECK(world.get("/backfills?order_by=id").status == 200);
    CHECK_FALSE(world.history.asked_slice.newest_first);
    CHECK(world.get("/backfills?limit=3&offset=2").status == 200);
    CHECK(world.history.asked_slice.newest_first);
    CHECK(world.history.asked_slice.limit == 3);
    CHECK(world.history.asked_slice.offset == 2);
    CHECK(world.get("/dags/etl/dagVersions?order_by=version_number").status == 200);
    CHECK_FALSE(world.history.asked_slice.newest_first);
    CHECK(world.get("/dags/etl/dagVersions?order_by=-id").status == 200);
    CHECK(world.history.asked_slice.newest_first);
    CHECK(world.get("/events?order_by=received_at").status == 200);
    CHECK_FALSE(world.history.event_filter.newest_first);
    CHECK(world.get("/notifications?order_by=created_at").status == 200);
    CHECK_FALSE(world.history.notification_filter.newest_first);
    CHECK(world.get("/eventLogs?order_by=when").status == 200);
    CHECK_FALSE(world.account_rows.audit_filter.newest_first);
    CHECK(world.get("/dags/~/dagRuns/~/hitlDetails?order_by=-created_at").status == 200);
    CHECK(world.history.instance_filter.order_by == "-waits_since");
    CHECK(world.get("/backfills?order_by=dag_id").status == 422);
}

TEST_CASE("lists that are held in memory are sorted by one name within another") {
    World world;
    for (const auto& [name, role] :
         {std::pair{"bob", model::Role::user}, {"ada", model::Role::user}, {"eve", model::Role::admin}})
        REQUIRE(world.accounts.add_user(name, "correct horse battery staple", role, {}).has_value());
    const auto names = [&world](const std::string& query) {
        std::string all;
        const auto answer = world.get("/users" + query);
        for (const auto& row : answer.json["users"]) all += row["username"].get<std::string>() + " ";
        return all;
    };
    CHECK(names("") == "ada bob eve ");
    CHECK(names("?order_by=-username") == "eve bob ada ");
    CHECK(names("?order_by=role&order_by=-username") == "eve bob ada ");
    CHECK(names("?order_by=-role&order_by=username&limit=2") == "ada bob ");

    world.catalog.now->pools = {{"b", 1, ""}, {"a", 1, ""}, {"c", 9, ""}};
    std::string pools;
    const auto answer = world.get("/pools?order_by=-slots&order_by=name");
    for (const auto& row : answer.json["pools"]) pools += row["name"].get<std::string>();
    CHECK(pools == "cab");
}

TEST_CASE("a time's offset may lack its colon, as Airflow's client writes it") {
    const World world;
    CHECK(world.get("/dags/etl/dagRuns?run_after_gte=2026-01-01T00:00:00.000000%2B0100").status == 200);
    CHECK(world.history.run_filter.run_after_gte == at("2025-12-31T23:00:00Z"));
    for (const auto* text : {"2026-01-01T00:00:00", "2026-01-01", "0000-00", "T+00:00", "%2B0000"})
        CHECK_MESSAGE(world.get(std::string("/dags/etl/dagRuns?run_after_gte=") + text).status == 422, text);
}

TEST_CASE("~ stands for all DAGs and all runs") {
    const World world;
    CHECK(world.get("/dags/~/dagRuns").json["total_entries"] == 1);
    CHECK(world.history.run_filter.dag_id.empty());
    CHECK(world.get("/dags/~/dagRuns/~/taskInstances?state=failed").json["total_entries"] == 1);
    CHECK(world.history.instance_filter.run_id.empty());
}

TEST_CASE("a query that means nothing is refused, and named") {
    const World world;
    CHECK(faults(world.get("/dags/etl/dagRuns?limit=1001")) ==
          "query.limit: limit must be a whole number from 0 to 1000");
    CHECK(faults(world.get("/dags/etl/dagRuns?limit=ten")) ==
          "query.limit: limit must be a whole number from 0 to 1000");
    CHECK(faults(world.get("/dags?offset=-1")).find("query.offset: offset must be") == 0);
    CHECK(faults(world.get("/dags/etl/dagRuns?order_by=colour"))
              .find("query.order_by: order_by must be one of id, dag_id") == 0);
    CHECK(faults(world.get("/dags/etl/dagRuns?state=done")) ==
          "query.state: state must be one of queued, running, success, failed");
    CHECK(faults(world.get("/dags/etl/dagRuns?stat=failed")) ==
          "query.stat: unknown parameter 'stat'; did you mean 'state'?");
    CHECK(faults(world.get("/dags/etl/dagRuns?logical_date_gte=yesterday")).find("query.logical_date_gte: ") == 0);
    CHECK(faults(world.get("/dags?paused=maybe")) == "query.paused: paused must be true or false");
    CHECK(faults(world.get("/dags?limit=1&limit=2")) == "query.limit: limit is given more than once");
}

TEST_CASE("all faults of a request are told at once") {
    const World world;
    CHECK(world.get("/dags/etl/dagRuns?limit=x&state=y&z=1").json["detail"].size() == 3);
}

TEST_CASE("DAGs are filtered by name, tag, owner, pause, import errors and last state") {
    World world;
    world.catalog.now->dags["etl"].broken = true;
    const auto count = [&world](const std::string& query) {
        return world.get("/dags?" + query).json["total_entries"].get<int>();
    };
    CHECK(count("") == 1);
    CHECK(count("exclude_stale=false") == 2);
    CHECK(count("exclude_stale=false&paused=true") == 1);
    CHECK(count("dag_id_pattern=E%25") == 1);
    CHECK(count("dag_id_pattern=e") == 0);
    CHECK(count("dag_id_pattern=__l") == 1);
    CHECK(count("tags=report&tags=hourly") == 1);
    CHECK(count("tags=report&tags=hourly&tags_match_mode=all") == 0);
    CHECK(count("owners=analytics") == 1);
    CHECK(count("owners=nobody") == 0);
    CHECK(count("has_import_errors=false") == 0);
    CHECK(count("last_dag_run_state=failed") == 1);
    CHECK(count("last_dag_run_state=success") == 0);
}

TEST_CASE("a page of DAGs is a part of all in order, and the total counts all") {
    const World world;
    const auto page = world.get("/dags?exclude_stale=false&order_by=-dag_id&limit=1&offset=1").json;
    CHECK(page["total_entries"] == 2);
    REQUIRE(page["dags"].size() == 1);
    CHECK(page["dags"][0]["dag_id"] == "etl");
}

TEST_CASE("what is not there is 404 with its name") {
    const World world;
    CHECK(world.get("/dags/none").json["detail"] == "The DAG with dag_id: `none` was not found");
    for (const auto* path :
         {"/dags/none", "/dags/none/details", "/dags/none/tasks", "/dags/etl/tasks/none", "/dagSources/none",
          "/dags/none/dagRuns", "/dags/etl/dagRuns/none", "/dags/etl/dagRuns/none/taskInstances",
          "/dags/none/dagRuns/~/taskInstances", "/dags/etl/dagRuns/r1/taskInstances/none",
          "/dags/etl/dagRuns/r1/taskInstances/none/tries", "/dags/etl/dagRuns/r1/taskInstances/extract/tries/2",
          "/dags/etl/dagRuns/r1/taskInstances/extract/logs/9", "/importErrors/1", "/pools/none", "/variables",
          "/dagSources/etl?version_number=1"})
        CHECK_MESSAGE(world.get(path).status == 404, path);
}

TEST_CASE("the source of a DAG comes as JSON or as text") {
    const World world;
    CHECK(world.get("/dagSources/etl").json["version_number"] == 3);
    CHECK(ask(world.router, "GET", "/api/v2/dagSources/etl", "", {{"Accept", "text/plain"}}).text == "id: etl\n");
}

TEST_CASE("a pool shows the slots of its live task instances") {
    World world;
    world.history.run_rows[0].state = model::RunState::running;
    world.history.instance_rows[0].task_instance.state = model::TaskState::running;
    world.history.instance_rows[0].task_instance.pool = "small";
    world.history.instance_rows[1].task_instance.state = model::TaskState::queued;
    world.history.instance_rows[1].task_instance.pool_slots = 3;
    const auto pool = world.get("/pools/small").json;
    CHECK(pool["running_slots"] == 1);
    CHECK(pool["queued_slots"] == 3);
    CHECK(pool["occupied_slots"] == 4);
    CHECK(pool["open_slots"] == 0);
}

TEST_CASE("an import error shows each fault at its place") {
    const World world;
    const auto error = world.get("/importErrors").json["import_errors"][0];
    CHECK(error["stack_trace"] == "bad.yaml:3:5: unknown key 'taks'");
    CHECK(error["diagnostics"][0]["line"] == 3);
}

TEST_CASE("one import error has the text of its file, null where it is not kept, and a list has none") {
    World world;
    auto error = world.get("/importErrors").json["import_errors"][0];
    CHECK_FALSE(error.contains("content"));
    const auto one = "/importErrors/" + std::to_string(error["import_error_id"].get<int>());
    error["content"] = nullptr;
    CHECK(world.get(one).json == error);
    world.catalog.now->import_errors.front().content = std::make_shared<const std::string>("id: bad\n\n    taks:\n");
    error["content"] = "id: bad\n\n    taks:\n";
    CHECK(world.get(one).json == error);
}

TEST_CASE("bytes that are not UTF-8 come back as JSON all the same") {
    const World world;
    CHECK(world.get("/dags/%ff%fe").status == 404);
    CHECK(world.get("/dags?order_by=%ff").status == 422);
}

// --- commands --------------------------------------------------------------------------------------------------------

TEST_CASE("a trigger becomes a command with everything the body says") {
    const World world;
    const auto answer = world.post("/dags/etl/dagRuns", {{"logical_date", "2026-11-20T10:00:00+01:00"},
                                                         {"dag_run_id", "mine"},
                                                         {"conf", {{"min_views", 5}}},
                                                         {"note", "because"},
                                                         {"data_interval_start", "2026-11-19T00:00:00Z"},
                                                         {"data_interval_end", "2026-11-20T00:00:00Z"},
                                                         {"partition_key", nullptr}});
    CHECK(answer.status == 200);
    CHECK(answer.json["dag_run_id"] == "r1");
    const auto& command = world.commands.last<core::TriggerRun>();
    CHECK(command.dag_id == "etl");
    CHECK(command.run_id == "mine");
    CHECK(command.params == Json{{"min_views", 5}});
    CHECK(command.note == "because");
    CHECK(command.logical_date == at("2026-11-20T09:00:00Z"));
    CHECK(command.data_interval == model::Interval{at("2026-11-19T00:00:00Z"), at("2026-11-20T00:00:00Z")});
    CHECK(command.triggered_by == model::TriggeredBy::rest_api);
    CHECK(command.user == "anonymous");
}

TEST_CASE("the least that a trigger needs is no body at all") {
    const World world;
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns").status == 200);
    CHECK_FALSE(world.commands.last<core::TriggerRun>().logical_date);
}

TEST_CASE("a trigger says who, and through what") {
    const World world;
    const http::Peer root{.is_unix = true, .uid = 0, .address = "unix"};
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns", "", {{"User-Agent", "weir"}}, root).status == 200);
    CHECK(world.commands.last<core::TriggerRun>().user == "unix:root");
    CHECK(world.commands.last<core::TriggerRun>().triggered_by == model::TriggeredBy::cli);
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns", "", {{"Sec-Fetch-Site", "same-origin"}}).status == 200);
    CHECK(world.commands.last<core::TriggerRun>().triggered_by == model::TriggeredBy::ui);
}

TEST_CASE("a trigger that doesn't validate is refused before any command") {
    const World world;
    const auto refused = [&world](const Json& body) { return faults(world.post("/dags/etl/dagRuns", body)); };
    CHECK(refused({{"logical_date", "2026-11-22"}})
              .find("body.logical_date: logical_date must be a time with an offset") == 0);
    CHECK(refused(null_date({{"conf", "text"}})) == "body.conf: conf must be an object");
    CHECK(refused(null_date({{"cnf", Json::object()}})) == "body.cnf: unknown key 'cnf'; did you mean 'conf'?");
    CHECK(refused(null_date({{"dag_run_id", 7}})) == "body.dag_run_id: dag_run_id must be a text of at most 250 bytes");
    CHECK(refused(null_date({{"data_interval_start", "2026-11-22T00:00:00Z"}}))
              .find("body.data_interval_end: data_interval_end is missing") == 0);
    CHECK(refused(null_date({{"run_after", "2026-11-22T08:00:01Z"}}))
              .find("body.run_after: run_after is in the future") == 0);
    CHECK(refused(null_date({{"partition_key", "a"}})).find("body.partition_key: ") == 0);
    CHECK(refused(null_date({{"note", std::string(1001, 'x')}})).find("body.note: ") == 0);
    CHECK(refused(Json::array()) == "body: the body must be one JSON object in UTF-8");
    for (const auto* text : {"{", "{}{}", "\xff", "nul", "{\"a\":1e999999}"})
        CHECK_MESSAGE(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns", text).status == 422, text);
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns", "{}", {{"Content-Type", "text/plain"}}).status == 415);
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns", "{}", {{"Content-Type", "application/jsonp"}}).status ==
          415);
    CHECK(world.commands.executed.empty());
}

TEST_CASE("a command's failure becomes the status of its kind, with its words") {
    World world;
    for (const auto& [kind, status] :
         {std::pair{model::ErrorKind::not_found, 404}, std::pair{model::ErrorKind::conflict, 409},
          std::pair{model::ErrorKind::forbidden, 403}, std::pair{model::ErrorKind::unavailable, 503},
          std::pair{model::ErrorKind::internal, 500}}) {
        world.commands.result = model::Error{kind, "in words"};
        const auto answer = world.post("/dags/etl/dagRuns", null_date());
        CHECK(answer.status == status);
        CHECK(answer.json["detail"] == "in words");
    }
    world.commands.result = model::Error{model::ErrorKind::invalid, "min_views must be at least 1"};
    CHECK(faults(world.post("/dags/etl/dagRuns", null_date())) == "body: min_views must be at least 1");
}

TEST_CASE("the same Idempotency-Key means the same run, also the second time") {
    World world;
    const http::Headers key{{"Idempotency-Key", "order 17"}};
    CHECK(world.post("/dags/etl/dagRuns", null_date(), key).status == 200);
    const auto run_id = world.commands.last<core::TriggerRun>().run_id;
    CHECK(run_id.starts_with("manual__"));

    world.history.run_rows[0].run_id = run_id;
    world.commands.result = model::Error{model::ErrorKind::conflict, "there already"};
    const auto again = world.post("/dags/etl/dagRuns", null_date(), key);
    CHECK(again.status == 200);
    CHECK(again.json["dag_run_id"] == run_id);
    CHECK(world.commands.executed.size() == 1);  // and the audit has no second line
    CHECK(world.post("/dags/etl/dagRuns", null_date({{"conf", {{"min_views", 1}}}}), key).status == 200);
    const Json others[] = {null_date({{"conf", {{"min_views", 2}}}}), {{"logical_date", "2026-11-20T01:15:00Z"}}};
    for (const auto& other : others)
        CHECK(faults(world.post("/dags/etl/dagRuns", other, key)) ==
              "body: this Idempotency-Key was used with another body; take a new key");
    CHECK(world.post("/dags/etl/dagRuns", null_date(), {{"Idempotency-Key", "order 18"}}).status == 409);
    CHECK(world.post("/dags/etl/dagRuns", null_date()).status == 409);
}

TEST_CASE("a DAG is paused and unpaused by PATCH") {
    const World world;
    const auto answer = ask(world.router, "PATCH", "/api/v2/dags/etl?update_mask=is_paused", R"({"is_paused":true})");
    CHECK(answer.status == 200);
    CHECK(answer.json["dag_id"] == "etl");
    CHECK(world.commands.last<core::SetPaused>().paused);
    CHECK(faults(ask(world.router, "PATCH", "/api/v2/dags/etl", "{}")) ==
          "body.is_paused: is_paused is needed: true or false");
    CHECK(ask(world.router, "PATCH", "/api/v2/dags/etl?update_mask=owner", R"({"is_paused":true})").status == 422);
}

TEST_CASE("retry and kill reach the named tasks") {
    const World world;
    CHECK(world.post("/dags/etl/dagRuns/r1/retry", {{"task_ids", {"extract", "load"}}}).json["dag_run_id"] == "r1");
    CHECK(world.commands.last<core::RetryTasks>().task_ids == std::vector<std::string>{"extract", "load"});
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns/r1/retry").status == 200);
    CHECK(world.commands.last<core::RetryTasks>().task_ids.empty());
    CHECK(world.post("/dags/etl/dagRuns/r1/kill", {{"task_id", "load"}}).status == 200);
    CHECK(world.commands.last<core::Kill>().task_id == "load");
    CHECK(ask(world.router, "POST", "/api/v2/dags/etl/dagRuns/r1/kill").status == 200);
    CHECK_FALSE(world.commands.last<core::Kill>().task_id);
    CHECK(world.post("/dags/etl/dagRuns/r1/kill", {{"task_id", "load"}, {"map_index", 3}}).status == 200);
    CHECK(world.commands.last<core::Kill>().map_index == 3);
    CHECK(world.post("/dags/etl/dagRuns/r1/kill", {{"task_id", "load"}, {"map_index", -1}}).status == 200);
    CHECK_FALSE(world.commands.last<core::Kill>().map_index);
    CHECK(faults(world.post("/dags/etl/dagRuns/r1/kill", {{"map_index", 3}})).find("body.map_index: ") == 0);
    CHECK(faults(world.post("/dags/etl/dagRuns/r1/retry", {{"task_ids", "load"}})) ==
          "body.task_ids: task_ids must be a list of texts");
}

TEST_CASE("clearing a run shows what it would clear unless told to do it") {
    World world;
    const auto& run = world.history.run_rows[0];
    world.commands.result =
        core::Answer{.run = run, .runs = {run}, .task_instances = {world.history.instance_rows[0].task_instance}};
    CHECK(world.post("/dags/etl/dagRuns/r1/clear", Json::object()).json["total_entries"] == 1);
    CHECK(world.commands.last<core::ClearTasks>().dry_run);
    CHECK_FALSE(world.commands.last<core::ClearTasks>().tasks.only_failed);
    CHECK(world.post("/dags/etl/dagRuns/r1/clear", {{"dry_run", false}, {"run_on_latest_version", true}})
              .json["dag_run_id"] == "r1");
    CHECK(world.commands.last<core::ClearTasks>().run_id == "r1");
    CHECK(world.commands.last<core::ClearTasks>().newest_version);
    CHECK_FALSE(world.commands.last<core::ClearTasks>().dry_run);
}

TEST_CASE("clearing task instances takes the failed ones, unless asked for more") {
    World world;
    const auto& run = world.history.run_rows[0];
    world.commands.result =
        core::Answer{.run = run, .runs = {run}, .task_instances = {world.history.instance_rows[1].task_instance}};
    const auto clear = [&world](const Json& body) { return world.post("/dags/etl/clearTaskInstances", body); };
    CHECK(clear({{"dag_run_id", "r1"}}).json["task_instances"][0]["task_id"] == "load");
    CHECK(world.commands.last<core::ClearTasks>().dry_run);
    CHECK(world.commands.last<core::ClearTasks>().tasks.only_failed);
    CHECK_FALSE(world.commands.last<core::ClearTasks>().tasks.downstream);
    CHECK(clear({{"dag_run_id", "r1"},
                 {"dry_run", false},
                 {"only_failed", false},
                 {"task_ids", {"load"}},
                 {"include_downstream", true},
                 {"include_upstream", true}})
              .status == 200);
    const auto& command = world.commands.last<core::ClearTasks>();
    CHECK(command.tasks.names == std::vector<std::string>{"load"});
    CHECK(command.tasks.downstream);
    CHECK(command.tasks.upstream);
    CHECK_FALSE(command.tasks.only_failed);
    CHECK_FALSE(command.dry_run);
}

TEST_CASE("task instances are cleared in a range of runs, in those before or after one, or by map index") {
    World world;
    const auto clear = [&world](const Json& body) {
        CHECK(world.post("/dags/etl/clearTaskInstances", body).status == 200);
        return world.commands.last<core::ClearTasks>();
    };
    const auto ranged = clear({{"start_date", "2026-11-01T00:00:00Z"}, {"end_date", "2026-11-02T00:00:00Z"}});
    REQUIRE(ranged.range);
    CHECK(ranged.range->from == at("2026-11-01T00:00:00Z"));
    CHECK(ranged.range->to == at("2026-11-02T00:00:00Z"));
    const auto past = clear({{"dag_run_id", "r1"}, {"include_past", true}});
    REQUIRE(past.range);
    CHECK(past.range->to == at("2026-11-22T01:15:00Z"));
    CHECK(past.range->from < at("2000-01-01T00:00:00Z"));
    const auto instance = clear({{"dag_run_id", "r1"}, {"task_ids", Json::array({Json::array({"load", 3})})}});
    CHECK(instance.tasks.names == std::vector<std::string>{"load"});
    CHECK(instance.tasks.map_index == 3);
}

TEST_CASE("a clear that means nothing is refused, and named") {
    const World world;
    const auto refused = [&world](const Json& body) {
        return faults(world.post("/dags/etl/clearTaskInstances", body));
    };
    CHECK(refused(Json::object()).find("body.dag_run_id: dag_run_id is needed") == 0);
    CHECK(refused({{"dag_run_id", "none"}, {"include_past", true}}).find("body.include_past: ") == 0);
    CHECK(refused({{"dag_run_id", "r1"}, {"only_running", true}}).find("body.only_running: ") == 0);
    CHECK(refused({{"dag_run_id", "r1"}, {"task_ids", {7}}}).find("body.task_ids: ") == 0);
    CHECK(world.commands.executed.empty());
}

TEST_CASE("a run is marked, noted or cleared by PATCH") {
    const World world;
    const auto patch = [&world](const std::string& body) {
        return ask(world.router, "PATCH", "/api/v2/dags/etl/dagRuns/r1", body);
    };
    CHECK(patch(R"({"state": "success", "note": "by hand"})").status == 200);
    CHECK(world.commands.last<core::ChangeRun>().state == model::RunState::success);
    CHECK(world.commands.last<core::ChangeRun>().note == "by hand");
    CHECK(patch(R"({"state": "queued"})").status == 200);
    CHECK(world.commands.last<core::ClearTasks>().run_id == "r1");
    CHECK(faults(patch(R"({"state": "running"})")).find("body.state: ") == 0);
    CHECK(faults(patch("{}")).find("body.state: ") == 0);
}

TEST_CASE("a task instance is marked by PATCH") {
    World world;
    const auto& run = world.history.run_rows[0];
    world.commands.result =
        core::Answer{.run = run, .runs = {run}, .task_instances = {world.history.instance_rows[0].task_instance}};
    const std::string path = "/api/v2/dags/etl/dagRuns/r1/taskInstances/extract";
    const auto answer = ask(world.router, "PATCH", path, R"({"new_state": "success", "include_downstream": true})");
    CHECK(answer.json["task_instances"][0]["task_id"] == "extract");
    CHECK(world.commands.last<core::MarkTasks>().state == model::TaskState::success);
    CHECK(world.commands.last<core::MarkTasks>().tasks.names == std::vector<std::string>{"extract"});
    CHECK(world.commands.last<core::MarkTasks>().tasks.downstream);
    CHECK(ask(world.router, "PATCH", path + "/3", R"({"new_state": "failed"})").status == 200);
    CHECK(world.commands.last<core::MarkTasks>().tasks.map_index == 3);
    CHECK(ask(world.router, "PATCH", path + "/dry_run", R"({"new_state": "skipped"})").json["total_entries"] == 1);
    CHECK(world.commands.last<core::MarkTasks>().dry_run);
    CHECK(faults(ask(world.router, "PATCH", path, R"({"new_state": "done"})")).find("body.new_state: ") == 0);
}

TEST_CASE("of a task with foreach one instance can be marked, and what that would change is told") {
    World world;
    const auto& run = world.history.run_rows[0];
    world.commands.result =
        core::Answer{.run = run, .runs = {run}, .task_instances = {world.history.instance_rows[0].task_instance}};
    const std::string path = "/api/v2/dags/etl/dagRuns/r1/taskInstances/extract";
    CHECK(ask(world.router, "PATCH", path + "/3/dry_run", R"({"new_state": "failed"})").json["total_entries"] == 1);
    CHECK(world.commands.last<core::MarkTasks>().tasks.map_index == 3);
    CHECK(world.commands.last<core::MarkTasks>().dry_run);
    CHECK(ask(world.router, "PATCH", path + "/x/dry_run", R"({"new_state": "failed"})").status == 404);
}

TEST_CASE("a trigger can restart a run") {
    const World world;
    CHECK(world.post("/dags/etl/dagRuns", {{"restart_of", "r1"}, {"conf", {{"min_views", 2}}}}).status == 200);
    CHECK(world.commands.last<core::TriggerRun>().restart_of == "r1");
}
