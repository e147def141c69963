// A database with a long history, for benchmarks: a thousand DAGs, one of which has half of all runs.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "scheduler/store/sqlite_store.hpp"

namespace weir::bench {

inline constexpr int kDags = 1000;
inline const char* const kBusy = "product_report";  // has half of all runs

inline model::TimePoint at(std::int64_t n) { return model::TimePoint{std::chrono::seconds{1'700'000'000 + 60 * n}}; }

// 2 runs in 100 failed, with their second task; 1 in 1,000 is of a backfill, and another was late.
inline void add_run(std::vector<core::Change>& rows, std::int64_t id, bool live) {
    const bool failed = id % 100 == 7 || id % 100 == 8;
    model::Run run;
    run.id = model::RunId{id};
    run.dag_id = id % 2 == 0 ? kBusy : "dag_" + std::to_string(id % kDags);
    run.run_id = "scheduled__" + model::format_rfc3339(at(id));
    run.version = model::DagVersionId{1};
    run.type = id % 1000 == 501 ? model::RunType::backfill : model::RunType::scheduled;
    run.deadline_missed = id % 1000 == 503;
    run.state = live ? model::RunState::running : failed ? model::RunState::failed : model::RunState::success;
    run.triggered_by = model::TriggeredBy::timetable;
    run.logical_date = at(id);
    run.data_interval = model::Interval{at(id - 1), at(id)};
    run.run_after = run.queued_at = at(id);
    run.started_at = at(id) + std::chrono::seconds{1};
    if (!live) run.ended_at = at(id) + std::chrono::seconds{30 + id % 97};
    rows.emplace_back(run);
    for (const char* name : {"load_views", "report", "check"}) {
        model::TaskInstance task;
        task.run = run.id;
        task.task_id = name;
        task.state = live                                 ? model::TaskState::running
                     : failed && task.task_id == "report" ? model::TaskState::failed
                                                          : model::TaskState::success;
        task.try_number = 1;
        task.started_at = run.started_at;
        task.ended_at = run.ended_at;
        task.pool = model::kDefaultPool;
        task.executor = "process";
        rows.emplace_back(task);
    }
    model::Try row;
    row.id = model::TryId{id};
    row.run = run.id;
    row.task_id = "report";
    row.state = live ? model::TryState::running : model::TryState::success;
    row.executor = "process";
    row.created_at = at(id);
    row.log_path = run.dag_id + "/" + run.run_id + "/report/1.log";
    rows.emplace_back(row);
}

// The last `live` of the runs go on.
inline void fill(store::SqliteStore& store, std::int64_t runs, std::int64_t live) {
    model::DagVersion version;
    version.id = model::DagVersionId{1};
    version.dag_id = kBusy;
    std::vector<core::Change> rows{version};
    for (int i = 0; i < kDags; ++i) {
        model::DagState dag;
        dag.dag_id = i == 0 ? kBusy : "dag_" + std::to_string(i);
        dag.version = version.id;
        dag.scheduled_through = at(runs);
        rows.emplace_back(dag);
    }
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t id = 1; id <= std::max<std::int64_t>(runs, 1); ++id) {
        if (id <= runs) add_run(rows, id, id > runs - live);
        if (rows.size() < 5000 && id < runs) continue;
        if (store.commit(rows) != ports::CommitOutcome::committed) throw std::runtime_error("disk full");
        rows.clear();
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::printf("filled: %lld runs, %.0f rows/s\n", static_cast<long long>(runs),
                5.0 * static_cast<double>(runs) / taken.count());
}

}  // namespace weir::bench
