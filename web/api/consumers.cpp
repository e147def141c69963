#include "web/api/consumers.hpp"

#include <algorithm>

#include "scheduler/calendar/periods.hpp"

namespace weir::api {

namespace {

constexpr int kMostIntervals = 10;  // of one DAG that a window is shown in

bool names(const std::string& text, const model::AssetKey& asset) {
    const auto named = model::parse_asset(text);
    return named.asset == asset.asset && (named.key == asset.key || (named.key == "*" && !asset.key.empty()));
}

}  // namespace

std::vector<Consumer> consumers_of(const ports::Catalog& catalog, const model::AssetKey& asset) {
    std::vector<Consumer> consumers;
    for (const auto& [dag_id, entry] : catalog.dags) {
        if (!entry.dag) continue;
        for (const auto& schedule : entry.dag->schedule) {
            const auto* windows = std::get_if<model::WindowSchedule>(&schedule);
            if (windows == nullptr) continue;
            const auto found =
                std::ranges::find_if(windows->assets, [&asset](const std::string& text) { return names(text, asset); });
            if (found != windows->assets.end()) consumers.push_back({entry.dag, windows, found->ends_with("/*")});
        }
    }
    return consumers;
}

std::vector<model::Run> ConsumingRuns::of(const model::Window& window) {
    const model::AssetKey asset{window.asset, window.key};
    const auto [entry, is_new] = consumers_.try_emplace(asset);
    if (is_new) entry->second = consumers_of(*catalog_, asset);
    std::vector<model::Run> runs;
    for (const auto& consumer : entry->second) {
        const auto zone = calendar::Zone::find(consumer.schedule->timezone);
        if (!zone) continue;
        const auto& period = consumer.schedule->cover;
        auto interval = calendar::period_containing(window.interval.start, period, *zone);
        for (int i = 0; i < kMostIntervals && interval.start < window.interval.end; ++i) {
            if (const auto& run = find({consumer.dag->id, consumer.each_key ? window.key : "", interval.end}))
                runs.push_back(*run);
            interval = calendar::period_after(interval, period, *zone);
        }
    }
    return runs;
}

// A run for a key is known by its name, another by its logical date, whatever made it.
const std::optional<model::Run>& ConsumingRuns::find(const Identity& identity) {
    const auto [entry, is_new] = runs_.try_emplace(identity);
    if (!is_new) return entry->second;
    const auto& [dag_id, key, end] = identity;
    if (!key.empty()) {
        entry->second = history_.run(dag_id, "window__" + model::format_rfc3339(end) + "__" + key);
        return entry->second;
    }
    ports::RunFilter filter;
    filter.dag_id = dag_id;
    filter.logical_date_gte = filter.logical_date_lte = end;
    filter.limit = 1;
    auto page = history_.runs(filter);
    if (!page.rows.empty()) entry->second = std::move(page.rows.front());
    return entry->second;
}

}  // namespace weir::api
