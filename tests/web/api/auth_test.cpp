// Logins, users, tokens and the audit, as the API has them.
#include "tests/web/api/world.hpp"
#include "web/api/guard.hpp"

namespace weir::api::test {

namespace {

constexpr const char* kPassword = "correct horse";

struct LoginWorld {
    LoginWorld() {
        add_routes(router, {.history = world.history,
                            .commands = world.commands,
                            .events = world.events,
                            .sources = world.sources,
                            .catalog = world.catalog,
                            .accounts = accounts,
                            .account_rows = rows,
                            .log_folder = "/nowhere",
                            .version = "0.1.0",
                            .now = [this] { return now; }});
    }

    Answer send(const std::string& method, const std::string& path, const Json& body = nullptr) {
        http::Headers headers = extra;
        if (!cookie.empty()) headers.emplace("Cookie", cookie);
        if (!csrf.empty()) headers.emplace("X-CSRF-Token", csrf);
        if (!body.is_null()) headers.emplace("Content-Type", "application/json");
        auto answer = ask(router, method, path, body.is_null() ? "" : model::to_text(body), headers, peer);
        // As a browser does.
        if (const auto set = answer.headers.find("Set-Cookie"); set != answer.headers.end()) {
            set_cookie = set->second;
            cookie = set_cookie.substr(0, set_cookie.find(';'));
            csrf = answer.json.is_object() ? answer.json.value("csrf_token", std::string{}) : "";
        }
        return answer;
    }
    Answer set_up(const std::string& name = "ada") {
        return send("POST", "/api/v2/auth/setup",
                    {{"setup_token", accounts.setup_token()}, {"username", name}, {"password", kPassword}});
    }
    Answer login(const std::string& name, const std::string& password = kPassword) {
        return send("POST", "/api/v2/auth/login", {{"username", name}, {"password", password}});
    }
    void add_user(const std::string& name, const std::string& role) {
        REQUIRE(send("POST", "/api/v2/users", {{"username", name}, {"password", kPassword}, {"role", role}}).status ==
                201);
    }

    World world;
    model::TimePoint now = at("2026-11-22T08:00:00Z");
    FakeAccountRows rows;
    accounts::Accounts accounts{
        {.rows = rows, .recorder = rows, .now = [this] { return now; }, .login_required = true, .cost = kCheap}};
    http::Router router;
    http::Peer peer{false, 0, "10.0.0.1:1"};
    http::Headers extra;
    std::string cookie, csrf, set_cookie;
};

}  // namespace

TEST_CASE("the first admin is made once, is logged in, and its cookie can be read by no page") {
    LoginWorld world;
    CHECK(world.send("GET", "/api/v2/auth/status").json == Json{{"login", "required"}, {"setup", true}});
    CHECK(world
              .send("POST", "/api/v2/auth/setup",
                    {{"setup_token", "guess"}, {"username", "eve"}, {"password", kPassword}})
              .status == 403);
    const auto made = world.set_up();
    REQUIRE(made.status == 200);
    CHECK(made.json["username"] == "ada");
    CHECK(made.json["role"] == "admin");
    CHECK(made.json["via"] == "session");
    CHECK(world.set_cookie.find("; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000") != std::string::npos);
    CHECK(world.set_cookie.find("Secure") == std::string::npos);
    CHECK(world.send("GET", "/api/v2/auth/me").json == made.json);
    CHECK(world.send("GET", "/api/v2/auth/status").json["setup"] == false);
    CHECK(world.set_up("bob").status == 409);
}

TEST_CASE("over TLS the cookie never goes without it") {
    LoginWorld world;
    world.peer.is_tls = true;
    CHECK(world.set_up().status == 200);
    CHECK(world.set_cookie.ends_with("; Secure"));
}

TEST_CASE("a login, a wrong one, and a logout that ends the session for good") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    CHECK(world.login("ada", "wrong horse").status == 401);
    const auto login = world.login("ada");
    REQUIRE(login.status == 200);
    const auto stolen = world.cookie;
    CHECK(world.send("POST", "/api/v2/auth/logout").status == 204);
    CHECK(world.set_cookie.find("Max-Age=0") != std::string::npos);
    world.cookie = stolen;
    CHECK(world.send("GET", "/api/v2/auth/me").status == 401);
}

