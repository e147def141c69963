// The ledger's windows with the runs that used them, how far each asset is, and what of a range is complete.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scheduler/calendar/periods.hpp"
#include "web/api/consumers.hpp"
#include "web/api/dto.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::AssetKey;
using model::Json;
using model::TimePoint;
using model::Window;

namespace {

constexpr std::size_t kMostExpected = 10'000;    // windows of one answer about coverage
constexpr std::size_t kMostRevisions = 100'000;  // rows that it reads

AssetKey asset_of(Parameters& parameters) {
    AssetKey asset{parameters.text("asset"), parameters.text("key")};
    if (asset.asset.empty())
        parameters.fault("asset", "is needed: the name of an asset", nullptr);
    else if (const auto fault = model::asset_fault(asset); !fault.empty())
        parameters.fault("asset", fault, asset.asset);
    return asset;
}

Json optional_number(const std::optional<std::int64_t>& number) { return number ? Json(*number) : Json(); }

Json window_json(const Window& window, ConsumingRuns& consumers) {
    auto runs = Json::array();
    for (const auto& run : consumers.of(window))
        runs.push_back({{"dag_id", run.dag_id},
                        {"dag_run_id", run.run_id},
                        {"state", model::to_text(run.state)},
                        {"seen", run.ledger_through >= window.event},
                        {"stale_since", time_json(run.stale_since)}});
    return {{"asset", window.asset},
            {"key", window.key},
            {"start", time_json(window.interval.start)},
            {"end", time_json(window.interval.end)},
            {"revision", window.revision},
            {"event_id", window.event.value},
            {"row_count", optional_number(window.row_count)},
            {"completed_at", time_json(window.completed_at)},
            {"runs", std::move(runs)}};
}

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::WindowFilter filter;
    filter.asset = parameters.text("asset");
    if (const auto keys = parameters.texts("key"); !keys.empty()) filter.key = keys.back();
    filter.start_gte = parameters.time("start_gte");
    filter.end_lte = parameters.time("end_lte");
    filter.all_revisions = parameters.flag("all_revisions").value_or(false);
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto page = services.history.windows(filter);
    ConsumingRuns consumers(services);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(window_json(row, consumers));
    return json_answer(
        {{"windows", std::move(rows)}, {"total_entries", page.total}, {"total_is_least", page.total_is_least}});
}

// --- assets ----------------------------------------------------------------------------------------------------------

http::Response list_assets(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto asset = parameters.text("asset");
    const auto limit = static_cast<std::size_t>(parameters.limit());
    const auto offset = static_cast<std::size_t>(parameters.offset());
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    auto known = services.history.assets();
    if (!asset.empty()) std::erase_if(known, [&asset](const auto& state) { return state.asset != asset; });
    const auto catalog = services.catalog.catalog();
    auto rows = Json::array();
    for (std::size_t i = offset; i < known.size() && rows.size() < limit; ++i) {
        const auto& state = known[i];
        auto consumers = Json::array();
        for (const auto& consumer : consumers_of(*catalog, {state.asset, state.key}))
            consumers.push_back(consumer.dag->id);
        rows.push_back({{"asset", state.asset},
                        {"key", state.key},
                        {"watermark", time_json(state.watermark)},
                        {"newest_end", time_json(state.newest_end)},
                        {"last_seen", time_json(state.last_seen)},
                        {"last_event_id", state.last_event ? Json(state.last_event.value) : Json()},
                        {"consumers", std::move(consumers)}});
    }
    return json_answer({{"assets", std::move(rows)}, {"total_entries", known.size()}});
}

// --- coverage --------------------------------------------------------------------------------------------------------

// A window as it is now, and whether it was another before.
struct Known {
    Window newest;
    bool corrected = false;
};

// All that touch the range, by their starts.
std::vector<Known> read_windows(const ports::History& history, const AssetKey& asset, TimePoint from, TimePoint to) {
    std::chrono::microseconds longest{0};
    for (const auto& state : history.assets())
        if (state.asset == asset.asset && state.key == asset.key) longest = state.longest;
    ports::WindowFilter filter;
    filter.asset = asset.asset;
    filter.key = asset.key;
    filter.start_gte = from - longest;
    filter.end_lte = to + longest;
    filter.all_revisions = true;
    filter.newest_first = false;
    filter.limit = kMostRows;
    std::vector<Known> known;
    for (std::size_t read = 0; read < kMostRevisions;) {
        filter.offset = static_cast<std::int64_t>(read);
        const auto page = history.windows(filter);
        for (const auto& row : page.rows) {
            const bool again = !known.empty() && known.back().newest.interval == row.interval;
            if (again)
                known.back() = {row, true};  // revisions ascend
            else
                known.push_back({row, false});
        }
        read += page.rows.size();
        if (page.rows.size() < static_cast<std::size_t>(kMostRows)) break;
    }
    return known;
}

std::optional<TimePoint> watermark_of(const ports::History& history, const AssetKey& asset) {
    for (const auto& state : history.assets())
        if (state.asset == asset.asset && state.key == asset.key) return state.watermark;
    return std::nullopt;
}

