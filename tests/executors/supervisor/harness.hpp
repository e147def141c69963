// A real supervisor process and a daemon's end of its socket, for tests and for bench/floor. Waits are bounded: what
// doesn't come in time is an exception.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "executors/supervisor/supervise.hpp"
#include "executors/wire/codec.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weir::testing {

using namespace std::chrono_literals;
inline constexpr auto kPatience = 20s;

inline void wait_until(const std::string& what, const std::function<bool()>& holds) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("waited in vain until " + what);
        std::this_thread::sleep_for(2ms);
    }
}

class Folder {
   public:
    [[nodiscard]] std::string path(const std::string& name = "") const {
        return name.empty() ? folder_.path().string() : folder_.file(name);
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(folder_.file(name), std::ios::binary);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(folder_.file(name)); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.file(name), std::ios::binary) << text;
    }

   private:
    weir::test::TemporaryFolder folder_;
};

// A child process that works as the supervisor of a folder; killed at the end of the scope.
class SupervisorProcess {
   public:
    explicit SupervisorProcess(
        const std::string& data_folder, std::chrono::milliseconds idle_exit = 60s,
        const std::function<void()>& prepare = [] {}) {
        std::fflush(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            prepare();
            ::_exit(supervisor::supervise({data_folder, idle_exit}));
        }
    }
    SupervisorProcess(const SupervisorProcess&) = delete;
    SupervisorProcess& operator=(const SupervisorProcess&) = delete;
    ~SupervisorProcess() { kill(); }

    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(int signal) const { ::kill(pid_, signal); }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    // Its exit code, once it ends by itself.
    int wait() {
        int status = 0;
        wait_until("the supervisor ends", [this, &status] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

   private:
    pid_t pid_ = 0;
};

class Client {
   public:
    // Connects, as soon as the supervisor listens.
    explicit Client(const std::string& data_folder) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const int folder = ::open(data_folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        std::snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", folder,
                      wire::kSocketName.data());
        wait_until("the supervisor listens", [this, &address] {
            socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return true;
            ::close(socket_);
            return false;
        });
        ::close(folder);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(socket_); }

    void send(const wire::Command& command) {
        std::string bytes;
        if (!wire::append_frame(bytes, command)) throw std::runtime_error("too large a command");
        send_bytes(bytes);
    }
    void send_bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) throw std::runtime_error("the supervisor closed the connection");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // nullopt: the supervisor closed the connection.
    std::optional<wire::Report> next() {
        for (;;) {
            if (const auto body = in_.next()) {
                auto report = wire::decode_report(*body);
                if (!report) throw std::runtime_error("an undecodable report");
                return report;
            }
            pollfd entry{socket_, POLLIN, 0};
            const auto patience = std::chrono::milliseconds(kPatience).count();
            if (::poll(&entry, 1, static_cast<int>(patience)) != 1) throw std::runtime_error("no report came");
            char buffer[65536];
            const auto got = ::recv(socket_, buffer, sizeof(buffer), 0);
            if (got <= 0) return std::nullopt;
            in_.add({buffer, static_cast<std::size_t>(got)});
        }
    }
    // The next report of this kind; others are passed over.
    template <class Kind>
    Kind await() {
        for (;;) {
            const auto report = next();
            if (!report) throw std::runtime_error("the supervisor closed the connection");
            if (const auto* wanted = std::get_if<Kind>(&*report)) return *wanted;
        }
    }
    template <class Kind>
    Kind await(std::int64_t try_id) {
        for (;;) {
            const auto report = await<Kind>();
            if (report.try_id == try_id) return report;
        }
    }
    wire::Welcome hello(std::uint64_t epoch = 1) {
        send(wire::Hello{wire::kVersion, epoch});
        return await<wire::Welcome>();
    }

   private:
    int socket_ = -1;
    wire::FrameBuffer in_;
};

}  // namespace weir::testing
