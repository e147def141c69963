// The other side of a source in its tests: a sink that takes what comes, as the core would.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemon/sources/runner.hpp"
#include "tests/support/result.hpp"
#include "tests/support/server_process.hpp"

namespace weir::daemon::sources::test {

// Remembers events in their order and the positions that came with them; knows an event again by source and id.
class FakeSink : public ports::EventSink {
   public:
    [[nodiscard]] model::Result<std::vector<model::Event>> deliver(core::EventsReceived batch) override {
        const std::lock_guard lock(mutex_);
        if (refusals_ > 0) {
            --refusals_;
            return model::Error{model::ErrorKind::unavailable, "too many events wait"};
        }
        std::vector<model::Event> rows;
        for (auto& incoming : batch.events) {
            model::Event row;
            row.id = model::EventId{++last_};
            row.event = incoming.event;
            row.position = incoming.position;
            row.reason = incoming.fault;
            if (!incoming.fault.empty())
                row.disposition = model::Disposition::rejected;
            else if (!seen_.insert({incoming.event.source, incoming.event.id}).second)
                row.disposition = model::Disposition::duplicate;
            rows.push_back(row);
            events_.push_back(row);
        }
        for (const auto& position : batch.positions) positions_[position.part] = position.position;
        return rows;
    }
    void refuse(int times) {
        const std::lock_guard lock(mutex_);
        refusals_ = times;
    }
    [[nodiscard]] std::vector<model::Event> events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    // Of those that were neither rejected nor duplicates.
    [[nodiscard]] std::vector<std::string> ids() const {
        std::vector<std::string> all;
        for (const auto& row : events())
            if (row.disposition == model::Disposition::unmatched) all.push_back(row.event.id);
        return all;
    }
    [[nodiscard]] int count(model::Disposition disposition) const {
        const auto all = events();
        return static_cast<int>(std::ranges::count(all, disposition, &model::Event::disposition));
    }
    [[nodiscard]] std::vector<model::SourcePosition> positions() const {
        const std::lock_guard lock(mutex_);
        std::vector<model::SourcePosition> all;
        for (const auto& [part, position] : positions_) all.push_back({"test", part, position});
        return all;
    }
    [[nodiscard]] Positions reader() const {
        return [this] { return positions(); };
    }

   private:
    mutable std::mutex mutex_;
    int refusals_ = 0;
    std::int64_t last_ = 0;
    std::vector<model::Event> events_;
    std::set<std::pair<std::string, std::string>> seen_;
    std::map<std::string, std::string> positions_;
};

// Quick enough for tests.
inline constexpr Pace kQuick{.poll = std::chrono::milliseconds{20},
                             .first_pause = std::chrono::milliseconds{5},
                             .longest_pause = std::chrono::milliseconds{40},
                             .lag_every = std::chrono::milliseconds{10}};

// The words of a running source, in their order.
class Words {
   public:
    [[nodiscard]] Runner::Log log() {
        return [this](bool problem, const std::string& words) {
            const std::lock_guard lock(mutex_);
            all_.push_back((problem ? "! " : "") + words);
        };
    }
    [[nodiscard]] std::vector<std::string> all() const {
        const std::lock_guard lock(mutex_);
        return all_;
    }

   private:
    mutable std::mutex mutex_;
    std::vector<std::string> all_;
};

inline std::string event_text(const std::string& id) {
    return R"({"specversion":"1.0","source":"/test","type":"order.paid","id":")" + id + "\"}";
}

}  // namespace weir::daemon::sources::test
