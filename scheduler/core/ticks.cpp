#include "scheduler/core/ticks.hpp"

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

model::Run run_of_tick(const Definition& definition, const Tick& tick) {
    const auto& entry = *tick.entry;
    model::Run row;
    row.dag_id = definition.dag_id();
    row.logical_date = tick.at;
    row.data_interval =
        calendar::data_interval(entry.cron, entry.zone, tick.at).value_or(model::Interval{tick.at, tick.at});
    row.timezone = entry.setting.timezone;
    return row;
}

}  // namespace weir::core
