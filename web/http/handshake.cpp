// The beginning and the end of TLS on a connection. For the rules of coroutines see connection.cpp.
#include <boost/asio/buffer.hpp>

#include "web/http/server.hpp"

namespace weir::http {

namespace asio = boost::asio;

namespace {

constexpr unsigned char kHandshakeRecord = 22;  // RFC 8446, 5.1: the first byte of every TLS connection

}  // namespace

asio::awaitable<Handshake> shake_hands(Connection& connection) {
    auto& stream = connection.stream;
    connection.idle = true;  // nothing is lost when a stop cuts it
    stream.expires_after(connection.server->limits.handshake);
    const auto space = connection.buffer.prepare(4096);
    auto [read_error, count] = co_await stream.async_read_some(space, kAwait);
    if (read_error) co_return Handshake::failed;
    connection.buffer.commit(count);
    const auto bytes = connection.buffer.cdata();
    if (*static_cast<const unsigned char*>(bytes.data()) != kHandshakeRecord) {
        connection.idle = false;
        co_return Handshake::not_tls;
    }
    stream.start_tls(connection.door->tls->context());
    auto& tls = stream.tls()->next_layer();
    auto [error, taken] = co_await tls.async_handshake(asio::ssl::stream_base::server, bytes, kAwait);
    if (error) co_return Handshake::failed;
    connection.buffer.consume(taken);
    connection.idle = false;
    connection.peer.is_tls = true;
    co_return Handshake::done;
}

asio::awaitable<void> close_tls(Connection& connection) {
    if (connection.stream.tls() == nullptr) co_return;
    auto& tls = connection.stream.tls()->next_layer();
    [[maybe_unused]] auto [error] = co_await tls.async_shutdown(kAwait);
}

}  // namespace weir::http
