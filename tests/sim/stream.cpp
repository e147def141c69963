#include "tests/sim/stream.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::sim {

using model::Disposition;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

constexpr int kWindowsOfAnHour = 12;
constexpr int kPingsOfAnHour = 3;

model::CloudEvent event_of(const char* type, const std::string& subject, const std::string& id) {
    model::CloudEvent event;
    event.id = id;
    event.source = "/sim";
    event.type = type;
    event.subject = subject;
    return event;
}

model::CloudEvent window_event(model::TimePoint start, int revision, const std::string& id) {
    auto event = event_of(model::kWindowCompleted, kWindows, id);
    event.attributes = {{"windowstart", model::format_rfc3339(start)},
                        {"windowend", model::format_rfc3339(start + minutes{5})},
                        {"revision", revision}};
    return event;
}

model::TimePoint watermark_of(const model::CloudEvent& event) {
    return model::parse_rfc3339(*event.attribute("watermark"))->time;
}

}  // namespace

Stream::Stream(Dice& dice, const Plan& plan, model::TimePoint from, int hour_count) : dice_(dice) {
    for (int hour = 0; hour < hour_count; ++hour) tell_hour(dice, from + hours{hour}, hour);
    if (!plan.has(Fault::events)) return;
    const auto distinct = log_.size();
    for (std::size_t i = 0; i < distinct / 3; ++i) log_.push_back(log_[dice.index_below(distinct)]);
    dice.shuffle(log_);
}

void Stream::tell_hour(Dice& dice, model::TimePoint start, int hour) {
    const bool complete = !dice.one_in(4);
    if (complete) hours_.insert(start);
    for (int i = complete ? 0 : 1; i < kWindowsOfAnHour; ++i) {
        const auto at = start + minutes{5 * i};
        log_.push_back(window_event(at, 1, fmt::format("w{}.{}", hour, i)));
        if (dice.one_in(20)) log_.push_back(window_event(at, 1, fmt::format("w{}.{}.again", hour, i)));
        if (dice.one_in(20)) log_.push_back(window_event(at, 2, fmt::format("w{}.{}.corrected", hour, i)));
    }
    for (int i = 0; i < kPingsOfAnHour; ++i) log_.push_back(event_of("ping", "", fmt::format("p{}.{}", hour, i)));
    pings_ += kPingsOfAnHour;
    for (int i = 1; i <= 2; ++i) {
        auto event = event_of(model::kWatermark, kWatermarks, fmt::format("m{}.{}", hour, i));
        event.attributes = {{"watermark", model::format_rfc3339(start + minutes{30 * i})}};
        log_.push_back(std::move(event));
    }
}

// The first watermark of an asset says nothing of the time before it.
std::set<model::TimePoint> Stream::hours_by_watermark() const {
    std::set<model::TimePoint> complete;
    std::optional<model::TimePoint> known;
    for (const auto& event : log_) {
        if (event.type != model::kWatermark) continue;
        const auto watermark = watermark_of(event);
        if (known && watermark <= *known) continue;
        auto hour = std::chrono::floor<hours>(known.value_or(watermark - minutes{1}));
        for (; hour + hours{1} <= watermark; hour += hours{1}) complete.insert(hour);
        known = watermark;
    }
    return complete;
}

void Stream::check_ledger(const core::testing::Database& disk) const {
    std::set<std::string> ids;
    std::map<std::string, int> revisions;  // by window
    std::optional<model::TimePoint> watermark;
    for (const auto& [id, row] : disk.events) {
        if (row.source != kSource) continue;
        const auto& event = row.event;
        bool is_new = ids.insert(event.id).second;
        if (is_new && event.type == model::kWindowCompleted) {
            auto& known = revisions[*event.attribute("windowstart")];
            const int revision = std::stoi(*event.attribute("revision"));
            is_new = revision > known;
            known = std::max(known, revision);
        } else if (is_new && event.type == model::kWatermark) {
            is_new = !watermark || watermark_of(event) > *watermark;
            if (is_new) watermark = watermark_of(event);
        }
        REQUIRE_MESSAGE((row.disposition == Disposition::duplicate) == !is_new,
                        event.id << " is " << to_text(row.disposition) << ": " << row.reason);
    }
    for (const auto& event : log_)
        REQUIRE_MESSAGE(ids.contains(event.id), "every event is in the ledger: " << event.id);
    REQUIRE(disk.assets.at({kWatermarks, ""}).watermark == watermark);
}

std::optional<core::EventsReceived> Stream::next() {
    if (under_way_ || at_ >= log_.size()) return std::nullopt;
    const auto end = std::min(log_.size(), at_ + 1 + dice_.index_below(kMostAtOnce));
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
