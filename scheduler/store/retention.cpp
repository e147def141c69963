#include "scheduler/store/retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "scheduler/store/account_retention.hpp"
#include "scheduler/store/columns.hpp"
#include "scheduler/store/transaction.hpp"

namespace weir::store {

namespace {

struct Tombstone {
    model::RunId run;
    std::string dag_id;
    std::string run_id;
};

// Whose ids are never given out again, not even when the newest row of all is deleted.
constexpr std::array kNumbered{"dag_run", "notification", "event", "task_try", "dag_version"};

// Not max(id): beside another column or a HAVING, SQLite reads the whole table for it.
constexpr const char* kRaiseFloor =
    "INSERT INTO id_floor SELECT '{0}', id + 1 FROM {0} ORDER BY id DESC LIMIT 1"
    " ON CONFLICT DO UPDATE SET next = excluded.next WHERE excluded.next > next";

// Walks the DAG's runs in the order of their ends, so it passes over at most keep_last runs that it must leave.
const char* const kOldRuns =
    "SELECT id, dag_id, run_id FROM dag_run WHERE dag_id = ?1 AND ended_at < ?2 AND +state IN ('success', 'failed')"
    " AND +id < CASE WHEN ?3 <= 0 THEN 9223372036854775807"
    "   ELSE (SELECT id FROM dag_run WHERE dag_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?3 - 1) END"
    " ORDER BY ended_at LIMIT ?4";

const char* const kOldVersions =
    "DELETE FROM dag_version WHERE id IN (SELECT v.id FROM dag_version AS v WHERE v.dag_id = ?1"
    " AND v.number < (SELECT max(number) FROM dag_version WHERE dag_id = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM dag_run WHERE version = v.id) AND NOT EXISTS (SELECT 1 FROM dag WHERE version = "
    "v.id)"
    " LIMIT ?2)";

const char* const kSweepTries = "DELETE FROM task_try WHERE id IN (SELECT id FROM task_try WHERE run = ?1 LIMIT ?2)";

const char* const kSweepTaskInstances =
    "DELETE FROM task_instance WHERE (run, task_id, map_index) IN"
    " (SELECT run, task_id, map_index FROM task_instance WHERE run = ?1 LIMIT ?2)";

}  // namespace

// The work of one transaction.
class Retention::Slice {
   public:
    Slice(SQLite::Database& db, Progress progress) : db_(db), progress_(std::move(progress)) {}

    void run(const ports::PruneLimits& limits) {
        for (const char* numbered : kNumbered) db_.exec(fmt::format(kRaiseFloor, numbered));
        if (!progress_.reported_leftovers) report_leftovers();
        bool all_swept = true;
        for (const Tombstone& tombstone : tombstones()) all_swept = bury(tombstone) && all_swept;
        const bool round_over = budget_ > 0 && visit_dags(limits.runs_before, limits.keep_last);
        const bool ledger_done = prune_ledger(limits);
        const bool accounts_done = prune_accounts(db_, limits, kAccountRowsPerSlice);
        pruned_.more =
            !round_over || !ledger_done || !accounts_done || !all_swept || !pruned_.runs.empty() || give_back_pages();
        progress_.reported.insert(progress_.reported.end(), newly_reported_.begin(), newly_reported_.end());
    }

    [[nodiscard]] ports::Pruned take_pruned() { return std::move(pruned_); }
    [[nodiscard]] Progress take_progress() { return std::move(progress_); }

   private:
    // Logs under a run_id that was used again since belong to the new run.
    void report_leftovers() {
        for (const Tombstone& tombstone : tombstones()) {
            SQLite::Statement same_name(db_, "SELECT 1 FROM dag_run WHERE dag_id = ?1 AND run_id = ?2");
            bind_values(same_name, tombstone.dag_id, tombstone.run_id);
            if (same_name.executeStep())
                newly_reported_.push_back(tombstone.run);
            else
                report(tombstone);
        }
        progress_.reported_leftovers = true;
    }

    void report(const Tombstone& tombstone) {
        pruned_.runs.emplace_back(tombstone.dag_id, tombstone.run_id);
        newly_reported_.push_back(tombstone.run);
    }

    std::vector<Tombstone> tombstones() {
        std::vector<Tombstone> found;
        SQLite::Statement select(db_, "SELECT run, dag_id, run_id FROM pruned_run");
        while (select.executeStep()) {
            Tombstone& tombstone = found.emplace_back();
            read_values(select, tombstone.run, tombstone.dag_id, tombstone.run_id);
        }
        return found;
    }

