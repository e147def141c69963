// A source of events: windows of five minutes and pings, in a log that it reads from where the daemon has got to. It knows
// which runs must come of them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scheduler/core/inputs.hpp"
#include "tests/scheduler/core/database.hpp"
#include "tests/sim/faults.hpp"

namespace weir::sim {

inline constexpr const char* kSource = "log";

class Stream {
   public:
    Stream(Dice& dice, const Plan& plan, model::TimePoint from, int hours);

    // The next batch, from behind the last one that was taken; none while one is under way, or at the end.
    [[nodiscard]] std::optional<core::EventsReceived> next();
    // That batch is taken: it will not be sent again.
    void taken(const core::EventsTaken& batch, const core::testing::Database& disk);
    // The daemon has died: whatever is not in its database is read again.
    void restart(const core::testing::Database& disk);
    [[nodiscard]] bool all_sent() const { return at_ >= log_.size() && !under_way_; }

    [[nodiscard]] const std::set<model::TimePoint>& complete_hours() const { return hours_; }  // their starts
    [[nodiscard]] int pings() const { return pings_; }

   private:
    Dice& dice_;
    std::vector<model::CloudEvent> log_;
    std::size_t at_ = 0;
    std::optional<std::size_t> under_way_;  // where the batch ends
    std::int64_t receipts_ = 0;
    std::set<model::TimePoint> hours_;
    int pings_ = 0;
};

}  // namespace weir::sim
