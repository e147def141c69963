#include "daemon/sources/postgres_outbox.hpp"

#include <set>

#include "tests/daemon/sources/fakes.hpp"
#include "tests/support/postgres_server.hpp"

using namespace weir;
using namespace weir::daemon::sources;
using namespace weir::daemon::sources::test;
using model::Json;
using weir::test::eventually;
using weir::test::PostgresServer;
using weir::test::PostgresSession;

namespace {

// As docs/sources.md has it.
constexpr const char* kTable = R"(
create table weir_outbox (
    id         bigint generated always as identity primary key,
    txid       bigint not null default txid_current(),
    event      jsonb not null,
    created_at timestamptz not null default now()
);
create index on weir_outbox (txid, id);
create function weir_outbox_notify() returns trigger language plpgsql as
    $$ begin notify weir_outbox; return null; end $$;
create trigger weir_outbox_notify after insert on weir_outbox
    for each statement execute function weir_outbox_notify())";

std::string insert(const std::string& id) {
    return "insert into weir_outbox (event) values ('" + event_text(id) + "')";
}

struct Outbox {
    PostgresServer& server = PostgresServer::shared();
    std::string database = server.make_database();
    PostgresSession session{server, database};
    FakeSink sink;
    Words words;

    Outbox() { session.query(kTable); }
    [[nodiscard]] std::unique_ptr<PostgresOutbox> source(const Json& more = Json::object()) const {
        Json settings{{"connection", "warehouse"}};
        settings.update(more);
        return std::make_unique<PostgresOutbox>(
            "test", settings,
            Json{{"kind", "postgres"}, {"host", server.folder()}, {"database", database}, {"user", "postgres"}},
            sink.reader());
    }
    [[nodiscard]] std::unique_ptr<Runner> run(const Json& more = Json::object()) {
        return std::make_unique<Runner>("test", "postgres", source(more), sink, words.log(), kQuick);
    }
    [[nodiscard]] bool takes(const std::vector<std::string>& ids) {
        return eventually([this, &ids] { return sink.ids() == ids; });
    }
    // The source has looked, and has not found more than `lag` rows that it leaves.
    [[nodiscard]] static bool settles(const Runner& runner, std::int64_t lag) {
        return eventually([&runner, lag] { return runner.status().lag == lag; });
    }
};

}  // namespace

TEST_CASE("rows are taken in their order, and told of at once") {
    Outbox world;
    world.session.query(insert("1"));
    // Without a notification it would not look again in this test's life.
    const auto runner = world.run({{"poll", "1h"}});
    CHECK(world.takes({"1"}));
    world.session.query(insert("2") + ";" + insert("3"));
    CHECK(world.takes({"1", "2", "3"}));
    CHECK(Outbox::settles(*runner, 0));
    CHECK(world.sink.events()[2].position == "3");
}

TEST_CASE("without notifications the table is polled") {
    Outbox world;
    world.session.query("drop trigger weir_outbox_notify on weir_outbox");
    const auto runner = world.run({{"poll", "20ms"}});
    CHECK(eventually([&runner] { return runner->status().connected; }));
    world.session.query(insert("1"));
    CHECK(world.takes({"1"}));
}

TEST_CASE("a restart goes on after the last row that was committed") {
    Outbox world;
    world.session.query(insert("1"));
    {
        const auto runner = world.run();
        CHECK(world.takes({"1"}));
    }
    world.session.query(insert("2"));
    const auto runner = world.run();
    CHECK(world.takes({"1", "2"}));
    CHECK(world.sink.count(model::Disposition::duplicate) == 0);
}

TEST_CASE("a row with a smaller id that is committed later is not lost") {
    Outbox world;
    PostgresSession slow(world.server, world.database);
    slow.query("begin");
    slow.query(insert("slow"));
    world.session.query(insert("quick"));
    const auto runner = world.run({{"poll", "20ms"}});
    // The quick one is there, and waits for what might still come before it.
    CHECK(Outbox::settles(*runner, 1));
    CHECK(world.sink.ids().empty());
    slow.query("commit");
    CHECK(world.takes({"slow", "quick"}));
}

TEST_CASE("a row that is rolled back holds nothing up") {
    Outbox world;
    PostgresSession slow(world.server, world.database);
    slow.query("begin");
    slow.query(insert("never"));
    world.session.query(insert("quick"));
    const auto runner = world.run({{"poll", "20ms"}});
    CHECK(Outbox::settles(*runner, 1));
    slow.query("rollback");
    CHECK(world.takes({"quick"}));
}

