#include "scheduler/core/ticks.hpp"

#include "scheduler/calendar/periods.hpp"

namespace weir::core {

std::optional<Tick> tick_after(const std::vector<ScheduleEntry>& schedule, TimePoint t) {
    std::optional<Tick> next;
    for (const auto& entry : schedule) {
        const auto tick = entry.cron.next_after(t, entry.zone);
        if (tick && (!next || *tick < next->at)) next = Tick{*tick, &entry};
    }
    return next;
}

std::optional<Tick> tick_before(const std::vector<ScheduleEntry>& schedule, TimePoint t) {
    std::optional<Tick> previous;
    for (const auto& entry : schedule) {
        const auto tick = entry.cron.previous_before(t, entry.zone);
        if (tick && (!previous || *tick > previous->at)) previous = Tick{*tick, &entry};
    }
    return previous;
}

namespace {

constexpr auto kInstant = std::chrono::microseconds{1};

const WindowEntry* dated_windows(const Definition& definition) {
    return definition.windows && !definition.windows->each_key ? &*definition.windows : nullptr;
}

}  // namespace

bool has_dates(const Definition& definition) {
    return !definition.schedule.empty() || dated_windows(definition) != nullptr;
}

std::optional<Tick> date_after(const Definition& definition, TimePoint t) {
    auto next = tick_after(definition.schedule, t);
    if (const auto* windows = dated_windows(definition)) {
        const auto window = calendar::period_containing(t, windows->setting.cover, windows->zone);
        if (!next || window.end <= next->at) next = Tick{window.end, nullptr, window};
    }
    return next;
}

std::optional<Tick> date_before(const Definition& definition, TimePoint t) {
    auto previous = tick_before(definition.schedule, t);
    if (const auto* windows = dated_windows(definition)) {
        // The one that ends at the start of the interval in which the moment before `t` lies.
        const auto& period = windows->setting.cover;
        const auto later = calendar::period_containing(t - kInstant, period, windows->zone);
        const auto window = calendar::period_before(later, period, windows->zone);
        if (!previous || window.end >= previous->at) previous = Tick{window.end, nullptr, window};
    }
    return previous;
}

model::Run run_of_tick(const Definition& definition, const Tick& tick) {
    model::Run row;
    row.dag_id = definition.dag_id();
    row.logical_date = tick.at;
    if (tick.window) {
        row.data_interval = tick.window;
        row.timezone = definition.windows->setting.timezone;
        return row;
    }
    const auto& entry = *tick.entry;
    row.data_interval =
        calendar::data_interval(entry.cron, entry.zone, tick.at).value_or(model::Interval{tick.at, tick.at});
    row.timezone = entry.setting.timezone;
    return row;
}

}  // namespace weir::core
