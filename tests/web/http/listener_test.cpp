// A listener's bounds: connections, time, memory, its socket file, and how it stops.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "tests/web/http/running_server.hpp"
#include "web/http/client.hpp"
#include "web/http/sockets.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

constexpr const char* kHello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

Router hello_router() {
    Router router;
    router.add("GET", "/hello", [](const Request& request) {
        Response response;
        response.body = request.peer.is_unix ? "hello unix " + std::to_string(request.peer.uid) : "hello tcp";
        return response;
    });
    return router;
}

// A handler that holds on until it is let go.
struct Gate {
    std::promise<void> entered;
    std::promise<void> released;
    std::shared_future<void> release = released.get_future().share();

    [[nodiscard]] Handler handler() {
        return [this](const Request&) {
            entered.set_value();
            release.wait();
            Response response;
            response.body = "at last";
            return response;
        };
    }
};

long resident_kilobytes() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
    return 0;
}

}  // namespace

TEST_CASE("a connection past the limit is told 503, and a place that falls free is given away again") {
    const auto router = hello_router();
    RunningServer server(router, {.connections = 2});
    auto first = std::make_unique<RawConnection>(server.port);
    RawConnection second(server.port);
    first->send(kHello);
    second.send(kHello);
    first->read_until("hello tcp");
    second.read_until("hello tcp");

    RawConnection third(server.port);
    third.send(kHello);
    CHECK(third.read_to_end().starts_with("HTTP/1.1 503 "));
    CHECK(third.received.find("Retry-After: 1") != std::string::npos);

    first.reset();
    CHECK(eventually([&server] {
        RawConnection next(server.port);
        next.send(kHello);
        return next.read_until("hello tcp").starts_with("HTTP/1.1 200 ");
    }));
}

