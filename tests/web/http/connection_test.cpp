// One connection at a time, over a real loopback socket: what a listener answers to good, odd and hostile bytes.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/web/http/running_server.hpp"
#include "web/http/client.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

Response text(std::string body) {
    Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

Router echo_router() {
    Router router;
    router.add("GET", "/hello", [](const Request&) { return text("hello"); });
    router.add("POST", "/echo", [](const Request& request) { return text(request.body); });
    router.add("GET", "/fault", [](const Request&) -> Response { throw std::runtime_error("the disk is on fire"); });
    router.add("GET", "/inject", [](const Request& request) {
        auto response = text("");
        response.headers.emplace("X-Name", request.query.find("name")->second);
        return response;
    });
    return router;
}

}  // namespace

TEST_CASE("a request is answered with status, type, length and the protective headers") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto& answer = connection.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("\r\n\r\nhello"));
    for (const auto* header :
         {"Content-Type: text/plain", "Content-Length: 5", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
          "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'"})
        CHECK_MESSAGE(answer.find(header) != std::string::npos, header);
    CHECK(answer.find("Access-Control") == std::string::npos);
}

TEST_CASE("requests follow each other on one connection") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.read_until("hello");
    connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nagain");
    connection.read_until("again");
    CHECK(count_of(connection.received, "HTTP/1.1 200 OK") == 2);
    CHECK_FALSE(connection.closed);
}

TEST_CASE("pipelined requests are answered in their order") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    std::string all;
    for (int i = 0; i < 50; ++i) {
        const auto body = "<" + std::to_string(i) + ">";
        all += "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }
    connection.send(all);
    const auto& answers = connection.read_until("<49>");
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        at = answers.find("<" + std::to_string(i) + ">", at);
        REQUIRE_MESSAGE(at != std::string::npos, i);
    }
}

TEST_CASE("a request that comes byte by byte is understood") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"))
        connection.send({&c, 1});
    CHECK(connection.read_until("abc").find("\r\n\r\nabc") != std::string::npos);
}

TEST_CASE("a chunked body is put together") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    CHECK(connection.read_until("abcde").ends_with("\r\n\r\nabcde"));
}

TEST_CASE("a client that asks may it send its body is told to go on") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    CHECK(connection.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("ok");
    CHECK(connection.read_until("\r\n\r\nok").ends_with("\r\n\r\nok"));
}

TEST_CASE("HEAD gets the headers of GET and no body") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto& answer = connection.read_to_end();
    CHECK(answer.find("Content-Length: 5") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("an HTTP/1.0 client gets its answer and the connection's end") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("GET /hello HTTP/1.0\r\nHost: localhost\r\n\r\n");
    CHECK(connection.read_to_end().ends_with("hello"));
    CHECK(connection.closed);
}