TEST_CASE("who guesses is told 429 and for how long") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    for (int i = 0; i < accounts::kFreeTriesOfUser; ++i) CHECK(world.login("ada", "wrong horse").status == 401);
    const auto refused = world.login("ada");
    CHECK(refused.status == 429);
    CHECK(refused.headers.find("Retry-After")->second == "1");
    world.now += std::chrono::seconds{1};
    CHECK(world.login("ada").status == 200);
}

TEST_CASE("a new password needs the old one, ends the other sessions and gives this one a new cookie") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    const auto elsewhere = world.cookie;
    REQUIRE(world.login("ada").status == 200);
    CHECK(world.send("PATCH", "/api/v2/auth/me", {{"old_password", "no"}, {"new_password", "another horse"}}).status ==
          403);
    CHECK(world.send("PATCH", "/api/v2/auth/me", {{"old_password", kPassword}, {"new_password", "short"}}).status ==
          422);
    REQUIRE(world.send("PATCH", "/api/v2/auth/me", {{"old_password", kPassword}, {"new_password", "another horse"}})
                .status == 200);
    CHECK(world.send("GET", "/api/v2/auth/me").status == 200);
    world.cookie = elsewhere;
    CHECK(world.send("GET", "/api/v2/auth/me").status == 401);
    CHECK(world.login("ada").status == 401);
    CHECK(world.login("ada", "another horse").status == 200);
}

TEST_CASE("a login token as Airflow's clients ask for one works as bearer") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    world.cookie = "";
    const auto made = world.send("POST", "/auth/token", {{"username", "ada"}, {"password", kPassword}});
    REQUIRE(made.status == 201);
    world.extra = {{"Authorization", "Bearer " + made.json["access_token"].get<std::string>()}};
    const auto me = world.send("GET", "/api/v2/auth/me");
    CHECK(me.json == Json{{"username", "ada"}, {"role", "admin"}, {"via", "token"}, {"csrf_token", nullptr}});
    CHECK(world.send("GET", "/api/v2/tokens").json["total_entries"] == 0);
    CHECK(world.send("POST", "/auth/token", {{"username", "ada"}, {"password", "wrong horse"}}).status == 401);
}

TEST_CASE("users are made, changed and removed, and the last admin stays") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    world.add_user("bob", "viewer");
    CHECK(
        world.send("POST", "/api/v2/users", {{"username", "bob"}, {"password", kPassword}, {"role", "user"}}).status ==
        409);
    CHECK(
        world.send("POST", "/api/v2/users", {{"username", "eve"}, {"password", kPassword}, {"role", "king"}}).status ==
        422);
    CHECK(world.send("PATCH", "/api/v2/users/bob", {{"role", "operator"}}).json["role"] == "operator");
    CHECK(world.send("PATCH", "/api/v2/users/nobody", {{"role", "user"}}).status == 404);
    const auto list = world.send("GET", "/api/v2/users").json;
    CHECK(list["total_entries"] == 2);
    CHECK(list["users"][1] == Json{{"username", "bob"},
                                   {"role", "operator"},
                                   {"active", true},
                                   {"created_at", "2026-11-22T08:00:00Z"},
                                   {"last_login_at", nullptr}});
    CHECK(list.dump().find("argon2") == std::string::npos);
    for (const auto* way : {"POST", "PATCH", "DELETE"}) {
        const std::string path = way == std::string("POST") ? "" : "/bob";
        CHECK_MESSAGE(world.send(way, "/api/v2/users" + path + "?rolle=admin").status == 422, way);
    }
    CHECK(world.send("DELETE", "/api/v2/users/ada").status == 409);
    CHECK(world.send("DELETE", "/api/v2/users/bob").status == 204);
    CHECK(world.send("DELETE", "/api/v2/users/bob").status == 404);
}

