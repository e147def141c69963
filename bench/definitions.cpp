// How long a DAG file takes to become a DAG, at 1,000, 10,000 and 100,000 tasks, each with a need; the floor is yaml-cpp's
// own parse of the same text into nodes. Medians of processor time.
//
//   bench_definitions [tasks…]
#include <fmt/format.h>
#include <time.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/rows.hpp"
#include "scheduler/yaml/loader.hpp"

namespace {

constexpr int kRounds = 3;
constexpr double kGoal = 2;

std::string text_of(int tasks) {
    std::string text = "tasks:\n  t0: {run: [/bin/true]}\n";
    for (int i = 1; i < tasks; ++i) text += fmt::format("  t{}: {{run: [/bin/true], needs: t{}}}\n", i, (i - 1) / 2);
    return text;
}

double processor_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

template <class Work>
double taken(const Work& work) {
    const auto begin = processor_seconds();
    work();
    return processor_seconds() - begin;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void measure(int tasks) {
    const auto text = text_of(tasks);
    std::vector<double> parses, loads;
    for (int round = 0; round < kRounds; ++round) {
        parses.push_back(taken([&text] { (void)YAML::Load(text); }));
        loads.push_back(taken([&text] {
            const auto loaded = weir::yaml::load_dag(text, "bench.yaml", "/srv/dags", {});
            if (loaded.dag != nullptr) return;
            for (const auto& problem : loaded.diagnostics) std::fprintf(stderr, "%s\n", problem.message.c_str());
            std::exit(1);
        }));
    }
    const double load = median(loads);
    const double parse = median(parses);
    weir::bench::tell_at_most({.workload = fmt::format("a DAG file of {} tasks ({:.1f} MB) loaded", tasks,
                                                       1e-6 * static_cast<double>(text.size())),
                               .figure = 1e3 * load,
                               .unit = "ms",
                               .floor = 1e3 * parse,
                               .curve = "a task of a DAG file, loaded",
                               .size = tasks},
                              kGoal, "yaml-cpp's parse");
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<int> sizes;
    for (int i = 1; i < argc; ++i) sizes.push_back(std::atoi(argv[i]));
    if (sizes.empty()) sizes = {1'000, 10'000, 100'000};
    for (const int size : sizes) measure(size);
    return 0;
}
