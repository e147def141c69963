// The command line's client, against real listeners and against none.
#include <doctest/doctest.h>

#include "tests/web/http/running_server.hpp"
#include "web/http/client.hpp"
#include "web/http/sockets.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

ClientRequest get(std::string target) {
    return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}};
}

}  // namespace

TEST_CASE("a request brings method, target, headers and body, and gets status, headers and body") {
    Router router;
    router.add("POST", "/echo", [](const Request& request) {
        Response response;
        response.status = 409;
        response.headers.emplace("X-Was", std::string(request.header("content-type")) + " " +
                                              std::string(request.header("X-Mine")) + " " +
                                              std::string(request.header("User-Agent")));
        response.body = request.body;
        return response;
    });
    RunningServer server(router);
    const auto client = Client::to(server.url());
    REQUIRE(client.has_value());
    const auto answer =
        client->request({.method = "POST", .target = "/echo?a=b", .headers = {{"X-Mine", "1"}}, .body = "{}"});
    REQUIRE(answer.has_value());
    CHECK(answer->status == 409);
    CHECK(answer->body == "{}");
    CHECK(answer->headers.find("x-was")->second == "application/json 1 weir");
}

TEST_CASE("a body of unknown length arrives piece by piece and whole") {
    Router router;
    router.add("GET", "/", [](const Request&) {
        Response response;
        auto left = std::make_shared<int>(1000);
        response.stream = BodyStream{std::nullopt, [left]() -> std::optional<std::string> {
                                         return (*left)-- > 0 ? std::string(1000, 'x') : std::string();
                                     }};
        return response;
    });
    RunningServer server(router);
    std::size_t total = 0;
    const auto answer = Client::to(server.url())->download(get("/"), [&total](std::string_view piece) {
        total += piece.size();
        return true;
    });
    REQUIRE(answer.has_value());
    CHECK(total == 1'000'000);
    CHECK(answer->body.empty());
}

TEST_CASE("a download ends when its reader has enough") {
    Router router;
    router.add("GET", "/", [](const Request&) {
        Response response;
        response.stream = BodyStream{std::nullopt, [] { return std::optional<std::string>("and so on "); }};
        return response;
    });
    RunningServer server(router);
    int pieces = 0;
    const auto answer =
        Client::to(server.url())->download(get("/"), [&pieces](std::string_view) { return ++pieces < 3; });
    CHECK(answer.has_value());
    CHECK(pieces == 3);
}

TEST_CASE("a download that is refused has its reason in the response and nothing in the output") {
    const Router router;
    RunningServer server(router);
    bool called = false;
    const auto answer =
        Client::to(server.url())->download(get("/nowhere"), [&called](std::string_view) { return called = true; });
    REQUIRE(answer.has_value());
    CHECK(answer->status == 404);
    CHECK(answer->body == R"({"detail":"nothing is served at /nowhere"})");
    CHECK_FALSE(called);
}

TEST_CASE("where nothing listens, the words say so") {
    TemporaryFolder folder;
    const auto path = folder.file("weir.sock");
    CHECK(Client::to(path)->request(get("/")).error().message ==
          "nothing listens at " + path + "; is `weir serve` running?");
    std::uint16_t port = 0;
    {
        const auto taken = open_tcp("127.0.0.1", 0);
        port = taken->port;
    }
    const auto url = "http://127.0.0.1:" + std::to_string(port);
    CHECK(Client::to(url)->request(get("/")).error().message ==
          "nothing listens at " + url + "; is `weir serve` running?");
}

TEST_CASE("a server that never answers is given up") {
    const auto silent = open_tcp("127.0.0.1", 0);
    REQUIRE(silent.has_value());
    const auto client =
        Client::to("http://127.0.0.1:" + std::to_string(silent->port), {.answer = std::chrono::seconds{1}});
    CHECK(client->request(get("/")).error().message.find("no answer in time") != std::string::npos);
}

TEST_CASE("an answer that breaks off is a failure") {
    Router router;
    router.add("GET", "/", [](const Request&) {
        Response response;
        response.stream =
            BodyStream{1000, [sent = false]() mutable -> std::optional<std::string> {
                           return std::exchange(sent, true) ? std::nullopt : std::optional<std::string>("some");
                       }};
        return response;
    });
    RunningServer server(router);
    const auto answer = Client::to(server.url())->request(get("/"));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().message.find("the connection was cut") != std::string::npos);
}

TEST_CASE("what is no server is refused with words") {
    for (const auto* server : {"", "ftp://x", "http://", "http://:80", "http://a:b", "http://a:0", "http://a:99999",
                               "http://a/b", "http://u@a", "https://", "https://a:b", "https://u@a"})
        CHECK_MESSAGE(!Client::to(server).has_value(), server);
    for (const auto* server : {"/run/weir.sock", "http://localhost:8080", "http://[::1]:8080/", "http://127.0.0.1",
                               "https://weir.example.com", "https://[::1]:8443"})
        CHECK_MESSAGE(Client::to(server).has_value(), server);
}

TEST_CASE("plain HTTP to another machine is exposed, and nothing else") {
    for (const auto* server : {"http://weir.example.com", "http://10.0.0.1:8080", "http://[2001:db8::1]:8080",
                               "http://127.0.0.1.example.com", "http://localhost.example.com"})
        CHECK_MESSAGE(Client::to(server)->is_exposed(), server);
    for (const auto* server : {"/run/weir.sock", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080",
                               "https://weir.example.com", "https://10.0.0.1"})
        CHECK_MESSAGE(!Client::to(server)->is_exposed(), server);
}
