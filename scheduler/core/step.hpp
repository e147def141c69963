// The brain. A pure function of state, inputs and time: no clock, thread, file, socket or hidden randomness (jitter comes
// from the try's id). The daemon's loop and the simulation call it; nothing else does.
#pragma once

#include <memory>
#include <span>

#include "scheduler/core/inputs.hpp"
#include "scheduler/core/turn.hpp"

namespace weir::core {

struct Memory;  // only what is open: definitions, live runs, ready tasks, timers

class State {
   public:
    State();
    ~State();
    State(State&&) noexcept;
    State& operator=(State&&) noexcept;

    [[nodiscard]] Memory& memory() { return *memory_; }
    [[nodiscard]] const Memory& memory() const { return *memory_; }

   private:
    std::unique_ptr<Memory> memory_;
};

// `now` never runs backwards between calls: the loop holds it (see Clock).
[[nodiscard]] Turn step(State& state, std::span<const Input> inputs, model::TimePoint now);

// When the DAG's next scheduled run is due; nullopt when paused, removed or without schedule.
[[nodiscard]] std::optional<model::TimePoint> next_run_at(const State& state, std::string_view dag_id);

// Recomputes every counter and compares (invariant 5); aborts on a difference. For tests and the simulation.
void check_invariants(const State& state);

}  // namespace weir::core
