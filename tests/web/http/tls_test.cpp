// HTTPS over real sockets: the handshake, what is served through it, and certificates that change.
#include "web/http/tls.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/web/http/tls_files.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

constexpr const char* kHello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr const char* kLastHello = "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

Router hello_router() {
    Router router;
    router.add("GET", "/hello", [](const Request& request) {
        Response response;
        response.body = request.peer.is_tls ? "hello secret" : "hello everybody";
        return response;
    });
    router.add("GET", "/large", [](const Request&) {
        Response response;
        response.body = std::string(3'000'000, 'x') + "end";
        return response;
    });
    router.add("GET", "/live", [](const Request&) {
        Response response;
        auto count = std::make_shared<int>(0);
        response.live =
            LiveBody{LiveBody::Where::io_thread,
                     [count]() -> std::optional<LiveBody::Step> {
                         if (++*count % 2 == 1) return LiveBody::Step{};
                         return LiveBody::Step{
                             std::make_shared<const std::string>("piece" + std::to_string(*count / 2)), *count == 6};
                     },
                     5ms, nullptr};
        return response;
    });
    return router;
}

// A server with a certificate for "first".
struct TlsWorld {
    explicit TlsWorld(Limits limits = {}) {
        make_certificate(folder.path(), "first");
        auto loaded = Tls::load({folder.path() / "cert.pem", folder.path() / "key.pem"});
        REQUIRE_MESSAGE(loaded.has_value(), loaded.error().message);
        tls = *loaded;
        server.emplace(router, limits, ListenerOptions{}, tls);
    }
    TemporaryFolder folder;
    Router router = hello_router();
    std::shared_ptr<Tls> tls;
    std::optional<RunningServer> server;
};

}  // namespace

TEST_CASE("requests follow each other through TLS, and their handler knows of it") {
    TlsWorld world;
    TlsConnection connection(world.server->port);
    REQUIRE(connection.connected);
    connection.send(kHello);
    CHECK(connection.read_until("hello secret").starts_with("HTTP/1.1 200 OK\r\n"));
    connection.send(kLastHello);
    connection.read_to_end();
    CHECK(count_of(connection.received, "hello secret") == 2);
    CHECK(connection.ended_well);
}

TEST_CASE("who is slow through TLS is told so through TLS") {
    TlsWorld world({.header = std::chrono::seconds{1}});
    TlsConnection connection(world.server->port);
    REQUIRE(connection.connected);
    connection.send("GET /hello HT");
    connection.read_to_end();
    CHECK(connection.received.starts_with("HTTP/1.1 408 "));
    CHECK(connection.ended_well);
}

TEST_CASE("TLS 1.2 and 1.3 are spoken, older ones are not") {
    TlsWorld world;
    TlsConnection newer(world.server->port, TLS1_3_VERSION);
    CHECK(newer.connected);
    CHECK(newer.version() == "TLSv1.3");
    TlsConnection older(world.server->port, TLS1_2_VERSION);
    CHECK(older.connected);
    CHECK(older.version() == "TLSv1.2");
    CHECK_FALSE(TlsConnection(world.server->port, TLS1_1_VERSION).connected);
}

TEST_CASE("a client without TLS at a port with it is told so in plain words") {
    TlsWorld world;
    RawConnection connection(world.server->port);
    connection.send(kHello);
    const auto& answer = connection.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 400 "));
    CHECK(answer.ends_with("{\"detail\":\"this port speaks HTTPS: write https:// instead of http://\"}"));
}

TEST_CASE("nonsense instead of a handshake ends the connection") {
    TlsWorld world;
    RawConnection connection(world.server->port);
    connection.send("\x16\x03\x01 this is no handshake at all, and never will be one");
    connection.end_sending();
    connection.read_to_end();
    CHECK(connection.closed);
}

TEST_CASE("a handshake that doesn't come to its end is cut") {
    TlsWorld world({.handshake = std::chrono::seconds{1}});
    RawConnection silent(world.server->port);
    RawConnection slow(world.server->port);
    slow.send("\x16\x03\x01");
    silent.read_to_end();
    slow.read_to_end();
    CHECK(silent.closed);
    CHECK(slow.closed);
}

