#include "tests/sim/stream.hpp"

#include <fmt/format.h>

namespace weir::sim {

using std::chrono::hours;
using std::chrono::minutes;

namespace {

constexpr int kWindowsOfAnHour = 12;

model::CloudEvent event_of(const char* type, const std::string& subject, const std::string& id) {
    model::CloudEvent event;
    event.id = id;
    event.source = "/sim";
    event.type = type;
    event.subject = subject;
    return event;
}

}  // namespace

Stream::Stream(Dice& dice, const Plan& plan, model::TimePoint from, int hour_count) : dice_(dice) {
    for (int hour = 0; hour < hour_count; ++hour) {
        const auto start = from + hours{hour};
        const bool complete = !dice.one_in(4);
        if (complete) hours_.insert(start);
        for (int i = complete ? 0 : 1; i < kWindowsOfAnHour; ++i) {
            auto event = event_of(model::kWindowCompleted, "views", fmt::format("w{}.{}", hour, i));
            event.attributes = {{"windowstart", model::format_rfc3339(start + minutes{5 * i})},
                                {"windowend", model::format_rfc3339(start + minutes{5 * i + 5})}};
            log_.push_back(std::move(event));
        }
        log_.push_back(event_of("ping", "", fmt::format("p{}", hour)));
        ++pings_;
    }
    if (!plan.has(Fault::events)) return;
    const auto distinct = log_.size();
    for (std::size_t i = 0; i < distinct / 3; ++i) log_.push_back(log_[dice.index_below(distinct)]);
    dice.shuffle(log_);
}

std::optional<core::EventsReceived> Stream::next() {
    if (under_way_ || at_ >= log_.size()) return std::nullopt;
    const auto end = std::min(log_.size(), at_ + 1 + static_cast<std::size_t>(dice_.below(12)));
    core::EventsReceived batch{{++receipts_}, kSource, {}, {}};
    for (auto i = at_; i < end; ++i) batch.events.push_back({log_[i], std::to_string(i + 1)});
    batch.positions.push_back({kSource, "", std::to_string(end)});
    under_way_ = end;
    return batch;
}

void Stream::taken(const core::EventsTaken& batch, const core::testing::Database& disk) {
    if (batch.receipt.value != receipts_ || !under_way_) return;
    for (const auto& event : batch.events)
        REQUIRE_MESSAGE(disk.events.contains(event.id), "an event is acknowledged when it is on disk");
    REQUIRE(disk.positions.at({kSource, ""}) == std::to_string(*under_way_));
    at_ = *under_way_;
    under_way_.reset();
}

void Stream::restart(const core::testing::Database& disk) {
    const auto known = disk.positions.find({kSource, ""});
    const auto committed = known == disk.positions.end() ? 0 : std::stoull(known->second);
    REQUIRE_MESSAGE(committed >= at_, "a position that was acknowledged is on disk");
    at_ = committed;
    under_way_.reset();
}

}  // namespace weir::sim
