// The deterministic simulation: see simulation.hpp, and sim --help. Exit status 1: something is wrong.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/sim/courses.hpp"

namespace {

using namespace weir::sim;

constexpr std::size_t kBatch = 50;  // plans of one child

struct Settings {
    std::string program;
    std::uint64_t seeds = 100;
    std::uint64_t from = 1;
    bool keep_going = false;
    bool as_is = false;
    std::vector<std::string> plans;
    std::string file;
};

[[noreturn]] void violated(const doctest::AssertData& data) {
    std::ostringstream words;
    words << data.m_file << ':' << data.m_line << ": ";
    const auto* messages = doctest::IReporter::get_active_contexts();
    for (int i = 0; i < doctest::IReporter::get_num_active_contexts(); ++i) {
        messages[i]->stringify(&words);
        words << "\n  ";
    }
    words << data.m_expr;
    if (data.m_decomp.size() > 0) words << "\n  " << data.m_decomp;
    throw Violation{std::move(words).str()};
}

// Two courses in three without people: only there the end of each run is known.
Plan plan_of(std::uint64_t seed) {
    Plan plan{.seed = seed};
    if (seed % 3 != 0) plan.without = 1U << static_cast<int>(Fault::people);
    return plan;
}

std::vector<Plan> plans_of(const Settings& settings) {
    std::vector<Plan> plans;
    for (const auto& text : settings.plans) plans.push_back(Plan::parse(text));
    if (!settings.file.empty()) {
        std::ifstream lines(settings.file);
        for (std::string line; std::getline(lines, line);)
            if (!line.empty() && !line.starts_with('#')) plans.push_back(Plan::parse(line));
        return plans;
    }
    if (!plans.empty()) return plans;
    for (auto seed = settings.from; seed < settings.from + settings.seeds; ++seed) plans.push_back(plan_of(seed));
    return plans;
}

std::string first_line(const std::string& words) { return words.substr(0, words.find('\n')); }

void tell(const Failure& failure, const Settings& settings) {
    fmt::print(stderr, "{}\n{}\n", failure.plan.text(), failure.words);
    if (settings.as_is) return;
    fmt::print(stderr, "making it smaller …\n");
    const auto small = smaller(failure);
    fmt::print(stderr, "{}\nagain: {} \"{}\"\n", small.words, settings.program, small.plan.text());
}

struct Played {
    std::size_t all = 0;
    std::size_t failed = 0;
    Tally sum;  // of those that passed
};

// Failures with the words of an earlier one are only counted.
Played play_all(std::span<const Plan> plans, const Settings& settings) {
    Played played;
    std::set<std::string> known;
    while (played.all < plans.size() && (played.failed == 0 || settings.keep_going)) {
        const auto outcome = play(plans.subspan(played.all, std::min(kBatch, plans.size() - played.all)));
        played.all += outcome.passed;
        played.sum += outcome.tally;
        if (const auto& failure = outcome.failure) {
            ++played.all;
            ++played.failed;
            if (known.insert(first_line(failure->words)).second)
                tell(*failure, settings);
            else
                fmt::print(stderr, "{}\nas before: {}\n", failure->plan.text(), first_line(failure->words));
        }
        if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{} of {} ", played.all, plans.size());
    }
    return played;
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings{.program = argv[0]};
    CLI::App app("The deterministic simulation: a whole Weir with a virtual clock and faults by seed", "sim");
    app.add_option("--seeds", settings.seeds, "So many courses, one after another")->capture_default_str();
    app.add_option("--from", settings.from, "The first seed")->capture_default_str();
    app.add_option("--file", settings.file, "Plans, one a line, in place of seeds")->check(CLI::ExistingFile);
    app.add_option("plan", settings.plans, "As a failure told it: \"seed=7 steps=40 tasks=3 without=people,clock\"");
    app.add_flag("--keep-going", settings.keep_going, "Go on after a failure, and count them");
    app.add_flag("--as-is", settings.as_is, "Do not look for a smaller plan that fails");
    CLI11_PARSE(app, argc, argv);

    doctest::Context context;
    context.setAsDefaultForAssertsOutOfTestCases();
    context.setAssertHandler(violated);
    spdlog::set_level(spdlog::level::off);

    const auto began = std::chrono::steady_clock::now();
    const auto plans = plans_of(settings);
    const auto played = play_all(plans, settings);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto& sum = played.sum;
    fmt::print("{} courses in {:.1f} s: {} turns, {} deaths of the daemon, {} runs, {} tries, {} events; {}\n",
               played.all, took.count(), sum.turns, sum.deaths, sum.runs, sum.tries, sum.events,
               played.failed == 0 ? "all is well" : fmt::format("{} failed", played.failed));
    return played.failed == 0 ? 0 : 1;
}
