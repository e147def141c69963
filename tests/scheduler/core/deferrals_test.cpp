// Tasks that wait without a process: looks, times, other runs, persons.
#include "tests/scheduler/core/world.hpp"

using namespace weir;
using namespace weir::core;
using namespace weir::core::testing;
using model::Json;
using model::kNotYetExitCode;
using model::OperatorKind;
using model::RunState;

namespace {

model::Dag dag_of(const std::string& id, OperatorKind kind, const Json& settings, Duration timeout = Duration{0}) {
    auto dag = parse_dag("t\nafter < t", id);
    dag.hash += model::to_text(settings);
    dag.tasks[0].action = model::OperatorCall{kind, settings};
    dag.tasks[0].timeout = timeout;
    return dag;
}
model::Dag wait_dag(Json settings, Duration timeout = hours{24 * 7}) {
    return dag_of("etl", OperatorKind::wait, settings, timeout);
}
const Json kFile{{"file", "in/_SUCCESS"}, {"interval", "30s"}, {"soft_fail", false}};

std::size_t tries_on_record(const World& world) { return world.database.tries.size(); }

TryExited not_yet(World& world) {
    auto exited = world.exited("t", kNotYetExitCode);
    exited.outputs = {{model::kWaitingFor, "in/_SUCCESS is not there"}};
    return exited;
}

}  // namespace

TEST_CASE("a look that finds nothing frees its slot and is followed by another after the interval") {
    World world({wait_dag(kFile)});
    world.trigger();
    world.step({not_yet(world)});
    CHECK(world.task("t").state == TaskState::up_for_reschedule);
    CHECK(world.task("t").reason == "not yet: in/_SUCCESS is not there");
    CHECK(world.memory().active_tasks == 0);
    world.run_until(kStart + seconds{29});
    CHECK(world.count_running() == 0);
    world.run_until(kStart + seconds{30});
    CHECK(world.launched("t") != nullptr);
    world.exit("t");
    CHECK(world.task("t").state == TaskState::success);
    CHECK(world.launched("after") != nullptr);
}

TEST_CASE("a thousand looks are one try with one log and one row, over restarts") {
    World world({wait_dag(kFile)});
    world.trigger();
    for (int look = 0; look < 1000; ++look) {
        REQUIRE(world.launched("t") != nullptr);
        CHECK(world.launched("t")->try_number == 1);
        CHECK(world.launched("t")->log_path == "etl/r/t.1.log");
        world.step({not_yet(world)});
        CHECK(tries_on_record(world) == 1);
        if (look % 100 == 7) {
            world.crash();
            world.step({world.listed()});
        }
        world.now = *world.task("t").retry_at;
        world.step();
    }
    CHECK(world.task("t").try_number == 1);
    world.exit("t");
    CHECK(tries_on_record(world) == 2);  // and that of `after`
}

TEST_CASE("a wait's time counts from its first look, over restarts, and when it is over nothing is tried again") {
    auto dag = wait_dag(kFile, minutes{10});
    dag.tasks[0].retry.retries = 3;
    World world({dag});
    world.trigger();
    world.step({not_yet(world)});
    world.crash();
    world.step({world.listed()});
    CHECK(world.task("t").waits_since == kStart);
    for (int looks = 0; world.task("t").state != TaskState::failed; ++looks) {
        REQUIRE(looks < 100);
        world.now = *world.task("t").retry_at;
        world.step();
        world.step({not_yet(world)});
    }
    CHECK(world.now == kStart + minutes{10});
    CHECK(world.task("t").reason == "timed out after 10m: in/_SUCCESS is not there");
    CHECK(world.task("after").state == TaskState::upstream_failed);
}

TEST_CASE("a wait with soft_fail is skipped when its time is over") {
    auto settings = kFile;
    settings["soft_fail"] = true;
    World world({wait_dag(settings, seconds{20})});
    world.trigger();
    world.step({not_yet(world)});
    world.run_until(kStart + seconds{20});
    world.step({not_yet(world)});
    CHECK(world.task("t").state == TaskState::skipped);
}

TEST_CASE("a look that fails is a failed try like any other") {
    auto dag = wait_dag(kFile);
    dag.tasks[0].retry.retries = 1;
    World world({dag});
    world.trigger();
    world.step({not_yet(world)});
    world.run_until(kStart + seconds{30});
    world.exit("t", 1);
    CHECK(world.task("t").state == TaskState::up_for_retry);
    world.run_until(kStart + minutes{2});
    CHECK(world.task("t").try_number == 2);
    world.exit("t", 1);
    CHECK(world.task("t").state == TaskState::failed);
}

