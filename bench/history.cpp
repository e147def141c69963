// How long the API's lists take over a long history. Fills a database by commits, then asks for each list a hundred times:
// of what that takes, the 99th percentile on the clock must be within bounds. Beside it the median of processor time, which is
// the truer one on a busy machine.
//
//   bench_history [--runs 1000000] [--database FILE]   (an existing FILE of an earlier run is used as it is)
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/long_history.hpp"
#include "bench/rows.hpp"
#include "scheduler/store/sqlite_history.hpp"
#include "scheduler/store/sqlite_store.hpp"

namespace {

using namespace weir;
using namespace weir::bench;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

double processor_ms() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

constexpr double kGoal = 50;  // ms
constexpr int kRounds = 100;

double percentile(std::vector<double> values, std::size_t percent) {
    std::sort(values.begin(), values.end());
    return values[(values.size() - 1) * percent / 100];
}

void time_list(const char* what, const std::function<std::int64_t()>& list) {
    std::int64_t total = list();
    std::vector<double> clock;
    std::vector<double> processor;
    for (int i = 0; i < kRounds; ++i) {
        const auto start = Clock::now();
        const double processor_start = processor_ms();
        total = list();
        processor.push_back(processor_ms() - processor_start);
        clock.push_back(Milliseconds(Clock::now() - start).count());
    }
    tell_within({.workload = fmt::format("list, p99: {} ({}; median {:.2f} ms of processor time)", what, total,
                                         percentile(std::move(processor), 50)),
                 .figure = percentile(std::move(clock), 99),
                 .unit = "ms"},
                kGoal);
}

void measure(const std::string& database, std::int64_t runs) {
    const bool there = std::filesystem::exists(database);
    auto store = store::SqliteStore::open(database);
    if (!store) throw std::runtime_error(store.error().message);
    if (!there) fill(**store, runs, 10);
    auto opened = store::SqliteHistory::open(database);
    if (!opened) throw std::runtime_error(opened.error().message);
    const store::SqliteHistory& history = **opened;
    const auto list_runs = [&history](const char* what, const ports::RunFilter& filter) {
        time_list(what, [&history, &filter] { return history.runs(filter).total; });
    };
    const auto list_tasks = [&history](const char* what, const ports::TaskInstanceFilter& filter) {
        time_list(what, [&history, &filter] { return history.task_instances(filter).total; });
    };
    using model::RunState;
    using model::TaskState;
    const std::string one = "scheduled__" + model::format_rfc3339(at(runs / 2 * 2 - 100));
    time_list("one run by its key", [&history, &one] { return history.run(kBusy, one) ? 1 : 0; });
    list_runs("newest 50 of a DAG", {.dag_id = kBusy});
    list_runs("newest 50 of all", {});
    list_runs("50 of a DAG, offset 100,000", {.dag_id = kBusy, .offset = 100'000});
    list_runs("newest 50 failed of a DAG", {.dag_id = kBusy, .states = {RunState::failed}});
    list_runs("newest 50 queued or running of all", {.states = {RunState::queued, RunState::running}});
    list_runs("newest 50 finished of a DAG", {.dag_id = kBusy, .states = {RunState::success, RunState::failed}});
    list_runs("of a DAG by -run_after", {.dag_id = kBusy, .order_by = "-run_after"});
    list_runs("of all by -run_after", {.order_by = "-run_after"});
    list_runs("failed of a DAG by -run_after",
              {.dag_id = kBusy, .states = {RunState::failed}, .order_by = "-run_after"});
    list_runs("success of a DAG by -started_at",
              {.dag_id = kBusy, .states = {RunState::success}, .order_by = "-started_at"});
    list_runs("of all by -started_at", {.order_by = "-started_at"});
    list_runs("of a DAG, one day of logical dates",
              {.dag_id = kBusy, .logical_date_gte = at(runs - 1440), .logical_date_lte = at(runs)});
    list_runs("of a DAG, run_after in the older half", {.dag_id = kBusy, .run_after_lte = at(runs / 2)});
    list_runs("of a DAG, run_id like %-11-%", {.dag_id = kBusy, .run_id_pattern = "%-11-%"});
    list_tasks("tasks of one run", {.dag_id = kBusy, .run_id = one});
    list_tasks("tasks of all, newest 50", {.order_by = "-id"});
    list_tasks("one task of a DAG over all runs, newest 50", {.dag_id = kBusy, .task_id = "report", .order_by = "-id"});
    list_tasks("failed tasks of all, newest 50", {.states = {TaskState::failed}, .order_by = "-id"});
    list_tasks("failed tasks of a DAG, newest 50", {.dag_id = kBusy, .states = {TaskState::failed}, .order_by = "-id"});
    list_tasks("running tasks of all", {.states = {TaskState::running, TaskState::queued}});
    list_tasks("tasks of all that started in the last day", {.started_gte = at(runs - 1440)});
    list_tasks("tasks of a DAG, run_after in the older half", {.dag_id = kBusy, .run_after_lte = at(runs / 2)});
    list_tasks("approvals that wait",
               {.states = {TaskState::deferred}, .operators = {model::OperatorKind::approve}, .without_mapped = true});
    list_runs("of all, stale", {.stale = true});
    list_runs("of a DAG, stale", {.dag_id = kBusy, .stale = true});
    list_runs("of all, deadline missed", {.deadline_missed = true});
    list_runs("live ones that missed their deadline",
              {.states = {RunState::queued, RunState::running}, .deadline_missed = true});
    list_runs("of all, ended in the last day", {.ended_gte = at(runs - 1440)});
    list_runs("of a DAG by -duration", {.dag_id = kBusy, .order_by = "-duration"});
    list_runs("of a DAG by -logical_date", {.dag_id = kBusy, .order_by = "-logical_date"});
    list_runs("of all by logical_date", {.order_by = "logical_date"});
    list_runs("backfills of all", {.types = {model::RunType::backfill}});
    list_runs("backfills of a DAG that succeeded",
              {.dag_id = kBusy, .states = {RunState::success}, .types = {model::RunType::backfill}});
    list_runs("of a DAG, deadline missed", {.dag_id = kBusy, .deadline_missed = true});
    list_runs("of all by -duration", {.order_by = "-duration"});
    time_list("states of all tasks of 100 runs", [&history, runs] {
        std::vector<model::RunId> ids;
        for (std::int64_t id = runs - 100; id < runs; ++id) ids.emplace_back(id);
        return static_cast<std::int64_t>(history.task_states(ids).size());
    });
    std::vector<model::TimePoint> days;
    for (std::int64_t day = 0; day <= 365; ++day) days.push_back(at(runs - 1440 * (365 - day)));
    time_list("a year of a DAG by day and state",
              [&history, &days] { return static_cast<std::int64_t>(history.run_counts(kBusy, days).size()); });
    list_runs("of a DAG, run_id like nothing there is", {.dag_id = kBusy, .run_id_pattern = "%none%"});
    list_runs("of all, run_id like %-11-%", {.run_id_pattern = "%-11-%"});
    time_list("runs of all that ended in a day, by state",
              [&history, runs] { return history.ended_since(at(runs - 1440))[RunState::success]; });
    time_list("runs of all that failed in a day",
              [&history, runs] { return static_cast<std::int64_t>(history.failed_since(at(runs - 1440), 20).size()); });
    time_list("search for a run",
              [&history] { return static_cast<std::int64_t>(history.find_runs("2023-11-15", 20).size()); });
    time_list("all 1,000 DAGs with their newest runs",
              [&history] { return static_cast<std::int64_t>(history.dags().size()); });
    time_list("recovery", [&store] { return static_cast<std::int64_t>((*store)->recover().live_runs.size()); });
    time_list("retention with nothing to do, one slice", [&store, runs] {
        return (*store)->prune({at(-runs), 100, at(-runs), at(-runs)}).more ? 1 : 0;
    });
}

}  // namespace

int main(int argc, char** argv) {
    std::string database;
    std::int64_t runs = 1'000'000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--runs")
            runs = std::atoll(argv[i + 1]);
        else if (name == "--database")
            database = argv[i + 1];
        else {
            std::fprintf(stderr, "bench_history [--runs 1000000] [--database FILE]\n");
            return 2;
        }
    }
    std::string folder;
    if (database.empty()) {
        folder = std::filesystem::temp_directory_path() / "weir-bench-XXXXXX";
        if (::mkdtemp(folder.data()) == nullptr) {
            std::perror(folder.c_str());
            return 1;
        }
        database = folder + "/weir.db";
    }
    int status = 0;
    try {
        measure(database, runs);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_history: %s\n", failure.what());
        status = 1;
    }
    if (!folder.empty()) std::filesystem::remove_all(folder);
    return status;
}
