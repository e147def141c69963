// Where a load writes. Rows become visible all at once, by finish(); a target that goes out of scope before it leaves
// everything as it was.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "executors/connectors/rows.hpp"
#include "executors/operators/log.hpp"
#include "executors/operators/settings.hpp"

namespace weir::operators {

class LoadTarget {
   public:
    virtual ~LoadTarget() = default;
    // The types that the table has for these columns; nullopt where it doesn't exist yet or takes any text.
    [[nodiscard]] virtual std::vector<std::optional<connectors::ColumnType>> types_of(
        const std::vector<std::string>& columns) const = 0;
    // Makes ready for rows of these columns; creates the table, or says how it doesn't match.
    [[nodiscard]] virtual model::Result<void> begin(const std::vector<connectors::Column>& columns) = 0;
    [[nodiscard]] virtual model::Result<void> write(const connectors::Batch& batch) = 0;
    // Commits; gives the number of rows written.
    [[nodiscard]] virtual model::Result<std::uint64_t> finish() = 0;
};

[[nodiscard]] model::Result<std::unique_ptr<LoadTarget>> open_postgres_target(const TableTarget& target,
                                                                              std::optional<model::Interval> window,
                                                                              Log& log);
[[nodiscard]] model::Result<std::unique_ptr<LoadTarget>> open_sqlite_target(const TableTarget& target,
                                                                            std::optional<model::Interval> window,
                                                                            Log& log);
[[nodiscard]] model::Result<std::unique_ptr<LoadTarget>> open_csv_target(const CsvTarget& target, Log& log);

// A column of a table that exists already.
struct TableColumn {
    std::string name;
    std::optional<connectors::ColumnType> type;
    bool must_be_given = false;  // not null and without default
    bool is_generated = false;
};
// How rows of `columns` don't match the table, with the remedy.
[[nodiscard]] model::Result<void> match_columns(const std::string& table, const std::vector<TableColumn>& existing,
                                                const std::vector<connectors::Column>& columns);

// "a", "b" and "c", joined by `separator`, each made by `write` of its quoted name: "s.\"a\" = t.\"a\" and …".
[[nodiscard]] std::string join_names(const std::vector<std::string>& names, std::string_view separator,
                                     std::string_view pattern = "{0}");

// Rows of the stage that have one key: "2 rows have product_id = p1".
[[nodiscard]] model::Error duplicate_keys(const std::string& table, const std::vector<std::string>& key,
                                          const std::vector<std::string>& examples);

}  // namespace weir::operators
