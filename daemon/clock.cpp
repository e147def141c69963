#include "daemon/clock.hpp"

#include <algorithm>

namespace weir::daemon {

model::TimePoint steady_wall_time(model::TimePoint wall, model::TimePoint last, std::chrono::microseconds elapsed) {
    return std::max(wall, last + elapsed / 2);
}

model::TimePoint SteadyWallClock::now() const {
    const auto steady = std::chrono::steady_clock::now();
    const auto wall = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    last_ = steady_wall_time(wall, last_, std::chrono::floor<std::chrono::microseconds>(steady - last_steady_));
    last_steady_ = steady;
    return last_;
}

}  // namespace weir::daemon
