// The one door to the core thread. Commands are refused when it is full; reports of executors never are, because an exit
// that nobody takes would be lost work (they are bounded by the tries in flight).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "scheduler/core/inputs.hpp"

namespace weir::daemon {

inline constexpr std::size_t kInboxCommandsMax = 4096;
// Nobody waits for the word that a process has started (pages hear of changes ten times a second), so it waits for what comes
// next: of a short task often its end, which makes one turn, one commit and one row of two. A task of just that length has its
// end wait for the commit of its start, and is one per cent slower.
inline constexpr std::chrono::milliseconds kStartsWait{100};

class Inbox {
   public:
    // False when full or closed: the sender is told to come again.
    [[nodiscard]] bool post_command(core::Input input);
    // They come in the same turn.
    [[nodiscard]] bool post_commands(std::vector<core::Input> inputs);
    void post(core::Input input);
    void post(std::vector<core::Input> inputs);

    // Everything that has come, after at most `patience`; empty at the deadline, or when closed. Where nothing but TryStarted
    // has come, more may come for kStartsWait.
    [[nodiscard]] std::vector<core::Input> take(std::chrono::microseconds patience);

    // Ends take() for good.
    void close();
    [[nodiscard]] bool closed() const;

   private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    void add(core::Input input);

    std::vector<core::Input> inputs_;
    bool pressing_ = false;                              // there is more than starts
    std::chrono::steady_clock::time_point first_start_;  // where there are only starts
    bool closed_ = false;
};

}  // namespace weir::daemon
