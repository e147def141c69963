#include "daemon/inbox.hpp"

#include <iterator>
#include <utility>

namespace weir::daemon {

bool Inbox::post_command(core::Input input) {
    const std::lock_guard lock(mutex_);
    if (closed_ || inputs_.size() >= kInboxCommandsMax) return false;
    inputs_.push_back(std::move(input));
    arrived_.notify_one();
    return true;
}

bool Inbox::post_commands(std::vector<core::Input> inputs) {
    const std::lock_guard lock(mutex_);
    if (closed_ || inputs_.size() + inputs.size() > kInboxCommandsMax) return false;
    inputs_.insert(inputs_.end(), std::make_move_iterator(inputs.begin()), std::make_move_iterator(inputs.end()));
    arrived_.notify_one();
    return true;
}

void Inbox::post(core::Input input) {
    const std::lock_guard lock(mutex_);
    inputs_.push_back(std::move(input));
    arrived_.notify_one();
}

void Inbox::post(std::vector<core::Input> inputs) {
    if (inputs.empty()) return;
    const std::lock_guard lock(mutex_);
    inputs_.insert(inputs_.end(), std::make_move_iterator(inputs.begin()), std::make_move_iterator(inputs.end()));
    arrived_.notify_one();
}

std::vector<core::Input> Inbox::take(std::chrono::microseconds patience) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, patience, [this] { return closed_ || !inputs_.empty(); });
    return std::exchange(inputs_, {});
}

void Inbox::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
}

bool Inbox::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

}  // namespace weir::daemon
