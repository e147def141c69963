// What the core costs for one finished task, at 1,000, 10,000 and 100,000 tasks in one run on an executor that reports at once.
// The cost must stay flat as the run grows. Beside it the floor measured in the same run: copying the rows and launches that a
// task needs, and nothing else. All figures are processor time.
//
//   bench_core [tasks…]
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "bench/rows.hpp"
#include "bench/whole_run.hpp"

namespace {

using namespace weir;
using namespace weir::bench;

constexpr double kGoal = 300'000;  // tasks a second
constexpr double kMostGrowth = 1.1;
constexpr model::TaskIndex kTasksMeasured = 100'000;

double processor_us() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

struct Figures {  // microseconds a task
    double whole = 0;
    double floor = 0;
};

double copy_rows(const std::vector<core::Launch>& launches) {
    constexpr int kRounds = 20;
    const auto begin = processor_us();
    std::size_t kept = 0;
    for (int round = 0; round < kRounds; ++round)
        for (const auto& launch : launches) {
            const core::Effect copy = launch;
            const core::Change row =
                model::Try{.id = launch.id, .task_id = launch.task_id, .log_path = launch.log_path};
            const core::Change instance = model::TaskInstance{.task_id = launch.task_id};
            kept += copy.index() + row.index() + instance.index();
        }
    const auto took = processor_us() - begin;
    if (kept == 0) std::puts("");
    return took / static_cast<double>(launches.size() * kRounds);
}

// Small runs are taken several times, and the median counts: the first pays for the memory that all of them use.
Figures measure(Shape shape, model::TaskIndex count) {
    std::vector<double> costs;
    double floor = 0;
    for (model::TaskIndex done = 0; done < kTasksMeasured; done += count) {
        WholeRun run(shape, count);
        const auto begin = processor_us();
        run.trigger();
        run.finish();
        costs.push_back((processor_us() - begin) / count);
        floor = copy_rows(run.launches());
    }
    std::ranges::nth_element(costs, costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2));
    return {costs[costs.size() / 2], floor};
}

void measure_all(const std::vector<model::TaskIndex>& sizes) {
    for (const auto shape : {Shape::wide, Shape::chain, Shape::layered}) {
        std::vector<double> costs;
        for (const auto size : sizes) {
            const auto figures = measure(shape, size);
            costs.push_back(figures.whole);
            tell_at_least_alone({.workload = fmt::format("core: {} tasks, {}", size, name_of(shape)),
                                 .figure = 1e6 / figures.whole,
                                 .unit = "tasks/s",
                                 .floor = 1e6 / figures.floor,
                                 .curve = fmt::format("a task in the core, {}", name_of(shape)),
                                 .size = size},
                                kGoal);
        }
        tell_at_most({.workload = fmt::format("core: one of {} tasks, {}", sizes.back(), name_of(shape)),
                      .figure = costs.back(),
                      .unit = "us",
                      .floor = costs.front()},
                     kMostGrowth, fmt::format("one of {}", sizes.front()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<model::TaskIndex> sizes;
    for (int i = 1; i < argc; ++i) sizes.push_back(static_cast<model::TaskIndex>(std::atoi(argv[i])));
    if (sizes.empty()) sizes = {1'000, 10'000, 100'000};
    try {
        measure_all(sizes);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_core: %s\n", error.what());
        return 1;
    }
}
