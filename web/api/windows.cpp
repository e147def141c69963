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

constexpr std::size_t kMostListed = 10'000;      // windows of one answer about coverage
constexpr std::size_t kMostCounted = 1'000'000;  // that it counts by `per`
constexpr std::size_t kMostWindows = 2'000'000;  // that it reads

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

// How far the asset is; nothing known of it is as good as nothing told.
model::AssetState state_of(const ports::History& history, const AssetKey& asset) {
    for (const auto& state : history.assets())
        if (state.asset == asset.asset && state.key == asset.key) return state;
    return {asset.asset, asset.key};
}

// The windows of a range, to be asked about one interval after another.
class Known {
   public:
    Known(const ports::History& history, const AssetKey& asset, TimePoint from, TimePoint to)
        : state_(state_of(history, asset)),
          windows_(history.windows_now(asset, from - state_.longest, to, kMostWindows)) {}

    [[nodiscard]] std::optional<TimePoint> watermark() const { return state_.watermark; }

    struct Answer {
        const ports::WindowNow* newest = nullptr;  // of those that touch the interval, the one told of last
        bool complete = false;
        bool corrected = false;
        [[nodiscard]] const char* word() const { return !complete ? "missing" : corrected ? "corrected" : "complete"; }
    };
    // Complete as a run's interval is: every moment lies in a completed window, or before the watermark.
    [[nodiscard]] Answer ask(const model::Interval& interval) const {
        Answer answer;
        auto covered = std::max(interval.start, state_.watermark.value_or(interval.start));
        const auto starts_at = [](const ports::WindowNow& window) { return window.interval.start; };
        auto window = std::ranges::lower_bound(windows_, interval.start - state_.longest, {}, starts_at);
        for (; window != windows_.end() && window->interval.start < interval.end; ++window) {
            if (window->interval.end <= interval.start) continue;
            if (window->interval.start <= covered) covered = std::max(covered, window->interval.end);
            answer.corrected = answer.corrected || window->corrected;
            if (answer.newest == nullptr || answer.newest->event < window->event) answer.newest = &*window;
        }
        answer.complete = covered >= interval.end;
        return answer;
    }

   private:
    model::AssetState state_;
    std::vector<ports::WindowNow> windows_;
};

// One more than `most` when there are too many.
std::vector<model::Interval> expected_windows(const model::Period& every, const calendar::Zone& zone, TimePoint from,
                                              TimePoint to, std::size_t most) {
    std::vector<model::Interval> windows;
    auto window = calendar::period_containing(from, every, zone);
    if (window.start < from) window = calendar::period_after(window, every, zone);
    for (; window.end <= to && windows.size() <= most; window = calendar::period_after(window, every, zone))
        windows.push_back(window);
    return windows;
}

struct Question {
    AssetKey asset;
    std::optional<model::Period> every;
    std::optional<model::Period> per;
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
    if (const auto per = parameters.text("per"); !per.empty()) {
        question.per = model::parse_period(per);
        if (!question.per) parameters.fault("per", "must be a length of at most 12h such as 1h, or 1d, 1w or 1mo", per);
    }
    question.timezone = parameters.text("timezone");
    if (question.timezone.empty()) question.timezone = consumers.empty() ? "UTC" : consumers.front().schedule->timezone;
    question.to = parameters.time("to").value_or(services.now());
    question.from = parameters.time("from").value_or(question.to - std::chrono::days{1});
    if (question.from > question.to) parameters.fault("from", "must not be after to", nullptr);
    return question;
}

struct Counts {
    std::map<std::string, int> by_word{{"complete", 0}, {"corrected", 0}, {"missing", 0}};
    void add(const char* word) { ++by_word[word]; }
};

Json list_windows(const std::vector<model::Interval>& intervals, const Known& known, Counts& counts) {
    auto rows = Json::array();
    for (const auto& interval : intervals) {
        const auto answer = known.ask(interval);
        counts.add(answer.word());
        rows.push_back({{"start", time_json(interval.start)},
                        {"end", time_json(interval.end)},
                        {"state", answer.word()},
                        {"revision", answer.newest == nullptr ? Json() : Json(answer.newest->revision)},
                        {"event_id", answer.newest == nullptr ? Json() : Json(answer.newest->event.value)}});
    }
    return rows;
}

// How many windows of each kind lie in each period; a window belongs to that in which it starts.
Json count_windows(const std::vector<model::Interval>& intervals, const Known& known, const model::Period& per,
                   const calendar::Zone& zone, Counts& counts) {
    auto rows = Json::array();
    for (auto interval = intervals.begin(); interval != intervals.end();) {
        const auto period = calendar::period_containing(interval->start, per, zone);
        Counts here;
        for (; interval != intervals.end() && interval->start < period.end; ++interval) {
            const auto* word = known.ask(*interval).word();
            here.add(word);
            counts.add(word);
        }
        rows.push_back({{"start", time_json(period.start)}, {"end", time_json(period.end)}, {"counts", here.by_word}});
    }
    return rows;
}

http::Response coverage(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto question = question_of(parameters, services);
    const auto zone = calendar::Zone::find(question.timezone);
    if (!zone) parameters.fault("timezone", zone.error().message, question.timezone);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto most = question.per ? kMostCounted : kMostListed;
    const auto intervals = expected_windows(*question.every, *zone, question.from, question.to, most);
    if (intervals.size() > most) {
        parameters.fault("from",
                         fmt::format("makes more than {} windows; ask for less at once{}", most,
                                     question.per ? "" : ", or count them by the day: per=1d"),
                         nullptr);
        return *parameters.refusal();
    }
    const Known known(services.history, question.asset, question.from, question.to);
    Counts counts;
    const auto* name = question.per ? "periods" : "windows";
    auto rows = question.per ? count_windows(intervals, known, *question.per, *zone, counts)
                             : list_windows(intervals, known, counts);
    return json_answer({{"asset", question.asset.asset},
                        {"key", question.asset.key},
                        {"every", model::format_period(*question.every)},
                        {"timezone", question.timezone},
                        {"from", time_json(question.from)},
                        {"to", time_json(question.to)},
                        {"watermark", time_json(known.watermark())},
                        {"counts", counts.by_word},
                        {"per", question.per ? Json(model::format_period(*question.per)) : Json()},
                        {name, std::move(rows)},
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
