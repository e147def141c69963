// A source of events in a log that it reads from where the daemon has got to: windows of five minutes, of which some come again
// with corrected data, watermarks and pings. It knows which runs must come of them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scheduler/core/inputs.hpp"
#include "tests/scheduler/core/database.hpp"
#include "tests/sim/faults.hpp"

namespace weir::sim {

inline constexpr const char* kSource = "log";
inline constexpr const char* kWindows = "views";      // an asset that tells of each window
inline constexpr const char* kWatermarks = "clicks";  // an asset that tells how far it is
inline constexpr int kMostAtOnce = 8;                 // events of a batch

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
    // Everything is in the ledger, and each line says rightly whether it was new.
    void check_ledger(const core::testing::Database& disk) const;

    [[nodiscard]] const std::set<model::TimePoint>& complete_hours() const { return hours_; }  // their starts
    [[nodiscard]] std::set<model::TimePoint> hours_by_watermark() const;
    [[nodiscard]] int pings() const { return pings_; }

   private:
    void tell_hour(Dice& dice, model::TimePoint start, int hour);

    Dice& dice_;
    std::vector<model::CloudEvent> log_;
    std::size_t at_ = 0;
    std::optional<std::size_t> under_way_;  // where the batch ends
    std::int64_t receipts_ = 0;
    std::set<model::TimePoint> hours_;
    int pings_ = 0;
};

}  // namespace weir::sim
