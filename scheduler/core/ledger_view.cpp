#include "scheduler/core/ledger_view.hpp"

#include <algorithm>

namespace weir::core {

using model::AssetKey;
using model::Interval;
using model::TimePoint;
using model::Window;

void LedgerView::add(const LedgerRead& read) {
    known_.insert(read.known.begin(), read.known.end());
    windows_asked_.insert(read.questions.windows.begin(), read.questions.windows.end());
    runs_asked_.insert(read.questions.runs.begin(), read.questions.runs.end());
    for (const auto& window : read.windows) put(window);
    for (const auto& [asked, run] : read.runs) runs_.insert_or_assign(asked, run);
}

bool LedgerView::covers(const AssetKey& asset, const Interval& interval) const {
    // The questions of an asset do not overlap, so the last one that begins early enough is the one.
    auto asked = windows_asked_.upper_bound({asset, interval.start, TimePoint::max()});
    if (asked == windows_asked_.begin()) return false;
    --asked;
    return asked->asset == asset && asked->from <= interval.start && asked->to >= interval.end;
}

const Window* LedgerView::find(const AssetKey& asset, const Interval& window) const {
    const auto of_asset = windows_.find(asset);
    if (of_asset == windows_.end()) return nullptr;
    const auto found = of_asset->second.by_start.find({window.start, window.end});
    return found == of_asset->second.by_start.end() ? nullptr : &found->second;
}

void LedgerView::put(const Window& window) {
    auto& of_asset = windows_[{window.asset, window.key}];
    of_asset.by_start.insert_or_assign({window.interval.start, window.interval.end}, window);
    of_asset.longest = std::max(of_asset.longest, window.interval.end - window.interval.start);
}

std::vector<Interval> LedgerView::gaps(const AssetKey& asset, const Interval& interval,
                                       std::optional<TimePoint> watermark, std::size_t most) const {
    std::vector<Interval> gaps;
    auto covered = watermark ? std::max(interval.start, *watermark) : interval.start;
    if (const auto found = windows_.find(asset); found != windows_.end()) {
        const auto& windows = found->second.by_start;
        auto window = windows.lower_bound({interval.start - found->second.longest, TimePoint::min()});
        for (; window != windows.end() && covered < interval.end && gaps.size() < most; ++window) {
            const auto& [start, end] = window->first;
            if (start >= interval.end) break;
            if (end <= covered) continue;
            if (start > covered) gaps.push_back({covered, start});
            covered = end;
        }
    }
    if (covered < interval.end && gaps.size() < most) gaps.push_back({covered, interval.end});
    return gaps;
}

const model::Run* LedgerView::find(const AwaitedRun& run) const {
    const auto found = runs_.find(run);
    return found == runs_.end() ? nullptr : &found->second;
}

void LedgerView::put(const model::Run& run) {
    for (const auto& key :
         {AwaitedRun{run.dag_id, run.run_id, std::nullopt}, AwaitedRun{run.dag_id, "", run.logical_date}})
        if (const auto found = runs_.find(key); found != runs_.end()) found->second = run;
}

}  // namespace weir::core