TEST_CASE("a wait between two looks can be killed") {
    World world({wait_dag(kFile)});
    world.trigger();
    world.step({not_yet(world)});
    world.step({Kill{{1}, "etl", "r", "t"}});
    CHECK(world.task("t").state == TaskState::failed);
}

TEST_CASE("waiting for a length of time starts no process and goes on over a restart") {
    World world({wait_dag({{"for", "10m"}, {"interval", "30s"}})});
    world.trigger();
    CHECK(world.task("t").state == TaskState::deferred);
    CHECK(tries_on_record(world) == 0);
    world.now += minutes{4};
    world.crash();
    world.step({world.listed()});
    world.run_until(kStart + minutes{10} - seconds{1});
    CHECK(world.task("t").state == TaskState::deferred);
    world.run_until(kStart + minutes{10});
    CHECK(world.task("t").state == TaskState::success);
    CHECK(world.count_running() == 1);
}

TEST_CASE("waiting until a time that has passed succeeds at once") {
    World world({wait_dag({{"until", "2026-11-21T23:00:00Z"}})});
    world.trigger();
    CHECK(world.task("t").state == TaskState::success);
}

TEST_CASE("waiting until a time beyond the timeout times out") {
    World world({wait_dag({{"until", "2026-11-23T00:00:00Z"}}, hours{1})});
    world.trigger();
    world.run_until(kStart + hours{1});
    CHECK(world.task("t").state == TaskState::failed);
}

// --- another DAG's run ---------------------------------------------------------------------------------------------------

namespace {

const Json kOtherRun{{"run", {{"dag", "up"}, {"logical_date", "same"}, {"states", {"success"}}}}};

void trigger_at(World& world, const std::string& dag_id, const std::string& run_id) {
    world.step({TriggerRun{.request = {1}, .dag_id = dag_id, .run_id = run_id, .logical_date = kStart}});
}

}  // namespace

TEST_CASE("a wait for another DAG's run of its logical date ends with that run") {
    World world({wait_dag(kOtherRun), parse_dag("a", "up")});
    trigger_at(world, "etl", "r");
    world.answer_lookups();
    CHECK(world.task("t").state == TaskState::deferred);
    trigger_at(world, "up", "u");
    CHECK(world.task("t").state == TaskState::deferred);
    world.exit("u:a");
    CHECK(world.task("t").state == TaskState::success);
    CHECK(world.task("t").outputs["run_id"] == "u");
}

TEST_CASE("a run that has ended before the wait begins is found in history") {
    World world({wait_dag(kOtherRun), parse_dag("a", "up")});
    trigger_at(world, "up", "u");
    world.exit("u:a");
    trigger_at(world, "etl", "r");
    CHECK(world.task("t").state == TaskState::deferred);
    world.answer_lookups();
    CHECK(world.task("t").state == TaskState::success);
}

TEST_CASE("a run that ends while the daemon is down for its waiter is found after the restart") {
    World world({wait_dag(kOtherRun), parse_dag("a", "up")});
    trigger_at(world, "up", "u");
    world.exit("u:a");
    trigger_at(world, "etl", "r");
    world.state = State();
    world.step({world.database.recovered()});
    world.answer_lookups();
    CHECK(world.task("t").state == TaskState::success);
}

TEST_CASE("a wait for another run fails when that run ends otherwise") {
    World world({wait_dag(kOtherRun), parse_dag("a", "up")});
    trigger_at(world, "etl", "r");
    trigger_at(world, "up", "u");
    world.exit("u:a", 3);
    CHECK(world.task("t").state == TaskState::failed);
    CHECK(world.task("t").reason == "run 'u' of DAG 'up' ended as failed: task 'a' failed (exit code 3)");
}

// --- dag -----------------------------------------------------------------------------------------------------------------

namespace {

model::Dag parent(Json settings = {{"id", "child"}, {"params", Json::object()}, {"wait", true}}, int retries = 0) {
    auto dag = dag_of("etl", OperatorKind::dag, settings);
    dag.tasks[0].retry.retries = retries;
    return dag;
}

std::string child_of(World& world) {
    for (const auto& [id, row] : world.database.runs)
        if (row.dag_id == "child" && !is_finished(row.state)) return row.run_id;
    return "";
}

}  // namespace

