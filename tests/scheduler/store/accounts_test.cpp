// Users, sessions, tokens and the audit in SQLite.
#include "scheduler/store/sqlite_accounts.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

model::User a_user(const std::string& name) {
    return {name, "$argon2id$…", model::Role::operator_, true, at(1), std::nullopt};
}
model::Session a_session(const std::string& hash, const std::string& user, model::TimePoint expires_at) {
    return {hash, user, at(1), expires_at};
}
model::Token a_token(std::int64_t id, const std::string& user, std::optional<model::TimePoint> expires_at = {}) {
    model::Token row;
    row.id = {id};
    row.hash = "hash of " + std::to_string(id);
    row.name = "ci";
    row.user = user;
    row.role = model::Role::user;
    row.scopes = {"events", "dags/etl"};
    row.created_at = at(1);
    row.expires_at = expires_at;
    return row;
}
model::AuditEntry a_line(model::TimePoint when, const std::string& event = "trigger_dag_run",
                         const std::string& owner = "ada") {
    model::AuditEntry row;
    row.at = when;
    row.event = event;
    row.owner = owner;
    row.dag_id = "etl";
    row.run_id = "r1";
    row.task_id = "load";
    row.map_index = 3;
    row.logical_date = at(5);
    row.outcome = model::kDone;
    row.extra = {{"address", "10.0.0.1:1"}};
    return row;
}

std::unique_ptr<SqliteAccounts> open_accounts(const SqliteStore& store) {
    auto opened = SqliteAccounts::open(store.database());
    REQUIRE(opened.has_value());
    return std::move(*opened);
}

}  // namespace

TEST_CASE("accounts are read as they were written, changes included") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    const auto accounts = open_accounts(*store);
    CHECK(accounts->accounts().users.empty());
    CHECK(accounts->accounts().next_token == model::TokenId{1});
    auto user = a_user("ada");
    auto session = a_session("h1", "ada", at(100));
    auto token = a_token(1, "ada", at(200));
    commit(*store, {user, session, token, a_token(2, "unix:root")});
    user.role = model::Role::viewer;
    user.active = false;
    user.last_login_at = at(7);
    session.expires_at = at(300);
    token.last_used_at = at(8);
    commit(*store, {user, session, token});
    const auto stored = accounts->accounts();
    CHECK(stored.users == std::vector{user});
    CHECK(stored.sessions == std::vector{session});
    CHECK(stored.tokens == std::vector{token, a_token(2, "unix:root")});
    CHECK(stored.next_token == model::TokenId{3});
}

TEST_CASE("a user who is erased takes sessions and tokens along, in the same transaction") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    const auto accounts = open_accounts(*store);
    commit(*store, {a_user("ada"), a_user("bob"), a_session("h1", "ada", at(9)), a_session("h2", "bob", at(9)),
                    a_session("h3", "bob", at(9)), a_token(1, "ada"), a_token(2, "bob"), a_token(3, "bob")});
    commit(*store, {model::UserErased{"ada"}, model::SessionErased{"h3"}, model::TokenErased{{3}}});
    const auto stored = accounts->accounts();
    CHECK(stored.users == std::vector{a_user("bob")});
    CHECK(stored.sessions == std::vector{a_session("h2", "bob", at(9))});
    CHECK(stored.tokens == std::vector{a_token(2, "bob")});
    CHECK(stored.next_token == model::TokenId{4});  // 3 was given out
}

TEST_CASE("lines of the audit get a number each, and are listed by every filter, newest first or last") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    const auto accounts = open_accounts(*store);
    auto other = a_line(at(20), "login", "bob");
    other.dag_id = other.run_id = other.task_id = "";
    other.map_index.reset();
    other.logical_date.reset();
    commit(*store, {a_line(at(10)), other, a_line(at(30), "kill")});

    auto page = accounts->audit({});
    REQUIRE(page.rows.size() == 3);
    CHECK(page.total == 3);
    CHECK(page.rows[0].event == "kill");
    auto first = a_line(at(10));
    first.id = page.rows[2].id;
    CHECK(page.rows[2] == first);
    CHECK(accounts->audit_entry(first.id) == first);
    CHECK_FALSE(accounts->audit_entry({99}).has_value());

    const auto count = [&accounts](ports::AuditFilter filter) {
        const auto rows = accounts->audit(filter);
        CHECK(rows.total == static_cast<std::int64_t>(rows.rows.size()));
        return rows.total;
    };
    CHECK(count({.dag_id = "etl"}) == 2);
    CHECK(count({.run_id = "r1"}) == 2);
    CHECK(count({.task_id = "load"}) == 2);
    CHECK(count({.task_id = "other"}) == 0);
    CHECK(count({.event = "kill"}) == 1);
    CHECK(count({.owner = "bob"}) == 1);
    CHECK(count({.after = at(20)}) == 2);
    CHECK(count({.before = at(20)}) == 2);
    page = accounts->audit({.newest_first = false, .limit = 1, .offset = 1});
    REQUIRE(page.rows.size() == 1);
    CHECK(page.rows[0].event == "login");
    CHECK(page.total == 3);
}

TEST_CASE("retention removes old lines of the audit and logins that have expired, and their numbers stay used") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    const auto accounts = open_accounts(*store);
    const auto now = at(1'000'000'000);
    const auto long_ago = now - model::kExpiredTokensStay - std::chrono::seconds{1};
    std::vector<core::Change> changes{a_session("old", "ada", now - std::chrono::seconds{1}),
                                      a_session("new", "ada", now), a_token(1, "ada", long_ago),
                                      a_token(2, "ada", now - std::chrono::seconds{1}), a_token(3, "ada")};
    for (int i = 0; i < 1200; ++i) changes.emplace_back(a_line(at(10)));
    commit(*store, changes);
    const auto newest = accounts->audit({}).rows[0].id;
    int slices = 0;
    while (store
               ->prune({.runs_before = {},
                        .keep_last = 0,
                        .events_before = {},
                        .windows_before = {},
                        .audit_before = at(11),
                        .logins_before = now})
               .more)
        REQUIRE(++slices < 100);
    CHECK(slices >= 2);
    const auto stored = accounts->accounts();
    CHECK(stored.sessions == std::vector{a_session("new", "ada", now)});
    CHECK(stored.tokens.size() == 2);
    CHECK(accounts->audit({}).total == 0);
    commit(*store, {a_line(at(12))});
    CHECK(accounts->audit({}).rows[0].id > newest);
}

}  // namespace weir::store::test
