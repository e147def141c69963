#include "executors/supervisor/peers.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace weir::supervisor {
namespace {

constexpr std::size_t kMaxPeers = 16;
constexpr std::size_t kMaxUnsent =
    64u << 20;  // bytes; a daemon that is so far behind gets everything anew when it reconnects
constexpr std::size_t kReadAtOnce = 64u << 10;  // then exits and timers have their turn

bool is_same_user(int socket) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 &&
           (credentials.uid == ::geteuid() || credentials.uid == 0);
}

}  // namespace

UniqueFd listen_in(int folder) {
    // Through /proc, because the data folder's own path may be longer than the 107 bytes of an address.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", folder, wire::kSocketName.data());
    UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listener) return {};
    ::unlinkat(folder, wire::kSocketName.data(), 0);
    const auto mask = ::umask(0177);
    const int bound = ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    const int error = errno;
    ::umask(mask);
    errno = error;
    if (bound != 0 || ::listen(listener.get(), static_cast<int>(kMaxPeers)) != 0) return {};
    return listener;
}

Peers::Peers(UniqueFd listener, wire::Welcome welcome, OnCommand on_command)
    : listener_(std::move(listener)), welcome_(std::move(welcome)), on_command_(std::move(on_command)) {}

std::vector<pollfd> Peers::watched() const {
    std::vector<pollfd> entries{{listener_.get(), static_cast<short>(peers_.size() < kMaxPeers ? POLLIN : 0), 0}};
    for (const auto& peer : peers_)
        entries.push_back({peer.socket.get(), static_cast<short>(peer.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    return entries;
}

void Peers::handle(const std::vector<pollfd>& ready) {
    for (auto& peer : peers_) {
        const auto entry = std::ranges::find(ready, peer.socket.get(), &pollfd::fd);
        if (entry != ready.end() && (entry->revents & (POLLIN | POLLHUP | POLLERR)) != 0) read_from(peer);
    }
    drop_closing();
    if (!ready.empty() && (ready.front().revents & POLLIN) != 0) accept_one();
}

void Peers::accept_one() {
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) return;
    if (!is_same_user(socket.get())) {
        std::fprintf(stderr, "weir supervise: refused a connection of another user\n");
        return;
    }
    peers_.push_back({std::move(socket), {}, {}, 0, false});
}

void Peers::read_from(Peer& peer) {
    char buffer[kReadAtOnce];
    const auto got = ::recv(peer.socket.get(), buffer, sizeof(buffer), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        peer.closing = true;
        return;
    }
    peer.in.add({buffer, static_cast<std::size_t>(got)});
    while (!peer.closing) {
        const auto body = peer.in.next();
        if (!body) break;
        const auto command = wire::decode_command(*body);
        if (command) {
            obey(peer, *command);
        } else {
            std::fprintf(stderr, "weir supervise: closed a connection: a frame of %zu bytes is no command\n",
                         body->size());
            peer.closing = true;
        }
    }
    if (peer.in.broken()) {
        std::fprintf(stderr, "weir supervise: closed a connection: a frame has an impossible length\n");
        peer.closing = true;
    }
}

void Peers::obey(Peer& peer, const wire::Command& command) {
    if (const auto* hello = std::get_if<wire::Hello>(&command)) return greet(peer, *hello);
    // Only the daemon whose HELLO was the latest may act: an older one acts on what it no longer owns.
    if (&peer == daemon_) on_command_(command);
}

void Peers::greet(Peer& peer, const wire::Hello& hello) {
    const bool accepted =
        hello.version == wire::kVersion && (daemon_ == nullptr || hello.daemon_epoch >= daemon_->epoch);
    if (hello.version != wire::kVersion || accepted) {
        // The version is told in any case: it is how the daemon finds out.
        if (!wire::append_frame(peer.out, wire::Report{welcome_})) peer.closing = true;
    }
    if (!accepted) {
        std::fprintf(stderr, "weir supervise: refused a daemon: %s\n",
                     hello.version == wire::kVersion ? "a newer one is connected" : "it speaks another version");
        send_what_fits(peer);
        peer.closing = true;
        return;
    }
    if (daemon_ != nullptr && daemon_ != &peer) daemon_->closing = true;
    daemon_ = &peer;
    peer.epoch = hello.daemon_epoch;
    on_command_(hello);
}

void Peers::report(const wire::Report& report) {
    if (daemon_ == nullptr || daemon_->closing) return;
    if (!wire::append_frame(daemon_->out, report) || daemon_->out.size() > kMaxUnsent) daemon_->closing = true;
}

void Peers::flush() {
    for (auto& peer : peers_) send_what_fits(peer);
    drop_closing();
}

void Peers::send_what_fits(Peer& peer) {
    while (!peer.out.empty() && !peer.closing) {
        const auto sent = ::send(peer.socket.get(), peer.out.data(), peer.out.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) peer.closing = true;
        if (sent < 0) return;
        peer.out.erase(0, static_cast<std::size_t>(sent));
    }
}

void Peers::drop_closing() {
    if (daemon_ != nullptr && daemon_->closing) daemon_ = nullptr;
    std::erase_if(peers_, [](const Peer& peer) { return peer.closing; });
}

}  // namespace weir::supervisor
