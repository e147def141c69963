// Which way SQLite takes through a long history. The statements are those that the lists run, seen as they run.
#include <sqlite3.h>

#include <algorithm>

#include "scheduler/store/connection.hpp"
#include "scheduler/store/overviews.hpp"
#include "scheduler/store/query.hpp"
#include "scheduler/store/run_list.hpp"
#include "scheduler/store/task_instance_list.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

using Steps = std::vector<std::string>;

int remember(unsigned, void* statements, void*, void* sql) {
    static_cast<std::vector<std::string>*>(statements)->emplace_back(static_cast<const char*>(sql));
    return 0;
}

// More runs of "etl" than are counted one by one, all finished, with one task each; one in a hundred failed.
struct LongHistory {
    TempFolder folder;
    std::unique_ptr<SqliteStore> store = open_store(folder.database());
    SQLite::Database db = open_reader(store->database());

    LongHistory() {
        commit(*store, etl());
        std::vector<core::Change> changes;
        for (std::int64_t id = 1; id <= kMostCounted + 100; ++id) {
            const bool failed = id % 100 == 0;
            changes.emplace_back(finished(a_run(id), failed ? model::RunState::failed : model::RunState::success));
            changes.emplace_back(a_task(id, "load", failed ? model::TaskState::failed : model::TaskState::success));
        }
        commit(*store, changes);
    }

    // The steps of all statements that the list runs.
    template <class List>
    Steps steps_of(List list) {
        std::vector<std::string> statements;
        sqlite3_trace_v2(db.getHandle(), SQLITE_TRACE_STMT, remember, &statements);
        list();
        sqlite3_trace_v2(db.getHandle(), 0, nullptr, nullptr);
        Steps steps;
        for (const std::string& sql : statements) {
            SQLite::Statement plan(db, "EXPLAIN QUERY PLAN " + sql);
            while (plan.executeStep()) steps.push_back(plan.getColumn(3).getString());
        }
        return steps;
    }
    Steps steps_of_runs(const ports::RunFilter& filter) {
        return steps_of([this, &filter] { CHECK_FALSE(list_runs(db, filter).rows.empty()); });
    }
    Steps steps_of_tasks(const ports::TaskInstanceFilter& filter) {
        return steps_of([this, &filter] { CHECK_FALSE(list_task_instances(db, filter).rows.empty()); });
    }
};

// Those that lead through runs, but not to one by its id.
Steps ways(const Steps& steps) {
    Steps found;
    for (const std::string& step : steps)
        if ((step.starts_with("SEARCH dag_run ") || step.starts_with("SEARCH r ") || step.starts_with("SCAN dag_run") ||
             step.starts_with("SCAN r")) &&
            step.find("(rowid=?)") == std::string::npos)
            found.push_back(step);
    return found;
}

const Steps kPatternOfDag{"SEARCH dag_run USING COVERING INDEX dag_run_by_dag (dag_id=?)"};

}  // namespace

TEST_CASE_FIXTURE(LongHistory, "runs of a DAG that are like a pattern are looked for once, in an index alone") {
    for (const char* pattern : {"run-%", "%-77", "%-1_00"})
        CHECK(ways(steps_of_runs({.dag_id = "etl", .run_id_pattern = pattern})) == kPatternOfDag);
}

TEST_CASE_FIXTURE(LongHistory, "pages of many runs that are like a pattern go on past what is counted, both ways") {
    ports::RunFilter filter{.dag_id = "etl", .run_id_pattern = "run-%", .limit = 2};
    const auto ids = [this, &filter](const char* order, std::int64_t offset) {
        filter.order_by = order;
        filter.offset = offset;
        const auto page = list_runs(db, filter);
        CHECK(page.total_is_least);
        std::vector<std::int64_t> found{page.total};
        for (const auto& run : page.rows) found.push_back(run.id.value);
        return found;
    };
    using Ids = std::vector<std::int64_t>;
    CHECK(ids("", 0) == Ids{kMostCounted + 1, kMostCounted + 100, kMostCounted + 99});
    CHECK(ids("id", 1) == Ids{kMostCounted + 1, 2, 3});
    CHECK(ids("-id", kMostCounted - 2) == Ids{kMostCounted + 1, 102, 101});
    CHECK(ids("-id", kMostCounted - 1) == Ids{kMostCounted + 2, 101, 100});
    CHECK(ids("-id", kMostCounted + 98) == Ids{kMostCounted + 101, 2, 1});
}

TEST_CASE_FIXTURE(LongHistory, "runs of a DAG within a span are found by its index, whatever order they shall have") {
    const Steps wanted{
        "SEARCH dag_run USING INDEX dag_run_by_dag_run_after (dag_id=? AND run_after>? AND run_after<?)"};
    const ports::RunFilter hour{.dag_id = "etl", .run_after_gte = at(100), .run_after_lte = at(200)};
    for (const char* order : {"-run_id", "state,-run_id"}) {
        auto filter = hour;
        filter.order_by = order;
        CHECK(ways(steps_of_runs(filter)) == wanted);
    }
}

TEST_CASE_FIXTURE(LongHistory, "a calendar reads no run") {
    const std::vector bounds{at(0), at(5000), at(20'000)};
    const auto found = ways(steps_of([this, &bounds] { CHECK(list_run_counts(db, "etl", bounds).size() == 4); }));
    CHECK(std::count(found.begin(), found.end(),
                     "SEARCH dag_run USING COVERING INDEX dag_run_by_dag_run_after"
                     " (dag_id=? AND run_after>? AND run_after<?)") == 2);
    CHECK(found.back() == "SEARCH dag_run USING COVERING INDEX dag_run_by_dag_state (dag_id=? AND state=?)");
}

TEST_CASE_FIXTURE(LongHistory, "task instances of a span of time are found by the runs of that span, in its order") {
    const ports::TaskInstanceFilter older{.dag_id = "etl", .run_after_gte = at(10)};
    for (const std::string& step : ways(steps_of_tasks(older)))
        CHECK(step.find("INDEX dag_run_by_dag_run_after (dag_id=? AND run_after>?)") != std::string::npos);
    CHECK(list_task_instances(db, older).rows[0].run.id.value == 10);
}

TEST_CASE_FIXTURE(LongHistory,
                  "task instances that started lately are looked for from the first run that ended since") {
    model::TaskInstance last = a_task(kMostCounted + 99, "load", model::TaskState::success);
    last.started_at = finished(a_run(kMostCounted + 99)).started_at;
    commit(*store, {last});
    const auto found = ways(steps_of_tasks({.dag_id = "etl", .started_gte = at(kMostCounted + 99)}));
    CHECK(found.front() == "SEARCH dag_run USING COVERING INDEX dag_run_by_ended (ended_at>?)");
    CHECK(found.back() == "SEARCH r USING COVERING INDEX dag_run_by_dag (dag_id=? AND id>?)");
}

}  // namespace weir::store::test
