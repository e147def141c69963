// Who may use which route: the real guard and accounts, with logins on.
#include "web/api/guard.hpp"

#include "tests/support/result.hpp"
#include "tests/web/api/world.hpp"
#include "web/api/access.hpp"

namespace weir::api::test {

using model::Role;

namespace {

constexpr const char* kPassword = "correct horse";
constexpr Role kRoles[] = {Role::viewer, Role::user, Role::operator_, Role::admin};

// The world of world.hpp behind logins, with a user of each role, named after it.
struct GuardedWorld {
    GuardedWorld() {
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
        for (const auto role : kRoles)
            REQUIRE(accounts.add_user(std::string(to_text(role)), kPassword, role, {}).has_value());
    }

    // A session's headers, with its CSRF token.
    [[nodiscard]] http::Headers session(const std::string& user) {
        const auto result = accounts.log_in(user, kPassword, accounts::LoginKind::session, "10.0.0.1:1", {});
        REQUIRE(std::holds_alternative<accounts::LoggedIn>(result));
        const auto& secret = std::get<accounts::LoggedIn>(result).secret;
        return {{"Cookie", "other=1; weir_session=" + secret}, {"X-CSRF-Token", accounts::csrf_token_of(secret)}};
    }
    [[nodiscard]] http::Headers token(const std::string& user, Role role, std::vector<std::string> scopes = {},
                                      std::optional<std::chrono::hours> life = std::nullopt) {
        const auto made = accounts.make_token({"ci", user, role, std::move(scopes), life}, {});
        REQUIRE(made.has_value());
        return {{"Authorization", "Bearer " + made->secret}};
    }
    [[nodiscard]] Answer send(const std::string& method, const std::string& target, const http::Headers& headers = {},
                              const Json& body = nullptr, const http::Peer& peer = {false, 0, "10.0.0.1:1"}) const {
        auto all = headers;
        if (!body.is_null()) all.emplace("Content-Type", "application/json");
        return ask(router, method, target, body.is_null() ? "" : model::to_text(body), all, peer);
    }

