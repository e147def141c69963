// Courses run in a child process, so that one that aborts, crashes or never ends is a failure with words, like any other.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "tests/sim/simulation.hpp"

namespace weir::sim {

struct Failure {
    Plan plan;
    std::string words;
};

struct Outcome {
    std::size_t passed = 0;          // plans, from the first
    std::optional<Failure> failure;  // of the one behind them
    Tally tally;                     // of those that passed
};

// Plays them in order, up to the first that fails. One child for all of them: a fork for each would cost more than a course.
[[nodiscard]] Outcome play(std::span<const Plan> plans);

// The same failure, or another, with fewer faults, steps and tasks.
[[nodiscard]] Failure smaller(Failure failure);

}  // namespace weir::sim
