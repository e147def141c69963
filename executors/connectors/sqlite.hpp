// SQLite files as data (Weir's own state is scheduler/store's business): statements with bound values, errors in words.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/connectors/rows.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace weir::connectors {

enum class SqliteKind : std::uint8_t { null, integer, real, text, blob };

class SqliteStatement {
   public:
    // Parameters count from 1. The bytes of `bind_text` are copied.
    void bind_null(int parameter);
    void bind_text(int parameter, std::string_view value);
    void bind_integer(int parameter, std::int64_t value);
    void bind_real(int parameter, double value);
    // A canonical cell (see values.hpp) in the form that SQLite's own functions understand.
    void bind_cell(int parameter, ColumnType type, std::optional<std::string_view> cell);

    // True while there is a row.
    [[nodiscard]] model::Result<bool> step();
    void reset();

    [[nodiscard]] int columns() const;
    [[nodiscard]] std::string name(int column) const;
    [[nodiscard]] std::string declared_type(int column) const;  // as CREATE TABLE has it; empty for an expression
    [[nodiscard]] SqliteKind kind(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    // Of any kind, as text: numbers in the shortest form that reads back the same.
    [[nodiscard]] std::optional<std::string_view> text(int column, std::string& scratch) const;
    [[nodiscard]] bool read_only() const;

   private:
    friend class SqliteDatabase;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    SqliteStatement(sqlite3_stmt* statement, std::string described)
        : statement_(statement), described_(std::move(described)) {}
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::string described_;
};

class SqliteDatabase {
   public:
    enum class Access : std::uint8_t { read, write };  // write creates the file
    [[nodiscard]] static model::Result<SqliteDatabase> open(const std::string& path, Access access);
    // Without a name: in memory up to a bound, beyond it on disk, gone with the process.
    [[nodiscard]] static model::Result<SqliteDatabase> open_temporary();

    [[nodiscard]] model::Result<SqliteStatement> prepare(std::string_view sql) const;
    // The first statement of `sql`, which then holds the rest. nullopt when only blanks and comments are left.
    [[nodiscard]] model::Result<std::optional<SqliteStatement>> prepare_next(std::string_view& sql) const;
    // Values by number ($1 is params[0]); values of `params` that the statement doesn't name are not looked at.
    // A text that is a time with an offset is bound as sqlite_timestamp(), arrays and objects as JSON text.
    void bind(SqliteStatement& statement, const std::vector<model::Json>& params) const;
    // Without rows and values.
    [[nodiscard]] model::Result<void> execute(std::string_view sql) const;
    [[nodiscard]] std::int64_t changes() const;
    [[nodiscard]] const std::string& described() const { return described_; }

   private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    SqliteDatabase(sqlite3* database, std::string described) : database_(database), described_(std::move(described)) {}
    std::unique_ptr<sqlite3, Close> database_;
    std::string described_;
};

// "name" with its quotes doubled: SQL's quoting, the same in SQLite and PostgreSQL.
[[nodiscard]] std::string quote_identifier(std::string_view name);

// The type that CREATE TABLE is given, and back from what a table declares. nullopt: nothing or nothing known.
[[nodiscard]] std::string_view sqlite_type(ColumnType type);
[[nodiscard]] std::optional<ColumnType> column_type_of_sqlite(std::string_view declared);

// The rows of a query. Columns that are expressions get their type from the first rows: whole numbers are bigint, others
// double, the rest text.
class SqliteSource : public RowSource {
   public:
    // `database` outlives the source unless it is handed over.
    [[nodiscard]] static model::Result<std::unique_ptr<SqliteSource>> open(std::shared_ptr<SqliteDatabase> database,
                                                                           std::string_view sql,
                                                                           const std::vector<model::Json>& params);
    [[nodiscard]] const std::vector<Column>& columns() const override { return columns_; }
    [[nodiscard]] model::Result<bool> next(Batch& batch) override;
    [[nodiscard]] std::string place(const Batch& batch, std::size_t row) const override;

   private:
    SqliteSource(std::shared_ptr<SqliteDatabase> database, SqliteStatement statement)
        : database_(std::move(database)), statement_(std::move(statement)) {}
    [[nodiscard]] model::Result<void> read_first();
    [[nodiscard]] model::Result<void> fill(Batch& batch, std::vector<SqliteKind>* kinds);

    std::shared_ptr<SqliteDatabase> database_;
    std::optional<SqliteStatement> statement_;  // gone after the last row, so that no lock outlives the reading
    std::vector<Column> columns_;
    Batch first_;
    bool first_given_ = false;
    std::uint64_t row_number_ = 0;
};

}  // namespace weir::connectors
