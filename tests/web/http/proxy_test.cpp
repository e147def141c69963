// Whose word is taken on who asks.
#include "web/http/proxy.hpp"

#include <doctest/doctest.h>

#include "tests/web/http/running_server.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

const std::vector<std::string> kProxies{"127.0.0.1", "10.0.0.2", "2001:db8::2"};

Peer seen(const char* address, const Headers& headers) {
    Peer peer;
    peer.address = address;
    return behind_proxies(std::move(peer), headers, kProxies);
}

std::string address(const char* forwarded) { return seen("127.0.0.1:5000", {{"X-Forwarded-For", forwarded}}).address; }

}  // namespace

TEST_CASE("who asked is the rightmost address that is no trusted proxy's, as what stands before it may be made up") {
    CHECK(address("203.0.113.7") == "203.0.113.7");
    CHECK(address("127.0.0.1, 203.0.113.7") == "203.0.113.7");
    CHECK(address("1.2.3.4, 203.0.113.7 ,10.0.0.2") == "203.0.113.7");
    CHECK(address("203.0.113.7:4711") == "203.0.113.7");
    CHECK(address("2001:db8::7") == "[2001:db8::7]");
    CHECK(address("203.0.113.7, [2001:db8::2]:80") == "203.0.113.7");
    CHECK(address("::ffff:203.0.113.7") == "203.0.113.7");
    CHECK(seen("127.0.0.1:5000", {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-For", "203.0.113.7"}}).address ==
          "203.0.113.7");
}

TEST_CASE("where the list tells of nobody, it is the last proxy that is known") {
    CHECK(address("") == "127.0.0.1:5000");
    CHECK(address("unknown") == "127.0.0.1:5000");
    CHECK(address("1.2.3.4, unknown, 10.0.0.2") == "10.0.0.2");
    CHECK(address("10.0.0.2") == "10.0.0.2");
}

TEST_CASE("the nearest proxy says whether it was asked through TLS") {
    const auto is_tls = [](const Headers& headers) { return seen("[::ffff:10.0.0.2]:80", headers).is_tls; };
    CHECK(is_tls({{"X-Forwarded-Proto", "https"}}));
    CHECK(is_tls({{"X-Forwarded-Proto", "http, HTTPS"}}));
    CHECK_FALSE(is_tls({{"X-Forwarded-Proto", "https, http"}}));
    CHECK_FALSE(is_tls({}));
}

TEST_CASE("anybody else's word is ignored") {
    for (const auto* stranger : {"203.0.113.7:5000", "[2001:db8::3]:5000", "unix", ""}) {
        const auto peer = seen(stranger, {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"}});
        CHECK(peer.address == stranger);
        CHECK_FALSE(peer.is_tls);
        CHECK_FALSE(peer.is_proxied);
    }
}

TEST_CASE("a listener believes the proxies that it is told of, and by itself none") {
    Router router;
    router.add("GET", "/", [](const Request& request) {
        Response response;
        response.body = request.peer.address + (request.peer.is_tls ? " tls" : " plain");
        return response;
    });
    const auto told = [&router](ListenerOptions options) {
        RunningServer server(router, {}, std::move(options));
        RawConnection connection(server.port);
        connection.send(
            "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n"
            "Connection: close\r\n\r\n");
        const auto& answer = connection.read_to_end();
        return answer.substr(answer.find("\r\n\r\n") + 4);
    };
    CHECK(told({.allowed_hosts = {}, .proxies = {"127.0.0.1"}, .access_log = {}}) == "203.0.113.7 tls");
    const auto itself = told({});
    CHECK(itself.starts_with("127.0.0.1:"));
    CHECK(itself.ends_with(" plain"));
}
