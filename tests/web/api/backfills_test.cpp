#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

model::Backfill stored() {
    model::Backfill row;
    row.id = model::BackfillId{4};
    row.dag_id = "etl";
    row.from = at("2026-11-01T00:00:00Z");
    row.to = at("2026-11-03T00:00:00Z");
    row.reprocess = model::Reprocess::failed;
    row.max_active_runs = 2;
    row.created_at = at("2026-11-22T08:00:00Z");
    row.total = 3;
    row.made = 2;
    return row;
}

struct WithBackfill : World {
    WithBackfill() {
        history.backfill_rows = {{stored(), {{model::RunState::success, 1}, {model::RunState::running, 1}}}};
        commands.result = core::Answer{.backfill = stored()};
    }
    [[nodiscard]] Answer put(const std::string& path) const { return ask(router, "PUT", "/api/v2" + path); }
};

const Json kBody{{"dag_id", "etl"}, {"from_date", "2026-11-01T00:00:00Z"}, {"to_date", "2026-11-03T00:00:00Z"}};

}  // namespace

TEST_CASE("a backfill has Airflow's keys, and says how far it is") {
    const WithBackfill world;
    const auto answer = world.get("/backfills/4");
    CHECK(answer.status == 200);
    CHECK(answer.json["reprocess_behavior"] == "failed");
    CHECK(answer.json["is_paused"] == false);
    CHECK(answer.json["completed_at"].is_null());
    CHECK(answer.json["from_date"] == "2026-11-01T00:00:00Z");
    CHECK(answer.json["state"] == "running");
    CHECK(answer.json["total_runs"] == 3);
    CHECK(answer.json["runs"] == Json{{"queued", 0}, {"running", 1}, {"success", 1}, {"failed", 0}});
    CHECK(world.get("/backfills?dag_id=etl").json["total_entries"] == 1);
    CHECK(world.get("/backfills/5").status == 404);
    CHECK(world.get("/backfills/four").status == 404);
    CHECK(world.get("/backfills?dag_id=nope").status == 404);
}

TEST_CASE("a body becomes a backfill") {
    WithBackfill world;
    auto body = kBody;
    body.update(Json{{"reprocess_behavior", "completed"},
                     {"run_backwards", true},
                     {"max_active_runs", 3},
                     {"dag_run_conf", {{"min_views", 2}}}});
    CHECK(world.post("/backfills", body).json["id"] == 4);
    const auto& command = world.commands.last<core::CreateBackfill>();
    CHECK(command.dag_id == "etl");
    CHECK(command.from == at("2026-11-01T00:00:00Z"));
    CHECK(command.to == at("2026-11-03T00:00:00Z"));
    CHECK(command.reprocess == model::Reprocess::completed);
    CHECK(command.backwards);
    CHECK(command.max_active_runs == 3);
    CHECK(command.params == Json{{"min_views", 2}});
    CHECK_FALSE(command.dry_run);
}

TEST_CASE("without more than its range a backfill reprocesses nothing and runs ten at once") {
    WithBackfill world;
    CHECK(world.post("/backfills", kBody).status == 200);
    const auto& command = world.commands.last<core::CreateBackfill>();
    CHECK(command.reprocess == model::Reprocess::none);
    CHECK(command.max_active_runs == 10);
    CHECK(world.commands.audits.back()->dag_id == "etl");
}

TEST_CASE("a dry run answers the dates") {
    WithBackfill world;
    world.commands.result = core::Answer{.dates = {at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z")}};
    const auto answer = world.post("/backfills/dry_run", kBody);
    CHECK(world.commands.last<core::CreateBackfill>().dry_run);
    CHECK(answer.json["total_entries"] == 2);
    CHECK(answer.json["backfills"][1]["logical_date"] == "2026-11-02T00:00:00Z");
}

TEST_CASE("a backfill's body that means nothing is refused, and named") {
    WithBackfill world;
    const auto refused = [&world](const char* key, const Json& value) {
        auto body = kBody;
        body[key] = value;
        const auto answer = world.post("/backfills", body);
        CHECK(answer.status == 422);
        return answer.text;
    };
    CHECK(refused("dag_id", nullptr).find("dag_id is needed") != std::string::npos);
    CHECK(refused("to_date", nullptr).find("to_date is needed") != std::string::npos);
    CHECK(refused("max_active_runs", 0).find("from 1 to 1000") != std::string::npos);
    CHECK(refused("max_active_runs", "2").find("whole number") != std::string::npos);
    CHECK(refused("reprocess_behavior", "all").find("none, failed, completed") != std::string::npos);
    CHECK(world.commands.executed.empty());
}

TEST_CASE("pause, unpause and cancel change the backfill that the path names") {
    WithBackfill world;
    constexpr std::pair<const char*, core::BackfillChange> kChanges[] = {{"pause", core::BackfillChange::pause},
                                                                         {"unpause", core::BackfillChange::unpause},
                                                                         {"cancel", core::BackfillChange::cancel}};
    for (const auto& [verb, change] : kChanges) {
        CHECK(world.put(std::string("/backfills/4/") + verb).status == 200);
        CHECK(world.commands.last<core::ChangeBackfill>().id == model::BackfillId{4});
        CHECK(world.commands.last<core::ChangeBackfill>().change == change);
    }
    world.commands.result = model::Error{model::ErrorKind::conflict, "is completed already"};
    CHECK(world.put("/backfills/4/cancel").status == 409);
    CHECK(world.commands.audits.back()->dag_id == "etl");
}

TEST_CASE("runs can be listed by their backfill") {
    const WithBackfill world;
    CHECK(world.get("/dags/~/dagRuns?backfill_id=4").status == 200);
    CHECK(world.history.run_filter.backfill == model::BackfillId{4});
}