struct Expected {
    model::Interval interval;
    const Window* newest = nullptr;  // of those that touch it, the one told of last
    bool complete = false;
    bool corrected = false;
};

// Complete as a run's interval is: every moment lies in a completed window, or before the watermark.
Expected judge(const model::Interval& interval, const std::vector<Known>& known, std::optional<TimePoint> watermark) {
    Expected expected{interval};
    auto covered = std::max(interval.start, watermark.value_or(interval.start));
    std::chrono::microseconds longest{0};
    for (const auto& window : known)
        longest = std::max(longest, window.newest.interval.end - window.newest.interval.start);
    const auto starts_at = [](const Known& window) { return window.newest.interval.start; };
    auto window = std::ranges::lower_bound(known, interval.start - longest, {}, starts_at);
    for (; window != known.end() && window->newest.interval.start < interval.end; ++window) {
        const auto& [start, end] = window->newest.interval;
        if (end <= interval.start) continue;
        if (start <= covered) covered = std::max(covered, end);
        expected.corrected = expected.corrected || window->corrected;
        if (expected.newest == nullptr || expected.newest->event < window->newest.event)
            expected.newest = &window->newest;
    }
    expected.complete = covered >= interval.end;
    return expected;
}

// A day has up to 288 windows of 5 minutes; a year of them is too many for one answer.
std::vector<model::Interval> expected_windows(const model::Period& every, const calendar::Zone& zone, TimePoint from,
                                              TimePoint to) {
    std::vector<model::Interval> windows;
    auto window = calendar::period_containing(from, every, zone);
    if (window.start < from) window = calendar::period_after(window, every, zone);
    for (; window.end <= to && windows.size() <= kMostExpected; window = calendar::period_after(window, every, zone))
        windows.push_back(window);
    return windows;
}

struct Question {
    AssetKey asset;
    std::optional<model::Period> every;
    std::string timezone;
    TimePoint from, to;
};

Question question_of(Parameters& parameters, const Services& services) {
    Question question;
    question.asset = asset_of(parameters);
    const auto consumers = consumers_of(*services.catalog.catalog(), question.asset);
    if (const auto every = parameters.text("every"); !every.empty()) {
        question.every = model::parse_period(every);
        if (!question.every)
            parameters.fault("every", "must be a length of at most 12h such as 5m, or 1d, 1w or 1mo", every);
    } else if (!consumers.empty()) {
        question.every = consumers.front().schedule->every;
    } else {
        parameters.fault("every", "is needed: the length of a window, such as 5m; no DAG is scheduled by this asset",
                         nullptr);
    }
    question.timezone = parameters.text("timezone");
    if (question.timezone.empty()) question.timezone = consumers.empty() ? "UTC" : consumers.front().schedule->timezone;
    question.to = parameters.time("to").value_or(services.now());
    question.from = parameters.time("from").value_or(question.to - std::chrono::days{1});
    if (question.from > question.to) parameters.fault("from", "must not be after to", nullptr);
    return question;
}

http::Response coverage(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto question = question_of(parameters, services);
    const auto zone = calendar::Zone::find(question.timezone);
    if (!zone) parameters.fault("timezone", zone.error().message, question.timezone);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto intervals = expected_windows(*question.every, *zone, question.from, question.to);
    if (intervals.size() > kMostExpected) {
        parameters.fault("from", fmt::format("makes more than {} windows; ask for less at once", kMostExpected),
                         nullptr);
        return *parameters.refusal();
    }
    const auto known = read_windows(services.history, question.asset, question.from, question.to);
    const auto watermark = watermark_of(services.history, question.asset);
    std::map<std::string, int> counts{{"complete", 0}, {"corrected", 0}, {"missing", 0}};
    auto rows = Json::array();
    for (const auto& interval : intervals) {
        const auto expected = judge(interval, known, watermark);
        const auto* newest = expected.newest;
        const char* state = !expected.complete ? "missing" : expected.corrected ? "corrected" : "complete";
        ++counts[state];
        rows.push_back({{"start", time_json(interval.start)},
                        {"end", time_json(interval.end)},
                        {"state", state},
                        {"revision", newest == nullptr ? Json() : Json(newest->revision)},
                        {"event_id", newest == nullptr ? Json() : Json(newest->event.value)}});
    }
    return json_answer({{"asset", question.asset.asset},
                        {"key", question.asset.key},
                        {"every", model::format_period(*question.every)},
                        {"timezone", question.timezone},
                        {"from", time_json(question.from)},
                        {"to", time_json(question.to)},
                        {"watermark", time_json(watermark)},
                        {"counts", counts},
                        {"windows", std::move(rows)},
                        {"total_entries", intervals.size()}});
}

}  // namespace

void add_windows(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/windows";
    router.add("GET", base, [services](const http::Request& request) { return list(services, request); });
    router.add("GET", base + "/assets",
               [services](const http::Request& request) { return list_assets(services, request); });
    router.add("GET", base + "/coverage",
               [services](const http::Request& request) { return coverage(services, request); });
}

}  // namespace weir::api
