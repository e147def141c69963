// How an answer goes out: header and body in one, or a body piece by piece. For the rules of coroutines see connection.cpp.
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "web/http/server.hpp"

namespace weir::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;

namespace {

// A handler's own value of a header stands; these are what every other answer gets.
constexpr std::pair<const char*, const char*> kDefaultHeaders[] = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
};

// A value from outside (a file name, a token) must not end its line and begin another header.
std::string one_line(std::string value) {
    for (auto& c : value)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return value;
}

template <class Body>
void fill_head(bhttp::response<Body>& message, const Exchange& exchange) {
    const auto& response = exchange.response;
    message.version(exchange.http_1_1 ? 11 : 10);
    message.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : kDefaultHeaders)
        if (!response.headers.contains(std::string_view{name})) message.set(name, value);
    for (const auto& [name, value] : response.headers) message.insert(name, one_line(value));
    if (!response.content_type.empty()) message.set(bhttp::field::content_type, one_line(response.content_type));
    message.keep_alive(exchange.keep_alive);
}

bool has_no_body(int status) { return status == 204 || status == 304; }

// Header and body in one. True when it went out whole.
asio::awaitable<bool> send_text(Connection& connection, Exchange& exchange) {
    bhttp::response<bhttp::string_body> message;
    fill_head(message, exchange);
    const auto size = exchange.response.body.size();
    if (!has_no_body(exchange.response.status)) message.content_length(size);
    const bool with_body = exchange.request.method != "HEAD" && !has_no_body(exchange.response.status);
    if (with_body) message.body() = std::move(exchange.response.body);
    connection.stream.expires_after(connection.server->limits.write);
    auto [error, count] = co_await bhttp::async_write(connection.stream, message, kAwait);
    if (!error && with_body) exchange.sent = size;
    co_return !error;
}

// The header, then the body piece by piece. True when it went out whole.
asio::awaitable<bool> send_stream(Connection& connection, Exchange& exchange) {
    auto& stream = connection.stream;
    const auto& limits = connection.server->limits;
    const auto length = exchange.response.stream->length;
    const bool chunked = !length && exchange.http_1_1;
    if (!length && !chunked) exchange.keep_alive = false;  // HTTP/1.0: the end of the connection ends the body

    auto message = head_of(exchange);
    if (length) message.content_length(*length);
    if (chunked) message.chunked(true);
    bhttp::response_serializer<bhttp::empty_body> serializer{message};
    stream.expires_after(limits.write);
    auto [head_error, head_bytes] = co_await bhttp::async_write_header(stream, serializer, kAwait);
    if (head_error) co_return false;
    if (exchange.request.method == "HEAD") co_return true;

    // Shared with the pool: a connection that is cut leaves the job running.
    auto next =
        std::make_shared<std::function<std::optional<std::string>()>>(std::move(exchange.response.stream->next));
    while (true) {
        auto piece = std::make_shared<std::optional<std::string>>();
        auto job = std::make_shared<PoolJob>(connection.server->io, [next, piece] { *piece = (*next)(); });
        const bool came_back = co_await connection.server->run_on_pool(connection, job);
        exchange.fault = job->fault;
        if (!came_back || !*piece || !job->fault.empty()) co_return false;
        const std::string& text = **piece;
        if (text.empty()) break;
        if (length && exchange.sent + text.size() > *length) co_return false;

        stream.expires_after(limits.write);
        const auto bytes = asio::buffer(text);
        if (chunked) {
            const auto chunk = bhttp::make_chunk(bytes);
            auto [error, count] = co_await asio::async_write(stream, chunk, kAwait);
            if (error) co_return false;
        } else {
            auto [error, count] = co_await asio::async_write(stream, bytes, kAwait);
            if (error) co_return false;
        }
        exchange.sent += text.size();
    }
    if (length) co_return exchange.sent == *length;
    if (!chunked) co_return true;
    const auto last = bhttp::make_chunk_last();
    auto [error, count] = co_await asio::async_write(stream, last, kAwait);
    co_return !error;
}

}  // namespace

bhttp::response<bhttp::empty_body> head_of(const Exchange& exchange) {
    bhttp::response<bhttp::empty_body> message;
    fill_head(message, exchange);
    return message;
}

asio::awaitable<bool> send(Connection& connection, Exchange& exchange) {
    bool whole = false;
    if (exchange.response.live && connection.server->streams >= connection.server->limits.streams) {
        exchange.response = problem(429, "as many streams are open as this server takes; try again in a moment");
        exchange.response.headers.emplace("Retry-After", "5");
    }
    if (exchange.response.live)
        whole = co_await send_live(connection, exchange);
    else if (exchange.response.stream)
        whole = co_await send_stream(connection, exchange);
    else
        whole = co_await send_text(connection, exchange);
    if (connection.server->options.access_log) {
        const auto took =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - exchange.began);
        connection.server->options.access_log({exchange.request.peer, exchange.request.method, exchange.request.target,
                                               exchange.response.status, exchange.sent, took, exchange.fault});
    }
    co_return whole;
}

}  // namespace weir::http
