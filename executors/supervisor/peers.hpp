// The supervisor's end of the socket: lets in processes of the same user, tells the daemon from those it displaced, and
// moves frames. Bounded on every side; a peer that breaks the protocol or doesn't read is closed, never waited for.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "executors/supervisor/system.hpp"
#include "executors/wire/codec.hpp"

namespace weir::supervisor {

class Peers {
   public:
    using OnCommand = std::function<void(const wire::Command&)>;
    Peers(UniqueFd listener, wire::Welcome welcome, OnCommand on_command);

    // What poll() must watch: the listener first, then each peer. handle() takes the same entries back.
    [[nodiscard]] std::vector<pollfd> watched() const;
    void handle(const std::vector<pollfd>& ready);

    // To the daemon, if one is connected; it is sent by flush().
    void report(const wire::Report& report);
    void flush();

    [[nodiscard]] bool has_daemon() const { return daemon_ != nullptr; }

   private:
    struct Peer {
        UniqueFd socket;
        wire::FrameBuffer in;
        std::string out;
        std::uint64_t epoch = 0;
        bool closing = false;
    };

    void accept_one();
    void read_from(Peer& peer);
    void obey(Peer& peer, const wire::Command& command);
    void greet(Peer& peer, const wire::Hello& hello);
    static void send_what_fits(Peer& peer);
    void drop_closing();

    UniqueFd listener_;
    const wire::Welcome welcome_;
    const OnCommand on_command_;
    std::list<Peer> peers_;
    Peer* daemon_ = nullptr;  // the one whose HELLO counts
};

// Listens on the socket in `folder`, for this user alone; a socket file that was left there is replaced. The caller
// holds the lock that makes it the only supervisor. Empty with errno set.
[[nodiscard]] UniqueFd listen_in(int folder);

}  // namespace weir::supervisor
