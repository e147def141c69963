// Rows into a PostgreSQL table, in one transaction from the first look at the table to the commit.
//
// Replace and append copy straight into the table: the delete comes first, then COPY. A temporary table and an INSERT from
// there took 2.7 s more for a million rows, which is longer than the COPY itself, and readers see the old rows until the
// commit either way. Upsert needs the temporary table, because COPY can't resolve conflicts.
#pragma once

#include "executors/connectors/postgres.hpp"
#include "executors/operators/target.hpp"

namespace weir::operators {

class PostgresTarget : public LoadTarget {
   public:
    PostgresTarget(connectors::PostgresConnection connection, TableTarget target, std::optional<model::Interval> window,
                   Log& log);
    // Begins the transaction and looks at the table.
    [[nodiscard]] model::Result<void> open();

    [[nodiscard]] std::vector<std::optional<connectors::ColumnType>> types_of(
        const std::vector<std::string>& columns) const override;
    [[nodiscard]] model::Result<void> begin(const std::vector<connectors::Column>& columns) override;
    [[nodiscard]] model::Result<void> write(const connectors::Batch& batch) override;
    [[nodiscard]] model::Result<std::uint64_t> finish() override;

   private:
    [[nodiscard]] model::Result<void> look_up();
    [[nodiscard]] model::Result<void> read_columns();
    [[nodiscard]] model::Result<void> create(const std::vector<connectors::Column>& columns);
    [[nodiscard]] model::Result<void> lock(std::string_view what);
    [[nodiscard]] model::Result<void> delete_old();
    [[nodiscard]] model::Result<void> start_copy();
    [[nodiscard]] model::Result<void> send();
    [[nodiscard]] model::Result<void> refuse_duplicates();
    [[nodiscard]] model::Result<bool> has_unique_index();
    [[nodiscard]] model::Result<std::uint64_t> merge();
    // For statements whose result isn't wanted.
    [[nodiscard]] model::Result<std::uint64_t> run(const std::string& sql, const std::vector<model::Json>& params = {});

    connectors::PostgresConnection connection_;
    TableTarget target_;
    std::optional<model::Interval> window_;
    Log& log_;
    std::string table_;  // quoted
    bool exists_ = false;
    std::string oid_;
    std::vector<TableColumn> existing_;
    std::vector<std::string> names_;  // of the columns that rows bring
    std::string lines_;               // of COPY, not yet sent
    std::uint64_t sent_ = 0;
};

}  // namespace weir::operators
