#include "web/http/sockets.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>

namespace weir::http {

namespace {

Failure failed(std::string_view what) { return Failure{fmt::format("{}: {}", what, std::strerror(errno))}; }

template <class Address>
const sockaddr* as_sockaddr(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

// Does a live process answer at this socket?
bool answers(const sockaddr_un& address) {
    const UniqueFd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    return probe && (::connect(probe.get(), as_sockaddr(address), sizeof address) == 0 || errno == EAGAIN);
}

// Takes away the file that a dead process left at the path, if it is a socket of nobody.
Outcome<> remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return {};
        return failed(path);
    }
    if (!S_ISSOCK(status.st_mode)) return Failure{fmt::format("{} is there and is no socket; give another path", path)};
    if (answers(address)) return Failure{fmt::format("another process already listens at {}", path)};
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return failed(fmt::format("can't remove the old socket {}", path));
    return {};
}

}  // namespace

Outcome<TcpSocket> open_tcp(const std::string& address, std::uint16_t port) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
    if (error) return Failure{fmt::format("'{}' is no IP address to listen at; try 127.0.0.1", address)};

    sockaddr_storage name{};
    socklen_t length = 0;
    if (ip.is_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(name);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = htonl(ip.to_v4().to_uint());
        length = sizeof v4;
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        v6.sin6_scope_id = static_cast<std::uint32_t>(ip.to_v6().scope_id());
        const auto bytes = ip.to_v6().to_bytes();
        std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
        length = sizeof v6;
    }

    const auto place = fmt::format("can't listen at {}:{}", address, port);
    TcpSocket result;
    result.family = name.ss_family;
    result.fd = UniqueFd{::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!result.fd) return failed(place);
    const int yes = 1;
    // A restarted server must get its port back while old connections linger in TIME_WAIT.
    if (::setsockopt(result.fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return failed(place);
    if (::bind(result.fd.get(), as_sockaddr(name), length) != 0) return failed(place);
    if (::listen(result.fd.get(), SOMAXCONN) != 0) return failed(place);
    if (::getsockname(result.fd.get(), reinterpret_cast<sockaddr*>(&name), &length) != 0) return failed(place);
    result.port = ntohs(ip.is_v4() ? reinterpret_cast<sockaddr_in&>(name).sin_port
                                   : reinterpret_cast<sockaddr_in6&>(name).sin6_port);
    return result;
}

Outcome<UnixSocket> UnixSocket::open(const std::filesystem::path& where) {
    const auto path = where.string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return Failure{fmt::format("the socket path {} is longer than {} bytes; use a shorter folder", path,
                                   sizeof address.sun_path - 1)};
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

    UniqueFd lock{::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!lock) return failed(fmt::format("can't open {}.lock", path));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return Failure{fmt::format("another process already listens at {}", path)};
    if (auto removed = remove_stale(path, address); !removed) return removed.error();

    const auto place = fmt::format("can't listen at {}", path);
    UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd) return failed(place);
    // On Linux the file gets the socket's own mode: set before bind, there is no moment in which others can connect.
    if (::fchmod(fd.get(), 0600) != 0) return failed(place);
    if (::bind(fd.get(), as_sockaddr(address), sizeof address) != 0) return failed(place);
    UnixSocket socket{path, std::move(fd), std::move(lock)};
    if (::listen(socket.fd_.get(), SOMAXCONN) != 0) return failed(place);
    return socket;
}

UnixSocket::UnixSocket(std::string path, UniqueFd fd, UniqueFd lock)
    : path_(std::move(path)), fd_(std::move(fd)), lock_(std::move(lock)) {}

UnixSocket::~UnixSocket() {
    if (lock_) ::unlink(path_.c_str());
}

Peer peer_of(int fd, int family) {
    Peer peer;
    if (family == AF_UNIX) {
        ucred credentials{};
        socklen_t length = sizeof credentials;
        peer.is_unix = true;
        peer.address = "unix";
        // A peer that can't be told must not pass for root.
        const bool known = ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0;
        peer.uid = known ? credentials.uid : static_cast<unsigned>(-1);
        return peer;
    }
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return peer;
    char text[INET6_ADDRSTRLEN] = "";
    if (name.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(name);
        ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        peer.address = fmt::format("{}:{}", text, ntohs(v4.sin_port));
    } else if (name.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(name);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        peer.address = fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
    }
    return peer;
}

}  // namespace weir::http
