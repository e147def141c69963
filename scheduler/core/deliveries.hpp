// Notifications on their way: an outbox that is committed with what it tells of, and delivered at least once by tries of
// their own through the process executor. alerts.cpp changes it.
#pragma once

#include "scheduler/model/ids.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

inline constexpr const char* kDeliveryExecutor = "process";
inline constexpr int kMostAttempts = 8;  // to deliver one notification; then it is given up
inline constexpr model::Duration kFirstDeliveryDelay = std::chrono::seconds{5};
inline constexpr model::Duration kLongestDeliveryDelay = std::chrono::minutes{10};
inline constexpr model::Duration kDeliveryTimeout = std::chrono::minutes{1};
inline constexpr int kMostDeliveries = 4;            // at once
inline constexpr std::size_t kMostPending = 10'000;  // more are not sent, but on record

struct Delivery {
    model::Notification row;
    bool launched = false;                     // its attempt of the row's number is with the executor
    std::optional<model::TimePoint> retry_at;  // has a timer
};

// Attempts have ids of their own, far beyond those of tries, which follow from the row: after a restart the executor's
// list tells which of them still run.
inline constexpr std::int64_t kFirstDelivery = std::int64_t{1} << 62;
inline constexpr std::int64_t kDeliveryIds = 16;  // of one notification
static_assert(kMostAttempts < kDeliveryIds);

[[nodiscard]] constexpr bool is_delivery(model::TryId id) { return id.value >= kFirstDelivery; }
[[nodiscard]] constexpr model::TryId delivery_id(const model::Notification& row) {
    return {kFirstDelivery + row.id.value * kDeliveryIds + row.attempts};
}
[[nodiscard]] constexpr model::NotificationId notification_of(model::TryId id) {
    return {(id.value - kFirstDelivery) / kDeliveryIds};
}

}  // namespace weir::core
