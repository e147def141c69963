// ports::Store on SQLite: the one connection that writes. The daemon opens it and calls it from its core thread only.
// A crash at any moment leaves the state of the last commit that returned.
#pragma once

#include <memory>
#include <string>

#include "scheduler/ports/store.hpp"

namespace weir::store {

class SqliteStore final : public ports::Store {
   public:
    // `path` is a file in an existing folder, or ":memory:" for a database that ends with this object. Migrates it.
    // Fails when another daemon has the file open, when a newer Weir wrote it, and when it can't be read or written.
    [[nodiscard]] static model::Result<std::unique_ptr<SqliteStore>> open(const std::string& path);
    ~SqliteStore() override;

    [[nodiscard]] ports::CommitOutcome commit(std::span<const core::Change> changes) override;
    [[nodiscard]] ports::StoredState recover() override;
    [[nodiscard]] std::optional<ports::StoredRun> find_run(std::string_view dag_id, std::string_view run_id) override;
    [[nodiscard]] std::vector<ports::StoredRun> ended_runs(std::string_view dag_id, int most) override;
    [[nodiscard]] bool has_run(std::string_view dag_id, std::string_view run_id,
                               std::optional<model::TimePoint> logical_date) override;
    [[nodiscard]] std::vector<model::DatedRun> dated_runs(std::string_view dag_id, model::TimePoint from,
                                                          model::TimePoint to, std::size_t most) override;
    [[nodiscard]] std::optional<model::Backfill> find_backfill(model::BackfillId id) override;
    [[nodiscard]] std::optional<model::Run> find_row(std::string_view dag_id, std::string_view run_id,
                                                     std::optional<model::TimePoint> logical_date) override;
    [[nodiscard]] core::LedgerRead read_ledger(core::LedgerQuestions questions) override;
    [[nodiscard]] std::optional<model::Event> find_event(model::EventId id) override;
    [[nodiscard]] ports::Pruned prune(const ports::PruneLimits& limits) override;

    // What SqliteHistory::open takes to read this database: the path, or the name of the one in memory.
    [[nodiscard]] const std::string& database() const;
    // The copy that was taken before a migration; empty when there was none.
    [[nodiscard]] const std::string& copy_before_migration() const;

   private:
    struct Writer;
    explicit SqliteStore(std::unique_ptr<Writer> writer);
    std::unique_ptr<Writer> writer_;
};

}  // namespace weir::store
