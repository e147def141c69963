// What a turn of the daemon's loop costs (look-ups, step, commit) over a database with a million finished runs, and over
// one with none: the ratio must be at most 1.1. Turns over the two are taken in alternation, so that what else the machine
// does meets both alike; the figures are medians, of processor time and on the clock (where the disk's syncs weigh most).
//
//   bench_turn [--runs 1000000] [--rounds 2000] [--folder FOLDER]   (a FOLDER of an earlier run is used as it is)
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>

#include "bench/long_history.hpp"
#include "bench/rows.hpp"
#include "daemon/clock.hpp"
#include "daemon/loop.hpp"

namespace {

using namespace weir;
using namespace weir::bench;

constexpr double kMostGrowth = 1.1;

// Starts nothing, and says that all went well.
struct Reports : ports::Executor {
    std::deque<model::TryId> launched;
    void launch(std::span<const core::Launch> launches) override {
        for (const auto& launch : launches) launched.push_back(launch.id);
    }
    void kill(std::span<const model::TryId>) override {}
    void acknowledge(std::span<const model::TryId>) override {}
};

std::shared_ptr<const model::Dag> three_tasks() {
    auto dag = std::make_shared<model::Dag>();
    dag->id = kBusy;
    dag->hash = "bench";
    dag->max_active_runs = 1;
    for (const char* name : {"load_views", "report", "check"}) {
        model::Task task;
        task.id = name;
        task.action = model::CommandLine{{"/bin/true"}};
        if (!dag->tasks.empty()) {
            task.upstream = {static_cast<model::TaskIndex>(dag->tasks.size() - 1)};
            dag->tasks.back().downstream = {static_cast<model::TaskIndex>(dag->tasks.size())};
        }
        dag->tasks.push_back(std::move(task));
    }
    return dag;
}

struct Cost {
    double processor_us = 0;
    double clock_us = 0;
};

Cost now() {
    timespec processor{}, clock{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &processor);
    ::clock_gettime(CLOCK_MONOTONIC, &clock);
    const auto micro = [](const timespec& time) {
        return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
    };
    return {micro(processor), micro(clock)};
}

double median_of(const std::vector<Cost>& costs, double Cost::*figure) {
    std::vector<double> values;
    for (const auto& cost : costs) values.push_back(cost.*figure);
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// A daemon's loop over one database.
class House {
   public:
    House(const std::string& database, std::int64_t runs) {
        const bool there = std::filesystem::exists(database);
        auto opened = store::SqliteStore::open(database);
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        if (!there) fill(*store_, runs, 0);
        loop_ = std::make_unique<daemon::Loop>(
            daemon::LoopParts{.clock = clock_,
                              .store = *store_,
                              .inbox = inbox_,
                              .executors = {{"process", &executor_}},
                              .dag_of = [](const ports::StoredRun&) { return three_tasks(); },
                              .answer = [this](const core::Reply& reply) { refused_ += reply.result.has_error(); }});
        loop_->recover();
        inbox_.post(core::PoolsConfigured{{}, 16});
        inbox_.post(core::ExecutorListed{"process", "e", "b", {}});
        inbox_.post(core::DagLoaded{three_tasks()});
        loop_->turn(std::chrono::microseconds{0});
        measured_.clear();
    }

    // One run of three tasks, a report a turn: seven turns.
    void run(const std::string& run_id) {
        core::TriggerRun trigger;
        trigger.request = model::RequestId{1};
        trigger.dag_id = kBusy;
        trigger.run_id = run_id;
        turn(std::move(trigger));
        triggers_.push_back(measured_.back());
        while (!executor_.launched.empty()) {
            const auto id = executor_.launched.front();
            executor_.launched.pop_front();
            turn(core::TryStarted{id, 4711, clock_.now()});
            core::TryExited exited;
            exited.id = id;
            exited.at = clock_.now();
            exited.exit_code = 0;
            turn(std::move(exited));
        }
    }

    void forget() {
        measured_.clear();
        triggers_.clear();
    }
    [[nodiscard]] const std::vector<Cost>& turns() const { return measured_; }
    [[nodiscard]] const std::vector<Cost>& triggers() const { return triggers_; }  // those of the turns that make a run
    [[nodiscard]] int refused() const { return refused_; }

   private:
    void turn(core::Input input) {
        inbox_.post(std::move(input));
        const auto begin = now();
        loop_->turn(std::chrono::microseconds{0});
        const auto end = now();
        measured_.push_back({end.processor_us - begin.processor_us, end.clock_us - begin.clock_us});
    }

    std::unique_ptr<store::SqliteStore> store_;
    Reports executor_;
    daemon::Inbox inbox_;
    daemon::SteadyWallClock clock_;
    std::unique_ptr<daemon::Loop> loop_;
    std::vector<Cost> measured_;
    std::vector<Cost> triggers_;
    int refused_ = 0;
};

void measure(const std::string& folder, std::int64_t runs, int rounds) {
    House empty(folder + "/empty.db", 0);
    House full(folder + "/full.db", runs);
    const auto stamp = model::format_rfc3339(daemon::SteadyWallClock().now());
    for (int round = -rounds / 10; round < rounds; ++round) {
        if (round == 0) {  // what came before has warmed the caches up
            empty.forget();
            full.forget();
        }
        const auto run_id = stamp + "_" + std::to_string(round);
        empty.run(run_id);
        full.run(run_id);
    }
    if (empty.refused() + full.refused() > 0 || empty.turns().size() != full.turns().size() ||
        empty.turns().size() != 7ULL * static_cast<std::size_t>(rounds))
        throw std::runtime_error("the runs did not all end");
    const auto hold = [runs](const char* what, const std::vector<Cost>& without, const std::vector<Cost>& with) {
        for (const auto& [kind, figure] :
             {std::pair{"processor time", &Cost::processor_us}, std::pair{"on the clock", &Cost::clock_us}})
            tell_at_most({.workload = fmt::format("{} over {} past runs: {}, median", what, runs, kind),
                          .figure = median_of(with, figure),
                          .unit = "us",
                          .floor = median_of(without, figure)},
                         kMostGrowth, "that over none");
    };
    hold("a turn of the loop", empty.turns(), full.turns());
    hold("a turn that makes a run", empty.triggers(), full.triggers());
}

}  // namespace

int main(int argc, char** argv) {
    std::string folder;
    std::int64_t runs = 1'000'000;
    int rounds = 2000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--runs")
            runs = std::atoll(argv[i + 1]);
        else if (name == "--rounds")
            rounds = std::atoi(argv[i + 1]);
        else if (name == "--folder")
            folder = argv[i + 1];
        else {
            std::fprintf(stderr, "bench_turn [--runs 1000000] [--rounds 2000] [--folder FOLDER]\n");
            return 2;
        }
    }
    const bool ours = folder.empty();
    if (ours) {
        folder = std::filesystem::temp_directory_path() / "weir-bench-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr) {
            std::perror(folder.c_str());
            return 1;
        }
    }
    std::filesystem::create_directories(folder);
    int status = 0;
    try {
        measure(folder, runs, rounds);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_turn: %s\n", failure.what());
        status = 1;
    }
    if (ours) std::filesystem::remove_all(folder);
    return status;
}