TEST_CASE("headers past the limit are answered with 431") {
    const auto router = echo_router();
    RunningServer server(router, {.header_bytes = 1024});
    RawConnection connection(server.port);
    connection.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Long: " + std::string(200'000, 'x') + "\r\n\r\n");
    CHECK(connection.read_to_end().starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a body past the limit is answered with 413, announced or not") {
    const auto router = echo_router();
    RunningServer server(router, {.body_bytes = 1000});
    for (const std::string head : {"Content-Length: 3000000", "Transfer-Encoding: chunked"}) {
        RawConnection connection(server.port);
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n\r\n");
        if (head.starts_with("Transfer")) connection.send("2dc6c0\r\n");
        connection.send(std::string(3'000'000, 'x'));
        CHECK_MESSAGE(connection.read_to_end().starts_with("HTTP/1.1 413 "), head);
    }
}

TEST_CASE("what is not HTTP is answered with 400 and cut") {
    const auto router = echo_router();
    RunningServer server(router);
    for (const std::string nonsense :
         {"\x16\x03\x01\x02 TLS", "GET\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n",
          "GET /hello HTTP/1.1\r\nHost localhost\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "GET hello HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /hello?a=%0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"}) {
        RawConnection connection(server.port);
        connection.send(nonsense);
        connection.end_sending();
        CHECK_MESSAGE(connection.read_to_end().starts_with("HTTP/1.1 400 "), nonsense);
    }
}

TEST_CASE("a body with two lengths is refused, so that nothing is smuggled in after it") {
    const auto router = echo_router();
    RunningServer server(router);
    for (const std::string lengths :
         {"Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nTransfer-Encoding: chunked"}) {
        RawConnection connection(server.port);
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + lengths +
                        "\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.end_sending();
        const auto& answer = connection.read_to_end();
        CHECK_MESSAGE(answer.starts_with("HTTP/1.1 400 "), lengths);
        CHECK_MESSAGE(count_of(answer, "HTTP/1.1 ") == 1, lengths);
    }
}

TEST_CASE("a coding that is not understood is refused, and the handler acts on no empty body") {
    std::atomic<int> seen = 0;
    Router router;
    router.add("POST", "/echo", [&seen](const Request&) { return ++seen, Response{}; });
    RunningServer server(router);
    for (const std::string codings :
         {"Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: gzip",
          "Transfer-Encoding: identity", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"}) {
        RawConnection connection(server.port);
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + codings + "\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        connection.end_sending();
        const auto& answer = connection.read_to_end();
        CHECK_MESSAGE(answer.starts_with("HTTP/1.1 501 "), codings);
        CHECK_MESSAGE(answer.find("{\"detail\":\"of transfer codings only") != std::string::npos, codings);
        CHECK_MESSAGE(count_of(answer, "HTTP/1.1 ") == 1, codings);
    }
    CHECK(seen == 0);
}

TEST_CASE("a handler that throws is answered with 500 and told to the access log, not to the client") {
    const auto router = echo_router();
    std::promise<AccessRecord> logged;
    RunningServer server(
        router, {}, {.allowed_hosts = {}, .access_log = [&logged](const AccessRecord& r) { logged.set_value(r); }});
    RawConnection connection(server.port);
    connection.send("GET /fault HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto& answer = connection.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 500 "));
    CHECK(answer.find("fire") == std::string::npos);
    const auto record = logged.get_future().get();
    CHECK(record.fault == "the disk is on fire");
    CHECK(record.status == 500);
    CHECK(record.target == "/fault");
}

TEST_CASE("a header's value from outside can't begin another header") {
    const auto router = echo_router();
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("GET /inject?name=a%0d%0aX-Evil:%20yes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    CHECK(connection.read_to_end().find("\r\nX-Evil") == std::string::npos);
}

TEST_CASE("bytes that are no UTF-8 are taken as they are, or refused in words that are valid JSON") {
    const auto router = echo_router();
    RunningServer server(router);
    const std::string no_utf8 = "\xff\xfe\xc0\x80\xed\xa0\x80";
    for (const std::string& head :
         {"GET /" + no_utf8, std::string("GET /%ff%fe%c0%80"), "GET /hello?a=" + no_utf8,
          std::string("GET /hello?%ff=%fe"), "GET /hello HTTP/1.1\r\nX-Name: " + no_utf8 + "\r\nX-Rest: x"}) {
        RawConnection connection(server.port);
        connection.send(head + (head.find("HTTP/1.1") == std::string::npos ? " HTTP/1.1" : "") +
                        "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const auto& answer = connection.read_to_end();
        const auto status = answer.substr(9, 3);
        CHECK_MESSAGE((status == "200" || status == "400" || status == "404"), answer);
        if (status == "200") continue;
        CHECK_MESSAGE(std::all_of(answer.begin(), answer.end(), [](char c) { return static_cast<signed char>(c) > 0; }),
                      answer);
        CHECK(answer.ends_with("\"}"));
    }
    RawConnection connection(server.port);
    connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 7\r\n\r\n" +
                    no_utf8);
    CHECK(connection.read_to_end().ends_with(no_utf8));
}

TEST_CASE("seeded random bytes never bring the server down") {
    const auto router = echo_router();
    RunningServer server(router, {.header = std::chrono::seconds{2}});
    const std::string seeds[] = {
        "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"};
    std::uint32_t random = 20261122;
    const auto next = [&random] { return random = random * 1664525U + 1013904223U, random >> 8; };
    for (int round = 0; round < 600; ++round) {
        std::string bytes = seeds[next() % 3] + seeds[next() % 3];
        const auto changes = next() % 12;
        for (std::uint32_t i = 0; i < changes; ++i) bytes[next() % bytes.size()] = static_cast<char>(next());
        if (next() % 4 == 0) bytes.resize(next() % bytes.size());
        RawConnection connection(server.port);
        connection.send(bytes);
        connection.end_sending();
        connection.read_to_end();
        REQUIRE_MESSAGE(connection.closed, round);
    }
    RawConnection last(server.port);
    last.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    CHECK(last.read_to_end().starts_with("HTTP/1.1 200 OK"));
}