TEST_CASE("a dag task makes one run of the other DAG, whatever dies, and ends with it") {
    World world({parent(), parse_dag("a", "child")});
    world.trigger();
    const auto child = child_of(world);
    CHECK(child == "dag__etl.1__t__1");
    CHECK(world.run(child).parent["task_id"] == "t");
    CHECK(world.run(child).triggered_by == model::TriggeredBy::operator_);
    world.crash();
    world.step({world.listed()});
    world.answer_lookups();
    CHECK(world.database.runs.size() == 2);
    world.exit(child + ":a");
    CHECK(world.run(child).state == RunState::success);
    CHECK(world.task("t").state == TaskState::success);
    CHECK(world.task("t").outputs == Json{{"dag_id", "child"}, {"run_id", child}, {"state", "success"}});
}

TEST_CASE("a dag task that does not wait succeeds once the run is queued") {
    World world({parent({{"id", "child"}, {"wait", false}}), parse_dag("a", "child")});
    world.trigger();
    CHECK(world.task("t").state == TaskState::success);
    CHECK(!child_of(world).empty());
}

TEST_CASE("the failure of its run is the task's, in words, and a retry makes another run") {
    World world({parent({{"id", "child"}}, 1), parse_dag("a", "child")});
    world.trigger();
    world.exit("dag__etl.1__t__1:a", 9);
    CHECK(world.task("t").state == TaskState::up_for_retry);
    CHECK(world.task("t").reason ==
          "run 'dag__etl.1__t__1' of DAG 'child' ended as failed: task 'a' failed (exit code 9)");
    world.run_until(kStart + minutes{5});
    world.exit("dag__etl.1__t__2:a");
    CHECK(world.task("t").state == TaskState::success);
}

TEST_CASE("killing the parent kills the run that its task has made") {
    World world({parent(), parse_dag("a", "child")});
    world.trigger();
    const auto child = child_of(world);
    world.step({Kill{{1}, "etl", "r", std::nullopt}});
    CHECK(world.run().state == RunState::failed);
    world.exit(child + ":a", 143);
    CHECK(world.run(child).state == RunState::failed);
    CHECK(world.task("a", child).reason == kKilledWithRun);
}

TEST_CASE("a dag task that runs out of time kills its run") {
    auto dag = parent();
    dag.tasks[0].timeout = minutes{5};
    World world({dag, parse_dag("a", "child")});
    world.trigger();
    const auto child = child_of(world);
    world.run_until(kStart + minutes{5});
    CHECK(world.task("t").state == TaskState::failed);
    CHECK(world.task("t").reason == "timed out after 5m; its run was killed");
    world.exit(child + ":a", 143);
    CHECK(world.run(child).state == RunState::failed);
}

TEST_CASE("a DAG that would run itself without end is refused with the circle in words") {
    auto child = parse_dag("back", "child");
    child.tasks[0].action = model::OperatorCall{OperatorKind::dag, {{"id", "etl"}}};
    World world({parent(), child});
    world.trigger();
    CHECK(world.run().state == RunState::failed);
    CHECK(world.task("t").reason.find("etl -> child -> etl; break the circle") != std::string::npos);
}

TEST_CASE("a DAG that does not exist fails the task with the nearest name") {
    World world({parent({{"id", "chld"}}), parse_dag("a", "child")});
    world.trigger();
    CHECK(world.task("t").reason == "there is no DAG 'chld'; did you mean 'child'?");
}

TEST_CASE("a dag task with a logical date asks history first and refuses a date that is taken") {
    World world({parent({{"id", "child"}, {"logical_date", "2026-11-22T00:00:00Z"}}), parse_dag("a", "child")});
    world.trigger();
    CHECK(child_of(world).empty());
    world.answer_lookups();
    const auto child = child_of(world);
    CHECK(world.run(child).logical_date == kStart);
    world.exit(child + ":a");
    CHECK(world.task("t").state == TaskState::success);
    world.trigger("again");
    world.answer_lookups();
    CHECK(world.task("t", "again").state == TaskState::failed);
    CHECK(world.task("t", "again").reason.find("with this logical_date already") != std::string::npos);
}

// --- approve ---------------------------------------------------------------------------------------------------------------

namespace {

Json question(Json more = Json::object()) {
    Json settings{{"message", "Publish?"}, {"form", Json::array()}, {"roles", Json::array()}, {"on_reject", "fail"}};
    settings["form"].push_back(
        {{"name", "limit"}, {"description", ""}, {"schema", {{"type", "integer"}, {"minimum", 1}}}, {"default", 10}});
    settings.update(more);
    return settings;
}
model::Dag approval(Json more = Json::object(), Duration timeout = Duration{0}) {
    return dag_of("etl", OperatorKind::approve, question(std::move(more)), timeout);
}
Decide decide_on(bool approved, Json values = Json::object()) {
    return {.request = {1},
            .dag_id = "etl",
            .run_id = "r",
            .task_id = "t",
            .approved = approved,
            .values = std::move(values),
            .note = "seen",
            .user = "anna",
            .role = model::Role::user};
}

}  // namespace

