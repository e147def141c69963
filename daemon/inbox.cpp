#include "daemon/inbox.hpp"

#include <algorithm>
#include <utility>

namespace weir::daemon {

using Clock = std::chrono::steady_clock;

void Inbox::add(core::Input input) {
    if (!std::holds_alternative<core::TryStarted>(input))
        pressing_ = true;
    else if (inputs_.empty())
        first_start_ = Clock::now();
    inputs_.push_back(std::move(input));
}

bool Inbox::post_command(core::Input input) {
    const std::lock_guard lock(mutex_);
    if (closed_ || inputs_.size() >= kInboxCommandsMax) return false;
    add(std::move(input));
    arrived_.notify_one();
    return true;
}

bool Inbox::post_commands(std::vector<core::Input> inputs) {
    const std::lock_guard lock(mutex_);
    if (closed_ || inputs_.size() + inputs.size() > kInboxCommandsMax) return false;
    for (auto& input : inputs) add(std::move(input));
    arrived_.notify_one();
    return true;
}

void Inbox::post(core::Input input) {
    const std::lock_guard lock(mutex_);
    add(std::move(input));
    arrived_.notify_one();
}

void Inbox::post(std::vector<core::Input> inputs) {
    if (inputs.empty()) return;
    const std::lock_guard lock(mutex_);
    for (auto& input : inputs) add(std::move(input));
    arrived_.notify_one();
}

std::vector<core::Input> Inbox::take(std::chrono::microseconds patience) {
    std::unique_lock lock(mutex_);
    const auto deadline = Clock::now() + patience;
    while (!closed_ && !pressing_) {
        const auto until = inputs_.empty() ? deadline : std::min(deadline, first_start_ + kStartsWait);
        if (arrived_.wait_until(lock, until) == std::cv_status::timeout) break;
    }
    pressing_ = false;
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
