// What is on disk, for tests: the fold of what was committed, and what must hold between that and the live state after
// each step. World and the simulation keep one.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scheduler/core/ledger_view.hpp"
#include "scheduler/core/memory.hpp"
#include "scheduler/core/step.hpp"

namespace weir::core::testing {

using model::TaskState;

// The DAGs as their files have them now, by dag_id.
using DagFiles = std::map<std::string, std::shared_ptr<const model::Dag>>;

[[nodiscard]] inline bool is_open(const model::Try& row) {
    return row.state == model::TryState::launching || row.state == model::TryState::running;
}

// What is on disk.
struct Database {
    std::map<model::DagVersionId, model::DagVersion> versions;
    std::map<std::string, model::DagState> dags;
    std::map<model::RunId, model::Run> runs;
    std::map<std::pair<model::RunId, std::string>, model::TaskInstance> task_instances;  // by model::instance_name()
    std::map<model::BackfillId, model::Backfill> backfills;
    std::map<model::NotificationId, model::Notification> notifications;
    std::map<model::TryId, model::Try> tries;
    std::map<model::EventId, model::Event> events;
    std::map<std::tuple<std::string, std::string, TimePoint, TimePoint, std::int64_t>, model::Window> windows;
    std::map<model::AssetKey, model::AssetState> assets;
    std::map<std::pair<std::string, std::string>, std::string> positions;  // by source and part
    std::map<std::tuple<std::string, int, model::EventId>, model::CountedEvent> counted;
    std::vector<model::AuditEntry> audit;
    std::map<model::DagVersionId, std::shared_ptr<const model::Dag>> texts;  // as the loader would load them again

    void fold(const std::vector<Change>& changes);
    [[nodiscard]] RunHistory history_of(const model::Run& row) const;
    [[nodiscard]] Recovered recovered() const;
    [[nodiscard]] LedgerRead read_ledger(LedgerQuestions questions) const;
    [[nodiscard]] std::optional<model::Run> find(const AwaitedRun& what) const;
    [[nodiscard]] std::vector<model::DatedRun> dated_runs(const std::string& dag_id, TimePoint from,
                                                          TimePoint to) const;
    // The ends of the tasks above `task`, from rows alone.
    [[nodiscard]] std::uint32_t total_above(const model::Dag& dag, const model::Task& task, model::RunId run) const;
    [[nodiscard]] UpstreamCounts counts_above(const model::Dag& dag, const model::Task& task, model::RunId run) const;
};

// Invariants 2, 4 and 6 of docs/architecture.md, and the counters (5).
void check_books(const State& state, const Database& database, const PoolsConfigured& pools);
// Invariant 1: what is launched is on disk.
void check_launch_is_committed(const Launch& launch, const Database& database);
// Invariant 3. Not once people mark and clear what is above a task that waits for its slot.
void check_rule_holds(const Launch& launch, const Database& database);

}  // namespace weir::core::testing
