// What a DAG with a window or event schedule waits for.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/calendar/periods.hpp"
#include "scheduler/core/why_words.hpp"
#include "scheduler/core/windows.hpp"

namespace weir::core {

namespace {

constexpr std::size_t kMostKeys = 5;

}  // namespace

std::vector<WindowRun> runs_to_explain(Memory& memory, std::string_view dag_id, TimePoint now) {
    auto* definition = memory.find_definition(dag_id);
    if (definition == nullptr || !takes_events(*definition) || !definition->windows) return {};
    const auto& entry = *definition->windows;
    std::map<std::string, TimePoint> newest;  // by key
    for (const auto& known : known_assets(memory, entry)) {
        if (!known.newest) continue;
        auto& of_key = newest[known.key];
        of_key = std::max(of_key, *known.newest);
    }
    if (newest.empty() && !entry.each_key) newest.emplace("", now);
    std::vector<WindowRun> runs;
    for (const auto& [key, at] : newest) {
        if (runs.size() == kMostKeys) break;
        runs.push_back(
            {definition, key,
             calendar::period_containing(at - std::chrono::microseconds{1}, entry.setting.cover, entry.zone)});
    }
    return runs;
}

std::vector<std::string> why_windows(Work& work, const Definition& definition) {
    std::vector<std::string> reasons;
    for (const auto& wanted : runs_to_explain(work.memory, definition.dag_id(), work.now)) {
        if (!is_answered(work, wanted)) continue;
        if (const auto run = find_run(work, wanted)) {
            reasons.push_back(
                fmt::format("its newest data are those of {}, which is {}; the next interval has none yet",
                            run.row->run_id, to_text(run.row->state)));
            continue;
        }
        const auto coverage = coverage_of(work, wanted, 100);
        auto words = fmt::format("{} waits for {}", wanted.run_id(), words_of(wanted, coverage.missing));
        if (const auto& setting = wanted.entry().setting; setting.deadline)
            words += fmt::format("; its deadline is {}, then: {}",
                                 when(wanted.interval.end + *setting.deadline, work.now), to_text(setting.on_deadline));
        reasons.push_back(std::move(words));
    }
    if (definition.windows && definition.windows->each_key && reasons.empty())
        reasons.push_back(fmt::format("no window of any key of {} has come", definition.windows->assets.front().asset));
    for (const auto& entry : definition.event_entries) {
        const auto pending = definition.pending_events.find(entry.index);
        const auto count = pending == definition.pending_events.end() ? 0 : pending->second.events.size();
        auto words = fmt::format("it runs for events {}", entry.setting.type);
        if (entry.setting.count > 1) words += fmt::format("; {} of {} have come", count, entry.setting.count);
        if (entry.setting.debounce > model::Duration{0} && count > 0)
            words += fmt::format("; {} wait until it has been quiet for {}", count,
                                 model::format_duration(entry.setting.debounce));
        reasons.push_back(std::move(words));
    }
    return reasons;
}

}  // namespace weir::core
