// Runs one source on a thread of its own: connect, poll, deliver, acknowledge, and again. Whatever fails is tried again,
// at once at first, then with growing pauses, and said in words meanwhile.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/sources/source.hpp"
#include "scheduler/ports/events.hpp"

namespace weir::daemon::sources {

// How long it waits for what. Tests wait less.
struct Pace {
    std::chrono::milliseconds poll{500};              // for events; a stop is noticed after it
    std::chrono::milliseconds first_pause{250};       // after the second failure in a row; it doubles with each …
    std::chrono::milliseconds longest_pause{10'000};  // … up to this
    std::chrono::milliseconds lag_every{5000};
    std::chrono::milliseconds notice_stays{3'600'000};
};

class Runner {
   public:
    using Log = std::function<void(bool problem, const std::string& words)>;

    // Starts at once. `sink` and what `log` uses outlive it.
    Runner(std::string name, std::string kind, std::unique_ptr<Source> source, ports::EventSink& sink, Log log,
           Pace pace = {});
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    [[nodiscard]] ports::SourceStatus status() const;
    void ask_to_stop();

   private:
    using Clock = std::chrono::steady_clock;

    void run();
    // One poll with all that follows from it.
    [[nodiscard]] model::Result<> turn();
    // Until the sink takes it; nullopt: stopped before.
    [[nodiscard]] std::optional<std::vector<model::Event>> deliver(const Batch& batch);
    void tell(const model::Result<>& outcome);
    void measure_lag(bool now);
    // False when stopped meanwhile.
    [[nodiscard]] bool pause(std::chrono::milliseconds length);
    [[nodiscard]] std::chrono::milliseconds pause_after(int failures) const;

    const std::unique_ptr<Source> source_;
    ports::EventSink& sink_;
    const Log log_;
    const Pace pace_;
    Clock::time_point next_lag_{};

    mutable std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    ports::SourceStatus status_;
    std::string notice_;
    Clock::time_point notice_until_{};
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace weir::daemon::sources
