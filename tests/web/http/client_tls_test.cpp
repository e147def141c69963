// The command line's client through TLS: whom it talks to, and whom it does not.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/web/http/tls_files.hpp"
#include "web/http/client.hpp"
#include "web/http/sockets.hpp"

using namespace weir::http;
using namespace weir::http::test;

namespace {

constexpr const char* kOurHosts = "DNS:localhost,IP:127.0.0.1";

ClientRequest get(std::string target) {
    return {.method = "GET", .target = std::move(target), .headers = {}, .body = {}};
}

// A server with a certificate that is a CA of its own, and counts who got through to it.
struct World {
    explicit World(const std::string& hosts = kOurHosts, Validity validity = {}) {
        make_certificate(folder.path(), "common.name", hosts, validity);
        router.add("GET", "/", [this](const Request&) {
            ++requests;
            Response response;
            response.body = "hello";
            return response;
        });
        router.add("GET", "/live", [](const Request&) {
            Response response;
            auto count = std::make_shared<int>(0);
            response.live = LiveBody{LiveBody::Where::io_thread,
                                     [count]() -> std::optional<LiveBody::Step> {
                                         auto text = std::make_shared<const std::string>(100'000, 'x');
                                         return LiveBody::Step{std::move(text), ++*count == 30};
                                     },
                                     5ms, nullptr};
            return response;
        });
        auto loaded = Tls::load({folder.path() / "cert.pem", folder.path() / "key.pem"});
        REQUIRE_MESSAGE(loaded.has_value(), loaded.error().message);
        server.emplace(router, Limits{}, ListenerOptions{}, *loaded);
    }
    [[nodiscard]] std::string url(const std::string& host) const {
        return "https://" + host + ":" + std::to_string(server->port);
    }
    [[nodiscard]] Outcome<ClientResponse> ask(const std::string& host, const std::string& ca_file = "cert.pem") const {
        const auto client = Client::to(url(host), {}, ca_file.empty() ? "" : folder.path() / ca_file);
        if (!client) return client.error();
        return client->request(get("/"));
    }
    // Why there is no answer.
    [[nodiscard]] std::string refusal(const std::string& host, const std::string& ca_file = "cert.pem") const {
        const auto answer = ask(host, ca_file);
        return answer ? "there is an answer" : answer.error().message;
    }
    TemporaryFolder folder;
    Router router;
    std::atomic<int> requests = 0;
    std::optional<RunningServer> server;
};

}  // namespace

TEST_CASE("a server whose CA is trusted is talked to by the names and addresses of its certificate") {
    const World world;
    for (const auto* host : {"localhost", "127.0.0.1"}) {
        const auto answer = world.ask(host);
        REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
        CHECK(answer->body == "hello");
    }
}

TEST_CASE("a long live body comes whole through TLS") {
    const World world;
    std::size_t total = 0;
    const auto answer = Client::to(world.url("localhost"), {}, world.folder.path() / "cert.pem")
                            ->download(get("/live"), [&total](std::string_view piece) {
                                total += piece.size();
                                return true;
                            });
    REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
    CHECK(total == 3'000'000);
}

TEST_CASE("a CA that nobody has named is not trusted, and the request stays here") {
    const World world;
    CHECK(world.refusal("localhost", "") ==
          world.url("localhost") +
              ": the certificate isn't trusted: self-signed certificate; give its CA by --ca FILE or $WEIR_CA_FILE");
    CHECK(world.requests == 0);
}

TEST_CASE("a named CA is the only one") {
    const World world;
    TemporaryFolder other;
    make_certificate(other.path(), "other");
    std::filesystem::copy_file(other.path() / "cert.pem", world.folder.path() / "other.pem");
    CHECK(
        world.refusal("localhost", "other.pem").ends_with("it must lead to a CA in " + world.folder.file("other.pem")));
    CHECK(world.requests == 0);
}

TEST_CASE("a certificate for other hosts is refused with their names") {
    const World world("DNS:weir.example.com,IP:10.1.2.3,IP:2001:db8::1");
    const std::string words = ": the certificate is for weir.example.com, 10.1.2.3, 2001:db8::1, and not for ";
    for (const std::string host : {"localhost", "127.0.0.1"})
        CHECK(world.refusal(host) == world.url(host) + words + host + "; ask by a name that it is for");
    CHECK(world.requests == 0);
}

TEST_CASE("a name's certificate is not the address's, nor the other way round") {
    CHECK(World("DNS:localhost").refusal("127.0.0.1").find("is for localhost, and not for 127.0.0.1") !=
          std::string::npos);
    CHECK(World("IP:127.0.0.1").refusal("localhost").find("is for 127.0.0.1, and not for localhost") !=
          std::string::npos);
}

TEST_CASE("a certificate is refused after its time and before it") {
    const World expired(kOurHosts, {.from = -7200s, .to = -3600s});
    CHECK(expired.refusal("localhost").find("the certificate has expired at 20") != std::string::npos);
    CHECK(expired.refusal("localhost").find("; renew it at the server") != std::string::npos);
    const World early(kOurHosts, {.from = 3600s, .to = 7200s});
    CHECK(early.refusal("localhost").find("the certificate is valid from 20") != std::string::npos);
    CHECK(expired.requests + early.requests == 0);
}

TEST_CASE("a server without TLS is told of in words") {
    Router router;
    RunningServer server(router);
    const auto client = Client::to("https://127.0.0.1:" + std::to_string(server.port));
    CHECK(client->request(get("/")).error().message.ends_with(
        "TLS is not spoken there; is it http:// instead of https://?"));
}

TEST_CASE("a handshake that is not answered is given up") {
    const auto silent = open_tcp("127.0.0.1", 0);
    REQUIRE(silent.has_value());
    const auto client = Client::to("https://127.0.0.1:" + std::to_string(silent->port), {.connect = 1s});
    CHECK(client->request(get("/")).error().message.ends_with("no answer in time"));
}

TEST_CASE("a file without CAs is refused before anybody is asked") {
    TemporaryFolder folder;
    std::ofstream(folder.path() / "text.pem") << "hello";
    for (const auto* name : {"none.pem", "text.pem"})
        CHECK(Client::to("https://localhost", {}, folder.path() / name)
                  .error()
                  .message.starts_with("the CA certificates of " + folder.file(name) + " can't be read: "));
}
