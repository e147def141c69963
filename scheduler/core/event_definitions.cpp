// The schedules of a DAG that wait for windows and events: compiled when its file loads, with the timers that they need.
#include <algorithm>

#include "scheduler/calendar/periods.hpp"
#include "scheduler/core/windows.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

namespace {

WindowEntry compile(const model::WindowSchedule& setting) {
    auto zone = calendar::Zone::find(setting.timezone);
    model::invariant(zone.has_value(), "the loader has checked the schedule");
    WindowEntry entry{setting, std::move(*zone), {}, false};
    for (const auto& text : setting.assets) {
        auto asset = model::parse_asset(text);
        if (asset.key == "*") {
            entry.each_key = true;
            asset.key.clear();
        }
        entry.assets.push_back(std::move(asset));
    }
    return entry;
}

EventEntry compile(int index, const model::EventSchedule& setting) {
    EventEntry entry{index, setting, std::nullopt};
    if (setting.condition.empty()) return entry;
    auto compiled = expr::Expression::compile(
        setting.condition, [](std::span<const std::string>) { return std::optional<std::string>(); });
    model::invariant(compiled.has_value(), "the loader has checked the filter");
    entry.where = std::move(*compiled);
    return entry;
}

// What its newest data are of may have become complete while its file was not there.
void look_at_newest(Work& work, Definition& definition) {
    const auto& entry = *definition.windows;
    for (const auto& [key, newest] : known_assets(work.memory, entry))
        if (newest)
            look_later(work, {&definition, key,
                              calendar::period_containing(*newest - std::chrono::microseconds{1}, entry.setting.cover,
                                                          entry.zone)});
}

}  // namespace

bool takes_events(const Definition& definition) { return definition.plan != nullptr && !definition.state.removed; }

void learn_event_schedules(Work& work, Definition& definition, bool same_schedule) {
    auto& memory = work.memory;
    const auto& dag_id = definition.dag_id();
    if (definition.windows)
        for (const auto& asset : definition.windows->assets) memory.consumers.erase({asset.asset, dag_id});
    memory.event_dags.erase(dag_id);
    definition.windows.reset();
    definition.event_entries.clear();
    int index = 0;
    for (const auto& schedule : definition.plan->dag->schedule) {
        if (const auto* windows = std::get_if<model::WindowSchedule>(&schedule)) definition.windows = compile(*windows);
        if (const auto* event = std::get_if<model::EventSchedule>(&schedule))
            definition.event_entries.push_back(compile(index, *event));
        ++index;
    }
    if (!same_schedule)
        for (const auto& [entry, pending] : std::exchange(definition.pending_events, {}))
            if (!pending.events.empty())
                work.ledger_rows.emplace_back(EventsConsumed{dag_id, entry, pending.events.back().event});
    if (!definition.event_entries.empty()) memory.event_dags.insert(dag_id);
    if (definition.windows) {
        for (const auto& asset : definition.windows->assets) memory.consumers.insert({asset.asset, dag_id});
        // A schedule that is new, or says something else now, has no past to decide on.
        if (!same_schedule || !definition.state.windows_through) {
            definition.state.windows_through = work.now;
            touch(work, definition);
        }
        look_at_newest(work, definition);
    }
    arm_events(memory, definition);
}

void arm_events(Memory& memory, Definition& definition) {
    auto& timer = definition.event_timer;
    if (timer) memory.event_timers.erase({*timer, definition.dag_id()});
    timer.reset();
    if (!takes_events(definition)) return;
    timer = next_deadline(memory, definition);
    if (const auto debounce = next_debounce(definition); debounce && (!timer || *debounce < *timer)) timer = debounce;
    if (timer) memory.event_timers.insert({*timer, definition.dag_id()});
}

void fire_event_timers(Work& work) {
    std::vector<std::string> due;
    for (const auto& [at, dag_id] : work.memory.event_timers) {
        if (at > work.now) break;
        due.push_back(dag_id);
    }
    for (const auto& dag_id : due) {
        auto& definition = *work.memory.find_definition(dag_id);
        decide_deadlines(work, definition);
        fire_debounces(work, definition);
        arm_events(work.memory, definition);
    }
}

}  // namespace weir::core
