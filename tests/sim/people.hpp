// What people do in a simulation: they trigger, clear, mark, kill, pause, backfill and answer, at any time and without
// knowing what is going on.
#pragma once

#include <string>
#include <vector>

#include "scheduler/core/inputs.hpp"
#include "tests/scheduler/core/database.hpp"
#include "tests/sim/dice.hpp"

namespace weir::sim {

class People {
   public:
    // `dags`: those that they know of. `from`: about when they begin, on which their logical dates depend.
    People(Dice& dice, const core::testing::Database& disk, std::vector<std::string> dags, model::TimePoint from)
        : dice_(dice), disk_(disk), dags_(std::move(dags)), from_(from) {}

    [[nodiscard]] core::Input act();
    // What it takes for everything to end: nothing stays paused, and every question is answered.
    [[nodiscard]] std::vector<core::Input> tidy_up();

   private:
    [[nodiscard]] model::RequestId next_request() { return {++requests_}; }
    [[nodiscard]] const model::Run& any_run();
    [[nodiscard]] std::string any_task(const model::Run& run);
    [[nodiscard]] core::TaskSelection any_selection(const model::Run& run);
    [[nodiscard]] model::TimePoint any_date();
    [[nodiscard]] core::Input trigger();
    [[nodiscard]] core::Input clear();
    [[nodiscard]] core::Input mark();
    [[nodiscard]] core::Input backfill();
    [[nodiscard]] core::Input change_backfill();
    [[nodiscard]] core::Input decide(const model::Run& run);

    Dice& dice_;
    const core::testing::Database& disk_;
    std::vector<std::string> dags_;
    model::TimePoint from_;
    std::int64_t requests_ = 0;
};

}  // namespace weir::sim
