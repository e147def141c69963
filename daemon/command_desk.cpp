#include "daemon/command_desk.hpp"

namespace weir::daemon {

using model::Error;
using model::ErrorKind;

// A full disk holds the loop up; the caller should not hang with it.
constexpr std::chrono::seconds kPatience{20};

model::RequestId CommandDesk::next_request() {
    const std::lock_guard lock(mutex_);
    return model::RequestId{++last_request_};
}

template <class Value>
model::Result<Value> CommandDesk::ask(std::vector<core::Input> inputs, model::RequestId request,
                                      Waiting<Value>& waiting) {
    std::future<model::Result<Value>> answer;
    {
        const std::lock_guard lock(mutex_);
        answer = waiting[request.value].get_future();
    }
    const auto forget = [this, request, &waiting] {
        const std::lock_guard lock(mutex_);
        waiting.erase(request.value);
    };
    if (!inbox_.post_commands(std::move(inputs))) {
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

model::Result<core::Answer> CommandDesk::execute(ports::Command command, std::optional<model::AuditEntry> audit) {
    const auto request = next_request();
    std::vector<core::Input> inputs;
    inputs.push_back(std::visit(
        [request](auto& typed) {
            typed.request = request;
            return core::Input{std::move(typed)};
        },
        command));
    if (audit) inputs.emplace_back(core::Record{.request = {}, .rows = {std::move(*audit)}, .of = request});
    return ask(std::move(inputs), request, commands_);
}

model::Result<> CommandDesk::record(std::vector<core::Change> rows) {
    const auto request = next_request();
    std::vector<core::Input> inputs;
    inputs.emplace_back(core::Record{.request = request, .rows = std::move(rows)});
    const auto done = ask(std::move(inputs), request, commands_);
    return done ? model::Result<>{} : model::Result<>{done.error()};
}

void CommandDesk::note(std::vector<core::Change> rows) {
    // Who waits for nothing has nobody to tell.
    [[maybe_unused]] const bool taken = inbox_.post_command(core::Record{.request = {}, .rows = std::move(rows)});
}

model::Result<core::Explanation> CommandDesk::explain(core::Explain question) {
    question.request = next_request();
    const auto request = question.request;
    std::vector<core::Input> inputs;
    inputs.emplace_back(std::move(question));
    return ask(std::move(inputs), request, questions_);
}

template <class Value>
void CommandDesk::answer(Waiting<Value>& waiting, model::RequestId request, const model::Result<Value>& result) {
    const std::lock_guard lock(mutex_);
    const auto found = waiting.find(request.value);
    if (found == waiting.end()) return;  // it lost patience
    found->second.set_value(result);
    waiting.erase(found);
}

void CommandDesk::answer(const core::Reply& reply) { answer(commands_, reply.request, reply.result); }

void CommandDesk::answer(const core::Explained& explained) { answer(questions_, explained.request, explained.result); }

ports::Health CommandDesk::health() const {
    const std::lock_guard lock(mutex_);
    auto health = health_;
    health.scheduler_healthy = executor_trouble_.empty();
    if (health.problem.empty()) health.problem = executor_trouble_;
    return health;
}

void CommandDesk::set_health(ports::Health health) {
    const std::lock_guard lock(mutex_);
    health_ = std::move(health);
}

void CommandDesk::set_executor_trouble(const std::string& words) {
    const std::lock_guard lock(mutex_);
    executor_trouble_ = words.empty() ? "" : "no task can be started: " + words;
}

}  // namespace weir::daemon
