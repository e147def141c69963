// Runs for events that are no windows: which match, how many make a run, and what a run that has not begun takes along.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/json_path.hpp"
#include "scheduler/core/judgement.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::Batch;
using model::Disposition;
using model::Json;

namespace {

bool matches(const std::string& pattern, const std::string& text) {
    if (pattern.empty()) return true;
    if (!pattern.ends_with('*')) return pattern == text;
    return text.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

// A filter that cannot be evaluated on this event does not match it, and says so.
bool passes(const EventEntry& entry, const model::Event& event, const std::string& dag_id, Judgement& judgement) {
    const auto& setting = entry.setting;
    if (!matches(setting.type, event.event.type) || !matches(setting.source, event.event.source) ||
        !matches(setting.subject, event.event.subject))
        return false;
    if (!entry.where) return true;
    const auto json = to_json(event.event);
    const auto value = entry.where->evaluate([&json](std::span<const std::string> path) {
        return path.empty() || path.front() != "event" ? std::nullopt : value_at(json, path.subspan(1));
    });
    if (value) return expr::truth(*value);
    judgement.say(Disposition::unmatched, fmt::format("{}: where: {}", dag_id, value.error().message));
    return false;
}

Json cause_of(const PendingEvents& pending) {
    return {{"kind", "event"},
            {"count", pending.events.size()},
            {"first", pending.events.front().event.value},
            {"last", pending.events.back().event.value},
            {"event", to_json(pending.newest)}};
}

LiveRun& make_run(Work& work, Definition& definition, const EventEntry& entry, const PendingEvents& pending) {
    const auto& last = pending.events.back();
    const auto at = pending.newest.time.value_or(last.at);
    model::Run row;
    row.dag_id = definition.dag_id();
    row.run_id = fmt::format("event__{}", last.event.value);
    row.type = model::RunType::asset_triggered;
    row.triggered_by = model::TriggeredBy::asset;
    row.data_interval = {at, at};
    row.run_after = work.now;
    row.params = model::check_params(*definition.plan->dag, Json::object()).params;
    row.cause = cause_of(pending);
    row.cause["entry"] = entry.index;
    return create_run(work, definition, std::move(row));
}

// A queued run of this entry that has not begun.
LiveRun* open_run(const Memory& memory, const Definition& definition, const EventEntry& entry) {
    for (const auto& [run_after, id] : definition.queued) {
        auto* run = definition.live.at(memory.runs.at(id).row.run_id);
        if (run->row.cause.is_object() && run->row.cause.value("kind", "") == "event" &&
            run->row.cause.value("entry", -1) == entry.index && run->tasks.empty())
            return run;
    }
    return nullptr;
}

void take_along(Work& work, LiveRun& run, const model::Event& event) {
    auto& cause = run.row.cause;
    cause["count"] = cause["count"].get<int>() + 1;
    cause["last"] = event.id.value;
    cause["event"] = to_json(event.event);
    run.row.ledger_through = event.id;
    touch(work, run);
}

void forget_through(Work& work, Definition& definition, int entry, model::EventId through) {
    auto& events = definition.pending_events[entry].events;
    while (!events.empty() && events.front().event <= through) events.pop_front();
    work.ledger_rows.emplace_back(EventsConsumed{definition.dag_id(), entry, through});
}

LiveRun& fire(Work& work, Definition& definition, const EventEntry& entry) {
    const auto& pending = definition.pending_events[entry.index];
    auto& run = make_run(work, definition, entry, pending);
    forget_through(work, definition, entry.index, pending.events.back().event);
    return run;
}

std::string made(const LiveRun& run) { return fmt::format("made {} {}", run.row.dag_id, run.row.run_id); }

void count(Work& work, Definition& definition, const EventEntry& entry, const model::Event& event,
           Judgement& judgement) {
    const auto& setting = entry.setting;
    auto& pending = definition.pending_events[entry.index];
    pending.events.push_back({definition.dag_id(), entry.index, event.id, work.now});
    pending.newest = event.event;
    work.ledger_rows.emplace_back(pending.events.back());
    if (setting.within > model::Duration{0}) {
        std::optional<model::EventId> too_old;
        for (const auto& earlier : pending.events)
            if (earlier.at < work.now - setting.within) too_old = earlier.event;
        if (too_old) forget_through(work, definition, entry.index, *too_old);
    }
    const auto enough = static_cast<std::size_t>(setting.count);
    const bool full = pending.events.size() >= static_cast<std::size_t>(setting.max_pending);
    if (full || (setting.debounce == model::Duration{0} && pending.events.size() >= enough)) {
        const auto& run = fire(work, definition, entry);
        return judgement.say(Disposition::created_run, made(run), run.row.id);
    }
    judgement.say(Disposition::counted,
                  fmt::format("{}: {} of {}", definition.dag_id(), pending.events.size(), enough));
}

void take(Work& work, Definition& definition, const EventEntry& entry, const model::Event& event,
          Judgement& judgement) {
    const auto& setting = entry.setting;
    if (setting.count > 1 || setting.debounce > model::Duration{0})
        return count(work, definition, entry, event, judgement);
    if (setting.batch == Batch::all)
        if (auto* run = open_run(work.memory, definition, entry)) {
            take_along(work, *run, event);
            return judgement.say(Disposition::coalesced,
                                 fmt::format("{} {} takes it along", run->row.dag_id, run->row.run_id), run->row.id);
        }
    const PendingEvents alone{{{definition.dag_id(), entry.index, event.id, work.now}}, event.event};
    const auto& run = make_run(work, definition, entry, alone);
    judgement.say(Disposition::created_run, made(run), run.row.id);
}

}  // namespace

void offer_to_schedules(Work& work, const model::Event& event, Judgement& judgement) {
    for (const auto& dag_id : work.memory.event_dags) {
        auto& definition = *work.memory.find_definition(dag_id);
        if (!takes_events(definition)) continue;
        // Of several entries that match, the first: one event never makes two runs of a DAG.
        for (const auto& entry : definition.event_entries) {
            if (!passes(entry, event, dag_id, judgement)) continue;
            take(work, definition, entry, event, judgement);
            arm_events(work.memory, definition);
            break;
        }
    }
}

std::optional<TimePoint> next_debounce(const Definition& definition) {
    std::optional<TimePoint> next;
    for (const auto& entry : definition.event_entries) {
        const auto pending = definition.pending_events.find(entry.index);
        if (entry.setting.debounce == model::Duration{0} || pending == definition.pending_events.end()) continue;
        const auto& events = pending->second.events;
        if (events.size() < static_cast<std::size_t>(entry.setting.count)) continue;
        const auto at = events.back().at + entry.setting.debounce;
        if (!next || at < *next) next = at;
    }
    return next;
}

void fire_debounces(Work& work, Definition& definition) {
    for (const auto& entry : definition.event_entries) {
        const auto pending = definition.pending_events.find(entry.index);
        if (entry.setting.debounce == model::Duration{0} || pending == definition.pending_events.end()) continue;
        const auto& events = pending->second.events;
        if (events.size() >= static_cast<std::size_t>(entry.setting.count) &&
            events.back().at + entry.setting.debounce <= work.now)
            fire(work, definition, entry);
    }
}

bool accepts_events(const State& state) {
    const auto& memory = state.memory();
    return std::ranges::none_of(memory.event_dags, [&memory](const std::string& dag_id) {
        const auto& definition = memory.definitions.find(dag_id)->second;
        return takes_events(definition) && !definition.state.paused &&
               std::ranges::any_of(definition.event_entries, [&definition](const EventEntry& entry) {
                   return definition.queued.size() >= static_cast<std::size_t>(entry.setting.max_pending);
               });
    });
}

}  // namespace weir::core
