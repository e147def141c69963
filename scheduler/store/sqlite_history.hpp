// ports::History on SQLite: read-only connections, beside the writer's. Thread-safe. The API's pool of readers calls it.
// A file that can't be read any more throws std::exception.
#pragma once

#include <memory>
#include <string>

#include "scheduler/model/result.hpp"
#include "scheduler/ports/history.hpp"

namespace weir::store {

class SqliteHistory final : public ports::History {
   public:
    // `database` is a path or SqliteStore::database(). The store must have been opened (and so migrated) before.
    [[nodiscard]] static model::Result<std::unique_ptr<SqliteHistory>> open(const std::string& database);
    ~SqliteHistory() override;

    [[nodiscard]] std::vector<ports::DagRow> dags() const override;
    [[nodiscard]] ports::Page<model::Run> runs(const ports::RunFilter& filter) const override;
    [[nodiscard]] std::optional<model::Run> run(std::string_view dag_id, std::string_view run_id) const override;
    [[nodiscard]] std::optional<model::Run> run(model::RunId id) const override;
    [[nodiscard]] ports::Page<ports::TaskInstanceRow> task_instances(
        const ports::TaskInstanceFilter& filter) const override;
    [[nodiscard]] std::vector<model::Try> tries(model::RunId run, std::string_view task_id,
                                                int map_index) const override;
    [[nodiscard]] ports::Page<model::Notification> notifications(
        const ports::NotificationFilter& filter) const override;
    [[nodiscard]] std::optional<model::DagVersion> version(model::DagVersionId id) const override;
    [[nodiscard]] std::optional<model::DagVersion> version(std::string_view dag_id, int number) const override;
    [[nodiscard]] ports::Page<model::DagVersion> versions(std::string_view dag_id,
                                                          const ports::Slice& slice) const override;
    [[nodiscard]] std::vector<ports::TaskStates> task_states(std::span<const model::RunId> runs) const override;
    [[nodiscard]] std::vector<ports::RunCount> run_counts(std::string_view dag_id,
                                                          std::span<const model::TimePoint> bounds) const override;
    [[nodiscard]] std::map<model::RunState, std::int64_t> ended_since(model::TimePoint since) const override;
    [[nodiscard]] std::vector<model::Run> failed_since(model::TimePoint since, int most) const override;
    [[nodiscard]] std::vector<model::Run> find_runs(std::string_view text, int most) const override;
    [[nodiscard]] ports::Page<ports::BackfillRow> backfills(std::string_view dag_id, bool only_open,
                                                            const ports::Slice& slice) const override;
    [[nodiscard]] std::optional<ports::BackfillRow> backfill(model::BackfillId id) const override;
    [[nodiscard]] ports::Page<model::Event> events(const ports::EventFilter& filter) const override;
    [[nodiscard]] std::optional<model::Event> event(model::EventId id) const override;
    [[nodiscard]] ports::Page<model::Window> windows(const ports::WindowFilter& filter) const override;
    [[nodiscard]] std::vector<ports::WindowNow> windows_now(const model::AssetKey& asset, model::TimePoint from,
                                                            model::TimePoint to, std::size_t most) const override;
    [[nodiscard]] std::vector<model::AssetState> assets() const override;
    [[nodiscard]] std::vector<model::SourcePosition> positions(std::string_view source) const override;

   private:
    class Readers;
    explicit SqliteHistory(std::unique_ptr<Readers> readers);
    std::unique_ptr<Readers> readers_;
};

}  // namespace weir::store