TEST_CASE("a token is shown once, is one's own to see and to revoke, and never more than oneself") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    world.add_user("bob", "user");
    const auto of_ada = world.send("POST", "/api/v2/tokens", {{"name", "hers"}});
    REQUIRE(of_ada.status == 201);
    REQUIRE(world.login("bob").status == 200);
    const auto made =
        world.send("POST", "/api/v2/tokens", {{"name", "ci"}, {"scopes", {"events"}}, {"expires_in_days", 7}});
    REQUIRE(made.status == 201);
    CHECK(made.json["token"].get<std::string>().starts_with("weir_"));
    CHECK(made.json["role"] == "user");
    CHECK(made.json["expires_at"] == "2026-11-29T08:00:00Z");
    const auto list = world.send("GET", "/api/v2/tokens").json;
    CHECK(list["total_entries"] == 1);
    CHECK_FALSE(list["tokens"][0].contains("token"));
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "more"}, {"role", "admin"}}).status == 403);
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "hers"}, {"username", "ada"}}).status == 403);
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "odd"}, {"scopes", {"everything"}}}).status == 422);
    const auto path = [](const Answer& answer) {
        return "/api/v2/tokens/" + std::to_string(answer.json["token_id"].get<int>());
    };
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "two\nlines"}}).status == 422);
    CHECK(world.send("POST", "/api/v2/tokens?nam=x", {{"name", "x"}}).status == 422);
    CHECK(world.send("DELETE", path(made) + "?all=true").status == 422);
    CHECK(world.send("DELETE", path(of_ada)).status == 404);
    CHECK(world.send("DELETE", path(made)).status == 204);
    CHECK(world.send("DELETE", path(made)).status == 404);
    world.cookie = "";
    world.extra = {{"Authorization", "Bearer " + of_ada.json["token"].get<std::string>()}};
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "child"}}).status == 403);
}

TEST_CASE("at the socket a token can be made that no user stands behind, and nowhere else") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "x"}, {"username", "unix:root"}}).status == 404);
    world.peer = {true, 0, "unix"};
    world.cookie = world.csrf = "";
    const auto made = world.send("POST", "/api/v2/tokens", {{"name", "flink"}, {"role", "user"}});
    CHECK(made.status == 201);
    CHECK(made.json["username"] == "unix:root");
    CHECK(world.send("POST", "/api/v2/tokens", {{"name", "hers"}, {"username", "ada"}}).json["username"] == "ada");
}

TEST_CASE("where logins are off everybody is admin, and nobody makes accounts") {
    const World world;
    const auto send = [&world](const char* method, const char* path, const Json& body = nullptr) {
        return ask(world.router, method, std::string("/api/v2") + path, body.is_null() ? "" : model::to_text(body));
    };
    CHECK(send("GET", "/auth/status").json == Json{{"login", "off"}, {"setup", false}});
    CHECK(send("GET", "/auth/me").json ==
          Json{{"username", "anonymous"}, {"role", "admin"}, {"via", "off"}, {"csrf_token", nullptr}});
    CHECK(send("POST", "/auth/login", {{"username", "a"}, {"password", kPassword}}).status == 409);
    CHECK(send("POST", "/users", {{"username", "a"}, {"password", kPassword}, {"role", "admin"}}).status == 409);
    CHECK(send("POST", "/tokens", {{"name", "a"}}).status == 409);
}

TEST_CASE("the audit is listed as Airflow has it, newest first, with its filters") {
    LoginWorld world;
    REQUIRE(world.set_up().status == 200);
    CHECK(world.send("DELETE", "/api/v2/users/ada").status == 409);
    const auto list = world.send("GET",
                                 "/api/v2/eventLogs?owner=ada&event=x&dag_id=d&run_id=r&task_id=t"
                                 "&after=2026-11-22T00:00:00Z&before=2026-11-23T00:00:00Z&limit=5&offset=1");
    REQUIRE(list.status == 200);
    const auto& filter = world.rows.audit_filter;
    CHECK(filter.owner == "ada");
    CHECK(filter.event == "x");
    CHECK(filter.dag_id == "d");
    CHECK(filter.run_id == "r");
    CHECK(filter.task_id == "t");
    CHECK(filter.after == at("2026-11-22T00:00:00Z"));
    CHECK(filter.before == at("2026-11-23T00:00:00Z"));
    CHECK(filter.newest_first);
    CHECK(filter.limit == 5);
    CHECK(filter.offset == 1);
    const auto& row = list.json["event_logs"][0];
    CHECK(row["event"] == "delete_user");
    CHECK(row["owner"] == "ada");
    CHECK(row["when"] == "2026-11-22T08:00:00Z");
    CHECK(row["outcome"].get<std::string>().find("last active admin") != std::string::npos);
    CHECK(row["extra"].is_string());
    for (const auto* key : {"dag_id", "task_id", "run_id", "map_index", "try_number", "logical_date",
                            "dag_display_name", "task_display_name"})
        CHECK(row.at(key).is_null());
    const auto id = std::to_string(row["event_log_id"].get<int>());
    CHECK(world.send("GET", "/api/v2/eventLogs/" + id).json == row);
    CHECK(world.send("GET", "/api/v2/eventLogs/4711").status == 404);
    CHECK(world.send("GET", "/api/v2/eventLogs?nonsense=1").status == 422);
}

}  // namespace weir::api::test
