// Events in, what became of them out: numbers each batch, posts it, and waits until the loop has committed it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "daemon/inbox.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/ports/events.hpp"

namespace weir::daemon {

// Batches that may be under way at once. Those of which the sender has lost patience count too: while a full disk
// holds the loop up, senders that come again must not fill the memory.
inline constexpr std::size_t kMostBatchesUnderWay = 64;

class EventDesk : public ports::EventSink {
   public:
    // A full disk holds the loop up; the caller should not hang with it.
    explicit EventDesk(Inbox& inbox, std::chrono::milliseconds patience = std::chrono::seconds{20})
        : inbox_(inbox), patience_(patience) {}

    [[nodiscard]] model::Result<std::vector<model::Event>> deliver(core::EventsReceived batch) override;

    // Called by the loop, after the commit.
    void taken(const core::EventsTaken& taken);
    // False while the core has so many events waiting that it wants no more (core::accepts_events).
    void set_open(bool open);
    // The daemon stops: nothing more is taken, and those who wait do so for a moment only.
    void close();

   private:
    using Receipt = std::int64_t;

    Inbox& inbox_;
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Receipt last_receipt_ = 0;
    std::map<Receipt, std::optional<std::vector<model::Event>>> under_way_;  // with the answer, once it is there
    std::set<Receipt> abandoned_;                                            // of these: nobody waits any more
    bool open_ = true;
    std::optional<std::chrono::steady_clock::time_point> closed_at_;
};

}  // namespace weir::daemon
