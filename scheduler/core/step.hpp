// The brain. A pure function of state, inputs and time: no clock, thread, file, socket or hidden randomness (jitter comes
// from the try's id). The daemon's loop and the simulation call it; nothing else does.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// What step() must know of the ledger for these inputs, and for what is due: the answer is handed in with them, in front.
[[nodiscard]] LedgerQuestions ledger_questions(State& state, std::span<const Input> inputs, model::TimePoint now);

// `now` never runs backwards between calls: the loop holds it (see Clock).
[[nodiscard]] Turn step(State& state, std::span<const Input> inputs, model::TimePoint now);

// When the DAG's next scheduled run is due; nullopt when paused, removed or without schedule.
[[nodiscard]] std::optional<model::TimePoint> next_run_at(const State& state, std::string_view dag_id);

// The tries given to this executor whose end is not known yet.
[[nodiscard]] std::vector<model::TryId> active_tries(const State& state, std::string_view executor);

// False while so many runs and events wait that the sources should wait too.
[[nodiscard]] bool accepts_events(const State& state);

// How busy it is, for health and metrics.
struct Load {
    struct PoolLoad {
        std::string name;
        int slots = 0;
        int used = 0;  // by queued and running tasks
    };
    std::size_t queued_runs = 0;
    std::size_t running_runs = 0;
    std::size_t active_tasks = 0;  // queued and running
    std::vector<PoolLoad> pools;
};
[[nodiscard]] Load load_of(const State& state);

// Recomputes every counter and compares (invariant 5); aborts on a difference. For tests and the simulation.
void check_invariants(const State& state);

}  // namespace weir::core
