#include "daemon/event_desk.hpp"

#include <algorithm>

namespace weir::daemon {

using model::Error;
using model::ErrorKind;

// What is committed in this time after the daemon was told to stop is still acknowledged.
constexpr std::chrono::seconds kLastMoment{2};

model::Result<std::vector<model::Event>> EventDesk::deliver(core::EventsReceived batch) {
    std::unique_lock lock(mutex_);
    if (closed_at_) return Error{ErrorKind::unavailable, "the daemon is stopping; try again in a moment"};
    if (!open_ || under_way_.size() >= kMostBatchesUnderWay)
        return Error{ErrorKind::unavailable, "too many events wait to be worked off; try again in a moment"};
    const auto receipt = ++last_receipt_;
    batch.receipt = model::RequestId{receipt};
    const auto mine = under_way_.emplace(receipt, std::nullopt).first;
    lock.unlock();
    const bool posted = inbox_.post_command(std::move(batch));
    lock.lock();
    if (!posted) {
        under_way_.erase(mine);
        return Error{ErrorKind::unavailable, "the daemon is busy or stopping; try again in a moment"};
    }
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    const auto until = [this, deadline] {
        return closed_at_ ? std::min(deadline, *closed_at_ + kLastMoment) : deadline;
    };
    while (!mine->second && std::chrono::steady_clock::now() < until()) changed_.wait_until(lock, until());
    if (!mine->second) {
        abandoned_.insert(receipt);
        return Error{ErrorKind::unavailable,
                     "the events were not on disk in time; they may still be taken, and told again they count once"};
    }
    auto events = std::move(*mine->second);
    under_way_.erase(mine);
    return events;
}

void EventDesk::taken(const core::EventsTaken& taken) {
    const std::lock_guard lock(mutex_);
    const auto found = under_way_.find(taken.receipt.value);
    if (found == under_way_.end()) return;
    if (abandoned_.erase(found->first) > 0) {
        under_way_.erase(found);
        return;
    }
    found->second = taken.events;
    changed_.notify_all();
}

void EventDesk::set_open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
}

void EventDesk::close() {
    const std::lock_guard lock(mutex_);
    if (!closed_at_) closed_at_ = std::chrono::steady_clock::now();
    changed_.notify_all();
}

}  // namespace weir::daemon
