#include "web/http/client.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <sys/un.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <vector>

#include "web/http/client_stream.hpp"
#include "web/http/client_tls.hpp"
#include "web/http/guard.hpp"

namespace weir::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;

namespace {

using boost::system::error_code;

constexpr std::size_t kMostInMemory = 64 << 20;
constexpr std::size_t kPiece = 64 << 10;

// One connection. Every call blocks until its operation is over or its time is up.
class Line {
   public:
    [[nodiscard]] error_code connect(const Protocol::endpoint& endpoint, std::chrono::seconds limit) {
        return wait(limit, [this, &endpoint](auto done) { stream_.plain().async_connect(endpoint, std::move(done)); });
    }
    // `complaint`: what is wrong with the server's certificate, if that is why it fails.
    [[nodiscard]] error_code shake_hands(const Trust& trust, const std::string& host, std::string& complaint,
                                         std::chrono::seconds limit) {
        stream_.start_tls(trust.context);
        auto& tls = stream_.tls()->next_layer();
        demand_certificate(tls, trust, host, complaint);
        return wait(limit, [&tls](auto done) { tls.async_handshake(asio::ssl::stream_base::client, std::move(done)); });
    }
    template <class Message>
    [[nodiscard]] error_code write(Message& message, std::chrono::seconds limit) {
        return wait(limit, [this, &message](auto done) { bhttp::async_write(stream_, message, std::move(done)); });
    }
    template <class Parser>
    [[nodiscard]] error_code read_header(Parser& parser, std::chrono::seconds limit) {
        return wait(
            limit, [this, &parser](auto done) { bhttp::async_read_header(stream_, buffer_, parser, std::move(done)); });
    }
    template <class Parser>
    [[nodiscard]] error_code read_some(Parser& parser, std::chrono::seconds limit) {
        return wait(limit,
                    [this, &parser](auto done) { bhttp::async_read_some(stream_, buffer_, parser, std::move(done)); });
    }

   private:
    template <class Start>
    error_code wait(std::chrono::seconds limit, Start start) {
        error_code result;
        stream_.expires_after(limit);
        start([&result](error_code error, auto&&...) { result = error; });
        io_.restart();
        io_.run();
        return result;
    }

    asio::io_context io_{1};
    ClientStream stream_{Socket(io_)};
    boost::beast::flat_buffer buffer_;
};

std::string in_words(const error_code& error) {
    if (error == boost::beast::error::timeout) return "no answer in time";
    for (const auto& cut : {error_code(bhttp::error::end_of_stream), error_code(bhttp::error::partial_message),
                            error_code(asio::error::eof), error_code(asio::ssl::error::stream_truncated)})
        if (error == cut) return "the connection was cut";
    // What a server that answers in plain text looks like to OpenSSL.
    if (error.category() == asio::error::get_ssl_category() &&
        ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_WRONG_VERSION_NUMBER)
        return "TLS is not spoken there; is it http:// instead of https://?";
    return error.message();
}

Failure not_reached(const std::string& server, const error_code& error) {
    if (error == boost::system::errc::no_such_file_or_directory || error == boost::system::errc::connection_refused)
        return {fmt::format("nothing listens at {}; is `weir serve` running?", server)};
    return {fmt::format("can't reach {}: {}", server, in_words(error))};
}

}  // namespace

Outcome<Client> Client::to(std::string_view server, ClientTimeouts timeouts, const std::filesystem::path& ca_file) {
    Client client;
    client.server_ = server;
    client.timeouts_ = timeouts;
    const auto wrong = [server] {
        return Failure{
            fmt::format("'{}' is no server; give a socket's path, http://host:port or https://host:port", server)};
    };
    const bool secure = server.starts_with("https://");
    if (!secure && !server.starts_with("http://")) {
        if (server.empty() || server.find("://") != std::string_view::npos) return wrong();
        if (server.size() >= sizeof(sockaddr_un::sun_path))
            return Failure{fmt::format("the socket path {} is too long", server)};
        client.socket_path_ = server;
        return client;
    }
    server.remove_prefix(server.find("//") + 2);
    if (server.ends_with('/')) server.remove_suffix(1);
    const auto colon = server.rfind(':');
    const bool has_port = colon != std::string_view::npos && server.find(']', colon) == std::string_view::npos;
    client.port_ = secure ? 443 : 80;
    if (has_port) {
        const auto digits = server.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), client.port_);
        if (error != std::errc{} || end != digits.data() + digits.size() || client.port_ == 0) return wrong();
        server = server.substr(0, colon);
    }
    if (server.starts_with('[') && server.ends_with(']')) server = server.substr(1, server.size() - 2);
    if (server.empty() || server.find_first_of("/?#@[] ") != std::string_view::npos) return wrong();
    client.host_ = server;
    if (!secure) return client;
    auto trust = trust_in(ca_file);
    if (!trust) return trust.error();
    client.trust_ = std::move(*trust);
    return client;
}

