#include "scheduler/core/step.hpp"

#include "scheduler/core/windows.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

State::State() : memory_(std::make_unique<Memory>()) {}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

Turn step(State& state, std::span<const Input> inputs, TimePoint now) {
    Work work{.memory = state.memory(), .now = now, .produced_before = state.memory().produced_events.size()};
    for (const auto& input : inputs) std::visit([&work](const auto& each) { apply(work, each); }, input);
    take_produced(work);
    look_at_windows(work);
    fire_event_timers(work);
    fire_reruns(work);
    fire_ticks(work);
    resume_backfills(work);
    fire_retries(work);
    fire_timers(work);
    do settle(work);
    while (dispatch(work));
    start_deliveries(work);
    return finish(work);
}

std::optional<TimePoint> next_run_at(const State& state, std::string_view dag_id) {
    const auto& definitions = state.memory().definitions;
    const auto found = definitions.find(dag_id);
    return found == definitions.end() ? std::nullopt : found->second.next_tick;
}

std::vector<model::TryId> active_tries(const State& state, std::string_view executor) {
    std::vector<model::TryId> tries;
    for (const auto& [id, open] : state.memory().tries)
        if (open.row.executor == executor) tries.push_back(id);
    return tries;
}

Load load_of(const State& state) {
    const auto& memory = state.memory();
    Load load;
    for (const auto& [dag_id, definition] : memory.definitions) {
        load.queued_runs += definition.queued.size();
        load.running_runs += static_cast<std::size_t>(definition.active_runs);
    }
    for (const auto& [id, backfill] : memory.backfills) {
        load.queued_runs += backfill.queued.size();
        load.running_runs += static_cast<std::size_t>(backfill.active_runs);
    }
    load.active_tasks = static_cast<std::size_t>(memory.active_tasks);
    for (const auto& [name, use] : memory.pools)
        if (use.configured) load.pools.push_back({name, use.pool.slots, use.used});
    return load;
}

}  // namespace weir::core
