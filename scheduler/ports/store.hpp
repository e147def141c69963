// The loop's side of the database: one writer, called from the core thread only.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "scheduler/core/inputs.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/run.hpp"

namespace weir::ports {

// Rows of one run, as stored.
struct StoredRun {
    model::Run run;
    model::DagVersion version;  // with source, for the loader
    std::vector<model::TaskInstance> task_instances;
    std::vector<model::Try> open_tries;  // launching or running; and see core::Recovered::LiveRun
};

struct StoredState {
    std::vector<StoredRun> live_runs;  // queued or running
    std::vector<model::DagState> dags;
    std::vector<model::DagVersion> versions;                            // newest of each DAG, `source` left empty
    std::vector<std::pair<std::string, model::TimePoint>> dates_ahead;  // see core::Recovered
    // Running or paused, or with runs that are queued or running.
    std::vector<model::Backfill> open_backfills;
    std::vector<model::Notification> open_notifications;  // pending
    std::vector<model::AssetState> assets;
    std::vector<model::Event> open_events;  // pending
    std::vector<core::Recovered::Counted> counted_events;
    std::vector<model::Run> reruns;  // with rerun_at
    model::RunId next_run{1};
    model::TryId next_try{1};
    model::DagVersionId next_version{1};
    model::BackfillId next_backfill{1};
    model::NotificationId next_notification{1};
    model::EventId next_event{1};
};

// What retention may remove.
struct PruneLimits {
    model::TimePoint runs_before;         // finished runs that ended earlier …
    int keep_last = 0;                    // … and are not among so many last ones of their DAG
    model::TimePoint events_before;       // events that were received earlier
    model::TimePoint windows_before;      // revisions of windows that were told of earlier
    model::TimePoint audit_before = {};   // lines of the audit that are older
    model::TimePoint logins_before = {};  // sessions that expired earlier; tokens after kExpiredTokensStay more
};

// What retention removed: the caller deletes the runs' log folders, after the commit.
struct Pruned {
    std::vector<std::pair<std::string, std::string>> runs;  // dag_id, run_id
    std::int64_t events = 0;
    std::int64_t windows = 0;
    bool more = false;  // call again on the next idle turn
};

enum class CommitOutcome {
    committed,
    disk_full,  // nothing was written; the caller keeps the turn and tries again
};

class Store {
   public:
    virtual ~Store() = default;
    // All of one turn in one transaction. Any failure but a full disk aborts the process.
    [[nodiscard]] virtual CommitOutcome commit(std::span<const core::Change> changes) = 0;
    [[nodiscard]] virtual StoredState recover() = 0;

    [[nodiscard]] virtual std::optional<StoredRun> find_run(std::string_view dag_id, std::string_view run_id) = 0;
    // The newest ended runs of a DAG that have a logical date, without their open tries and the text of their version.
    [[nodiscard]] virtual std::vector<StoredRun> ended_runs(std::string_view dag_id, int most) = 0;
    [[nodiscard]] virtual bool has_run(std::string_view dag_id, std::string_view run_id,
                                       std::optional<model::TimePoint> logical_date) = 0;

    // Runs of the DAG with a logical date in the range, both ends included; at most `most`.
    [[nodiscard]] virtual std::vector<model::DatedRun> dated_runs(std::string_view dag_id, model::TimePoint from,
                                                                  model::TimePoint to, std::size_t most) = 0;
    [[nodiscard]] virtual std::optional<model::Backfill> find_backfill(model::BackfillId id) = 0;
    // The run alone; by its logical date where `run_id` is empty.
    [[nodiscard]] virtual std::optional<model::Run> find_row(std::string_view dag_id, std::string_view run_id,
                                                             std::optional<model::TimePoint> logical_date) = 0;

    [[nodiscard]] virtual core::LedgerRead read_ledger(core::LedgerQuestions questions) = 0;
    [[nodiscard]] virtual std::optional<model::Event> find_event(model::EventId id) = 0;

    // Deletes at most a small slice of what the limits give up.
    [[nodiscard]] virtual Pruned prune(const PruneLimits& limits) = 0;
};

}  // namespace weir::ports