TEST_CASE("an approval waits for a person, and the answer and the form become outputs") {
    World world({approval()});
    world.trigger();
    CHECK(world.task("t").state == TaskState::deferred);
    CHECK(world.task("t").reason == "waits for a person: Publish?");
    world.crash();
    world.step({world.listed()});
    world.step({decide_on(true, {{"limit", 3}})});
    CHECK(world.error().empty());
    const auto& outputs = world.task("t").outputs;
    CHECK(world.task("t").state == TaskState::success);
    CHECK(outputs["decision"] == "approve");
    CHECK(outputs["user"] == "anna");
    CHECK(outputs["form"] == Json{{"limit", 3}});
    CHECK(outputs["at"] == "2026-11-22T00:00:00Z");
}

TEST_CASE("values that do not fit the form are refused and the task waits on") {
    World world({approval()});
    world.trigger();
    world.step({decide_on(true, {{"limit", 0}})});
    CHECK(world.error().find("limit") != std::string::npos);
    CHECK(world.task("t").state == TaskState::deferred);
}

TEST_CASE("a rejection fails the task, or skips it where it says so") {
    World failing({approval()});
    failing.trigger();
    failing.step({decide_on(false)});
    CHECK(failing.task("t").state == TaskState::failed);
    CHECK(failing.task("t").reason == "rejected by anna");
    World skipping({approval({{"on_reject", "skip"}})});
    skipping.trigger();
    skipping.step({decide_on(false)});
    CHECK(skipping.task("t").state == TaskState::skipped);
}

TEST_CASE("without an answer the default counts when the time is over, and without a default the task fails") {
    World approving({approval({{"default", "approve"}}, hours{1})});
    approving.trigger();
    approving.run_until(kStart + hours{1});
    CHECK(approving.task("t").state == TaskState::success);
    CHECK(approving.task("t").outputs["form"] == Json{{"limit", 10}});
    World failing({approval(Json::object(), hours{1})});
    failing.trigger();
    failing.run_until(kStart + hours{1});
    CHECK(failing.task("t").reason == "nobody answered in 1h");
}

TEST_CASE("an approval is answered by users, and where it names roles by the least of them and those above") {
    const auto refused = [](Json roles, model::Role role) {
        World world({approval({{"roles", std::move(roles)}})});
        world.trigger();
        auto answer = decide_on(true);
        answer.role = role;
        world.step({answer});
        CHECK((world.task("t").state == TaskState::deferred) == !world.error().empty());
        return world.error();
    };
    CHECK(refused(Json::array(), model::Role::user).empty());
    CHECK(refused(Json::array(), model::Role::viewer) == "task 't' asks user; anna is viewer");
    CHECK(refused({"admin", "operator"}, model::Role::operator_).empty());
    CHECK(refused({"admin", "operator"}, model::Role::user) == "task 't' asks admin or operator; anna is user");
    CHECK(refused({"viewer"}, model::Role::viewer).empty());
    CHECK(refused({"operator"}, model::Role::admin).empty());
}

TEST_CASE("a second answer is refused") {
    World world({approval()});
    world.trigger();
    world.step({decide_on(true)});
    world.exit("after");
    world.step({decide_on(false)});
    CHECK(!world.error().empty());
}

TEST_CASE("of a foreach over an approval each instance is answered and not the task as a whole") {
    auto dag = approval();
    dag.tasks[0].foreach = model::Foreach{Json{1, 2}, 0, ""};
    World world({dag});
    world.trigger();
    auto answer = decide_on(true);
    world.step({answer});
    CHECK(world.error() == "task 't' asks once for each item of its foreach; say which by map_index");
    for (answer.map_index = 0; answer.map_index < 2; ++answer.map_index) world.step({answer});
    CHECK(world.task("t").state == TaskState::success);
}

TEST_CASE("each instance of a foreach over a dag task has a run of its own") {
    auto dag = parent({{"id", "child"}});
    dag.tasks[0].foreach = model::Foreach{Json{1, 2}, 0, ""};
    World world({dag, parse_dag("a", "child")});
    world.trigger();
    CHECK(world.database.runs.size() == 3);
    world.crash();
    world.step({world.listed()});
    world.answer_lookups();
    world.exit("dag__etl.1__t_0__1:a");
    world.exit("dag__etl.1__t_1__1:a");
    CHECK(world.task("t").state == TaskState::success);
}
