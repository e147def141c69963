// Routing and targets, without sockets.
#include <doctest/doctest.h>

#include <stdexcept>

#include "web/http/router.hpp"
#include "web/http/target.hpp"

using namespace weir::http;

namespace {

Handler answers(std::string name) {
    return [name](const Request& request) {
        Response response;
        response.body = name;
        for (const auto& [key, value] : request.path_params) response.body += " " + key + "=" + value;
        return response;
    };
}

Response ask(const Router& router, const std::string& method, const std::string& path) {
    Request request;
    request.method = method;
    request.path = path;
    return router.handle(request);
}

Router dag_router() {
    Router router;
    router.add("GET", "/dags", answers("list"));
    router.add("GET", "/dags/{dag_id}", answers("one"));
    router.add("PATCH", "/dags/{dag_id}", answers("patch"));
    router.add("GET", "/dags/newest", answers("newest"));
    router.add("GET", "/dags/{dag_id}/runs/{run_id}", answers("run"));
    router.add("GET", "/dags/{dag_id}/runs/newest", answers("newest run"));
    return router;
}

}  // namespace

TEST_CASE("a path's parameters reach the handler") {
    CHECK(ask(dag_router(), "GET", "/dags/etl/runs/r1").body == "run dag_id=etl run_id=r1");
}

TEST_CASE("a path is decoded once, and an encoded slash does not separate") {
    CHECK(ask(dag_router(), "GET", "/dags/a%2Fb").body == "one dag_id=a/b");
    CHECK(ask(dag_router(), "GET", "/dags/a%252Fb").body == "one dag_id=a%2Fb");
    CHECK(ask(dag_router(), "GET", "/dags/manual__1+00:00").body == "one dag_id=manual__1+00:00");
}

TEST_CASE("a literal segment goes before a parameter, whichever was added first") {
    CHECK(ask(dag_router(), "GET", "/dags/newest").body == "newest");
    CHECK(ask(dag_router(), "GET", "/dags/x/runs/newest").body == "newest run dag_id=x");
}

TEST_CASE("an unknown path is 404") {
    for (const auto* path : {"/", "/dag", "/dags/", "/dags//runs/r", "/dags/a/runs", "/dags/a/runs/b/c"})
        CHECK_MESSAGE(ask(dag_router(), "GET", path).status == 404, path);
}

TEST_CASE("an unknown method is 405 and says which are allowed") {
    const auto response = ask(dag_router(), "DELETE", "/dags/a");
    CHECK(response.status == 405);
    CHECK(response.headers.find("allow")->second == "GET, HEAD, OPTIONS, PATCH");
}

TEST_CASE("OPTIONS says which methods are allowed") {
    const auto response = ask(dag_router(), "OPTIONS", "/dags");
    CHECK(response.status == 204);
    CHECK(response.headers.find("Allow")->second == "GET, HEAD, OPTIONS");
}

TEST_CASE("HEAD runs the handler of GET") { CHECK(ask(dag_router(), "HEAD", "/dags").status == 200); }

TEST_CASE("the fallback answers for GET and HEAD of paths that no route has, and may leave one") {
    auto router = dag_router();
    router.set_fallback([](const Request& request) -> std::optional<Response> {
        if (request.path == "/nothing") return std::nullopt;
        Response response;
        response.body = "page";
        return response;
    });
    CHECK(ask(router, "GET", "/").body == "page");
    CHECK(ask(router, "HEAD", "/some/page").body == "page");
    CHECK(ask(router, "GET", "/dags").body == "list");
    CHECK(ask(router, "GET", "/nothing").status == 404);
    CHECK(ask(router, "POST", "/some/page").status == 404);
    CHECK(ask(router, "POST", "/dags").status == 405);
}

TEST_CASE("a path that does not decode is 400") {
    for (const auto* path : {"/dags/%", "/dags/%2", "/dags/%zz", "/dags/%00"})
        CHECK_MESSAGE(ask(dag_router(), "GET", path).status == 400, path);
}

TEST_CASE("a route that is added twice is a bug that shows at start") {
    auto router = dag_router();
    CHECK_THROWS_AS(router.add("GET", "/dags", answers("again")), std::logic_error);
}

TEST_CASE("a target comes apart into authority, path and decoded query") {
    const auto target = parse_target("http://host:80/a%2Fb?state=failed&state=up%5Ffor+retry&flag&=x&&q=a=b#part");
    REQUIRE(target);
    CHECK(target->authority == "host:80");
    CHECK(target->path == "/a%2Fb");
    CHECK(target->query ==
          Query{{"", "x"}, {"flag", ""}, {"q", "a=b"}, {"state", "failed"}, {"state", "up_for retry"}});
}

TEST_CASE("a target that is no path is refused") {
    for (const auto* text : {"", "a", "*", "http://", "http:///a", "ftp://a/", "/a?b=%", "/a?%00=b"})
        CHECK_MESSAGE(!parse_target(text), text);
}

TEST_CASE("percent-encoding comes back the same through decoding") {
    std::string all;
    for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
    CHECK(percent_decode(percent_encode(all), Plus::stays) == all);
    CHECK(percent_decode(percent_encode(all), Plus::is_blank) == all);
}

TEST_CASE("a problem's words are valid JSON whatever they quote") {
    CHECK(problem(400, "a \"quote\"\\\n\xff").body == R"({"detail":"a \"quote\"\\\u000a\ufffd"})");
}

TEST_CASE("the guard is asked before each handler, with the route and its parameters, and can refuse") {
    Router router;
    router.add("GET", "/dags/{dag_id}", answers("one"));
    std::string asked;
    router.set_guard([&asked](Request& request) -> std::optional<Response> {
        asked = request.route + " " + request.path_param("dag_id");
        if (request.path_param("dag_id") == "secret") return problem(403, "no");
        request.caller.user = "ada";
        return std::nullopt;
    });
    CHECK(ask(router, "HEAD", "/dags/etl").status == 200);
    CHECK(asked == "GET /dags/{dag_id} etl");
    CHECK(ask(router, "GET", "/dags/secret").status == 403);
    asked = "";
    CHECK(ask(router, "GET", "/nowhere").status == 404);
    CHECK(ask(router, "POST", "/dags/etl").status == 405);
    CHECK(asked.empty());
}

TEST_CASE("a router lists its routes, one for each method") {
    CHECK(dag_router().routes().size() == 6);
    CHECK(dag_router().routes()[1] == "GET /dags/newest");
}

TEST_CASE("a body that goes on ends when the guard refuses who reads it") {
    Router router;
    router.add("GET", "/live", [](const Request&) {
        Response response;
        response.live = LiveBody{.where = LiveBody::Where::io_thread, .next = [] {
                                     return std::optional(LiveBody::Step{std::make_shared<std::string>("news"), false});
                                 }};
        return response;
    });
    bool may = true;
    router.set_guard([&may](Request&) { return may ? std::nullopt : std::optional(problem(401, "no")); });
    const auto response = ask(router, "GET", "/live");
    REQUIRE(response.live.has_value());
    CHECK(*response.live->next()->text == "news");
    may = false;
    const auto last = response.live->next();
    REQUIRE(last.has_value());
    CHECK(last->last);
    CHECK(last->text == nullptr);
}
