#include "daemon/command_desk.hpp"

namespace weir::daemon {

using model::Error;
using model::ErrorKind;

// A full disk holds the loop up; the caller should not hang with it.
constexpr std::chrono::seconds kPatience{20};

model::Result<model::Run> CommandDesk::execute(ports::Command command) {
    std::future<model::Result<model::Run>> answer;
    model::RequestId request;
    {
        const std::lock_guard lock(mutex_);
        request = model::RequestId{++last_request_};
        answer = waiting_[request.value].get_future();
    }
    const auto forget = [this, request] {
        const std::lock_guard lock(mutex_);
        waiting_.erase(request.value);
    };
    auto input = std::visit(
        [request](auto& typed) {
            typed.request = request;
            return core::Input{std::move(typed)};
        },
        command);
    if (!inbox_.post_command(std::move(input))) {
        forget();
        return Error{ErrorKind::unavailable, "the daemon is busy or stopping; try again in a moment"};
    }
    if (answer.wait_for(kPatience) != std::future_status::ready) {
        forget();
        const auto problem = health().problem;
        return Error{ErrorKind::unavailable, "no answer within 20 s; the command may still take effect" +
                                                 (problem.empty() ? std::string{} : " (" + problem + ")")};
    }
    return answer.get();
}

void CommandDesk::answer(const core::Reply& reply) {
    const std::lock_guard lock(mutex_);
    const auto waiting = waiting_.find(reply.request.value);
    if (waiting == waiting_.end()) return;  // it lost patience
    waiting->second.set_value(reply.result);
    waiting_.erase(waiting);
}

ports::Health CommandDesk::health() const {
    const std::lock_guard lock(mutex_);
    return health_;
}

void CommandDesk::set_health(ports::Health health) {
    const std::lock_guard lock(mutex_);
    health_ = std::move(health);
}

}  // namespace weir::daemon
