// What can go wrong in a simulation, each by itself, so that a failure can be told with as few of them as it needs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sim/dice.hpp"

namespace weir::sim {

enum class Fault : std::uint8_t {
    crash,       // the daemon dies: between turns, before and after a commit, before each effect
    supervisor,  // the supervisor dies with all that it runs, or the machine with it
    reports,     // reports are delayed, repeated and out of order
    shortage,    // a try can't be started for want of processes or memory
    lost,        // nobody knows how a try ended
    disk_full,   // a commit finds no room
    clock,       // the clock is set forward; back, while the daemon is down
    people,      // somebody clears, marks, kills, pauses, backfills and answers
    files,       // DAG files change, go and come back
    events,      // events come twice, out of order, and again after a crash
};
inline constexpr std::array kAllFaults{Fault::crash, Fault::supervisor, Fault::reports, Fault::shortage,
                                       Fault::lost,  Fault::disk_full,  Fault::clock,   Fault::people,
                                       Fault::files, Fault::events};
[[nodiscard]] std::string_view name_of(Fault fault);

// One simulation, told so shortly that it can be copied from a terminal into a test: "seed=7 steps=300 tasks=10 without=clock,people".
struct Plan {
    std::uint64_t seed = 1;
    int steps = 250;            // with faults; then everything comes to its end
    int tasks = 10;             // at most, of a DAG
    std::uint32_t without = 0;  // faults, by bit

    [[nodiscard]] bool has(Fault fault) const { return (without >> static_cast<int>(fault) & 1U) == 0; }
    [[nodiscard]] std::string text() const;
    // Aborts on what it can't read, with words.
    [[nodiscard]] static Plan parse(const std::string& text);
};

// The daemon is dead. Thrown through it, so that nothing of it goes on.
struct Crash {};

// Decides where the daemon dies. The places are named, so that a run can say how often each was hit.
class Killer {
   public:
    Killer(Dice& dice, const Plan& plan) : dice_(dice), plan_(plan) {}
    // Once in `chances`, the daemon dies here.
    void here(int chances = 150) const {
        if (armed && plan_.has(Fault::crash) && dice_.one_in(chances)) throw Crash{};
    }
    bool armed = true;  // faults have not stopped

   private:
    Dice& dice_;
    const Plan& plan_;
};

}  // namespace weir::sim
