// The real store of a simulation, around which the daemon dies; and the books: what was committed, folded in memory.
#pragma once

#include <functional>
#include <memory>

#include "scheduler/store/sqlite_store.hpp"
#include "tests/scheduler/core/database.hpp"
#include "tests/sim/faults.hpp"

namespace weir::sim {

class Disk : public ports::Store {
   public:
    // `dag_of`: the DAG of a version, by its hash.
    Disk(Dice& dice, const Plan& plan, const Killer& killer,
         std::function<std::shared_ptr<const model::Dag>(const std::string& hash)> dag_of);

    [[nodiscard]] ports::CommitOutcome commit(std::span<const core::Change> changes) override;
    [[nodiscard]] ports::StoredState recover() override;
    [[nodiscard]] std::optional<ports::StoredRun> find_run(std::string_view dag_id, std::string_view run_id) override {
        return store_.find_run(dag_id, run_id);
    }
    [[nodiscard]] std::vector<ports::StoredRun> ended_runs(std::string_view dag_id, int most) override {
        return store_.ended_runs(dag_id, most);
    }
    [[nodiscard]] bool has_run(std::string_view dag_id, std::string_view run_id,
                               std::optional<model::TimePoint> logical_date) override {
        return store_.has_run(dag_id, run_id, logical_date);
    }
    [[nodiscard]] std::vector<model::DatedRun> dated_runs(std::string_view dag_id, model::TimePoint from,
                                                          model::TimePoint to, std::size_t most) override {
        return store_.dated_runs(dag_id, from, to, most);
    }
    [[nodiscard]] std::optional<model::Backfill> find_backfill(model::BackfillId id) override {
        return store_.find_backfill(id);
    }
    [[nodiscard]] std::optional<model::Run> find_row(std::string_view dag_id, std::string_view run_id,
                                                     std::optional<model::TimePoint> logical_date) override {
        return store_.find_row(dag_id, run_id, logical_date);
    }
    [[nodiscard]] core::LedgerRead read_ledger(core::LedgerQuestions questions) override;
    [[nodiscard]] std::optional<model::Event> find_event(model::EventId id) override { return store_.find_event(id); }
    [[nodiscard]] ports::Pruned prune(const ports::PruneLimits& limits) override { return store_.prune(limits); }

    core::testing::Database books;
    // Called when a commit finds no room: the daemon is stopped then, as a person would who makes some.
    std::function<void()> stop;

   private:
    Dice& dice_;
    const Plan& plan_;
    const Killer& killer_;
    std::function<std::shared_ptr<const model::Dag>(const std::string& hash)> dag_of_;
    store::SqliteStore& store_;
};

}  // namespace weir::sim
