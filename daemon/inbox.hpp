// The one door to the core thread. Commands are refused when it is full; reports of executors never are, because an exit
// that nobody takes would be lost work (they are bounded by the tries in flight).
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "scheduler/core/inputs.hpp"

namespace weir::daemon {

inline constexpr std::size_t kInboxCommandsMax = 4096;

class Inbox {
   public:
    // False when full or closed: the sender is told to come again.
    [[nodiscard]] bool post_command(core::Input input);
    // They come in the same turn.
    [[nodiscard]] bool post_commands(std::vector<core::Input> inputs);
    void post(core::Input input);
    void post(std::vector<core::Input> inputs);

    // Everything that has come, after at most `patience`; empty at the deadline, or when closed.
    [[nodiscard]] std::vector<core::Input> take(std::chrono::microseconds patience);

    // Ends take() for good.
    void close();
    [[nodiscard]] bool closed() const;

   private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<core::Input> inputs_;
    bool closed_ = false;
};

}  // namespace weir::daemon
