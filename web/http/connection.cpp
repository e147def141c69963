// The loop of one connection: read a request, have it answered on the pool, write the answer, again.
//
// Coroutines here keep to these rules, each of which avoids a known fault of GCC 12 or Asio 1.26: they are named functions,
// `co_await` stands alone over named locals, and they are ended by closing the socket on their own thread.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "web/http/guard.hpp"
#include "web/http/proxy.hpp"
#include "web/http/server.hpp"
#include "web/http/target.hpp"

namespace weir::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;

namespace {

using Parser = bhttp::request_parser<bhttp::string_body>;

// How long, and for how many bytes, a client that was refused may go on sending before its connection is cut. Closing
// at once would make the kernel answer with a reset, and the client would never read why.
constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kLingerBytes = 4 << 20;

enum class Received { request, refused, closed };

bool is_syntax(const boost::system::error_code& error) {
    return error.category() == bhttp::make_error_code(bhttp::error::end_of_stream).category() &&
           error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
}

Response why_unreadable(const boost::system::error_code& error, const Limits& limits) {
    if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow)
        return problem(431, "the headers are longer than " + std::to_string(limits.header_bytes) + " bytes");
    if (error == bhttp::error::body_limit)
        return problem(413, "the body is longer than " + std::to_string(limits.body_bytes) + " bytes");
    return problem(400, "this is not HTTP/1.1: " + error.message());
}

// RFC 9112, 6.1. The parser unpacks none but chunked, and finds no body at all where that is not the last: the handler would act
// on an empty one.
std::optional<Response> refuse_codings(const Request& request) {
    const auto codings = request.headers.count("Transfer-Encoding");
    if (codings == 0 || (codings == 1 && boost::beast::iequals(request.header("Transfer-Encoding"), "chunked")))
        return std::nullopt;
    return problem(501, "of transfer codings only `Transfer-Encoding: chunked` is understood");
}

// Fills the request from what the parser has; returns the refusal, if there is one. The body is not there yet.
std::optional<Response> take_head(const Connection& connection, const Parser& parser, Exchange& exchange) {
    const auto& head = parser.get();
    auto& request = exchange.request;
    request.method = std::string(head.method_string());
    request.target = std::string(head.target());
    exchange.keep_alive = head.keep_alive();
    exchange.http_1_1 = head.version() >= 11;
    for (const auto& field : head) request.headers.emplace(field.name_string(), field.value());

    request.peer = behind_proxies(connection.peer, request.headers, connection.server->options.proxies);
    if (auto refusal = refuse_codings(request)) return refusal;

    auto target = parse_target(request.target);
    if (!target)
        return problem(400, "the request's target must be a path that begins with / and is percent-encoded well");
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    if (request.headers.count("Host") > 1) return problem(400, "there is more than one Host header");
    if (connection.peer.is_unix) return std::nullopt;
    const auto authority = target->authority.empty() ? std::string(request.header("Host")) : target->authority;
    return refuse_foreign(request, authority, connection.server->options.allowed_hosts);
}

// Ends reads that take too long, and not the connection: so the client can be told why.
class Deadline {
   public:
    Deadline(Connection& connection, std::chrono::seconds limit)
        : watch_(std::make_shared<Watch>(connection.server->io, limit)) {
        watch_->stream = &connection.stream.plain();
        // A read that goes on in the very moment of the cancel would miss it: behind that stands the connection's end.
        watch_->stream->expires_after(limit + kLinger);
        watch_->timer.async_wait([watch = watch_](const boost::system::error_code& error) {
            if (error || watch->stream == nullptr) return;
            watch->passed = true;
            watch->stream->cancel();
        });
    }
    ~Deadline() {
        watch_->stream = nullptr;
        watch_->timer.cancel();
    }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    [[nodiscard]] bool passed() const { return watch_->passed; }

   private:
    // Shared with the timer, whose handler may be on its way when the deadline is no more.
    struct Watch {
        Watch(asio::io_context& io, std::chrono::seconds limit) : timer(io, limit) {}

        asio::steady_timer timer;
        ClientStream::Plain* stream = nullptr;
        bool passed = false;
    };
    std::shared_ptr<Watch> watch_;
};

Response too_slow(const char* what, std::chrono::seconds limit) {
    return problem(408, std::string("the ") + what + " did not come within " + std::to_string(limit.count()) + " s");
}

