// What a web page of somebody else's may not do to a server on loopback.
#include <doctest/doctest.h>

#include "tests/web/http/running_server.hpp"
#include "web/http/guard.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

int status_for(const std::string& method, const std::string& authority, const Headers& headers = {},
               const std::vector<std::string>& allowed = {}) {
    Request request;
    request.method = method;
    request.headers = headers;
    const auto refusal = refuse_foreign(request, authority, allowed);
    return refusal ? refusal->status : 200;
}

}  // namespace

TEST_CASE("the names of loopback are served, with and without port") {
    for (const auto* name : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.9.1:80", "[::1]", "[::1]:8080"})
        CHECK_MESSAGE(status_for("GET", name) == 200, name);
}

TEST_CASE("a name that merely resolves to loopback is refused") {
    for (const auto* name : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1",
                             "0.0.0.0", "[::2]", "2130706433", "localhost.", "[", ":80", "127.0.0.1@evil.example"})
        CHECK_MESSAGE(status_for("GET", name) == 421, name);
}

TEST_CASE("a name is served once it is allowed") {
    CHECK(status_for("GET", "weir.example.com", {}, {"weir.example.com"}) == 200);
    CHECK(status_for("GET", "Weir.Example.com:443", {}, {"weir.example.com"}) == 200);
    CHECK(status_for("GET", "xweir.example.com", {}, {"weir.example.com"}) == 421);
}

TEST_CASE("a request without a name is refused") { CHECK(status_for("GET", "") == 400); }

TEST_CASE("a page of another origin may not change anything") {
    for (const auto* origin : {"http://evil.example", "null", "http://localhost:3000",
                               "https://localhost:8080.evil.example", "http://127.0.0.1:8080", "file://"})
        CHECK_MESSAGE(status_for("POST", "localhost:8080", {{"Origin", origin}}) == 403, origin);
    for (const auto* site : {"cross-site", "same-site"})
        CHECK_MESSAGE(status_for("DELETE", "localhost:8080", {{"Sec-Fetch-Site", site}}) == 403, site);
}

TEST_CASE("our own pages and clients that are no browsers may") {
    CHECK(status_for("POST", "localhost:8080") == 200);
    CHECK(status_for("POST", "localhost:8080",
                     {{"Origin", "http://localhost:8080"}, {"Sec-Fetch-Site", "same-origin"}}) == 200);
    CHECK(status_for("PATCH", "localhost", {{"Origin", "http://localhost:80"}}) == 200);
    CHECK(status_for("POST", "weir.example.com", {{"Origin", "https://weir.example.com"}}, {"weir.example.com"}) ==
          200);
}

TEST_CASE("behind a proxy with TLS our public pages are ours, whatever name the proxy asks by") {
    const auto status_of = [](const char* origin, Peer peer) {
        Request request;
        request.method = "POST";
        request.peer = std::move(peer);
        request.headers = {{"Origin", origin}, {"Sec-Fetch-Site", "same-origin"}};
        const auto refusal = refuse_foreign(request, "127.0.0.1:8080", {"weir.example.com"});
        return refusal ? refusal->status : 200;
    };
    const Peer with_tls{.is_tls = true, .is_proxied = true};
    CHECK(status_of("https://weir.example.com", with_tls) == 200);
    CHECK(status_of("https://Weir.Example.com", with_tls) == 200);
    for (const auto* origin : {"http://weir.example.com", "https://weir.example.com:8443", "https://evil.example",
                               "https://weir.example.com.evil.example", "null"})
        CHECK_MESSAGE(status_of(origin, with_tls) == 403, origin);
    CHECK(status_of("https://weir.example.com", {.is_proxied = true}) == 403);
    CHECK(status_of("https://weir.example.com", {.is_tls = true}) == 403);
}

TEST_CASE("a link from another site may be followed") {
    CHECK(status_for("GET", "localhost:8080", {{"Sec-Fetch-Site", "cross-site"}}) == 200);
}

TEST_CASE("a listener refuses a foreign Host before the handler sees the request") {
    Router router;
    std::atomic<int> seen = 0;
    router.add("POST", "/", [&seen](const Request&) { return ++seen, Response{}; });
    RunningServer server(router);
    for (const auto* head :
         {"POST / HTTP/1.1\r\nHost: evil.example\r\n", "POST http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n"}) {
        RawConnection connection(server.port);
        connection.send(std::string(head) + "Content-Length: 2\r\n\r\n{}");
        CHECK_MESSAGE(connection.read_to_end().starts_with("HTTP/1.1 421 "), head);
    }
    RawConnection connection(server.port);
    connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n");
    CHECK(connection.read_to_end().starts_with("HTTP/1.1 403 "));
    CHECK(seen == 0);
}
