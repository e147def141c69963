// Commands in, answers out: numbers each command, posts it, and waits until the loop has committed and replied.
#pragma once

#include <future>
#include <mutex>
#include <unordered_map>

#include "daemon/inbox.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/ports/accounts.hpp"
#include "scheduler/ports/commands.hpp"

namespace weir::daemon {

class CommandDesk : public ports::Commands, public ports::Recorder {
   public:
    explicit CommandDesk(Inbox& inbox) : inbox_(inbox) {}

    [[nodiscard]] model::Result<core::Answer> execute(ports::Command command,
                                                      std::optional<model::AuditEntry> audit) override;
    [[nodiscard]] model::Result<core::Explanation> explain(core::Explain question) override;
    [[nodiscard]] ports::Health health() const override;
    [[nodiscard]] model::Result<> record(std::vector<core::Change> rows) override;
    void note(std::vector<core::Change> rows) override;

    // Called by the loop, after the commit.
    void answer(const core::Reply& reply);
    void answer(const core::Explained& answer);
    void set_health(ports::Health health);
    // By the executor, on the IO thread. Empty: tasks can be started.
    void set_executor_trouble(const std::string& words);

   private:
    // Those who wait for an answer of one kind, by request.
    template <class Value>
    using Waiting = std::unordered_map<std::int64_t, std::promise<model::Result<Value>>>;

    [[nodiscard]] model::RequestId next_request();
    template <class Value>
    [[nodiscard]] model::Result<Value> ask(std::vector<core::Input> inputs, model::RequestId request,
                                           Waiting<Value>& waiting);
    template <class Value>
    void answer(Waiting<Value>& waiting, model::RequestId request, const model::Result<Value>& result);

    Inbox& inbox_;
    mutable std::mutex mutex_;
    std::int64_t last_request_ = 0;
    Waiting<core::Answer> commands_;
    Waiting<core::Explanation> questions_;
    ports::Health health_;
    std::string executor_trouble_;
};

}  // namespace weir::daemon
