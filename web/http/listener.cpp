#include "web/http/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "web/http/server.hpp"

namespace weir::http {

namespace asio = boost::asio;

namespace {

// Connections past the limit that are being told so. Past these, newcomers wait in the kernel's queue.
constexpr std::size_t kRefusalsAtOnce = 32;
// When descriptors run out, accept fails at once, again and again: wait a little for one.
constexpr std::chrono::milliseconds kAcceptPause{50};

asio::awaitable<void> accept_loop(std::shared_ptr<Server> server, std::shared_ptr<Door> door) {
    while (!server->stopping) {
        if (door->connections >= server->limits.connections + kRefusalsAtOnce) {
            door->pause.expires_after(kAcceptPause);
            [[maybe_unused]] auto [paused] = co_await door->pause.async_wait(kAwait);
            continue;
        }
        auto [error, socket] = co_await door->acceptor.async_accept(kAwait);
        if (server->stopping) break;
        if (error) {
            door->pause.expires_after(kAcceptPause);
            [[maybe_unused]] auto [paused] = co_await door->pause.async_wait(kAwait);
            continue;
        }
        const bool refused = door->connections >= server->limits.connections;
        auto connection = serve(server, door, std::move(socket), refused);
        asio::co_spawn(server->io, std::move(connection), asio::detached);
    }
}

}  // namespace

// --- Listener: the public face -----------------------------------------------------------------------------------------

Listener::Listener(asio::io_context& io, asio::thread_pool& pool, const Router& router, Limits limits,
                   ListenerOptions options)
    : server_(std::make_shared<Server>(io, pool, router, limits, std::move(options))) {}

Listener::~Listener() = default;

Outcome<std::uint16_t> Listener::listen_tcp(const std::string& address, std::uint16_t port,
                                            std::shared_ptr<const Tls> tls) {
    auto opened = open_tcp(address, port);
    if (!opened) return opened.error();
    auto door = std::make_shared<Door>(server_->io, opened->family);
    door->tls = std::move(tls);
    door->acceptor.assign(Protocol{opened->family, IPPROTO_TCP}, opened->fd.release());
    server_->open(std::move(door));
    return opened->port;
}

Outcome<> Listener::listen_unix(const std::filesystem::path& path) {
    auto opened = UnixSocket::open(path);
    if (!opened) return opened.error();
    auto door = std::make_shared<Door>(server_->io, AF_UNIX);
    door->acceptor.assign(Protocol{AF_UNIX, 0}, opened->release());
    door->file.emplace(std::move(*opened));
    server_->open(std::move(door));
    return {};
}

void Listener::stop(std::chrono::milliseconds grace, std::function<void()> done) {
    server_->stop(grace, std::move(done));
}

// --- Server ---------------------------------------------------------------------------------------------------------------

Server::Server(asio::io_context& the_io, asio::thread_pool& the_pool, const Router& the_router, Limits the_limits,
               ListenerOptions the_options)
    : io(the_io),
      pool(the_pool),
      router(the_router),
      limits(the_limits),
      options(std::move(the_options)),
      grace_(the_io) {}

void Server::open(std::shared_ptr<Door> door) {
    doors_.push_back(door);
    auto loop = accept_loop(shared_from_this(), std::move(door));
    asio::co_spawn(io, std::move(loop), asio::detached);
}

void Server::stop(std::chrono::milliseconds grace, std::function<void()> done) {
    if (stopping) return;
    stopping = true;
    done_ = std::move(done);
    for (const auto& door : doors_) {
        boost::system::error_code ignored;
        door->acceptor.close(ignored);
        door->pause.cancel();
        door->file.reset();
    }
    for (auto* connection : connections)
        if (connection->idle || connection->nap) connection->close();
    grace_.expires_after(grace);
    grace_.async_wait([server = shared_from_this()](boost::system::error_code error) {
        if (!error) server->cut_all();
    });
    finish_if_empty();
}

void Server::cut_all() {
    for (auto* connection : connections) connection->close();
}

void Server::forget(Connection& connection) {
    connections.erase(connection.place);
    --connection.door->connections;
    if (stopping) finish_if_empty();
}

void Server::finish_if_empty() {
    if (!connections.empty() || !done_) return;
    grace_.cancel();
    asio::post(io, std::exchange(done_, nullptr));
}

asio::awaitable<bool> Server::run_on_pool(Connection& connection, const std::shared_ptr<PoolJob>& job) {
    // The guard keeps the io_context running until the result is back.
    auto task = [job, back = asio::make_work_guard(io)] {
        try {
            job->work();
        } catch (const std::exception& error) {
            job->fault = error.what();
        } catch (...) {
            job->fault = "an exception of unknown type";
        }
        asio::post(back.get_executor(), [job] {
            job->done = true;
            job->wake.cancel();
        });
    };
    asio::post(pool, std::move(task));
    connection.job = job;
    // The job's end is posted to this very thread: it can't fall between the test and the wait.
    while (!job->done && !job->abandoned) {
        [[maybe_unused]] auto [woken] = co_await job->wake.async_wait(kAwait);
    }
    connection.job.reset();
    co_return job->done;
}

// --- Connection -----------------------------------------------------------------------------------------------------------

Connection::Connection(std::shared_ptr<Server> the_server, std::shared_ptr<Door> the_door, Socket socket, Peer the_peer)
    : server(std::move(the_server)),
      door(std::move(the_door)),
      stream(std::move(socket)),
      buffer(server->limits.header_bytes + (64 << 10)),
      peer(std::move(the_peer)) {
    place = server->connections.insert(server->connections.end(), this);
    ++door->connections;
}

Connection::~Connection() { server->forget(*this); }

void Connection::close() {
    boost::system::error_code ignored;
    stream.socket().close(ignored);
    if (job) {
        job->abandoned = true;
        job->wake.cancel();
    }
    if (nap) {
        nap->gone = true;
        nap->timer.cancel();
    }
}

}  // namespace weir::http
