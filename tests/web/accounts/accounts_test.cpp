#include "web/accounts/accounts.hpp"

#include "tests/web/accounts/fakes.hpp"

namespace weir::accounts::test {

using model::Role;
using std::chrono::hours;

// --- logins --------------------------------------------------------------------------------------------------------------

TEST_CASE("who logs in is known by the session's secret, and the database has only its hash") {
    Town town;
    const auto secret = town.login("the_operator");
    const auto who = town.accounts.by_session(secret);
    REQUIRE(who.has_value());
    CHECK(who->user == "the_operator");
    CHECK(who->role == Role::operator_);
    REQUIRE(town.database.stored.sessions.size() == 1);
    CHECK(town.database.stored.sessions[0].hash == hash_of(secret));
    CHECK_FALSE(town.accounts.by_session(hash_of(secret)).has_value());
    CHECK(town.accounts.user("the_operator")->last_login_at == town.now);
    CHECK(town.database.lines.back().event == "login");
    CHECK(town.database.lines.back().outcome == "done");
}

TEST_CASE("a wrong password, an unknown user and one that is not active are refused alike, and the audit tells which") {
    Town town;
    REQUIRE(
        town.accounts.change_user("the_user", {.role = {}, .password = {}, .active = false}, Town::line("patch_user")));
    CHECK(std::holds_alternative<WrongLogin>(town.try_login("the_viewer", "wrong")));
    CHECK(town.database.lines.back().outcome == "wrong password");
    CHECK(town.database.lines.back().owner == "the_viewer");
    CHECK(std::holds_alternative<WrongLogin>(town.try_login("hunter2", Town::kPassword)));
    CHECK(town.database.lines.back().owner == "unknown user");
    CHECK(std::holds_alternative<WrongLogin>(town.try_login("the_user")));
    CHECK(town.database.lines.back().outcome == "the user is not active");
    CHECK(town.database.lines.back().event == "login_failed");
}

TEST_CASE("who guesses has to wait, even with the right password, and then comes in") {
    Town town;
    for (int i = 0; i < kFreeTriesOfUser; ++i)
        CHECK(std::holds_alternative<WrongLogin>(town.try_login("the_user", "wrong password")));
    const auto refused = town.try_login("the_user");
    REQUIRE(std::holds_alternative<TooManyTries>(refused));
    town.now += std::get<TooManyTries>(refused).wait;
    CHECK(std::holds_alternative<LoggedIn>(town.try_login("the_user")));
    CHECK(std::holds_alternative<LoggedIn>(town.try_login("the_user")));
}

TEST_CASE("a session lasts seven days from its last use, and thirty at most") {
    Town town;
    const auto secret = town.login("the_user");
    town.now += hours{24 * 7 - 1};
    CHECK(town.accounts.by_session(secret).has_value());
    for (int day = 0; day < 20; ++day) {
        town.now += hours{24};
        CHECK(town.accounts.by_session(secret).has_value());
    }
    town.now = kStart + kLongestSession;
    CHECK_FALSE(town.accounts.by_session(secret).has_value());

    const auto idle = town.login("the_user");
    town.now += kSessionLife;
    CHECK_FALSE(town.accounts.by_session(idle).has_value());
}

TEST_CASE("the use of a session or a token is written down once an hour at most") {
    Town town;
    const auto session = town.login("the_user");
    const auto token = town.login("the_user", LoginKind::token);
    for (int minute = 0; minute < 150; ++minute) {
        CHECK(town.accounts.by_session(session).has_value());
        CHECK(town.accounts.by_token(token).has_value());
        town.now += std::chrono::minutes{1};
    }
    CHECK(town.database.touches == 2 + 3);  // the token's first use counts
}

TEST_CASE("sessions and tokens are known again after a restart, and a restart brings back nothing that has ended") {
    Town town;
    const auto kept = town.login("the_user");
    const auto ended = town.login("the_user");
    const auto token = town.login("the_user", LoginKind::token);
    REQUIRE(town.accounts.log_out(hash_of(ended), Town::line("logout")));
    CHECK_FALSE(town.accounts.by_session(ended).has_value());
    const auto again = town.restart();
    CHECK(again->by_session(kept).has_value());
    CHECK(again->by_token(token).has_value());
    CHECK_FALSE(again->by_session(ended).has_value());
}

TEST_CASE("past fifty sessions of a user the oldest ends") {
    Town town;
    const auto first = town.login("the_user");
    town.now += std::chrono::minutes{1};
    const auto second = town.login("the_user");
    for (std::size_t i = 2; i <= kMostSessionsOfUser; ++i) {
        town.now += std::chrono::minutes{1};
        static_cast<void>(town.login("the_user"));
    }
    CHECK_FALSE(town.accounts.by_session(first).has_value());
    CHECK(town.accounts.by_session(second).has_value());
    CHECK(town.database.stored.sessions.size() == kMostSessionsOfUser);
}

TEST_CASE("a new password ends all sessions and login tokens of the user, begins one, and leaves other tokens") {
    Town town;
    const auto before = town.login("the_user");
    const auto login_token = town.login("the_user", LoginKind::token);
    const auto token = town.accounts.make_token({"ci", "the_user", Role::user, {}, {}}, Town::line("create_token"));
    REQUIRE(token);
    const auto wrong = town.accounts.change_password("the_user", "wrong", "another horse", "10.0.0.1:1",
                                                     Town::line("change_password"));
    CHECK(std::holds_alternative<model::Error>(wrong));
    CHECK(town.accounts.by_session(before).has_value());
    const auto changed = town.accounts.change_password("the_user", Town::kPassword, "another horse", "10.0.0.1:1",
                                                       Town::line("change_password"));
    REQUIRE(std::holds_alternative<LoggedIn>(changed));
    CHECK(town.accounts.by_session(std::get<LoggedIn>(changed).secret).has_value());
    CHECK_FALSE(town.accounts.by_session(before).has_value());
    CHECK_FALSE(town.accounts.by_token(login_token).has_value());
    CHECK(town.accounts.by_token(token->secret).has_value());
    CHECK(std::holds_alternative<WrongLogin>(town.try_login("the_user")));
    CHECK(std::holds_alternative<LoggedIn>(town.try_login("the_user", "another horse")));
}

// --- the first user ----------------------------------------------------------------------------------------------------------

TEST_CASE("the first user is made with the setup token and is admin, and then the token is worth nothing") {
    Database database;
    Accounts accounts({.rows = database, .recorder = database, .now = [] { return kStart; }, .cost = kCheap});
    const auto line = Town::line("setup");
    CHECK(std::holds_alternative<model::Error>(accounts.set_up("guess", "ada", Town::kPassword, line)));
    CHECK_FALSE(accounts.has_users());
    const auto done = accounts.set_up(accounts.setup_token(), "ada", Town::kPassword, line);
    REQUIRE(std::holds_alternative<LoggedIn>(done));
    CHECK(accounts.by_session(std::get<LoggedIn>(done).secret)->role == Role::admin);
    CHECK(std::holds_alternative<model::Error>(accounts.set_up(accounts.setup_token(), "bob", Town::kPassword, line)));
}

// --- users -------------------------------------------------------------------------------------------------------------------

TEST_CASE("names and passwords that can't be are refused") {
    Town town;
    const auto add = [&town](const std::string& name, const std::string& password) {
        return town.accounts.add_user(name, password, Role::viewer, Town::line("create_user")).has_value();
    };
    CHECK_FALSE(add("", "long enough"));
    CHECK_FALSE(add("unix:root", "long enough"));
    CHECK_FALSE(add("anonymous", "long enough"));
    CHECK_FALSE(add(".", "long enough"));
    CHECK_FALSE(add("..", "long enough"));
    CHECK_FALSE(add(std::string(101, 'a'), "long enough"));
    CHECK_FALSE(add("bob", "too short"));
    CHECK_FALSE(add("bob", std::string(1001, 'a')));
    CHECK_FALSE(add("the_user", "long enough"));
    CHECK(add("bob@example.com", "ten bytes!"));
}

TEST_CASE("who is made inactive is out at once, with sessions and tokens, and back without the sessions") {
    Town town;
    const auto session = town.login("the_user");
    const auto token = town.accounts.make_token({"ci", "the_user", Role::user, {}, {}}, Town::line("create_token"));
    REQUIRE(
        town.accounts.change_user("the_user", {.role = {}, .password = {}, .active = false}, Town::line("patch_user")));
    CHECK_FALSE(town.accounts.by_session(session).has_value());
    CHECK_FALSE(town.accounts.by_token(token->secret).has_value());
    REQUIRE(
        town.accounts.change_user("the_user", {.role = {}, .password = {}, .active = true}, Town::line("patch_user")));
    CHECK_FALSE(town.accounts.by_session(session).has_value());
    CHECK(town.accounts.by_token(token->secret).has_value());
}

TEST_CASE("what can't be written takes away at once, and gives nothing") {
    Town town;
    const auto session = town.login("the_user");
    town.database.refusal = model::Error{model::ErrorKind::unavailable, "full"};
    const auto raised = town.accounts.change_user("the_user", {.role = Role::admin, .password = {}, .active = {}},
                                                  Town::line("patch_user"));
    CHECK_FALSE(raised.has_value());
    CHECK(town.accounts.by_session(session)->role == Role::user);
    const auto lowered = town.accounts.change_user("the_user", {.role = Role::viewer, .password = {}, .active = {}},
                                                   Town::line("patch_user"));
    CHECK_FALSE(lowered.has_value());
    CHECK(town.accounts.by_session(session)->role == Role::viewer);
    CHECK(std::holds_alternative<model::Error>(town.try_login("the_user")));
}

TEST_CASE("the last active admin can be neither removed nor made less, and a second one may go") {
    Town town;
    const auto less = town.accounts.change_user("the_admin", {.role = Role::user, .password = {}, .active = {}},
                                                Town::line("patch_user"));
    REQUIRE_FALSE(less.has_value());
    CHECK(less.error().kind == model::ErrorKind::conflict);
    CHECK(town.database.lines.back().outcome == less.error().message);
    CHECK_FALSE(town.accounts.change_user("the_admin", {.role = {}, .password = {}, .active = false}, Town::line("x")));
    CHECK_FALSE(town.accounts.remove_user("the_admin", Town::line("delete_user")));
    REQUIRE(
        town.accounts.change_user("the_user", {.role = Role::admin, .password = {}, .active = {}}, Town::line("x")));
    CHECK(town.accounts.remove_user("the_admin", Town::line("delete_user")));
}

TEST_CASE("a user who is removed takes sessions and tokens along, and one of the same name begins anew") {
    Town town;
    const auto session = town.login("the_user");
    const auto token = town.accounts.make_token({"ci", "the_user", Role::user, {}, {}}, Town::line("create_token"));
    REQUIRE(town.accounts.remove_user("the_user", Town::line("delete_user")));
    REQUIRE(town.accounts.add_user("the_user", Town::kPassword, Role::admin, Town::line("create_user")));
    CHECK_FALSE(town.accounts.by_session(session).has_value());
    CHECK_FALSE(town.accounts.by_token(token->secret).has_value());
    CHECK(town.database.stored.tokens.empty());
}

// --- tokens --------------------------------------------------------------------------------------------------------------------

TEST_CASE("a token may what its role may, and never more than its user by now") {
    Town town;
    const auto token = town.accounts.make_token({"ci", "the_admin", Role::operator_, {"events"}, {}}, Town::line("t"));
    REQUIRE(token);
    CHECK(token->secret.starts_with("weir_"));
    CHECK(town.accounts.by_token(token->secret)->role == Role::operator_);
    CHECK(town.accounts.by_token(token->secret)->scopes == model::Json{"events"});
    REQUIRE(
        town.accounts.change_user("the_user", {.role = Role::admin, .password = {}, .active = {}}, Town::line("x")));
    REQUIRE(
        town.accounts.change_user("the_admin", {.role = Role::viewer, .password = {}, .active = {}}, Town::line("x")));
    CHECK(town.accounts.by_token(token->secret)->role == Role::viewer);
}

TEST_CASE("a token that was revoked, has expired or never was is not known") {
    Town town;
    const auto token = town.accounts.make_token({"ci", "the_user", Role::user, {}, hours{24}}, Town::line("t"));
    const auto other = town.accounts.make_token({"cd", "the_user", Role::user, {}, {}}, Town::line("t"));
    CHECK(town.accounts.by_token(token->secret).has_value());
    town.now += hours{24};
    CHECK_FALSE(town.accounts.by_token(token->secret).has_value());
    CHECK(town.accounts.by_token(other->secret).has_value());
    REQUIRE(town.accounts.remove_token(other->row.id, Town::line("delete_token")));
    CHECK_FALSE(town.accounts.by_token(other->secret).has_value());
    CHECK_FALSE(town.accounts.by_token("weir_nonsense").has_value());
    CHECK_FALSE(town.accounts.by_token("").has_value());
    CHECK_FALSE(town.accounts.by_token(std::string(10'000, 'a')).has_value());
}

TEST_CASE("a token of the socket has no user behind it, and its number is never given out again") {
    Town town;
    const auto token = town.accounts.make_token({"flink", "unix:root", Role::user, {"events"}, {}}, Town::line("t"));
    REQUIRE(token);
    CHECK(town.accounts.by_token(token->secret)->user == "token:flink");
    REQUIRE(town.accounts.remove_token(token->row.id, Town::line("delete_token")));
    const auto again = town.restart();
    CHECK(again->make_token({"b", "unix:root", Role::user, {}, {}}, Town::line("t"))->row.id > token->row.id);
    CHECK_FALSE(again->make_token({"b", "nobody", Role::user, {}, {}}, Town::line("t")).has_value());
}

// --- the audit ------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "refusals fill no more than sixty lines of the audit in a minute, and the next line says how many are missing") {
    Town town;
    const auto before = town.database.lines.size();
    auto line = Town::line("read");
    line.at = kStart + hours{1};
    for (int i = 0; i < 100; ++i) town.accounts.note(line);
    CHECK(town.database.lines.size() - before == kRefusalsAMinute);
    line.at += std::chrono::minutes{1};
    town.accounts.note(line);
    CHECK(town.database.lines.back().extra["lines_left_out_before"] == 40);
}

}  // namespace weir::accounts::test
