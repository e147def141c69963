// Bodies that go on: pieces as they come, what they hold while they wait, and all the ways in which they end.
#include <doctest/doctest.h>

#include <deque>

#include "tests/web/http/running_server.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

constexpr const char* kGet = "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A source of news for one stream, filled by the test.
struct News {
    std::mutex mutex;
    std::deque<LiveBody::Step> steps;
    std::atomic<int> asked{0};
    std::shared_ptr<Bell> bell = std::make_shared<Bell>();

    std::optional<LiveBody::Step> next() {
        ++asked;
        const std::lock_guard lock(mutex);
        if (steps.empty()) return LiveBody::Step{};
        auto step = std::move(steps.front());
        steps.pop_front();
        return step;
    }
    void tell(RunningServer& server, const std::string& text, bool last = false) {
        {
            const std::lock_guard lock(mutex);
            steps.push_back({std::make_shared<const std::string>(text), last});
        }
        server.on_io_thread([this] { bell->ring(); });
    }
    [[nodiscard]] Response response(LiveBody::Where where = LiveBody::Where::io_thread) {
        Response response;
        response.content_type = "text/event-stream";
        response.live = LiveBody{where, [this] { return next(); }, 60s, bell};
        return response;
    }
};

Router router_of(News& news) {
    Router router;
    router.add("GET", "/live", [&news](const Request&) { return news.response(); });
    router.add("GET", "/pool", [&news](const Request&) { return news.response(LiveBody::Where::pool); });
    router.add("GET", "/hello", [](const Request&) {
        Response response;
        response.body = "hello";
        return response;
    });
    router.add("GET", "/flood", [](const Request&) {
        Response response;
        const auto text = std::make_shared<const std::string>(std::string(100'000, 'x'));
        response.live = LiveBody{LiveBody::Where::io_thread,
                                 [text] {
                                     return LiveBody::Step{text, false};
                                 },
                                 60s, nullptr};
        return response;
    });
    return router;
}

}  // namespace

TEST_CASE("a live body's pieces come when the bell rings, and its end ends the connection") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send(kGet);
    CHECK(connection.read_until("\r\n\r\n").find("Transfer-Encoding: chunked") != std::string::npos);
    news.tell(server, "one");
    connection.read_until("one\r\n");
    news.tell(server, "two");
    connection.read_until("two\r\n");
    CHECK_FALSE(connection.closed);
    news.tell(server, "three", true);
    CHECK(connection.read_to_end().ends_with("3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"));
    CHECK(connection.closed);
}

TEST_CASE("many waiting bodies hold no thread of the pool") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router);
    std::vector<std::unique_ptr<RawConnection>> streams;
    for (int i = 0; i < 50; ++i) {
        streams.push_back(std::make_unique<RawConnection>(server.port));
        streams.back()->send(i % 2 == 0 ? std::string(kGet) : "GET /pool HTTP/1.1\r\nHost: localhost\r\n\r\n");
        streams.back()->read_until("\r\n\r\n");
    }
    RawConnection other(server.port);
    other.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    CHECK(other.read_to_end().ends_with("hello"));
}

TEST_CASE("a body that is made on the pool is asked again after its patience") {
    std::atomic<int> asked{0};
    Router router;
    router.add("GET", "/live", [&asked](const Request&) {
        Response response;
        const auto next = [&asked]() -> std::optional<LiveBody::Step> {
            if (++asked < 5) return LiveBody::Step{};
            return LiveBody::Step{std::make_shared<const std::string>("at last"), true};
        };
        response.live = LiveBody{LiveBody::Where::pool, next, 10ms, nullptr};
        return response;
    });
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send(kGet);
    CHECK(connection.read_to_end().ends_with("at last\r\n0\r\n\r\n"));
    CHECK(asked == 5);
}

TEST_CASE("a client that goes is noticed while there is nothing to send") {
    News news;
    const auto router = router_of(news);
    std::promise<AccessRecord> logged;
    RunningServer server(
        router, {}, {.allowed_hosts = {}, .access_log = [&logged](const AccessRecord& r) { logged.set_value(r); }});
    auto connection = std::make_unique<RawConnection>(server.port);
    connection->send(kGet);
    connection->read_until("\r\n\r\n");
    connection.reset();
    CHECK(logged.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a client that never reads a live body is cut, and what waits for it is one piece") {
    News news;
    const auto router = router_of(news);
    std::promise<AccessRecord> logged;
    RunningServer server(
        router, {.write = std::chrono::seconds{1}},
        {.allowed_hosts = {}, .access_log = [&logged](const AccessRecord& r) { logged.set_value(r); }});
    RawConnection connection(server.port);
    connection.send("GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(logged.get_future().wait_for(20s) == std::future_status::ready);
}

TEST_CASE("a client that floods the server during a live body is cut") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send(kGet);
    connection.read_until("\r\n\r\n");
    const auto text = std::string(1 << 20, 'x');
    bool open = true;
    for (int i = 0; i < 20 && open; ++i) open = connection.send(text);
    connection.read_to_end();
    CHECK(connection.closed);
}

TEST_CASE("a stream past the limit is told 429 with Retry-After, and a place that falls free is given away again") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router, {.streams = 2});
    auto first = std::make_unique<RawConnection>(server.port);
    RawConnection second(server.port);
    for (auto* stream : {first.get(), &second}) {
        stream->send(kGet);
        stream->read_until("\r\n\r\n");
    }
    RawConnection third(server.port);
    third.send("GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    CHECK(third.read_to_end().starts_with("HTTP/1.1 429 "));
    CHECK(third.received.find("Retry-After: 5") != std::string::npos);

    first.reset();
    CHECK(eventually([&server] {
        RawConnection next(server.port);
        next.send(kGet);
        return next.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 ");
    }));
}

TEST_CASE("stop ends live bodies at once, whether they wait or their client doesn't read") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router);
    RawConnection waiting(server.port);
    waiting.send(kGet);
    waiting.read_until("\r\n\r\n");
    RawConnection lazy(server.port);
    lazy.send("GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n");
    lazy.read_until("\r\n\r\n");
    auto stopped = server.begin_stop(60s);
    CHECK(stopped.wait_for(10s) == std::future_status::ready);
    waiting.read_to_end();
    CHECK(waiting.closed);
    // Not its proper end: the client must know that there may be more.
    CHECK(waiting.received.find("\r\n0\r\n\r\n") == std::string::npos);
}

TEST_CASE("a live body that fails cuts the connection") {
    Router router;
    router.add("GET", "/live", [](const Request&) {
        Response response;
        response.live = LiveBody{LiveBody::Where::pool, []() -> std::optional<LiveBody::Step> { return std::nullopt; },
                                 60s, nullptr};
        return response;
    });
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send(kGet);
    connection.read_to_end();
    CHECK(connection.closed);
    CHECK(connection.received.find("\r\n0\r\n\r\n") == std::string::npos);
}

TEST_CASE("HEAD of a live body ends with its headers, and takes no place") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("HEAD /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(connection.read_to_end().ends_with("\r\n\r\n"));
    CHECK(connection.closed);
    CHECK(news.asked == 0);
}

TEST_CASE("an HTTP/1.0 client gets a live body without chunks") {
    News news;
    const auto router = router_of(news);
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("GET /live HTTP/1.0\r\nHost: localhost\r\n\r\n");
    connection.read_until("\r\n\r\n");
    news.tell(server, "all", true);
    CHECK(connection.read_to_end().ends_with("\r\n\r\nall"));
}
