#include "scheduler/core/windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scheduler/calendar/periods.hpp"

namespace weir::core {

using model::AssetKey;
using model::Disposition;
using model::Error;
using model::ErrorKind;
using model::Interval;
using model::Json;

namespace {

constexpr std::size_t kMostMissing = 100;  // pieces that a run's record names
constexpr std::size_t kMostAssetKeys = 100'000;

Error invalid(std::string message) { return {ErrorKind::invalid, std::move(message)}; }

model::Result<TimePoint> read_time(const model::CloudEvent& event, const char* name) {
    const auto text = event.attribute(name);
    if (!text) return invalid(fmt::format("attribute {} is missing; it is a time such as 2026-11-22T10:05:00Z", name));
    const auto time = model::parse_rfc3339(*text);
    if (!time)
        return invalid(fmt::format("attribute {} is '{}', and no time such as 2026-11-22T10:05:00Z", name, *text));
    return time->time;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

model::Result<AssetKey> read_asset(const model::CloudEvent& event) {
    if (event.subject.empty())
        return invalid("subject is missing; it names the asset, as in 'product_views' or 'product_views/eu'");
    auto asset = model::parse_asset(event.subject);
    if (auto fault = model::asset_fault(asset); !fault.empty()) return invalid("subject: " + fault);
    return asset;
}

std::optional<Error> too_far_ahead(const char* name, TimePoint t, TimePoint now) {
    if (t <= now + kFarthestAhead) return std::nullopt;
    return invalid(
        fmt::format("{} {} lies in the future (it is {})", name, model::format_rfc3339(t), model::format_rfc3339(now)));
}

}  // namespace

model::Result<WindowReport> read_window(const model::CloudEvent& event, TimePoint now) {
    WindowReport report;
    auto asset = read_asset(event);
    if (!asset) return asset.error();
    report.asset = std::move(*asset);
    const auto start = read_time(event, "windowstart");
    if (!start) return start.error();
    const auto end = read_time(event, "windowend");
    if (!end) return end.error();
    report.window = {*start, *end};
    if (*end <= *start) return invalid("windowend is not after windowstart");
    if (*end - *start > kLongestWindow) return invalid("the window is longer than 400 days");
    if (auto error = too_far_ahead("windowend", *end, now)) return *error;
    if (const auto text = event.attribute("revision")) {
        report.is_next_revision = *text == "next";
        const auto revision = whole_number(*text);
        if (!revision && !report.is_next_revision)
            return invalid(fmt::format("attribute revision is '{}', and no whole number", *text));
        report.revision = revision.value_or(1);
    }
    if (const auto text = event.attribute("rowcount")) {
        report.row_count = whole_number(*text);
        if (!report.row_count) return invalid(fmt::format("attribute rowcount is '{}', and no whole number", *text));
    }
    return report;
}

model::Result<WatermarkReport> read_watermark(const model::CloudEvent& event, TimePoint now) {
    auto asset = read_asset(event);
    if (!asset) return asset.error();
    const auto watermark = read_time(event, "watermark");
    if (!watermark) return watermark.error();
    if (auto error = too_far_ahead("watermark", *watermark, now)) return *error;
    return WatermarkReport{std::move(*asset), *watermark};
}

std::string WindowRun::run_id() const {
    auto id = "window__" + model::format_rfc3339(interval.end);
    return key.empty() ? id : id + "__" + key;
}

AwaitedRun WindowRun::identity() const {
    if (!key.empty()) return {definition->dag_id(), run_id(), std::nullopt};
    return {definition->dag_id(), "", interval.end};
}

std::vector<AssetKey> WindowRun::members() const {
    auto assets = entry().assets;
    if (entry().each_key)
        for (auto& asset : assets) asset.key = key;
    return assets;
}

std::vector<WindowRun> window_runs(Memory& memory, const AssetKey& asset, TimePoint from, TimePoint to) {
    std::vector<WindowRun> runs;
    for (auto consumer = memory.consumers.lower_bound({asset.asset, ""});
         consumer != memory.consumers.end() && consumer->first == asset.asset; ++consumer) {
        auto& definition = *memory.find_definition(consumer->second);
        if (!takes_events(definition)) continue;
        const auto& entry = *definition.windows;
        if (entry.each_key ? asset.key.empty() : std::ranges::find(entry.assets, asset) == entry.assets.end()) continue;
        const auto begin = runs.size();
        const auto& period = entry.setting.cover;
        auto interval = calendar::period_containing(to - std::chrono::microseconds{1}, period, entry.zone);
        for (; interval.end > from && runs.size() - begin < kMostIntervals;
             interval = calendar::period_before(interval, period, entry.zone))
            runs.push_back({&definition, entry.each_key ? asset.key : "", interval});
        std::reverse(runs.begin() + static_cast<std::ptrdiff_t>(begin), runs.end());
    }
    return runs;
}

std::vector<KnownAsset> known_assets(const Memory& memory, const WindowEntry& entry) {
    std::vector<KnownAsset> all;
    for (const auto& asset : entry.assets)
        for (auto known = memory.assets.lower_bound({asset.asset, ""});
             known != memory.assets.end() && known->first.asset == asset.asset; ++known) {
            const auto& [name, state] = *known;
            if (entry.each_key ? name.key.empty() : name != asset) continue;
            all.push_back({entry.each_key ? name.key : "", std::max(state.newest_end, state.watermark)});
        }
    return all;
}

std::chrono::microseconds longest_window(const Memory& memory, const AssetKey& asset) {
    const auto found = memory.assets.find(asset);
    return found == memory.assets.end() ? std::chrono::microseconds{0} : found->second.longest;
}

void ask(LedgerQuestions& questions, const Memory& memory, const WindowRun& wanted) {
    for (const auto& asset : wanted.members())
        questions.windows.insert({asset, wanted.interval.start - longest_window(memory, asset), wanted.interval.end});
    questions.runs.insert(wanted.identity());
}

bool is_answered(const Work& work, const WindowRun& wanted) {
    return work.ledger.covers(wanted.identity()) &&
           std::ranges::all_of(wanted.members(), [&work, &wanted](const AssetKey& asset) {
               return work.ledger.covers(asset, wanted.interval);
           });
}

Coverage coverage_of(const Work& work, const WindowRun& wanted, std::size_t most) {
    Coverage coverage;
    const auto members = wanted.members();
    int complete = 0;
    for (const auto& asset : members) {
        const auto known = work.memory.assets.find(asset);
        const auto watermark = known == work.memory.assets.end() ? std::nullopt : known->second.watermark;
        const auto gaps = work.ledger.gaps(asset, wanted.interval, watermark, most);
        complete += gaps.empty();
        for (const auto& gap : gaps) coverage.missing.push_back({asset, gap});
    }
    const int at_least = wanted.entry().setting.at_least;
    coverage.complete = complete >= (at_least == 0 ? static_cast<int>(members.size()) : at_least);
    return coverage;
}

std::string words_of(const WindowRun& wanted, const std::vector<Missing>& missing) {
    if (missing.empty()) return "nothing";
    const auto& zone = wanted.entry().zone;
    const auto local = [&zone](TimePoint t) { return model::format_rfc3339(t, zone.offset_at(t)); };
    const auto& first = missing.front();
    auto words =
        fmt::format("{} from {} to {}", to_text(first.asset), local(first.interval.start), local(first.interval.end));
    if (missing.size() > 1) words += fmt::format(" and {} more", missing.size() - 1);
    return words;
}

Json to_json(const std::vector<Missing>& missing) {
    auto list = Json::array();
    for (const auto& piece : missing) {
        if (list.size() == kMostMissing) break;
        list.push_back({{"asset", to_text(piece.asset)},
                        {"start", model::format_rfc3339(piece.interval.start)},
                        {"end", model::format_rfc3339(piece.interval.end)}});
    }
    return list;
}

FoundRun find_run(const Work& work, const WindowRun& wanted) {
    const auto& live = wanted.definition->live;
    if (const auto found = live.find(wanted.run_id()); found != live.end()) return {found->second, &found->second->row};
    if (wanted.key.empty())
        for (const auto& [run_id, run] : live)
            if (run->row.logical_date == wanted.interval.end) return {run, &run->row};
    return {nullptr, work.ledger.find(wanted.identity())};
}

LiveRun* make_window_run(Work& work, const WindowRun& wanted, const char* reason, const std::vector<Missing>& missing) {
    auto& definition = *wanted.definition;
    if (definition.queued.size() >= kMostQueuedByEvents) return nullptr;
    auto assets = Json::array();
    for (const auto& asset : wanted.members()) assets.push_back(to_text(asset));
    model::Run row;
    row.dag_id = definition.dag_id();
    row.run_id = wanted.run_id();
    row.type = model::RunType::asset_triggered;
    row.triggered_by = model::TriggeredBy::asset;
    if (wanted.key.empty()) row.logical_date = wanted.interval.end;
    row.data_interval = wanted.interval;
    row.timezone = wanted.entry().setting.timezone;
    row.run_after = work.now;
    row.params = model::check_params(*definition.plan->dag, Json::object()).params;
    row.cause = {{"kind", "windows"},
                 {"assets", std::move(assets)},
                 {"reason", reason},
                 {"missing", to_json(missing)},
                 {"missing_count", missing.size()}};
    if (!wanted.key.empty()) row.cause["key"] = wanted.key;
    return &create_run(work, definition, std::move(row));
}

namespace {

// How far its asset is now. False when there are too many keys.
bool note_progress(Work& work, const model::Event& event, const AssetKey& asset, std::optional<Interval> window,
                   std::optional<TimePoint> watermark) {
    auto& assets = work.memory.assets;
    if (!assets.contains(asset) && assets.size() >= kMostAssetKeys) return false;
    auto& state = assets[asset];
    state.asset = asset.asset;
    state.key = asset.key;
    state.last_seen = work.now;
    state.last_event = event.id;
    if (window) {
        state.newest_end = std::max(state.newest_end.value_or(window->end), window->end);
        state.longest = std::max(state.longest, window->end - window->start);
    }
    if (watermark) state.watermark = watermark;
    work.changed_assets.insert(asset);
    return true;
}

std::string too_many_keys() {
    return fmt::format("there are {} assets and keys already; has a key of the data become a key of the asset?",
                       kMostAssetKeys);
}

// It is complete, or not yet; no run is there.
void run_if_complete(Work& work, const WindowRun& wanted, Judgement& judgement) {
    const auto& dag_id = wanted.definition->dag_id();
    const auto& setting = wanted.entry().setting;
    const auto& decided = wanted.definition->state.windows_through;
    if (setting.deadline && setting.on_deadline == model::OnDeadline::skip && decided &&
        *decided >= wanted.interval.end)
        return judgement.say(Disposition::late,
                             fmt::format("{} has skipped {} at its deadline", dag_id, wanted.run_id()));
    const auto coverage = coverage_of(work, wanted, 2);
    if (!coverage.complete)
        return judgement.say(Disposition::counted,
                             fmt::format("{} still waits for {}", dag_id, words_of(wanted, coverage.missing)));
    if (const auto* run = make_window_run(work, wanted, "complete", coverage.missing))
        return judgement.say(Disposition::created_run, fmt::format("made {} {}", dag_id, run->row.run_id), run->row.id);
    judgement.say(Disposition::counted,
                  fmt::format("{} runs of {} wait already, so {} was not made; a backfill makes it up",
                              kMostQueuedByEvents, dag_id, wanted.run_id()));
}

}  // namespace

void take_window(Work& work, const model::Event& event, const WindowReport& report, Judgement& judgement) {
    const auto* known = work.ledger.find(report.asset, report.window);
    const bool is_first = known == nullptr;
    auto revision = report.revision;
    if (known != nullptr && report.is_next_revision) revision = known->revision + 1;
    if (known != nullptr && revision <= known->revision)
        return judgement.say(Disposition::duplicate, fmt::format("revision {} of this window is known since event {}",
                                                                 known->revision, known->event.value));
    if (!note_progress(work, event, report.asset, report.window, std::nullopt))
        return judgement.reject(too_many_keys());
    const model::Window window{report.asset.asset, report.asset.key, report.window,   revision,
                               event.id,           work.now,         report.row_count};
    work.ledger.put(window);
    work.ledger_rows.emplace_back(window);
    for (const auto& wanted : window_runs(work.memory, report.asset, report.window.start, report.window.end)) {
        if (!is_answered(work, wanted))
            look_later(work, wanted);
        else if (const auto run = find_run(work, wanted))
            correct(work, wanted, run, event, is_first, judgement);
        else
            run_if_complete(work, wanted, judgement);
    }
}

void take_watermark(Work& work, const model::Event& event, const WatermarkReport& report, Judgement& judgement) {
    const auto known = work.memory.assets.find(report.asset);
    const auto before = known == work.memory.assets.end() ? std::nullopt : known->second.watermark;
    if (before && *before >= report.watermark)
        return judgement.say(Disposition::duplicate,
                             fmt::format("the watermark stands at {}", model::format_rfc3339(*before)));
    if (!note_progress(work, event, report.asset, std::nullopt, report.watermark))
        return judgement.reject(too_many_keys());
    const auto from = first_moment_of(report, before);
    for (const auto& wanted : window_runs(work.memory, report.asset, from, report.watermark)) {
        if (!is_answered(work, wanted))
            look_later(work, wanted);
        else if (!find_run(work, wanted))
            run_if_complete(work, wanted, judgement);
    }
}

TimePoint first_moment_of(const WatermarkReport& report, std::optional<TimePoint> before) {
    return before.value_or(report.watermark - std::chrono::microseconds{1});
}

void look_later(Work& work, const WindowRun& wanted) {
    work.memory.looks_at_windows.insert({wanted.definition->dag_id(), wanted.key, wanted.interval.start});
}

namespace {

// nullopt: its DAG is gone, or its schedule says something else now.
std::optional<WindowRun> run_of(Memory& memory, const std::string& dag_id, const std::string& key, TimePoint start) {
    auto* definition = memory.find_definition(dag_id);
    if (definition == nullptr || !takes_events(*definition) || !definition->windows) return std::nullopt;
    const auto& entry = *definition->windows;
    if (entry.each_key == key.empty()) return std::nullopt;
    return WindowRun{definition, key, calendar::period_containing(start, entry.setting.cover, entry.zone)};
}

}  // namespace

std::vector<WindowRun> runs_to_look_at(Memory& memory) {
    std::vector<WindowRun> runs;
    for (const auto& [dag_id, key, start] : memory.looks_at_windows)
        if (auto wanted = run_of(memory, dag_id, key, start)) runs.push_back(std::move(*wanted));
    return runs;
}

void look_at_windows(Work& work) {
    std::erase_if(work.memory.looks_at_windows, [&work](const auto& look) {
        const auto& [dag_id, key, start] = look;
        const auto wanted = run_of(work.memory, dag_id, key, start);
        if (wanted && !is_answered(work, *wanted)) return false;  // the next step asks
        Judgement judgement;
        if (wanted && !find_run(work, *wanted)) run_if_complete(work, *wanted, judgement);
        return true;
    });
}

}  // namespace weir::core
