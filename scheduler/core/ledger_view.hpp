// What a step knows of the ledger: what the loop looked up for it, and over that what the step itself has changed. Of one
// step; nothing of it stays in memory.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "scheduler/core/ledger.hpp"

namespace weir::core {

class LedgerView {
   public:
    void add(const LedgerRead& read);

    // Whether the loop was asked. What it was not asked about, the next step asks.
    [[nodiscard]] bool covers(const model::AssetKey& asset, const model::Interval& interval) const;
    [[nodiscard]] bool covers(const AwaitedRun& run) const { return runs_asked_.contains(run); }

    // False when it was known already.
    [[nodiscard]] bool take(const EventIdentity& identity) { return known_.insert(identity).second; }

    [[nodiscard]] const model::Window* find(const model::AssetKey& asset, const model::Interval& window) const;
    void put(const model::Window& window);
    // What of the interval lies in no window and not before the watermark either; at most `most` pieces.
    [[nodiscard]] std::vector<model::Interval> gaps(const model::AssetKey& asset, const model::Interval& interval,
                                                    std::optional<model::TimePoint> watermark, std::size_t most) const;

    // A run that is not live.
    [[nodiscard]] const model::Run* find(const AwaitedRun& run) const;
    void put(const model::Run& run);

   private:
    struct Windows {
        std::map<std::pair<model::TimePoint, model::TimePoint>, model::Window> by_start;  // and end
        std::chrono::microseconds longest{0};
    };
    std::set<EventIdentity> known_;
    std::set<WindowsFrom> windows_asked_;
    std::set<AwaitedRun> runs_asked_;
    std::map<model::AssetKey, Windows> windows_;
    std::map<AwaitedRun, model::Run> runs_;
};

}  // namespace weir::core