TEST_CASE("stop cuts handshakes at once") {
    TlsWorld world;
    RawConnection begun(world.server->port);
    begun.send("\x16\x03\x01");
    TlsConnection idle(world.server->port);
    CHECK(world.server->begin_stop(60s).wait_for(10s) == std::future_status::ready);
}

TEST_CASE("an answer of megabytes goes through TLS whole") {
    TlsWorld world;
    TlsConnection connection(world.server->port);
    connection.send("GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto& answer = connection.read_to_end();
    CHECK(answer.size() > 3'000'000);
    CHECK(answer.ends_with("xend"));
}

TEST_CASE("a live body comes piece by piece through TLS, to its last chunk") {
    TlsWorld world;
    TlsConnection connection(world.server->port);
    connection.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(connection.read_to_end().ends_with("6\r\npiece1\r\n6\r\npiece2\r\n6\r\npiece3\r\n0\r\n\r\n"));
}

TEST_CASE("a client that goes in the middle of a live body through TLS is noticed") {
    TlsWorld world;
    std::promise<void> freed;
    Router router;
    router.add("GET", "/live", [&freed](const Request&) {
        const std::shared_ptr<int> held(new int, [&freed](const int* value) {
            delete value;
            freed.set_value();
        });
        Response response;
        response.live = LiveBody{LiveBody::Where::io_thread,
                                 [held]() -> std::optional<LiveBody::Step> { return LiveBody::Step{}; }, 60s, nullptr};
        return response;
    });
    RunningServer server(router, {}, {}, world.tls);
    {
        TlsConnection connection(server.port);
        connection.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.read_until("\r\n\r\n");
    }
    CHECK(freed.get_future().wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a new certificate is for new connections, and open ones go on") {
    TlsWorld world;
    TlsConnection before(world.server->port);
    CHECK(before.server_name() == "first");
    CHECK_FALSE(world.tls->files_changed());
    make_certificate(world.folder.path(), "second");
    CHECK(world.tls->files_changed());
    REQUIRE(world.tls->reload().has_value());
    CHECK_FALSE(world.tls->files_changed());
    CHECK(TlsConnection(world.server->port).server_name() == "second");
    before.send(kHello);
    CHECK(before.read_until("hello secret").ends_with("hello secret"));
}

TEST_CASE("files that don't belong together leave the last good certificate in its place") {
    TlsWorld world;
    TemporaryFolder other;
    make_certificate(other.path(), "other");
    std::filesystem::copy_file(other.path() / "key.pem", world.folder.path() / "key.pem",
                               std::filesystem::copy_options::overwrite_existing);
    const auto reloaded = world.tls->reload();
    REQUIRE_FALSE(reloaded.has_value());
    CHECK(reloaded.error().message.find(world.folder.file("key.pem")) != std::string::npos);
    CHECK(TlsConnection(world.server->port).server_name() == "first");
    // Looked at and found wanting: it is tried again when it changes again.
    CHECK_FALSE(world.tls->files_changed());
}

TEST_CASE("a certificate that can't be used is told of with its file") {
    TemporaryFolder folder;
    make_certificate(folder.path(), "x");
    const auto certificate = folder.path() / "cert.pem";
    const auto key = folder.path() / "key.pem";
    CHECK(Tls::load({folder.path() / "none.pem", key}).error().message ==
          "the certificate " + folder.file("none.pem") + " can't be read: No such file or directory");
    CHECK(Tls::load({certificate, folder.path() / "none.pem"}).error().message.starts_with("the key "));
    std::ofstream(folder.path() / "text.pem") << "hello";
    CHECK(Tls::load({folder.path() / "text.pem", key}).error().message.find("is no certificate in PEM") !=
          std::string::npos);
    CHECK(Tls::load({certificate, folder.path() / "text.pem"}).error().message.find("is no key of") !=
          std::string::npos);
}
