// What an event costs from the source's hand-over to the disk: look-ups in the ledger, step and commit, in batches as
// sources deliver them, of windows of five minutes that a daily run covers, with duplicates and corrections among them.
// The floor is the commit of the same rows alone, into a database of its own.
//
//   bench_events [--events 200000] [--batch 500]
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "scheduler/core/step.hpp"
#include "scheduler/model/schedules.hpp"
#include "scheduler/store/sqlite_store.hpp"

namespace {

using namespace weir;
using std::chrono::minutes;

const model::TimePoint kStart = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
const model::TimePoint kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

double seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::shared_ptr<const model::Dag> daily(const std::string& id, std::vector<std::string> assets) {
    auto dag = std::make_shared<model::Dag>();
    dag->id = id;
    dag->hash = "bench";
    model::WindowSchedule schedule;
    schedule.assets = std::move(assets);
    schedule.every = {model::Period::Unit::fixed, minutes{5}};
    schedule.cover = {model::Period::Unit::day, {}};
    schedule.timezone = "Europe/Berlin";
    dag->schedule = {schedule};
    model::Task task;
    task.id = "report";
    task.action = model::CommandLine{{"/bin/true"}};
    dag->tasks = {task};
    return dag;
}

// Three keys in turn; 30 % again, 5 % corrected, 10 % early.
std::vector<model::CloudEvent> make_events(std::size_t count) {
    std::mt19937 dice(1);
    std::uniform_real_distribution<double> chance(0, 1);
    std::vector<model::CloudEvent> events;
    for (std::size_t i = 0; events.size() < count; ++i) {
        model::CloudEvent event;
        event.id = "w" + std::to_string(i);
        event.source = "/bench";
        event.type = model::kWindowCompleted;
        event.subject = std::string("views/") + "abc"[i % 3];
        const auto start = kStart + minutes{5} * static_cast<int>(i / 3);
        event.attributes = {{"windowstart", model::format_rfc3339(start)},
                            {"windowend", model::format_rfc3339(start + minutes{5})}};
        events.push_back(event);
        while (chance(dice) < 0.35) {
            auto again = events[events.size() - 1 - dice() % std::min<std::size_t>(events.size(), 2000)];
            if (chance(dice) < 0.14) {
                again.id += "r";
                again.attributes["revision"] = "2";
            }
            events.push_back(std::move(again));
        }
        if (chance(dice) < 0.1 && events.size() > 300)
            std::swap(events.back(), events[events.size() - 1 - dice() % 300]);
    }
    events.resize(count);
    return events;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Ledger {
    explicit Ledger(const std::filesystem::path& path) : store(std::move(*store::SqliteStore::open(path.string()))) {}

    void turn(std::vector<core::Input> inputs) {
        if (auto questions = core::ledger_questions(state, inputs, kNow); !questions.empty())
            inputs.insert(inputs.begin(), store->read_ledger(std::move(questions)));
        auto turn = core::step(state, inputs, kNow);
        decided = seconds();
        if (store->commit(turn.changes) != ports::CommitOutcome::committed) std::abort();
        changes = std::move(turn.changes);
    }

    std::unique_ptr<store::SqliteStore> store;
    core::State state;
    std::vector<core::Change> changes;
    double decided = 0;  // when the last step was over
};

}  // namespace

int main(int argc, char** argv) {
    std::size_t count = 200'000;
    std::size_t batch = 500;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::string_view(argv[i]) == "--events") count = std::strtoull(argv[i + 1], nullptr, 10);
        if (std::string_view(argv[i]) == "--batch") batch = std::strtoull(argv[i + 1], nullptr, 10);
    }
    const auto folder = std::filesystem::temp_directory_path() / ("weir-bench-events-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    {
        Ledger ledger(folder / "ledger.db");
        Ledger floor(folder / "floor.db");
        const std::vector<core::Input> definitions{core::PoolsConfigured{},
                                                   core::DagLoaded{daily("joined", {"views/a", "views/b", "views/c"})},
                                                   core::DagLoaded{daily("keyed", {"views/*"})}};
        ledger.turn(definitions);
        floor.turn(definitions);
        const auto events = make_events(count);
        double taken = 0;
        double least = 0;
        std::vector<double> costs;  // of each batch, without the commit
        std::size_t runs = 0;
        for (std::size_t begin = 0; begin < events.size(); begin += batch) {
            core::EventsReceived received{{}, "bench", {}, {}};
            for (std::size_t i = begin; i < std::min(begin + batch, events.size()); ++i)
                received.events.push_back({events[i], std::to_string(i)});
            const auto before = seconds();
            ledger.turn({std::move(received)});
            const auto between = seconds();
            if (floor.store->commit(ledger.changes) != ports::CommitOutcome::committed) std::abort();
            const auto bare = seconds() - between;
            least += bare;
            taken += between - before;
            costs.push_back(ledger.decided - before);
            for (const auto& change : ledger.changes) runs += std::holds_alternative<model::Run>(change);
        }
        std::printf("%zu events in batches of %zu, %zu rows of runs\n", events.size(), batch, runs);
        std::printf("  look up, decide, commit  %9.0f events/s\n", static_cast<double>(count) / taken);
        std::printf("  floor: commit alone      %9.0f events/s\n", static_cast<double>(count) / least);
        std::printf("  ratio %.2f\n", least / taken);
        // The first few fill the caches.
        const auto some = std::min<std::size_t>(costs.size() / 3, 100);
        const auto begin = costs.begin() + std::min<std::ptrdiff_t>(5, std::ssize(costs) / 3);
        const auto early = median({begin, begin + static_cast<std::ptrdiff_t>(some)});
        const auto late = median({costs.end() - static_cast<std::ptrdiff_t>(some), costs.end()});
        std::printf(
            "  to look up and decide a batch takes %.2f ms with %zu events in the ledger, %.2f ms with %zu: %.2f of "
            "it\n",
            early * 1e3, some * batch, late * 1e3, count, late / early);
    }
    std::filesystem::remove_all(folder);
}
