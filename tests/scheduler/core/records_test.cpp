// Rows that come ready made, and the audit's lines with the outcome of their commands.
#include "tests/scheduler/core/world.hpp"

namespace weir::core::testing {

namespace {

model::AuditEntry line(const std::string& event) {
    model::AuditEntry entry;
    entry.event = event;
    entry.owner = "ada";
    entry.dag_id = "d";
    return entry;
}
TriggerRun trigger(std::int64_t request, const std::string& dag_id = "d") {
    TriggerRun command;
    command.request = {request};
    command.dag_id = dag_id;
    return command;
}
const Reply* reply_to(const Turn& turn, std::int64_t request) {
    for (const auto& effect : turn.effects)
        if (const auto* reply = std::get_if<Reply>(&effect); reply != nullptr && reply->request.value == request)
            return reply;
    return nullptr;
}

}  // namespace

TEST_CASE("a line of the audit gets the outcome of its command and the run that it made, in the same turn") {
    World world({parse_dag("a", "d")});
    world.step({trigger(7), Record{.request = {}, .rows = {line("trigger_dag_run")}, .of = {7}}});
    REQUIRE(world.database.audit.size() == 1);
    const auto& told = world.database.audit[0];
    CHECK(told.outcome == "done");
    REQUIRE(world.database.runs.size() == 1);
    CHECK(told.run_id == world.database.runs.begin()->second.run_id);
}

TEST_CASE("of a command that is refused the audit has the words of the refusal") {
    World world({parse_dag("a", "d")});
    world.step({trigger(7, "nowhere"), Record{.request = {}, .rows = {line("trigger_dag_run")}, .of = {7}}});
    REQUIRE(world.database.audit.size() == 1);
    CHECK(world.database.audit[0].outcome.find("there is no DAG 'nowhere'") != std::string::npos);
    CHECK(world.database.audit[0].run_id.empty());
}

TEST_CASE("each of several commands of a turn has its own outcome") {
    World world({parse_dag("a", "d")});
    world.step({trigger(1, "nowhere"), Record{.request = {}, .rows = {line("one")}, .of = {1}}, trigger(2),
                Record{.request = {}, .rows = {line("two")}, .of = {2}}});
    REQUIRE(world.database.audit.size() == 2);
    CHECK(world.database.audit[0].outcome != "done");
    CHECK(world.database.audit[1].outcome == "done");
}

TEST_CASE("rows that somebody waits for are answered with the turn that writes them") {
    State state;
    const std::vector<Input> inputs{Record{.request = {3}, .rows = {model::User{.name = "ada"}, line("create_user")}}};
    const auto turn = step(state, inputs, kStart);
    REQUIRE(turn.changes.size() == 2);
    CHECK(std::get<model::User>(turn.changes[0]).name == "ada");
    const auto* reply = reply_to(turn, 3);
    REQUIRE(reply != nullptr);
    CHECK(reply->result.has_value());
    CHECK(turn.effects.size() == 1);
}

TEST_CASE("rows that nobody waits for are written, and answered by nothing") {
    State state;
    const std::vector<Input> inputs{Record{.request = {}, .rows = {line("read")}}};
    const auto turn = step(state, inputs, kStart);
    CHECK(turn.changes.size() == 1);
    CHECK(turn.effects.empty());
}

}  // namespace weir::core::testing
