// The loop's time: the machine's wall clock, but never backwards.
#pragma once

#include <chrono>

#include "scheduler/ports/clock.hpp"

namespace weir::daemon {

// When somebody sets the wall clock back, this clock runs at half speed until the wall has caught up: no tick comes twice,
// and a retry due in a minute still comes, in two. A step forward is followed at once. For one thread.
class SteadyWallClock : public ports::Clock {
   public:
    [[nodiscard]] model::TimePoint now() const override;

   private:
    mutable model::TimePoint last_{};
    mutable std::chrono::steady_clock::time_point last_steady_{};
};

// One reading of it, apart from the clocks so that it can be tested: `wall` is what the wall says now, `last` what was told
// `elapsed` ago.
[[nodiscard]] model::TimePoint steady_wall_time(model::TimePoint wall, model::TimePoint last,
                                                std::chrono::microseconds elapsed);

}  // namespace weir::daemon
