// Rows and folders for the tests of the store.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "scheduler/store/sqlite_history.hpp"
#include "scheduler/store/sqlite_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weir::store::test {

// And where the database of its test stands.
class TempFolder : public weir::test::TemporaryFolder {
   public:
    [[nodiscard]] std::string database() const { return file("weir.db"); }
};

[[nodiscard]] inline model::TimePoint at(std::int64_t seconds) {
    return model::TimePoint{std::chrono::seconds{1'790'000'000 + seconds}};
}

[[nodiscard]] inline model::DagVersion a_version(std::int64_t id, const std::string& dag_id = "etl", int number = 1) {
    return {model::DagVersionId{id}, dag_id,          number, "hash-" + std::to_string(id),
            dag_id + ".yaml",        "id: " + dag_id, at(0)};
}

[[nodiscard]] inline model::DagState a_dag(const std::string& dag_id, std::int64_t version) {
    model::DagState dag;
    dag.dag_id = dag_id;
    dag.version = model::DagVersionId{version};
    return dag;
}

// DAG "etl" with version 1.
[[nodiscard]] inline std::vector<core::Change> etl() { return {a_version(1), a_dag("etl", 1)}; }

// "run-<id>" of version 1, queued at at(id).
[[nodiscard]] inline model::Run a_run(std::int64_t id, const std::string& dag_id = "etl") {
    model::Run run;
    run.id = model::RunId{id};
    run.dag_id = dag_id;
    run.run_id = "run-" + std::to_string(id);
    run.version = model::DagVersionId{1};
    run.run_after = at(id);
    run.queued_at = at(id);
    return run;
}

[[nodiscard]] inline model::Run finished(model::Run run, model::RunState state = model::RunState::success) {
    run.state = state;
    run.started_at = run.queued_at + std::chrono::seconds{1};
    run.ended_at = run.queued_at + std::chrono::seconds{2};
    return run;
}

[[nodiscard]] inline model::TaskInstance a_task(std::int64_t run, const std::string& task_id,
                                                model::TaskState state = model::TaskState::none) {
    model::TaskInstance task;
    task.run = model::RunId{run};
    task.task_id = task_id;
    task.state = state;
    task.pool = "default_pool";
    task.executor = "process";
    return task;
}

[[nodiscard]] inline model::Try a_try(std::int64_t id, std::int64_t run, const std::string& task_id,
                                      model::TryState state = model::TryState::launching) {
    model::Try row;
    row.id = model::TryId{id};
    row.run = model::RunId{run};
    row.task_id = task_id;
    row.state = state;
    row.executor = "process";
    row.created_at = at(id);
    return row;
}

inline std::unique_ptr<SqliteStore> open_store(const std::string& path) {
    auto opened = SqliteStore::open(path);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    return std::move(*opened);
}

inline std::unique_ptr<SqliteHistory> open_history(const std::string& database) {
    auto opened = SqliteHistory::open(database);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
    return std::move(*opened);
}

inline void commit(SqliteStore& store, const std::vector<core::Change>& changes) {
    REQUIRE(store.commit(changes) == ports::CommitOutcome::committed);
}

}  // namespace weir::store::test
