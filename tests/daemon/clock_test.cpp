#include "daemon/clock.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using weir::daemon::steady_wall_time;
using weir::model::TimePoint;

TEST_CASE("the clock follows the wall, also when it is set forward") {
    const TimePoint last{1'000s};
    CHECK(steady_wall_time(last + 1s, last, 1s) == last + 1s);
    CHECK(steady_wall_time(last + 1h, last, 1s) == last + 1h);
}

TEST_CASE("when the wall is set back, time goes on at half speed and never backwards") {
    TimePoint told{10'000s};
    TimePoint wall = told - 100s;
    auto elapsed = 0s;
    while (wall < told) {
        const auto before = told;
        wall += 10s;
        elapsed += 10s;
        told = steady_wall_time(wall, told, 10s);
        CHECK(told > before);
    }
    CHECK(told == wall);
    CHECK(elapsed == 200s);
}
