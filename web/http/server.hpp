// What the doors and connections of one Listener share; internal to this folder. Everything here happens on the IO thread,
// except the work of a PoolJob.
#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "web/http/client_stream.hpp"
#include "web/http/limits.hpp"
#include "web/http/listener.hpp"
#include "web/http/sockets.hpp"

namespace weir::http {

using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;

// No exception of Asio crosses a coroutine: every await yields its error code.
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

// Work for the pool that a coroutine of the IO thread waits for.
struct PoolJob {
    PoolJob(boost::asio::io_context& io, std::function<void()> the_work)
        : work(std::move(the_work)), wake(io, boost::asio::steady_timer::time_point::max()) {}

    std::function<void()> work;
    boost::asio::steady_timer wake;
    bool done = false;       // the work returned
    bool abandoned = false;  // nobody waits any longer
    std::string fault;       // what the work threw
};

// One request and its answer.
struct Exchange {
    Request request;
    Response response;
    bool keep_alive = false;
    bool http_1_1 = true;
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    std::uint64_t sent = 0;
    std::string fault;
};

// A connection's wait for the next piece of a live body.
struct Nap {
    explicit Nap(boost::asio::io_context& io) : timer(io) {}

    void wake() {
        woken = true;
        timer.cancel();
    }

    boost::asio::steady_timer timer;
    bool woken = false;              // since the body was asked last
    bool reading = false;            // a read is pending, to notice that the client goes
    bool gone = false;               // the client went, or the connection was cut
    std::size_t wasted = 0;          // bytes that came and that nobody wants
    std::array<char, 1024> waste{};  // for them
};

// One listening socket.
struct Door {
    Door(boost::asio::io_context& io, int the_family) : family(the_family), acceptor(io), pause(io) {}

    int family;
    std::shared_ptr<const Tls> tls;  // null: plain HTTP
    Acceptor acceptor;
    boost::asio::steady_timer pause;
    std::optional<UnixSocket> file;
    std::size_t connections = 0;
};

// The server's hold on a connection whose coroutine runs. It registers itself as long as it lives.
struct Connection {
    Connection(std::shared_ptr<Server> the_server, std::shared_ptr<Door> the_door, Socket socket, Peer the_peer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void close();

    std::shared_ptr<Server> server;
    std::shared_ptr<Door> door;
    ClientStream stream;
    boost::beast::flat_buffer buffer;
    Peer peer;
    bool idle = false;             // waits for the first byte of a request
    std::shared_ptr<PoolJob> job;  // that it waits for
    std::shared_ptr<Nap> nap;      // while its body is a live one
    std::list<Connection*>::iterator place;
};

class Server : public std::enable_shared_from_this<Server> {
   public:
    Server(boost::asio::io_context& the_io, boost::asio::thread_pool& the_pool, const Router& the_router,
           Limits the_limits, ListenerOptions the_options);

    void open(std::shared_ptr<Door> door);
    void stop(std::chrono::milliseconds grace, std::function<void()> done);
    // A connection's end: may be the last one that stop() waits for.
    void forget(Connection& connection);

    // Runs the work on the pool; false when the connection was cut meanwhile.
    [[nodiscard]] boost::asio::awaitable<bool> run_on_pool(Connection& connection, const std::shared_ptr<PoolJob>& job);

    boost::asio::io_context& io;
    boost::asio::thread_pool& pool;
    const Router& router;
    const Limits limits;
    const ListenerOptions options;
    bool stopping = false;
    std::size_t streams = 0;  // live bodies that are being sent
    std::list<Connection*> connections;

   private:
    void cut_all();
    void finish_if_empty();

    std::vector<std::shared_ptr<Door>> doors_;
    boost::asio::steady_timer grace_;
    std::function<void()> done_;
};

enum class Handshake { done, failed, not_tls };
// Before the first request at a door with TLS (handshake.cpp).
[[nodiscard]] boost::asio::awaitable<Handshake> shake_hands(Connection& connection);
// Tells a client with TLS that nothing comes any more, within the time that is set.
[[nodiscard]] boost::asio::awaitable<void> close_tls(Connection& connection);

// Sends the answer and tells the access log (sending.cpp). True when it went out whole.
[[nodiscard]] boost::asio::awaitable<bool> send(Connection& connection, Exchange& exchange);
// A live body, from its header to its end (live_body.cpp). True when it ended well.
[[nodiscard]] boost::asio::awaitable<bool> send_live(Connection& connection, Exchange& exchange);
// Status and headers, as every answer has them.
[[nodiscard]] boost::beast::http::response<boost::beast::http::empty_body> head_of(const Exchange& exchange);

// The life of a connection, from accept to close (connection.cpp). `refused`: there is no room; it is told so.
[[nodiscard]] boost::asio::awaitable<void> serve(std::shared_ptr<Server> server, std::shared_ptr<Door> door,
                                                 Socket socket, bool refused);

}  // namespace weir::http
