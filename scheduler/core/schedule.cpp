// Cron ticks become runs. DagState::scheduled_through is the guard: a tick up to there has been decided on and never
// comes again, however the clock moves, the daemon dies or the file changes.
#include <algorithm>

#include "scheduler/core/ticks.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::Catchup;

namespace {

// With catchup none a tick is missed when it is late by more than this, whatever the cause.
constexpr auto kOnTime = std::chrono::minutes{1};
constexpr auto kInstant = std::chrono::microseconds{1};

std::optional<TimePoint> last_tick(const ScheduleEntry& entry, TimePoint t) {
    return entry.cron.previous_before(t + kInstant, entry.zone);
}

std::optional<TimePoint> next_tick(const Definition& definition) {
    const auto tick = tick_after(definition.schedule, *definition.state.scheduled_through);
    return tick ? std::optional(tick->at) : std::nullopt;
}

struct Due {
    std::map<TimePoint, const ScheduleEntry*> ticks;  // of one tick in two entries, the first entry's
    TimePoint through;                                // decided on up to here
};

Due due_ticks(const Definition& definition, TimePoint now, std::size_t most) {
    const auto done = *definition.state.scheduled_through;
    Due due{{}, done};
    auto horizon = now;  // before `now` when there are more ticks than may be made at once
    std::pair<TimePoint, const ScheduleEntry*> latest_of_all{done, nullptr};  // over the entries with catchup latest
    for (const auto& entry : definition.schedule) {
        const auto latest = last_tick(entry, now);
        if (!latest || *latest <= done) continue;
        due.through = std::max(due.through, *latest);
        if (entry.setting.catchup == Catchup::all) {
            auto tick = entry.cron.next_after(done, entry.zone);
            for (std::size_t count = 0; tick && *tick <= now; ++count) {
                if (count == most) {
                    horizon = std::min(horizon, *tick - kInstant);
                    break;
                }
                due.ticks.emplace(*tick, &entry);
                tick = entry.cron.next_after(*tick, entry.zone);
            }
        } else if (entry.setting.catchup == Catchup::latest) {
            if (*latest > latest_of_all.first) latest_of_all = {*latest, &entry};
        } else if (*latest >= definition.watched_since && now - *latest <= kOnTime) {
            due.ticks.emplace(*latest, &entry);
        }
    }
    if (latest_of_all.second != nullptr) due.ticks.insert(latest_of_all);
    due.through = std::min(due.through, horizon);
    while (due.ticks.size() > most) {
        due.ticks.erase(std::prev(due.ticks.end()));
        due.through = std::min(due.through, due.ticks.rbegin()->first);
    }
    std::erase_if(due.ticks, [&due](const auto& tick) { return tick.first > due.through; });
    return due;
}

void make_run(Work& work, Definition& definition, const Tick& tick) {
    auto row = run_of_tick(definition, tick);
    row.run_id = "scheduled__" + model::format_rfc3339(tick.at);
    row.type = model::RunType::scheduled;
    row.triggered_by = model::TriggeredBy::timetable;
    row.run_after = tick.at;
    // A param without default stays out: the task that uses it says so.
    row.params = model::check_params(*definition.plan->dag, model::Json::object()).params;
    create_run(work, definition, std::move(row));
}

void make_due_runs(Work& work, Definition& definition) {
    const auto room = kMostQueuedRuns - std::min(kMostQueuedRuns, definition.queued.size());
    if (room == 0) {
        definition.held_back = true;
        return;
    }
    const auto due = due_ticks(definition, work.now, std::min(room, kMostRunsPerTurn));
    for (const auto& [tick, entry] : due.ticks)
        if (!definition.dates_ahead.contains(tick)) make_run(work, definition, {tick, entry});
    decide_through(work, definition, due.through);
    arm(work.memory, definition);
}

}  // namespace

void decide_through(Work& work, Definition& definition, TimePoint t) {
    auto& through = definition.state.scheduled_through;
    if (through && *through >= t) return;
    through = t;
    definition.dates_ahead.erase(definition.dates_ahead.begin(), definition.dates_ahead.upper_bound(t));
    touch(work, definition);
}

void fire_ticks(Work& work) {
    auto& ticks = work.memory.ticks;
    std::vector<std::string> due;  // first collected: a DAG that catches up arms its timer for the past again
    for (auto tick = ticks.begin(); tick != ticks.end() && tick->first <= work.now; ++tick) due.push_back(tick->second);
    for (const auto& dag_id : due) {
        auto& definition = *work.memory.find_definition(dag_id);
        ticks.erase({*definition.next_tick, dag_id});
        make_due_runs(work, definition);
    }
}

void arm(Memory& memory, Definition& definition) {
    if (definition.next_tick) memory.ticks.erase({*definition.next_tick, definition.dag_id()});
    definition.held_back = false;
    definition.next_tick = definition.makes_runs() ? next_tick(definition) : std::nullopt;
    if (definition.next_tick) memory.ticks.emplace(*definition.next_tick, definition.dag_id());
}

ManualInterval manual_interval(const Definition& definition, TimePoint t) {
    const ScheduleEntry* best = nullptr;
    std::optional<TimePoint> best_tick;
    for (const auto& entry : definition.schedule) {
        const auto tick = last_tick(entry, t);
        if (best != nullptr && (!tick || (best_tick && *tick <= *best_tick))) continue;
        best = &entry;
        best_tick = tick;
    }
    if (best == nullptr) return {{t, t}, "UTC"};
    if (!best_tick) return {{t, t}, best->setting.timezone};
    const auto interval = calendar::data_interval(best->cron, best->zone, *best_tick);
    return {interval.value_or(model::Interval{t, t}), best->setting.timezone};
}

}  // namespace weir::core
