// One run in the core, from its trigger to its end, on an executor that reports at once. A turn gets all reports that are there,
// as the daemon's loop does: of as many tasks as may run at once, and in a chain of one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "scheduler/core/step.hpp"

namespace weir::bench {

enum class Shape { wide, chain, layered };

[[nodiscard]] const char* name_of(Shape shape);

class WholeRun {
   public:
    // `sees` gets each turn, and may be empty.
    WholeRun(Shape shape, model::TaskIndex tasks, std::function<void(const core::Turn&)> sees = {});

    void trigger();
    // All others. Throws when one of them does not succeed.
    void finish();

    // Of the first thousand tasks.
    [[nodiscard]] const std::vector<core::Launch>& launches() const { return sample_; }

   private:
    void step(const std::vector<core::Input>& inputs);

    core::State state_;
    model::TaskIndex tasks_;
    std::function<void(const core::Turn&)> sees_;
    model::TimePoint now_ = model::TimePoint{} + std::chrono::hours{500'000};
    std::vector<model::TryId> launched_;
    std::vector<core::Launch> sample_;
};

}  // namespace weir::bench