asio::awaitable<Received> receive(Connection& connection, Exchange& exchange) {
    const auto& limits = connection.server->limits;
    auto& stream = connection.stream;
    if (connection.buffer.size() == 0) {
        stream.expires_after(limits.idle);
        connection.idle = true;
        const auto space = connection.buffer.prepare(4096);
        auto [error, count] = co_await stream.async_read_some(space, kAwait);
        connection.idle = false;
        if (error) co_return Received::closed;
        connection.buffer.commit(count);
    }
    exchange.began = std::chrono::steady_clock::now();

    Parser parser;
    parser.header_limit(limits.header_bytes);
    parser.body_limit(limits.body_bytes);
    std::optional<Deadline> deadline;
    deadline.emplace(connection, limits.header);
    auto [head_error, head_bytes] = co_await bhttp::async_read_header(stream, connection.buffer, parser, kAwait);
    if (head_error) {
        const bool late = deadline->passed();
        if (!late && !is_syntax(head_error)) co_return Received::closed;
        exchange.response = late ? too_slow("headers", limits.header) : why_unreadable(head_error, limits);
        co_return Received::refused;
    }
    if (auto refusal = take_head(connection, parser, exchange)) {
        exchange.response = std::move(*refusal);
        co_return Received::refused;
    }
    deadline.emplace(connection, limits.body);
    if (!parser.is_done() && boost::beast::iequals(parser.get()[bhttp::field::expect], "100-continue")) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto bytes = asio::buffer(kContinue);
        auto [error, count] = co_await asio::async_write(stream, bytes, kAwait);
        if (error) co_return Received::closed;
    }
    auto [body_error, body_bytes] = co_await bhttp::async_read(stream, connection.buffer, parser, kAwait);
    if (body_error) {
        const bool late = deadline->passed();
        if (!late && !is_syntax(body_error)) co_return Received::closed;
        exchange.response = late ? too_slow("body", limits.body) : why_unreadable(body_error, limits);
        co_return Received::refused;
    }
    exchange.request.body = std::move(parser.get().body());
    co_return Received::request;
}

// Reads on for a moment after the last answer, so that the client can read it.
asio::awaitable<void> linger(Connection& connection) {
    connection.stream.expires_after(kLinger);
    co_await close_tls(connection);
    auto& stream = connection.stream.plain();
    boost::system::error_code ignored;
    stream.socket().shutdown(Socket::shutdown_send, ignored);
    stream.expires_after(kLinger);
    std::string waste(16 << 10, '\0');
    std::size_t total = 0;
    while (total < kLingerBytes) {
        const auto space = asio::buffer(waste);
        auto [error, count] = co_await stream.async_read_some(space, kAwait);
        if (error) break;
        total += count;
    }
}

// The router's answer, made on the pool. False when the connection was cut meanwhile.
asio::awaitable<bool> answer(Connection& connection, const std::shared_ptr<Exchange>& exchange) {
    auto& server = *connection.server;
    auto job = std::make_shared<PoolJob>(
        server.io, [exchange, &router = server.router] { exchange->response = router.handle(exchange->request); });
    const bool came_back = co_await server.run_on_pool(connection, job);
    if (!came_back) co_return false;
    if (!job->fault.empty()) {
        exchange->fault = job->fault;
        exchange->response = problem(500, "an internal fault; the server's log says more");
    }
    co_return true;
}

std::optional<Response> refuse_peer(const Connection& connection, bool no_room) {
    if (no_room) {
        auto response = problem(503, "too many connections are open; try again in a moment");
        response.headers.emplace("Retry-After", "1");
        return response;
    }
    if (connection.peer.is_unix && !may_connect(connection.peer.uid, ::geteuid()))
        return problem(403, "this socket serves only the user who started the server, and root");
    return std::nullopt;
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<Server> server, std::shared_ptr<Door> door, Socket socket, bool refused) {
    boost::system::error_code ignored;
    if (door->family != AF_UNIX) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    auto peer = peer_of(socket.native_handle(), door->family);
    Connection connection(server, door, std::move(socket), std::move(peer));

    if (door->tls) {
        const auto handshake = co_await shake_hands(connection);
        if (handshake == Handshake::failed) co_return;
        if (handshake == Handshake::not_tls) {
            Exchange exchange;
            exchange.request.peer = connection.peer;
            exchange.response = problem(400, "this port speaks HTTPS: write https:// instead of http://");
            [[maybe_unused]] const bool sent = co_await send(connection, exchange);
            co_await linger(connection);
            co_return;
        }
    }
    if (auto refusal = refuse_peer(connection, refused)) {
        Exchange exchange;
        exchange.request.peer = connection.peer;
        exchange.response = std::move(*refusal);
        [[maybe_unused]] const bool sent = co_await send(connection, exchange);
        co_await linger(connection);
        co_return;
    }
    while (!server->stopping) {
        auto exchange = std::make_shared<Exchange>();
        const auto received = co_await receive(connection, *exchange);
        if (received == Received::closed) break;
        if (received == Received::refused) {
            exchange->keep_alive = false;  // where the next request begins is not known
            [[maybe_unused]] const bool sent = co_await send(connection, *exchange);
            co_await linger(connection);
            break;
        }
        const bool answered = co_await answer(connection, exchange);
        if (!answered) break;
        if (server->stopping) exchange->keep_alive = false;
        const bool sent = co_await send(connection, *exchange);
        if (!sent) break;
        if (!exchange->keep_alive) {
            co_await linger(connection);
            break;
        }
    }
}

}  // namespace weir::http
