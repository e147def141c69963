// What the core costs for one finished task, at 1,000, 10,000 and 100,000 tasks in one run, which runs to its end on an
// executor that reports at once. The figure must stay flat: the ratio of the largest run's to the smallest's is told.
// Beside it the floor measured in the same run: copying the rows and launches that a task needs, and nothing else.
// All figures are processor time.
//
//   bench_core [tasks…]
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "scheduler/core/step.hpp"

namespace {

using namespace weir;
double processor_us() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

enum class Shape { wide, chain, layered };

const char* name_of(Shape shape) {
    switch (shape) {
        case Shape::wide:
            return "wide (all at once)";
        case Shape::chain:
            return "chain (one by one)";
        case Shape::layered:
            return "layers of 100, 3 needs each";
    }
    return "";
}

std::vector<model::TaskIndex> upstream_of(Shape shape, model::TaskIndex index, std::mt19937& engine) {
    constexpr model::TaskIndex kLayer = 100;
    switch (shape) {
        case Shape::wide:
            return {};
        case Shape::chain:
            return index == 0 ? std::vector<model::TaskIndex>{} : std::vector{index - 1};
        case Shape::layered:
            break;
    }
    if (index < kLayer) return {};
    const auto first = (index / kLayer - 1) * kLayer;
    std::vector<model::TaskIndex> upstream;
    for (int i = 0; i < 3; ++i) {
        const auto other = first + static_cast<model::TaskIndex>(engine() % kLayer);
        if (std::find(upstream.begin(), upstream.end(), other) == upstream.end()) upstream.push_back(other);
    }
    return upstream;
}

std::shared_ptr<const model::Dag> make_dag(Shape shape, model::TaskIndex count) {
    std::mt19937 engine(7);
    auto dag = std::make_shared<model::Dag>();
    dag->id = dag->hash = "bench";
    dag->tasks.resize(count);
    for (model::TaskIndex index = 0; index < count; ++index) {
        auto& task = dag->tasks[index];
        task.id = "task_" + std::to_string(index);
        task.action = model::CommandLine{{"/bin/true"}};
        task.workdir = "/srv/dags";
        task.upstream = upstream_of(shape, index, engine);
        for (const auto upstream : task.upstream) dag->tasks[upstream].downstream.push_back(index);
    }
    return dag;
}

// A supervisor that starts what it is given and reports each try's start and end, one report a turn: the worst case for
// whatever a turn costs in itself.
struct Figures {
    double microseconds_per_task = 0;
    double start_milliseconds = 0;  // the turn that makes the run
    double floor_microseconds = 0;
    std::size_t turns = 0;
};

Figures measure(Shape shape, model::TaskIndex count) {
    core::State state;
    auto now = model::TimePoint{} + std::chrono::hours{500'000};
    std::deque<model::TryId> launched;
    std::vector<core::Launch> sample;
    const auto step = [&](const core::Input& input) {
        now += std::chrono::milliseconds{1};
        auto turn = core::step(state, std::span(&input, 1), now);
        for (auto& effect : turn.effects)
            if (auto* launch = std::get_if<core::Launch>(&effect)) {
                launched.push_back(launch->id);
                if (sample.size() < 1000) sample.push_back(*launch);
            }
    };
    step(core::PoolsConfigured{{}, 16});
    step(core::ExecutorListed{"process", "e", "b", {}});
    step(core::DagLoaded{make_dag(shape, count)});

    Figures figures;
    const auto begin = processor_us();
    step(core::TriggerRun{.request = {1}, .dag_id = "bench", .run_id = "r"});
    const auto started = processor_us();
    while (!launched.empty()) {
        const auto id = launched.front();
        launched.pop_front();
        step(core::TryStarted{id, 1, now});
        core::TryExited exited;
        exited.id = id;
        exited.at = now;
        exited.exit_code = 0;
        step(exited);
        figures.turns += 2;
    }
    const auto end = processor_us();
    if (core::load_of(state).running_runs != 0 || figures.turns != 2ULL * count) {
        std::fprintf(stderr, "the run did not finish\n");
        std::exit(1);
    }
    figures.start_milliseconds = (started - begin) / 1000;
    figures.microseconds_per_task = (end - started) / count;

    constexpr int kRounds = 20;
    const auto floor_begin = processor_us();
    std::size_t kept = 0;
    for (int round = 0; round < kRounds; ++round)
        for (const auto& launch : sample) {
            const core::Effect copy = launch;
            const core::Change row =
                model::Try{.id = launch.id, .task_id = launch.task_id, .log_path = launch.log_path};
            const core::Change instance = model::TaskInstance{.task_id = launch.task_id};
            kept += copy.index() + row.index() + instance.index();
        }
    figures.floor_microseconds = (processor_us() - floor_begin) / static_cast<double>(sample.size() * kRounds);
    if (kept == 0) std::puts("");
    return figures;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<model::TaskIndex> sizes;
    for (int i = 1; i < argc; ++i) sizes.push_back(static_cast<model::TaskIndex>(std::atoi(argv[i])));
    if (sizes.empty()) sizes = {1'000, 10'000, 100'000};
    std::printf("%-30s %8s %14s %12s %14s\n", "shape", "tasks", "us per task", "floor us", "start ms");
    for (const auto shape : {Shape::wide, Shape::chain, Shape::layered}) {
        std::vector<double> costs;
        for (const auto size : sizes) {
            const auto figures = measure(shape, size);
            costs.push_back(figures.microseconds_per_task);
            std::printf("%-30s %8u %14.2f %12.2f %14.1f\n", name_of(shape), size, figures.microseconds_per_task,
                        figures.floor_microseconds, figures.start_milliseconds);
            std::fflush(stdout);
        }
        if (sizes.size() > 1)
            std::printf("%-30s %u tasks against %u: %.2f times as much for one\n", "", sizes.back(), sizes.front(),
                        costs.back() / costs.front());
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("largest resident set: %ld MiB\n", usage.ru_maxrss / 1024);
}