TEST_CASE("headers that trickle in for ever are cut off, and the client is told why") {
    const auto router = hello_router();
    RunningServer server(router, {.header = std::chrono::seconds{1}});
    RawConnection connection(server.port);
    const auto began = std::chrono::steady_clock::now();
    connection.send("GET /hello HTTP/1.1\r\n");
    while (!connection.closed && std::chrono::steady_clock::now() - began < 10s) {
        connection.send("X: y\r\n");
        connection.read_until("never", 50ms);
    }
    CHECK(connection.closed);
    CHECK(connection.received.starts_with("HTTP/1.1 408 "));
    CHECK(connection.received.ends_with(R"({"detail":"the headers did not come within 1 s"})"));
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("a body that never comes is cut off, and the client is told why") {
    const auto router = hello_router();
    RunningServer server(router, {.body = std::chrono::seconds{1}});
    RawConnection connection(server.port);
    connection.send("POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123");
    connection.read_to_end();
    CHECK(connection.closed);
    CHECK(connection.received.starts_with("HTTP/1.1 408 "));
    CHECK(connection.received.ends_with(R"({"detail":"the body did not come within 1 s"})"));
}

TEST_CASE("a body that trickles in for ever is cut off") {
    const auto router = hello_router();
    RunningServer server(router, {.body = std::chrono::seconds{1}});
    RawConnection connection(server.port);
    const auto began = std::chrono::steady_clock::now();
    connection.send("POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
    while (!connection.closed && std::chrono::steady_clock::now() - began < 10s) {
        connection.send("x");
        connection.read_until("never", 50ms);
    }
    CHECK(connection.closed);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("slow clients keep nobody else waiting") {
    const auto router = hello_router();
    RunningServer server(router);
    std::vector<std::unique_ptr<RawConnection>> slow;
    for (int i = 0; i < 100; ++i) {
        slow.push_back(std::make_unique<RawConnection>(server.port));
        slow.back()->send(i % 2 == 0 ? "GET /hello HT"
                                     : "POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx");
    }
    RawConnection quick(server.port);
    quick.send(kHello);
    CHECK(quick.read_until("hello tcp").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("an idle connection is closed") {
    const auto router = hello_router();
    RunningServer server(router, {.idle = std::chrono::seconds{1}});
    RawConnection connection(server.port);
    connection.send(kHello);
    connection.read_to_end();
    CHECK(connection.closed);
    CHECK(count_of(connection.received, "HTTP/1.1 200") == 1);
}

TEST_CASE("a client that stops reading is cut off") {
    Router router;
    router.add("GET", "/", [](const Request&) {
        Response response;
        response.stream =
            BodyStream{std::nullopt, [] { return std::optional<std::string>(std::string(100'000, 'x')); }};
        return response;
    });
    std::promise<AccessRecord> logged;
    RunningServer server(
        router, {.write = std::chrono::seconds{1}},
        {.allowed_hosts = {}, .access_log = [&logged](const AccessRecord& r) { logged.set_value(r); }});
    RawConnection connection(server.port);
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(logged.get_future().wait_for(20s) == std::future_status::ready);
}

TEST_CASE("stop ends idle connections at once and lets a running answer finish") {
    Router router = hello_router();
    Gate gate;
    router.add("GET", "/slow", gate.handler());
    RunningServer server(router);
    RawConnection idle(server.port);
    idle.send(kHello);
    idle.read_until("hello tcp");
    RawConnection busy(server.port);
    busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    gate.entered.get_future().wait();

    auto stopped = server.begin_stop(30s);
    idle.read_to_end();
    CHECK(idle.closed);
    CHECK(stopped.wait_for(0s) == std::future_status::timeout);
    gate.released.set_value();
    CHECK(busy.read_to_end().ends_with("at last"));
    CHECK(busy.received.find("Connection: close") != std::string::npos);
    CHECK(stopped.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("stop does not wait longer than its grace") {
    Router router;
    Gate gate;
    router.add("GET", "/slow", gate.handler());
    RunningServer server(router);
    RawConnection busy(server.port);
    busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    gate.entered.get_future().wait();
    auto stopped = server.begin_stop(50ms);
    CHECK(stopped.wait_for(10s) == std::future_status::ready);
    busy.read_to_end();
    CHECK(busy.closed);
    gate.released.set_value();
}

TEST_CASE("a file of three gigabytes is sent from anywhere while memory stays flat") {
    constexpr std::uint64_t kSize = 3ULL << 30;
    constexpr std::uint64_t kEnough = 200ULL << 20;
    TemporaryFolder folder;
    const auto path = folder.file("big.log");
    {
        const UniqueFd file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
        REQUIRE(::ftruncate(file.get(), static_cast<off_t>(kSize)) == 0);
        REQUIRE(::pwrite(file.get(), "the end", 7, static_cast<off_t>(kSize - 7)) == 7);
    }
    Router router;
    router.add("GET", "/log/{offset}", [&path](const Request& request) {
        const auto offset = std::stoull(request.path_param("offset"));
        Response response;
        response.stream = file_range(UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}, offset, kSize - offset);
        return response;
    });
    RunningServer server(router);
    const auto client = Client::to(server.url());
    const auto before = resident_kilobytes();
    std::uint64_t total = 0;
    const auto all = client->download({.method = "GET", .target = "/log/0", .headers = {}, .body = {}},
                                      [&total](std::string_view piece) {
                                          total += piece.size();
                                          return total < kEnough;
                                      });
    REQUIRE(all.has_value());
    CHECK(all->headers.find("Content-Length")->second == std::to_string(kSize));
    CHECK(total >= kEnough);
#ifndef __SANITIZE_ADDRESS__  // which keeps what is freed
    CHECK(resident_kilobytes() - before < 32 * 1024);
#else
    static_cast<void>(before);
#endif

    const auto tail = client->request(
        {.method = "GET", .target = "/log/" + std::to_string(kSize - 1'000'000), .headers = {}, .body = {}});
    REQUIRE(tail.has_value());
    CHECK(tail->body.size() == 1'000'000);
    CHECK(tail->body.ends_with("the end"));
}

TEST_CASE("a file that shrinks while it is sent cuts the connection, so that the client notices") {
    TemporaryFolder folder;
    const auto path = folder.file("log");
    std::ofstream(path) << std::string(1000, 'x');
    Router router;
    router.add("GET", "/log", [&path](const Request&) {
        Response response;
        response.stream = file_range(UniqueFd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}, 0, 2000);
        return response;
    });
    RunningServer server(router);
    RawConnection connection(server.port);
    connection.send("GET /log HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.read_to_end();
    CHECK(connection.closed);
    CHECK(connection.received.find("Content-Length: 2000") != std::string::npos);
}

TEST_CASE("a Unix socket is its owner's alone, and its peer's user is known") {
    TemporaryFolder folder;
    const auto path = folder.path() / "weir.sock";
    const auto router = hello_router();
    RunningServer server(router);
    REQUIRE(server.listen_unix(path).has_value());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto client = Client::to(path.string());
    const auto answer = client->request({.method = "GET", .target = "/hello", .headers = {}, .body = {}});
    REQUIRE(answer.has_value());
    CHECK(answer->body == "hello unix " + std::to_string(::geteuid()));
}

TEST_CASE("another user who gets hold of the Unix socket is refused") {
    CHECK(may_connect(1000, 1000));
    CHECK(may_connect(0, 1000));
    CHECK_FALSE(may_connect(1001, 1000));
    CHECK_FALSE(may_connect(static_cast<unsigned>(-1), 1000));
    if (::geteuid() != 0) return;  // only root can become somebody else to try it

    TemporaryFolder folder;
    const auto path = folder.file("weir.sock");
    const auto router = hello_router();
    RunningServer server(router);
    REQUIRE(server.listen_unix(path).has_value());
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto child = ::fork();
    if (child == 0) {  // only system calls here: the other threads of this process are not with us
        char answer[16] = "";
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool asked = ::setgid(65534) == 0 && ::setuid(65534) == 0 &&
                           ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        const bool refused =
            asked && ::recv(fd, answer, 12, MSG_WAITALL) == 12 && std::memcmp(answer, "HTTP/1.1 403", 12) == 0;
        ::_exit(refused ? 0 : 1);
    }
    int how = 0;
    REQUIRE(::waitpid(child, &how, 0) == child);
    CHECK((WIFEXITED(how) && WEXITSTATUS(how) == 0));
}

TEST_CASE("a socket that a dead process left is replaced, a live one is not, a file never") {
    TemporaryFolder folder;
    const auto path = folder.path() / "weir.sock";
    const auto left = ::fork();
    if (left == 0) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        ::_exit(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : 1);
    }
    int how = 0;
    REQUIRE(::waitpid(left, &how, 0) == left);
    REQUIRE(std::filesystem::is_socket(path));

    auto first = UnixSocket::open(path);
    REQUIRE(first.has_value());
    const auto second = UnixSocket::open(path);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().message == "another process already listens at " + path.string());

    const auto file = folder.path() / "notes.txt";
    std::ofstream(file) << "mine";
    const auto third = UnixSocket::open(file);
    REQUIRE_FALSE(third.has_value());
    CHECK(third.error().message.find("is no socket") != std::string::npos);
    CHECK(std::filesystem::file_size(file) == 4);
}

TEST_CASE("stop removes the Unix socket") {
    TemporaryFolder folder;
    const auto router = hello_router();
    RunningServer server(router);
    REQUIRE(server.listen_unix(folder.path() / "weir.sock").has_value());
    server.begin_stop(1s).wait();
    CHECK_FALSE(std::filesystem::exists(folder.path() / "weir.sock"));
}

TEST_CASE("a place where nobody can listen is named") {
    CHECK(open_tcp("nowhere.example", 80).error().message.find("'nowhere.example' is no IP address") == 0);
    const auto taken = open_tcp("127.0.0.1", 0);
    REQUIRE(taken.has_value());
    CHECK(open_tcp("127.0.0.1", taken->port).error().message ==
          "can't listen at 127.0.0.1:" + std::to_string(taken->port) + ": Address already in use");
    CHECK(UnixSocket::open("/" + std::string(200, 'x')).error().message.find("is longer than 107 bytes") !=
          std::string::npos);
    CHECK(UnixSocket::open("/nowhere/weir.sock").error().message.find("/nowhere/weir.sock.lock") != std::string::npos);
}
