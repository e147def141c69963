// Commands in, answers out: numbers each command, posts it, and waits until the loop has committed and replied.
#pragma once

#include <future>
#include <mutex>
#include <unordered_map>

#include "daemon/inbox.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/ports/commands.hpp"

namespace weir::daemon {

class CommandDesk : public ports::Commands {
   public:
    explicit CommandDesk(Inbox& inbox) : inbox_(inbox) {}

    [[nodiscard]] model::Result<model::Run> execute(ports::Command command) override;
    [[nodiscard]] ports::Health health() const override;

    // Called by the loop, after the commit.
    void answer(const core::Reply& reply);
    void set_health(ports::Health health);

   private:
    Inbox& inbox_;
    mutable std::mutex mutex_;
    std::int64_t last_request_ = 0;
    std::unordered_map<std::int64_t, std::promise<model::Result<model::Run>>> waiting_;
    ports::Health health_;
};

}  // namespace weir::daemon
