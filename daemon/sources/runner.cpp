#include "daemon/sources/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::daemon::sources {

using model::Result;

Runner::Runner(std::string name, std::string kind, std::unique_ptr<Source> source, ports::EventSink& sink, Log log,
               Pace pace)
    : source_(std::move(source)), sink_(sink), log_(std::move(log)), pace_(pace) {
    status_.name = std::move(name);
    status_.kind = std::move(kind);
    status_.problem = "not connected yet";
    thread_ = std::thread([this] { run(); });
}

Runner::~Runner() {
    ask_to_stop();
    thread_.join();
}

void Runner::ask_to_stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopped_.notify_all();
}

ports::SourceStatus Runner::status() const {
    const std::lock_guard lock(mutex_);
    auto status = status_;
    if (status.problem.empty() && Clock::now() < notice_until_) status.problem = notice_;
    return status;
}

bool Runner::pause(std::chrono::milliseconds length) {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, length, [this] { return stopping_; });
}

// The first failure is often the server's restart, which is over by now.
std::chrono::milliseconds Runner::pause_after(int failures) const {
    if (failures < 2) return std::chrono::milliseconds{0};
    const auto longest = pace_.longest_pause;
    auto length = pace_.first_pause;
    for (int i = 2; i < failures && length < longest; ++i) length *= 2;
    return std::min(length, longest);
}

void Runner::run() {
    int failures = 0;
    bool connected = false;
    while (pause(pause_after(failures))) {
        Result<> outcome;
        if (!connected) outcome = source_->connect();
        if (outcome) outcome = turn();
        connected = outcome.has_value();
        failures = connected ? 0 : failures + 1;
        tell(outcome);
    }
}

Result<> Runner::turn() {
    auto batch = source_->poll(pace_.poll);
    if (!batch) return batch.error();
    if (!batch->notice.empty()) {
        log_(true, batch->notice);
        const std::lock_guard lock(mutex_);
        notice_ = batch->notice;
        notice_until_ = Clock::now() + pace_.notice_stays;
    }
    if (batch->events.empty() && batch->positions.empty()) {
        if (!batch->entries.empty()) return source_->acknowledge(*batch);
        measure_lag(false);
        return {};
    }
    const auto taken = deliver(*batch);
    if (!taken) return {};  // stopped: the server keeps what was not acknowledged
    if (const auto done = source_->acknowledge(*batch); !done) return done.error();
    {
        const std::lock_guard lock(mutex_);
        status_.taken += static_cast<std::int64_t>(taken->size());
        status_.rejected += std::ranges::count(*taken, model::Disposition::rejected, &model::Event::disposition);
        if (!taken->empty())
            status_.last_seen = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
    measure_lag(batch->events.size() < model::kMostEventsAtOnce / 2);
    return {};
}

std::optional<std::vector<model::Event>> Runner::deliver(const Batch& batch) {
    for (int failures = 1;; ++failures) {
        core::EventsReceived received{.source = status_.name, .events = batch.events, .positions = batch.positions};
        auto taken = sink_.deliver(std::move(received));
        if (taken) return std::move(*taken);
        {
            const std::lock_guard lock(mutex_);
            status_.problem = fmt::format("its events wait: {}", taken.error().message);
        }
        if (!pause(std::min(pace_.first_pause * failures, pace_.longest_pause))) return std::nullopt;
    }
}

void Runner::tell(const Result<>& outcome) {
    const auto words = outcome ? std::string() : outcome.error().message;
    bool news = false;
    {
        const std::lock_guard lock(mutex_);
        news = status_.connected != outcome.has_value() || (!outcome && status_.problem != words);
        status_.connected = outcome.has_value();
        status_.problem = words;
        if (!outcome) status_.lag = std::nullopt;
    }
    if (news) log_(!outcome, outcome ? "connected" : words);
}

// It costs the server a little: not after each of many full batches.
void Runner::measure_lag(bool now) {
    if (!now && Clock::now() < next_lag_) return;
    next_lag_ = Clock::now() + pace_.lag_every;
    const auto lag = source_->lag();
    const std::lock_guard lock(mutex_);
    status_.lag = lag;
}

}  // namespace weir::daemon::sources
