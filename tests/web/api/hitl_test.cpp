// hitlDetails: what an `approve` asks, and the answer to it.
#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

const std::string kPath = "/dags/etl/dagRuns/r1/taskInstances/publish/-1/hitlDetails";

// The run has a third task, `publish`, that waits for a person.
struct Asking : World {
    Asking() {
        auto row = history.instance_rows.front();
        row.newest_try.reset();
        auto& task = row.task_instance;
        task.task_id = "publish";
        task.state = model::TaskState::deferred;
        task.operator_kind = model::OperatorKind::approve;
        task.waits_since = at("2026-11-22T01:15:03Z");
        Json field{{"name", "limit"}, {"description", "How many"}, {"schema", {{"type", "integer"}}}, {"default", 10}};
        task.outputs = {{"question",
                         {{"message", "Publish the report?"},
                          {"form", Json::array({std::move(field)})},
                          {"roles", {"operator"}},
                          {"default", "reject"}}}};
        history.instance_rows.push_back(std::move(row));
    }
    model::TaskInstance& task() { return history.instance_rows.back().task_instance; }
    void decided(const std::string& decision) {
        task().state = decision == "approve" ? model::TaskState::success : model::TaskState::failed;
        task().outputs.update(Json{{"decision", decision},
                                   {"form", {{"limit", 3}}},
                                   {"user", "anna"},
                                   {"note", "seen"},
                                   {"at", "2026-11-22T02:00:00Z"}});
    }
    [[nodiscard]] Answer patch(const Json& body, const std::string& path = kPath) const {
        return ask(router, "PATCH", "/api/v2" + path, model::to_text(body));
    }
};

}  // namespace

TEST_CASE("an open question has Airflow's keys and its form with defaults") {
    const Asking world;
    const auto answer = world.get(kPath);
    CHECK(answer.status == 200);
    CHECK(answer.json["task_instance"]["task_id"] == "publish");
    CHECK(answer.json["subject"] == "Publish the report?");
    CHECK(answer.json["options"] == Json{"Approve", "Reject"});
    CHECK(answer.json["defaults"] == Json::array({"Reject"}));
    CHECK(answer.json["multiple"] == false);
    CHECK(answer.json["params"] ==
          Json{{"limit", {{"value", 10}, {"description", "How many"}, {"schema", {{"type", "integer"}}}}}});
    CHECK(answer.json["assigned_roles"] == Json::array({"operator"}));
    CHECK(answer.json["created_at"] == "2026-11-22T01:15:03Z");
    CHECK(answer.json["response_received"] == false);
    CHECK(answer.json["chosen_options"].is_null());
    CHECK(answer.json["responded_by_user"].is_null());
}

TEST_CASE("an answered question says who chose what and when") {
    Asking world;
    world.decided("approve");
    const auto answer = world.get(kPath);
    CHECK(answer.json["response_received"] == true);
    CHECK(answer.json["chosen_options"] == Json::array({"Approve"}));
    CHECK(answer.json["responded_by_user"] == Json{{"id", "anna"}, {"name", "anna"}});
    CHECK(answer.json["responded_at"] == "2026-11-22T02:00:00Z");
    CHECK(answer.json["params_input"] == Json{{"limit", 3}});
}

TEST_CASE("an answer becomes a decision of the core with the form's values and the note") {
    Asking world;
    const auto answer =
        world.patch({{"chosen_options", {"Approve"}}, {"params_input", {{"limit", 3}}}, {"note", "looks right"}});
    CHECK(answer.status == 200);
    const auto& command = world.commands.last<core::Decide>();
    CHECK(command.dag_id == "etl");
    CHECK(command.run_id == "r1");
    CHECK(command.task_id == "publish");
    CHECK(command.map_index == -1);
    CHECK(command.approved);
    CHECK(command.values == Json{{"limit", 3}});
    CHECK(command.note == "looks right");
    CHECK(command.user == "anonymous");
    CHECK(world.patch({{"chosen_options", {"Reject"}}}).status == 200);
    CHECK_FALSE(world.commands.last<core::Decide>().approved);
}

TEST_CASE("an instance of a mapped question is asked by its map_index") {
    Asking world;
    world.task().map_index = 2;
    const std::string path = "/dags/etl/dagRuns/r1/taskInstances/publish/2/hitlDetails";
    CHECK(world.get(path).status == 200);
    CHECK(world.get(kPath).status == 404);
    CHECK(world.patch({{"chosen_options", {"Approve"}}}, path).status == 200);
    CHECK(world.commands.last<core::Decide>().map_index == 2);
}

TEST_CASE("an answer that chooses neither or both options is refused before the core hears of it") {
    const Asking world;
    for (const auto& chosen : {Json::array(), Json::array({"Maybe"}), Json::array({"Approve", "Reject"}), Json(true)})
        CHECK(world.patch({{"chosen_options", chosen}}).status == 422);
    CHECK(world.patch(Json::object()).status == 422);
    CHECK(world.patch({{"chosen_options", {"Approve"}}, {"params_input", 3}}).status == 422);
    CHECK(world.patch({{"chosen_options", {"Approve"}}, {"note", std::string(1001, 'x')}}).status == 422);
    CHECK(world.commands.executed.empty());
}

TEST_CASE("a task that asks nobody has no question") {
    const Asking world;
    for (const auto* path : {"/dags/etl/dagRuns/r1/taskInstances/extract/-1/hitlDetails",
                             "/dags/etl/dagRuns/r1/taskInstances/nope/-1/hitlDetails",
                             "/dags/etl/dagRuns/r2/taskInstances/publish/-1/hitlDetails",
                             "/dags/etl/dagRuns/r1/taskInstances/publish/one/hitlDetails"}) {
        CHECK(world.get(path).status == 404);
        CHECK(world.patch({{"chosen_options", {"Approve"}}}, path).status == 404);
    }
    CHECK(world.commands.executed.empty());
}

TEST_CASE("what the core says of an answer is told: too late, or values that do not fit the form") {
    Asking world;
    world.commands.result = model::Error{model::ErrorKind::conflict, "task 'publish' does not wait: it is success"};
    const auto late = world.patch({{"chosen_options", {"Approve"}}});
    CHECK(late.status == 409);
    CHECK(late.json["detail"] == "task 'publish' does not wait: it is success");
    world.commands.result = model::Error{model::ErrorKind::invalid, "limit: 0 is less than 1"};
    CHECK(world.patch({{"chosen_options", {"Approve"}}}).status == 422);
}