    World world;
    model::TimePoint now = at("2026-11-22T08:00:00Z");
    FakeAccountRows rows;
    accounts::Accounts accounts{
        {.rows = rows, .recorder = rows, .now = [this] { return now; }, .login_required = true, .cost = kCheap}};
    http::Router router;
};

struct Call {
    std::string method;
    std::string path;
};
// "GET /a/{b}" with something in place of each parameter.
Call call_of(const std::string& route) {
    Call call{route.substr(0, route.find(' ')), ""};
    bool in_name = false;
    for (const char c : route.substr(route.find(' ') + 1)) {
        if (c == '{') call.path += '1';
        in_name = c == '{' || (in_name && c != '}');
        if (!in_name && c != '}') call.path += c;
    }
    return call;
}

// The guard alone: what is behind it need not like the request.
std::optional<int> refusal_of(GuardedWorld& world, const std::string& route, const http::Headers& headers) {
    const auto call = call_of(route);
    const auto answer = world.send(call.method, call.path, headers);
    const bool by_guard =
        answer.status == 401 || (answer.status == 403 && answer.text.find("this needs the role") != std::string::npos);
    return by_guard ? std::optional(answer.status) : std::nullopt;
}

}  // namespace

TEST_CASE("each route serves the roles from its least one on, and no other") {
    GuardedWorld world;
    int looked_at = 0;
    for (const auto& route : world.router.routes()) {
        CAPTURE(route);
        const auto access = access_of(route);
        REQUIRE(access.has_value());
        for (const auto role : kRoles) {
            CAPTURE(to_text(role));
            // A token, because a logout would end a session.
            const auto headers = world.token("admin", role);
            const bool may = !access->least || role >= *access->least;
            const auto refused = refusal_of(world, route, headers);
            CHECK(refused.has_value() == !may);
            if (refused) CHECK(*refused == 403);
            // One of the routes may have removed it.
            for (const auto& token : world.accounts.tokens("admin")) REQUIRE(world.accounts.remove_token(token.id, {}));
            ++looked_at;
        }
    }
    CHECK(looked_at > 200);
}

TEST_CASE("without login only the routes that are open to all answer") {
    GuardedWorld world;
    std::set<std::string> open;
    for (const auto& route : world.router.routes()) {
        const auto call = call_of(route);
        const auto answer = world.send(call.method, call.path);
        const bool asks = answer.status == 401 && answer.headers.contains("WWW-Authenticate");
        if (!asks) open.insert(route);
        if (asks) CHECK(answer.headers.find("WWW-Authenticate")->second == "Bearer");
    }
    std::set<std::string> expected{"GET /api/v2/monitor/health", "GET /api/v2/version",     "GET /api/v2/auth/status",
                                   "POST /api/v2/auth/setup",    "POST /api/v2/auth/login", "POST /auth/token"};
    if (open.contains("GET /api/v2/openapi.json")) expected.insert("GET /api/v2/openapi.json");
    CHECK(open == expected);
}

TEST_CASE("a route that changes something and stands in no table stops the start") {
    http::Router router;
    router.add("GET", "/api/v2/new", [](const http::Request&) { return http::Response{}; });
    CHECK_NOTHROW(check_access(router));
    router.add("POST", "/api/v2/new", [](const http::Request&) { return http::Response{}; });
    CHECK_THROWS(check_access(router));
}

TEST_CASE("a refusal says which role is needed and who has which, and the audit has it") {
    GuardedWorld world;
    const auto answer = world.send("POST", "/api/v2/dags/etl/dagRuns", world.session("viewer"), Json::object());
    CHECK(answer.status == 403);
    CHECK(answer.json["detail"] == "this needs the role user, and viewer has viewer; an admin can change that");
    CHECK(world.world.commands.executed.empty());
    const auto& line = world.rows.audit_rows.back();
    CHECK(line.event == "trigger_dag_run");
    CHECK(line.owner == "viewer");
    CHECK(line.dag_id == "etl");
    CHECK(line.outcome == answer.json["detail"]);
    CHECK(line.extra["address"] == "10.0.0.1:1");
}

TEST_CASE("the audit's line of a change goes with its command, without passwords") {
    GuardedWorld world;
    CHECK(world.send("POST", "/api/v2/dags/etl/dagRuns", world.session("user"), {{"conf", {{"n", 1}}}}).status == 200);
    REQUIRE(world.world.commands.audits.size() == 1);
    const auto& line = world.world.commands.audits[0];
    REQUIRE(line.has_value());
    CHECK(line->event == "trigger_dag_run");
    CHECK(line->owner == "user");
    CHECK(line->dag_id == "etl");
    CHECK(line->extra["via"] == "session");
    CHECK(line->extra["body"] == Json{{"conf", {{"n", 1}}}});
    CHECK(world
              .send("POST", "/api/v2/users", world.session("admin"),
                    {{"username", "bob"}, {"password", "very secret"}, {"role", "user"}})
              .status == 201);
    CHECK(world.rows.audit_rows.back().event == "create_user");
    CHECK(world.rows.audit_rows.back().extra.dump().find("very secret") == std::string::npos);
    CHECK(world.send("POST", "/api/v2/dags/etl/clearTaskInstances", world.session("user"), {{"dag_run_id", "r1"}})
              .status == 200);
    CHECK_FALSE(world.world.commands.audits.back().has_value());  // a dry run
}

TEST_CASE("with a session what changes something needs the X-CSRF-Token of this session, and reading does not") {
    GuardedWorld world;
    auto headers = world.session("user");
    const auto other = world.session("user").find("X-CSRF-Token")->second;
    const auto right = headers.extract("X-CSRF-Token").mapped();
    const auto trigger = [&world, &headers] {
        return world.send("POST", "/api/v2/dags/etl/dagRuns", headers, Json::object()).status;
    };
    CHECK(trigger() == 403);
    CHECK(world.send("GET", "/api/v2/dags", headers).status == 200);
    headers.emplace("X-CSRF-Token", other);
    CHECK(trigger() == 403);
    headers.erase("X-CSRF-Token");
    headers.emplace("X-CSRF-Token", right);
    CHECK(trigger() == 200);
}

TEST_CASE("a bad, a revoked, an expired token and one of a user who is not active are 401") {
    GuardedWorld world;
    const auto status = [&world](const http::Headers& headers) {
        return world.send("GET", "/api/v2/dags", headers).status;
    };
    CHECK(status({{"Authorization", "Bearer weir_nonsense"}}) == 401);
    CHECK(status({{"Authorization", "Basic YTpi"}}) == 401);
    const auto expiring = world.token("user", Role::user, {}, std::chrono::hours{24});
    const auto revoked = world.token("user", Role::user);
    const auto kept = world.token("operator", Role::user);
    CHECK(status(expiring) == 200);
    CHECK(status(revoked) == 200);
    REQUIRE(world.accounts.remove_token(world.accounts.tokens("user").at(0).id, {}));
    CHECK(status(revoked) == 401);
    world.now += std::chrono::hours{24};
    CHECK(status(expiring) == 401);
    CHECK(status(kept) == 200);
    REQUIRE(world.accounts.change_user("operator", {.role = {}, .password = {}, .active = false}, {}));
    CHECK(status(kept) == 401);
    // It is the token that counts, whatever session the browser has.
    auto both = world.session("user");
    both.emplace("Authorization", "Bearer weir_nonsense");
    CHECK(status(both) == 401);
}

TEST_CASE("a token of the scope events may send events and nothing else, and one of a DAG only what is of that DAG") {
    GuardedWorld world;
    const auto events = world.token("user", Role::user, {"events"});
    const auto etl = world.token("user", Role::user, {"dags/etl"});
    const Json event{{"specversion", "1.0"}, {"id", "1"}, {"source", "s"}, {"type", "t"}};
    auto headers = events;
    headers.emplace("Content-Type", "application/cloudevents+json");
    CHECK(ask(world.router, "POST", "/api/v2/events", model::to_text(event), headers).status == 200);
    CHECK(world.send("GET", "/api/v2/dags", events).status == 403);
    CHECK(world.send("POST", "/api/v2/dags/etl/dagRuns", events, Json::object()).status == 403);
    CHECK(world.send("GET", "/api/v2/auth/me", events).status == 200);
    CHECK(world.send("POST", "/api/v2/dags/etl/dagRuns", etl, Json::object()).status == 200);
    CHECK(world.send("GET", "/api/v2/dags/~/dagRuns", etl).status == 403);
    CHECK(world.send("GET", "/api/v2/dags", etl).status == 403);
    CHECK(world.send("POST", "/api/v2/tokens", etl, {{"name", "x"}}).status == 403);
}

TEST_CASE("the peer at the Unix socket is admin without login") {
    GuardedWorld world;
    const auto me = world.send("GET", "/api/v2/auth/me", {}, nullptr, {true, 0, "unix"});
    CHECK(me.json == Json{{"username", "unix:root"}, {"role", "admin"}, {"via", "unix"}, {"csrf_token", nullptr}});
}

TEST_CASE("the metrics are open to requests from this machine by its own name, and else to viewers") {
    GuardedWorld world;
    const auto status = [&world](const char* address, const char* host, http::Headers headers = {}) {
        headers.emplace("Host", host);
        return world.send("GET", "/metrics", headers, nullptr, {false, 0, address}).status;
    };
    CHECK(status("127.0.0.1:4000", "localhost:8080") == 200);
    CHECK(status("[::1]:4000", "[::1]:8080") == 200);
    CHECK(status("127.0.0.1:4000", "weir.example.com") == 401);
    CHECK(status("10.0.0.1:4000", "localhost") == 401);
    CHECK(status("10.0.0.1:4000", "weir.example.com", world.token("viewer", Role::viewer)) == 200);
}

TEST_CASE("of several cookies the session's is found, and none is none") {
    http::Request request;
    CHECK(session_secret(request).empty());
    request.headers.emplace("Cookie", "a=b; xweir_session=no");
    request.headers.emplace("Cookie", "c=d;weir_session=yes; weir_session=second");
    CHECK(session_secret(request) == "yes");
}

}  // namespace weir::api::test
