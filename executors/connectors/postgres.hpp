// A blocking PostgreSQL client over libpq: bound parameters, rows streamed one by one, COPY in; failures in words that
// name the server and the remedy. Sessions speak UTF-8 and UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/connectors/endpoint.hpp"
#include "executors/connectors/rows.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"

struct pg_conn;
struct pg_result;

namespace weir::connectors {

using PostgresType = unsigned int;  // an OID

class PostgresResult {
   public:
    [[nodiscard]] int rows() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] std::string name(int column) const;
    [[nodiscard]] PostgresType type(int column) const;
    [[nodiscard]] std::optional<std::string_view> text(int row, int column) const;
    // "INSERT 0 5", and the 5.
    [[nodiscard]] std::string_view tag() const;
    [[nodiscard]] std::uint64_t affected() const;

   private:
    friend class PostgresConnection;
    struct Clear {
        void operator()(pg_result* result) const;
    };
    explicit PostgresResult(pg_result* result) : result_(result) {}
    std::unique_ptr<pg_result, Clear> result_;
};

class PostgresConnection {
   public:
    // `note` takes the server's notices, for the log.
    [[nodiscard]] static model::Result<PostgresConnection> connect(const PostgresEndpoint& endpoint,
                                                                   std::function<void(std::string_view)> note = {});

    // One statement with its values: $1 is params[0]. Arrays become PostgreSQL's where the statement wants one, else JSON.
    [[nodiscard]] model::Result<PostgresResult> execute(std::string_view sql,
                                                        const std::vector<model::Json>& params = {});

    // The same, a row at a time. First start, then next until nullopt; the last result before it has no rows, but the tag.
    [[nodiscard]] model::Result<void> start(std::string_view sql, const std::vector<model::Json>& params);
    [[nodiscard]] model::Result<std::optional<PostgresResult>> next();
    // Names and types of a statement's result, without running it.
    [[nodiscard]] model::Result<PostgresResult> describe(std::string_view sql);

    // COPY … FROM STDIN in text format.
    [[nodiscard]] model::Result<void> copy_start(std::string_view sql);
    [[nodiscard]] model::Result<void> copy_data(std::string_view lines);
    [[nodiscard]] model::Result<std::uint64_t> copy_end();  // rows taken

    // After `listen`: true once a NOTIFY has come, of this or of an earlier time; false when none comes within `patience`.
    [[nodiscard]] model::Result<bool> await_notification(std::chrono::milliseconds patience);

    [[nodiscard]] const std::string& described() const { return described_; }
    // From another thread: the socket is shut down, so that a call that waits fails.
    void interrupt() const;

   private:
    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    PostgresConnection(pg_conn* connection, std::string described)
        : connection_(connection), described_(std::move(described)) {}
    [[nodiscard]] model::Result<PostgresResult> checked(pg_result* result) const;
    [[nodiscard]] model::Error lost() const;
    struct Bound {
        std::vector<std::optional<std::string>> texts;
        std::vector<const char*> values;
    };
    [[nodiscard]] model::Result<Bound> bind(std::string_view sql, const std::vector<model::Json>& params);

    std::unique_ptr<std::function<void(std::string_view)>> note_;  // its address is known to libpq
    std::unique_ptr<pg_conn, Finish> connection_;
    std::string described_;
};

// What libpq said when a connection could not be made, with a remedy.
[[nodiscard]] model::Error postgres_connect_error(const PostgresEndpoint& endpoint, std::string_view message);
// An ErrorResponse: "postgres 'warehouse' (…): relation "x" does not exist (42P01); …".
[[nodiscard]] model::Error postgres_error(const std::string& described, const pg_result* result);

// The nearest of our types: nullopt where we have none and the value passes as text.
[[nodiscard]] std::optional<ColumnType> column_type_of_postgres(PostgresType type);
[[nodiscard]] std::string_view postgres_type(ColumnType type);

// COPY's text format: a cell, with its backslashes, tabs and line ends escaped. NULL is \N.
void append_copy_cell(std::string& line, std::optional<std::string_view> cell);

class PostgresSource : public RowSource {
   public:
    // Reads in a read-only transaction.
    [[nodiscard]] static model::Result<std::unique_ptr<PostgresSource>> open(PostgresConnection connection,
                                                                             std::string_view sql,
                                                                             const std::vector<model::Json>& params);
    [[nodiscard]] const std::vector<Column>& columns() const override { return columns_; }
    [[nodiscard]] model::Result<bool> next(Batch& batch) override;
    [[nodiscard]] std::string place(const Batch& batch, std::size_t row) const override;
    void interrupt() override { connection_.interrupt(); }

   private:
    explicit PostgresSource(PostgresConnection connection) : connection_(std::move(connection)) {}

    PostgresConnection connection_;
    std::vector<Column> columns_;
    bool finished_ = false;
    std::uint64_t row_number_ = 0;
};

}  // namespace weir::connectors