TEST_CASE("a row whose id was drawn before, and its transaction's number after those of others, is not lost") {
    Outbox world;
    const auto id = world.session.query("select nextval('weir_outbox_id_seq')");
    world.session.query(insert("first"));
    const auto runner = world.run({{"poll", "20ms"}});
    CHECK(world.takes({"first"}));
    world.session.query("insert into weir_outbox (id, event) overriding system value values (" + id + ", '" +
                        event_text("late") + "')");
    CHECK(world.takes({"first", "late"}));
}

TEST_CASE("nothing is lost or doubled while many transactions overlap") {
    Outbox world;
    const auto runner = world.run({{"poll", "5ms"}});
    std::vector<std::unique_ptr<PostgresSession>> sessions;
    for (int i = 0; i < 5; ++i) sessions.push_back(std::make_unique<PostgresSession>(world.server, world.database));
    std::set<std::string> expected;
    // Each begins, inserts and commits in a rhythm of its own.
    for (int turn = 0; turn < 120; ++turn)
        for (int i = 0; i < 5; ++i) {
            const int phase = turn % (i + 2);
            if (phase == 0) sessions[static_cast<std::size_t>(i)]->query(turn == 0 ? "begin" : "commit; begin");
            const auto id = std::to_string(turn) + "-" + std::to_string(i);
            sessions[static_cast<std::size_t>(i)]->query(insert(id));
            expected.insert(id);
        }
    for (const auto& session : sessions) session->query("commit");
    CHECK(eventually([&world, &expected] { return world.sink.events().size() >= expected.size(); }));
    const auto ids = world.sink.ids();
    CHECK(std::set<std::string>(ids.begin(), ids.end()) == expected);
    CHECK(world.sink.count(model::Disposition::duplicate) == 0);
}

TEST_CASE("a row that is no event is handed on with the reason, and stops no other") {
    Outbox world;
    world.session.query(R"(insert into weir_outbox (event) values ('{"id": "1"}'), ('[]'), ('7'))");
    world.session.query(insert("good"));
    const auto runner = world.run();
    CHECK(world.takes({"good"}));
    CHECK(world.sink.count(model::Disposition::rejected) == 3);
    CHECK(world.sink.events()[0].reason.find("attribute 'specversion' is missing") != std::string::npos);
}

TEST_CASE("a source that starts with what is new remembers where that was") {
    Outbox world;
    world.session.query(insert("old"));
    {
        const auto runner = world.run({{"start", "new"}});
        CHECK(eventually([&world] { return !world.sink.positions().empty(); }));
    }
    world.session.query(insert("meanwhile"));
    const auto runner = world.run({{"start", "new"}});
    CHECK(world.takes({"meanwhile"}));
}

TEST_CASE("a database that was restored is read again from its first row, and says so") {
    Outbox world;
    world.session.query(insert("1"));
    core::EventsReceived before{.source = "test", .positions = {{"test", "", "999999999999:5"}}};
    REQUIRE(world.sink.deliver(before));
    const auto runner = world.run();
    CHECK(world.takes({"1"}));
    CHECK(eventually([&runner] {
        return runner->status().problem.find("the database was restored or moved") != std::string::npos;
    }));
}

TEST_CASE("rows of another cluster are a problem with its remedy") {
    Outbox world;
    world.session.query("insert into weir_outbox (txid, event) values (999999999999, '" + event_text("1") + "')");
    const auto source = world.source();
    const auto connected = source->connect();
    REQUIRE_FALSE(connected);
    CHECK(connected.error().message.find("update weir_outbox set txid = default where txid > txid_current()") !=
          std::string::npos);
    world.session.query("update weir_outbox set txid = default where txid > txid_current()");
    CHECK(source->connect());
}

TEST_CASE("a missing table is a problem that says where its SQL stands") {
    Outbox world;
    const auto connected = world.source({{"table", "nowhere"}})->connect();
    REQUIRE_FALSE(connected);
    CHECK(connected.error().message.find("docs/sources.md has the SQL") != std::string::npos);
}

TEST_CASE("a session that the server ends is made again") {
    Outbox world;
    const auto runner = world.run({{"poll", "20ms"}});
    CHECK(eventually([&runner] { return runner->status().connected; }));
    world.session.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'weir'");
    world.session.query(insert("1"));
    CHECK(world.takes({"1"}));
}
