// Rows on their way from a source to a target: batches of cells as text in one arena, so that a load's memory does not
// depend on the number of its rows. Sources (Redis, PostgreSQL, CSV, SQLite) fill batches; targets empty them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/result.hpp"

namespace weir::connectors {

enum class ColumnType : std::uint8_t {
    text,
    bigint,
    integer,
    double_precision,  // written `double`
    numeric,
    boolean,
    date,
    timestamptz,
    jsonb,
};
[[nodiscard]] std::string_view to_text(ColumnType type);
[[nodiscard]] std::optional<ColumnType> parse_column_type(std::string_view text);
[[nodiscard]] const std::vector<std::string>& column_type_names();  // for "did you mean"

struct Column {
    std::string name;
    ColumnType type = ColumnType::text;
    bool declared = false;  // the author named the type; else it is what the source has or what its values look like
    bool operator==(const Column&) const = default;
};
[[nodiscard]] std::vector<std::string> names_of(const std::vector<Column>& columns);
[[nodiscard]] std::optional<std::size_t> find_column(const std::vector<Column>& columns, std::string_view name);

// A row that cannot be loaded. `place` is where its author finds it: "key 'views:7'", "data/catalog.csv:17", "row 12".
struct BadRow {
    std::string place;
    std::string column;  // empty when the row as a whole is bad
    std::string value;
    std::string reason;
    std::string row;  // the whole row, as JSON or as it stood in the file, so that it can be mended and loaded again
};

inline constexpr std::size_t kBatchRows = 2'000;
inline constexpr std::size_t kBatchBytes = 1U << 20;  // a batch is full at whichever comes first

class Batch {
   public:
    explicit Batch(std::size_t columns = 0) : columns_(columns) {}

    // Empties the batch and keeps its memory.
    void reset(std::size_t columns);

    void add(std::string_view value);
    void add_null();
    // Closes the row of the last `columns` cells. `number` and `label` (a key, say) tell its place.
    void end_row(std::uint64_t number, std::string_view label = {});
    // Takes back the cells added since the last end_row.
    void drop_open_row();

    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] std::size_t rows() const { return places_.size(); }
    [[nodiscard]] bool full() const { return rows() + bad.size() >= kBatchRows || bytes_.size() >= kBatchBytes; }
    [[nodiscard]] std::optional<std::string_view> cell(std::size_t row, std::size_t column) const;
    [[nodiscard]] std::uint64_t number(std::size_t row) const { return places_[row].number; }
    [[nodiscard]] std::string_view label(std::size_t row) const;

    std::vector<BadRow> bad;    // rows that the source could not make cells of
    std::uint64_t skipped = 0;  // rows that vanished while being read (a key that expired)

   private:
    struct Cell {
        std::size_t offset;
        std::size_t length;  // kNull for SQL's NULL
    };
    struct Place {
        std::uint64_t number;
        Cell label;
        std::size_t bytes_end;
    };
    static constexpr std::size_t kNull = static_cast<std::size_t>(-1);

    std::size_t columns_;
    std::string bytes_;
    std::vector<Cell> cells_;
    std::vector<Place> places_;
};

// {"product_id": "p1", "views": null}, for the reject file.
[[nodiscard]] std::string row_as_json(const std::vector<Column>& columns, const Batch& batch, std::size_t row);

// Called by one thread at a time, but for interrupt().
class RowSource {
   public:
    virtual ~RowSource() = default;
    [[nodiscard]] virtual const std::vector<Column>& columns() const = 0;
    // Resets `batch` and fills it. False at the end, with an empty batch.
    [[nodiscard]] virtual model::Result<bool> next(Batch& batch) = 0;
    // Where this row comes from, for messages. May be called from another thread than next().
    [[nodiscard]] virtual std::string place(const Batch& batch, std::size_t row) const = 0;
    // From another thread: makes a next() that waits for a server fail soon.
    virtual void interrupt() {}
};

}  // namespace weir::connectors
