// The system calls that open listening sockets and tell who is at the other end. The listener calls them.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "web/http/failure.hpp"
#include "web/http/message.hpp"
#include "web/http/unique_fd.hpp"

namespace weir::http {

// Bound and listening; port 0 takes a free one.
struct TcpSocket {
    UniqueFd fd;
    int family = AF_INET;
    std::uint16_t port = 0;
};
[[nodiscard]] Outcome<TcpSocket> open_tcp(const std::string& address, std::uint16_t port);

// A Unix socket that only its owner can reach (0600). It holds a lock on "<path>.lock" as long as it lives: whoever has the
// lock may remove a socket that a dead process left. The destructor removes the socket's file.
class UnixSocket {
   public:
    [[nodiscard]] static Outcome<UnixSocket> open(const std::filesystem::path& path);
    UnixSocket(UnixSocket&&) noexcept = default;
    UnixSocket& operator=(UnixSocket&&) noexcept = delete;
    ~UnixSocket();

    [[nodiscard]] int release() { return fd_.release(); }  // the socket; the lock and the file stay ours

   private:
    UnixSocket(std::string path, UniqueFd fd, UniqueFd lock);
    std::string path_;
    UniqueFd fd_;
    UniqueFd lock_;
};

// Of a connected socket of that family.
[[nodiscard]] Peer peer_of(int fd, int family);

// A Unix socket serves the user who owns the server, and root.
[[nodiscard]] constexpr bool may_connect(unsigned peer_uid, unsigned own_uid) {
    return peer_uid == own_uid || peer_uid == 0;
}

}  // namespace weir::http