    // Sweeps what is left of the run, and forgets it once its logs are gone too. True when nothing is left.
    bool bury(const Tombstone& tombstone) {
        if (!sweep(tombstone.run)) return false;
        const auto reported = std::find(progress_.reported.begin(), progress_.reported.end(), tombstone.run);
        if (reported == progress_.reported.end()) return true;
        progress_.reported.erase(reported);
        execute("DELETE FROM pruned_run WHERE run = ?1", tombstone.run);
        return true;
    }

    bool sweep(model::RunId run) {
        for (const char* sql : {kSweepTries, kSweepTaskInstances}) {
            if (budget_ <= 0) return false;
            budget_ -= execute(sql, run, budget_);
        }
        return budget_ > 0;  // with nothing left of it, rows may be left too
    }

    // True when the round over all DAGs is complete.
    bool visit_dags(model::TimePoint before, int keep_last) {
        std::vector<std::string> dag_ids;
        {
            SQLite::Statement select(db_, "SELECT dag_id FROM dag WHERE dag_id > ?1 ORDER BY dag_id LIMIT ?2");
            bind_values(select, progress_.dag_id, kDagsPerSlice);
            while (select.executeStep()) dag_ids.push_back(RowReader(select).next<std::string>());
        }
        // Of most DAGs nothing is old: compiling the statements for each would cost more than asking.
        SQLite::Statement old_runs(db_, kOldRuns);
        SQLite::Statement old_versions(db_, kOldVersions);
        for (const std::string& dag_id : dag_ids) {
            remove_runs(old_runs, dag_id, before, keep_last);
            if (budget_ > 0) budget_ -= execute(old_versions, dag_id, budget_);
            if (budget_ <= 0) return false;  // the next slice goes on with this DAG
            progress_.dag_id = dag_id;
        }
        if (std::cmp_equal(dag_ids.size(), kDagsPerSlice)) return false;
        progress_.dag_id.clear();
        return true;
    }

    void remove_runs(SQLite::Statement& select, const std::string& dag_id, model::TimePoint before, int keep_last) {
        std::vector<Tombstone> old;
        bind_values(select, dag_id, before, keep_last, budget_);
        while (select.executeStep()) {
            Tombstone& run = old.emplace_back();
            read_values(select, run.run, run.dag_id, run.run_id);
        }
        for (const Tombstone& run : old) {
            if (budget_ <= 0) return;
            execute("INSERT INTO pruned_run VALUES (?1, ?2, ?3)", run.run, run.dag_id, run.run_id);
            budget_ -= execute("DELETE FROM dag_run WHERE id = ?1", run.run);
            budget_ -= execute("DELETE FROM notification WHERE dag_id = ?1 AND run_id = ?2 AND state <> 'pending'",
                               run.dag_id, run.run_id);
            report(run);
            static_cast<void>(sweep(run.run));  // what doesn't fit is swept by the next slice
        }
    }

    bool prune_ledger(const ports::PruneLimits& limits) {
        LedgerRetention ledger(db_, progress_.ledger);
        const bool done = ledger.run(limits, kLedgerRowsPerSlice);
        progress_.ledger = ledger.progress();
        pruned_.events = ledger.events();
        pruned_.windows = ledger.windows();
        return done;
    }

    // A little at a time: each page given back is a page moved. True when there are more.
    bool give_back_pages() {
        const std::int64_t spare = db_.execAndGet("PRAGMA freelist_count").getInt64() - kFreePagesKept;
        if (spare <= 0) return false;
        db_.exec("PRAGMA incremental_vacuum(" + std::to_string(std::min(spare, kPagesPerSlice)) + ")");
        return spare > kPagesPerSlice;
    }

    template <class... Values>
    std::int64_t execute(const char* sql, const Values&... values) {
        SQLite::Statement statement(db_, sql);
        return execute(statement, values...);
    }

    template <class... Values>
    static std::int64_t execute(SQLite::Statement& statement, const Values&... values) {
        bind_values(statement, values...);
        return statement.exec();
    }

    SQLite::Database& db_;
    Progress progress_;
    ports::Pruned pruned_;
    std::vector<model::RunId> newly_reported_;
    std::int64_t budget_ = kRowsPerSlice;
};

ports::Pruned Retention::prune(const ports::PruneLimits& limits) {
    Slice slice(db_, progress_);
    const ports::CommitOutcome outcome = in_transaction(db_, [&slice, &limits] { slice.run(limits); });
    if (outcome == ports::CommitOutcome::disk_full) return {};
    progress_ = slice.take_progress();
    return slice.take_pruned();
}

}  // namespace weir::store
