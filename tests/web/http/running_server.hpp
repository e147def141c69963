// A real listener on a thread of its own for one test, and a raw client that sends exactly the bytes it is given.
#pragma once

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.hpp"
#include "web/http/listener.hpp"

namespace weir::http::test {

using namespace std::chrono_literals;
using weir::test::TemporaryFolder;

// Waits for a condition instead of sleeping for luck.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::milliseconds bound = 10s) {
    const auto end = std::chrono::steady_clock::now() + bound;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

class RunningServer {
   public:
    explicit RunningServer(const Router& router, Limits limits = {}, ListenerOptions options = {},
                           std::shared_ptr<const Tls> tls = nullptr)
        : listener_(io_, pool_, router, limits, std::move(options)) {
        auto opened = listener_.listen_tcp("127.0.0.1", 0, std::move(tls));
        REQUIRE(opened.has_value());
        port = *opened;
        thread_ = std::thread([this] { io_.run(); });
    }
    ~RunningServer() {
        stop(200ms);
        guard_.reset();
        pool_.join();
        thread_.join();
    }

    // Asks for the stop and returns what becomes ready when no connection is left.
    std::future<void> begin_stop(std::chrono::milliseconds grace) {
        auto promise = std::make_shared<std::promise<void>>();
        auto stopped = promise->get_future();
        boost::asio::post(io_, [this, promise, grace] { listener_.stop(grace, [promise] { promise->set_value(); }); });
        stopping_ = true;
        return stopped;
    }
    void stop(std::chrono::milliseconds grace) {
        if (!stopping_) begin_stop(grace).wait();
    }
    [[nodiscard]] Outcome<> listen_unix(const std::filesystem::path& path) {
        std::promise<Outcome<>> promise;
        boost::asio::post(io_, [this, &promise, &path] { promise.set_value(listener_.listen_unix(path)); });
        return promise.get_future().get();
    }
    // Runs it on the IO thread.
    void on_io_thread(std::function<void()> work) {
        std::promise<void> done;
        boost::asio::post(io_, [&work, &done] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }

    std::uint16_t port = 0;

   private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = boost::asio::make_work_guard(io_);
    boost::asio::thread_pool pool_{2};
    Listener listener_;
    std::thread thread_;
    bool stopping_ = false;
};

// A connection for bytes that no proper client would send.
class RawConnection {
   public:
    explicit RawConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    // False once the server has cut the connection.
    bool send(std::string_view text) {
        while (!text.empty()) {
            const auto count = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    [[nodiscard]] int native_handle() const { return fd_.get(); }
    void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }

    // Reads until the text is there, the server closes, or the time is up; returns all that came so far.
    const std::string& read_until(std::string_view text, std::chrono::milliseconds bound = 10s) {
        const auto end = std::chrono::steady_clock::now() + bound;
        while (!closed && received.find(text) == std::string::npos && read_some(end)) {
        }
        return received;
    }
    const std::string& read_to_end(std::chrono::milliseconds bound = 10s) {
        const auto end = std::chrono::steady_clock::now() + bound;
        while (!closed && read_some(end)) {
        }
        return received;
    }
    std::string received;
    bool closed = false;

   private:
    bool read_some(std::chrono::steady_clock::time_point end) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd wait{fd_.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
        char space[65536];
        const auto count = ::recv(fd_.get(), space, sizeof space, 0);
        if (count <= 0) closed = true;
        if (count > 0) received.append(space, static_cast<std::size_t>(count));
        return count > 0;
    }
    UniqueFd fd_;
};

// How often `needle` stands in `text`.
[[nodiscard]] inline std::size_t count_of(std::string_view text, std::string_view needle) {
    std::size_t count = 0;
    for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1)) ++count;
    return count;
}

}  // namespace weir::http::test
