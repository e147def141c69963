// Serves a Router over TCP and Unix sockets. The daemon owns one. Sockets live on one io_context that a single thread runs;
// handlers run on the thread pool.
//
// Lifetimes: the router outlives the pool; the pool is joined before the io_context is destroyed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "web/http/failure.hpp"
#include "web/http/limits.hpp"
#include "web/http/message.hpp"
#include "web/http/router.hpp"
#include "web/http/tls.hpp"

namespace weir::http {

// One answered request.
struct AccessRecord {
    Peer peer;
    std::string method;
    std::string target;
    int status = 0;
    std::uint64_t bytes = 0;  // of the body, as far as it was sent
    std::chrono::microseconds took{0};
    std::string fault;  // what a handler threw: a bug of ours, answered with 500
};

struct ListenerOptions {
    std::vector<std::string> allowed_hosts;               // names beside loopback that Host may hold, without port
    std::vector<std::string> proxies = {};                // IP addresses whose X-Forwarded-… headers are believed
    std::function<void(const AccessRecord&)> access_log;  // called on the IO thread
};

class Server;

class Listener {
   public:
    Listener(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Router& router, Limits limits = {},
             ListenerOptions options = {});
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // Call these before the io_context runs, or on its thread.

    // An IP address or "localhost"; port 0 takes a free one. Returns the port. With `tls` it speaks HTTPS alone.
    [[nodiscard]] Outcome<std::uint16_t> listen_tcp(const std::string& address, std::uint16_t port,
                                                    std::shared_ptr<const Tls> tls = nullptr);
    // Mode 0600; only the own user and root are served. A socket that a dead process left is replaced, a live one never.
    [[nodiscard]] Outcome<> listen_unix(const std::filesystem::path& path);

    // Takes no more connections, ends idle ones and live bodies, lets answers finish for `grace`, then cuts what is left. Calls `done` once,
    // on the IO thread, when no connection is left.
    void stop(std::chrono::milliseconds grace, std::function<void()> done);

   private:
    std::shared_ptr<Server> server_;
};

}  // namespace weir::http