bool Client::is_exposed() const { return !host_.empty() && !trust_ && !is_loopback_authority(authority()); }

std::string Client::authority() const {
    if (!socket_path_.empty()) return "localhost";
    const bool is_v6 = host_.find(':') != std::string::npos;
    return fmt::format("{}:{}", is_v6 ? "[" + host_ + "]" : host_, port_);
}

Outcome<ClientResponse> Client::request(const ClientRequest& request) const {
    std::string body;
    bool too_long = false;
    auto response = download(request, [&body, &too_long](std::string_view piece) {
        too_long = body.size() + piece.size() > kMostInMemory;
        if (!too_long) body += piece;
        return !too_long;
    });
    if (!response) return response;
    if (too_long) return Failure{fmt::format("the answer of {} to {} is longer than 64 MiB", server_, request.target)};
    if (response->body.empty()) response->body = std::move(body);
    return response;
}

Outcome<ClientResponse> Client::download(const ClientRequest& request,
                                         const std::function<bool(std::string_view)>& on_piece) const {
    std::vector<Protocol::endpoint> endpoints;
    if (!socket_path_.empty()) {
        endpoints.emplace_back(asio::local::stream_protocol::endpoint(socket_path_));
    } else {
        asio::io_context io;
        asio::ip::tcp::resolver resolver{io};
        error_code error;
        for (const auto& entry : resolver.resolve(host_, std::to_string(port_), error))
            endpoints.emplace_back(entry.endpoint());
        if (error) return Failure{fmt::format("can't find the host {}: {}", host_, error.message())};
    }
    // A fresh line for each address: a name may stand for ::1, where nothing listens, and 127.0.0.1.
    std::unique_ptr<Line> line;
    error_code error = asio::error::host_not_found;
    for (const auto& endpoint : endpoints) {
        line = std::make_unique<Line>();
        error = line->connect(endpoint, timeouts_.connect);
        if (!error) break;
    }
    if (error) return not_reached(server_, error);
    if (trust_) {
        std::string complaint;
        const auto refused = line->shake_hands(*trust_, host_, complaint, timeouts_.connect);
        if (!complaint.empty()) return Failure{fmt::format("{}: {}", server_, complaint)};
        if (refused) return Failure{fmt::format("{}: {}", server_, in_words(refused))};
    }

    bhttp::request<bhttp::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(bhttp::field::host, authority());
    message.set(bhttp::field::user_agent, "weir");
    if (!request.body.empty()) message.set(bhttp::field::content_type, "application/json");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.keep_alive(false);
    message.body() = request.body;
    message.prepare_payload();
    const auto cut = [this, &request](const error_code& why) {
        return Failure{fmt::format("{} {} at {}: {}", request.method, request.target, server_, in_words(why))};
    };
    // A server that refuses a large body answers before it has read all of it: look for the answer all the same.
    const auto write_error = line->write(message, timeouts_.answer);

    bhttp::response_parser<bhttp::buffer_body> parser;
    parser.body_limit(boost::none);
    if (request.method == "HEAD") parser.skip(true);
    if (auto read_error = line->read_header(parser, timeouts_.answer))
        return cut(write_error ? write_error : read_error);

    ClientResponse response;
    response.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) response.headers.emplace(field.name_string(), field.value());
    const bool to_caller = response.status >= 200 && response.status < 300;
    std::array<char, kPiece> space;
    while (!parser.is_done()) {
        parser.get().body().data = space.data();
        parser.get().body().size = space.size();
        parser.get().body().more = true;
        const auto read_error = line->read_some(parser, timeouts_.piece);
        if (read_error && read_error != bhttp::error::need_buffer) return cut(read_error);
        const std::string_view piece{space.data(), space.size() - parser.get().body().size};
        if (piece.empty()) continue;
        if (!to_caller) {
            if (response.body.size() + piece.size() > kMostInMemory) return cut(bhttp::error::body_limit);
            response.body += piece;
        } else if (!on_piece(piece)) {
            break;
        }
    }
    return response;
}

}  // namespace weir::http
