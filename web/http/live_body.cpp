// A body that goes on: each piece is asked for when the client has taken up the one before, so that a stream has at most one
// piece in memory, and while there is none the connection only waits. For the rules of coroutines see connection.cpp.
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "web/http/server.hpp"

namespace weir::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;

namespace {

// What a client may send on during its answer. More than that, and it is after something else.
constexpr std::size_t kMostWasted = 64 << 10;
// How long a client has to take up the end of a body before the connection is closed.
constexpr std::chrono::seconds kLinger{1};

// Reads all the time, for nothing but to notice that the client has gone. The connection waits for the end of this
// (`reading`) before it goes itself.
void watch_client(Connection& connection, const std::shared_ptr<Nap>& nap) {
    nap->reading = true;
    connection.stream.async_read_some(asio::buffer(nap->waste),
                                      [&connection, nap](const boost::system::error_code& error, std::size_t count) {
                                          nap->reading = false;
                                          nap->wasted += count;
                                          if (!error && !nap->gone && nap->wasted < kMostWasted)
                                              return watch_client(connection, nap);
                                          nap->gone = true;
                                          nap->timer.cancel();
                                      });
}

asio::awaitable<std::optional<LiveBody::Step>> ask(Connection& connection, Exchange& exchange,
                                                   const std::shared_ptr<LiveBody>& body) {
    if (body->where == LiveBody::Where::io_thread) co_return body->next();
    // Shared with the pool: a connection that is cut leaves the job running.
    auto step = std::make_shared<std::optional<LiveBody::Step>>();
    auto job = std::make_shared<PoolJob>(connection.server->io, [body, step] { *step = body->next(); });
    const bool came_back = co_await connection.server->run_on_pool(connection, job);
    exchange.fault = job->fault;
    if (!came_back || !job->fault.empty()) co_return std::nullopt;
    co_return std::move(*step);
}

asio::awaitable<bool> send_piece(Connection& connection, Exchange& exchange, const std::string& text) {
    connection.stream.expires_after(connection.server->limits.write);
    const auto bytes = asio::buffer(text);
    if (exchange.http_1_1) {
        const auto chunk = bhttp::make_chunk(bytes);
        auto [error, count] = co_await asio::async_write(connection.stream, chunk, kAwait);
        if (error) co_return false;
    } else {
        auto [error, count] = co_await asio::async_write(connection.stream, bytes, kAwait);
        if (error) co_return false;
    }
    exchange.sent += text.size();
    co_return true;
}

// Piece by piece, until the body's end (true), or until the client goes or is too slow.
asio::awaitable<bool> send_pieces(Connection& connection, Exchange& exchange, const std::shared_ptr<LiveBody>& body) {
    const auto nap = connection.nap;
    while (!nap->gone && !connection.server->stopping) {
        nap->woken = false;  // before the question: what comes from here on is not in its answer
        const auto step = co_await ask(connection, exchange, body);
        if (!step) co_return false;
        if (step->text && !step->text->empty()) {
            const bool sent = co_await send_piece(connection, exchange, *step->text);
            if (!sent) co_return false;
        }
        if (step->last) co_return true;
        if (step->text || nap->woken || nap->gone) continue;
        nap->timer.expires_after(body->patience);
        [[maybe_unused]] auto [woken] = co_await nap->timer.async_wait(kAwait);
    }
    co_return false;
}

// Tells the client that this was all, and gives it a moment to read it.
asio::awaitable<bool> send_end(Connection& connection, const Exchange& exchange) {
    connection.stream.expires_after(connection.server->limits.write);
    if (exchange.http_1_1) {
        const auto last = bhttp::make_chunk_last();
        auto [error, count] = co_await asio::async_write(connection.stream, last, kAwait);
        if (error) co_return false;
    }
    // A client with TLS learns it from the last chunk: this read and a TLS shutdown would get into each other's way.
    boost::system::error_code ignored;
    connection.stream.socket().shutdown(Socket::shutdown_send, ignored);
    const auto nap = connection.nap;
    nap->timer.expires_after(kLinger);
    if (!nap->gone) {
        [[maybe_unused]] auto [woken] = co_await nap->timer.async_wait(kAwait);
    }
    co_return true;
}

// The server's count of streams, and the body's place at its bell, for as long as the stream lives.
struct Registered {
    Registered(Server& the_server, const LiveBody& body, const std::shared_ptr<Nap>& nap)
        : server(the_server), bell(body.bell) {
        ++server.streams;
        if (bell) place = bell->add([nap] { nap->wake(); });
    }
    ~Registered() {
        --server.streams;
        if (bell) bell->remove(place);
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;

    Server& server;
    std::shared_ptr<Bell> bell;
    Bell::Place place;
};

}  // namespace

asio::awaitable<bool> send_live(Connection& connection, Exchange& exchange) {
    // From the first byte on, so that a stop finds it.
    const auto nap = std::make_shared<Nap>(connection.server->io);
    connection.nap = nap;
    exchange.keep_alive = false;  // what the client sends during the answer is thrown away
    auto message = head_of(exchange);
    if (exchange.http_1_1) message.chunked(true);
    bhttp::response_serializer<bhttp::empty_body> serializer{message};
    connection.stream.expires_after(connection.server->limits.write);
    auto [head_error, head_bytes] = co_await bhttp::async_write_header(connection.stream, serializer, kAwait);
    if (head_error) co_return false;
    if (exchange.request.method == "HEAD") co_return true;

    auto body = std::make_shared<LiveBody>(std::move(*exchange.response.live));
    const Registered registered(*connection.server, *body, nap);
    connection.stream.expires_never();
    watch_client(connection, nap);

    bool whole = co_await send_pieces(connection, exchange, body);
    if (whole) whole = co_await send_end(connection, exchange);
    connection.close();
    while (nap->reading) {
        nap->timer.expires_at(asio::steady_timer::time_point::max());
        [[maybe_unused]] auto [woken] = co_await nap->timer.async_wait(kAwait);
    }
    connection.nap.reset();
    co_return whole;
}

}  // namespace weir::http
