#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

struct WithNotifications : World {
    WithNotifications() {
        model::Notification failure;
        failure.id = model::NotificationId{5};
        failure.dag_id = "etl";
        failure.run_id = "r1";
        failure.task_id = "extract";
        failure.event = model::AlertEvent::failure;
        failure.notifier = "team";
        failure.message = {{"text", "etl r1: task extract failed: exit code 3"}};
        failure.state = model::NotificationState::failed;
        failure.attempts = 8;
        failure.created_at = at("2026-11-22T01:15:03Z");
        failure.ended_at = at("2026-11-22T01:30:00Z");
        failure.reason = "the server answers with 500";
        model::Notification pending = failure;
        pending.id = model::NotificationId{6};
        pending.task_id = "";
        pending.event = model::AlertEvent::deadline;
        pending.notifier = "";
        pending.script = "./page.sh";
        pending.state = model::NotificationState::pending;
        pending.attempts = 0;
        pending.ended_at.reset();
        pending.reason = "";
        history.notification_rows = {pending, failure};
    }
};

}  // namespace

TEST_CASE("a notification says of what it tells, by whom, how often it was tried and why in vain") {
    const WithNotifications world;
    const auto answer = world.get("/notifications?state=failed");
    CHECK(answer.status == 200);
    CHECK(answer.json["total_entries"] == 1);
    CHECK(answer.json["notifications"][0] == Json{{"notification_id", 5},
                                                  {"dag_id", "etl"},
                                                  {"dag_run_id", "r1"},
                                                  {"task_id", "extract"},
                                                  {"map_index", -1},
                                                  {"event", "failure"},
                                                  {"notifier", "team"},
                                                  {"state", "failed"},
                                                  {"attempts", 8},
                                                  {"created_at", "2026-11-22T01:15:03Z"},
                                                  {"end_date", "2026-11-22T01:30:00Z"},
                                                  {"reason", "the server answers with 500"},
                                                  {"message", {{"text", "etl r1: task extract failed: exit code 3"}}}});
}

TEST_CASE("what a notification does not have is null") {
    const WithNotifications world;
    const auto answer = world.get("/notifications?state=pending");
    const auto& row = answer.json["notifications"][0];
    CHECK(row["notification_id"] == 6);
    for (const auto* key : {"task_id", "notifier", "end_date", "reason"}) CHECK(row[key].is_null());
}

TEST_CASE("notifications are asked for by DAG, state and page") {
    const WithNotifications world;
    CHECK(world.get("/notifications").json["total_entries"] == 2);
    CHECK(world.get("/notifications?state=failed&state=pending").json["total_entries"] == 2);
    CHECK(world.get("/notifications?dag_id=etl&limit=7&offset=3").status == 200);
    CHECK(world.history.notification_filter.dag_id == "etl");
    CHECK(world.history.notification_filter.limit == 7);
    CHECK(world.history.notification_filter.offset == 3);
}

TEST_CASE("a state that notifications do not have is refused") {
    const WithNotifications world;
    CHECK(world.get("/notifications?state=lost").status == 422);
    CHECK(world.get("/notifications?limit=many").status == 422);
}
