#include "executors/operators/database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "executors/connectors/postgres.hpp"
#include "executors/connectors/sqlite.hpp"

namespace weir::operators {
namespace {

using connectors::PostgresConnection;
using connectors::PostgresResult;
using connectors::SqliteDatabase;
using connectors::SqliteStatement;
using model::Error;
using model::ErrorKind;
using model::Result;

Result<void> refuse_transaction_control(std::string_view statement) {
    constexpr std::array<std::string_view, 6> kWords{"begin", "start", "commit", "end", "rollback", "abort"};
    const auto word = first_word(statement);
    if (std::ranges::find(kWords, word) == kWords.end()) return {};
    return Error{ErrorKind::invalid,
                 fmt::format("the `sql` operator is one transaction already; leave out `{}`", word)};
}

TextRow row_of(const PostgresResult& result, int row) {
    TextRow cells;
    for (int i = 0; i < result.columns(); ++i) {
        const auto text = result.text(row, i);
        cells.push_back(text ? std::optional<std::string>{*text} : std::nullopt);
    }
    return cells;
}

std::vector<std::string> columns_of_result(const PostgresResult& result) {
    std::vector<std::string> columns;
    for (int i = 0; i < result.columns(); ++i) columns.push_back(result.name(i));
    return columns;
}

class PostgresDatabase : public Database {
   public:
    explicit PostgresDatabase(PostgresConnection connection) : connection_(std::move(connection)) {}

    Result<void> begin_snapshot() {
        const auto begun = connection_.execute("begin isolation level repeatable read read only");
        if (!begun) return begun.error();
        return {};
    }
    Result<TextRows> query(const SqlText& sql) override {
        const auto result = connection_.execute(sql.text, sql.params);
        if (!result) return result.error();
        TextRows rows{columns_of_result(*result), {}};
        for (int i = 0; i < result->rows(); ++i) rows.rows.push_back(row_of(*result, i));
        return rows;
    }
    Result<std::optional<std::vector<std::string>>> columns_of(const TableName& name) override {
        const auto found = connection_.execute(
            "select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped "
            "order by attnum",
            {quoted(name)});
        if (!found) return found.error();
        if (found->rows() == 0) return std::optional<std::vector<std::string>>{};
        std::vector<std::string> columns;
        for (int i = 0; i < found->rows(); ++i) columns.emplace_back(*found->text(i, 0));
        return std::optional{columns};
    }
    Result<std::vector<std::string>> columns_of(const SqlText& query) override {
        const auto described = connection_.describe(query.text);
        if (!described) return described.error();
        return columns_of_result(*described);
    }
    Result<void> run_all(const SqlText& sql, const OnRow& row, const std::function<void(const Done&)>& done) override {
        const auto statements = split_statements(sql);
        if (!statements) return statements.error();
        for (const auto& statement : *statements)
            if (const auto allowed = refuse_transaction_control(statement.text); !allowed) return allowed;
        if (const auto begun = connection_.execute("begin"); !begun) return begun.error();
        for (const auto& statement : *statements)
            if (const auto ran = run(statement, row, done); !ran) return ran;
        if (const auto committed = connection_.execute("commit"); !committed) return committed.error();
        return {};
    }

   private:
    Result<void> run(const SqlText& statement, const OnRow& row, const std::function<void(const Done&)>& done) {
        if (const auto started = connection_.start(statement.text, statement.params); !started) return started;
        Done summary;
        while (true) {
            const auto result = connection_.next();
            if (!result) return result.error();
            if (!*result) break;
            summary.columns = columns_of_result(**result);
            for (int i = 0; i < (*result)->rows(); ++i) row(row_of(**result, i));
            summary.tag = (*result)->tag();
            summary.rows = (*result)->affected();
        }
        done(summary);
        return {};
    }

    PostgresConnection connection_;
};

class SqliteFileDatabase : public Database {
   public:
    explicit SqliteFileDatabase(SqliteDatabase database) : database_(std::move(database)) {}

    Result<void> begin_snapshot() { return database_.execute("begin"); }
    Result<TextRows> query(const SqlText& sql) override {
        auto statement = database_.prepare(sql.text);
        if (!statement) return statement.error();
        database_.bind(*statement, sql.params);
        TextRows rows{columns_of_statement(*statement), {}};
        const auto stepped = step_all(*statement, [&rows](const TextRow& row) { rows.rows.push_back(row); });
        if (!stepped) return stepped.error();
        return rows;
    }
    Result<std::optional<std::vector<std::string>>> columns_of(const TableName& name) override {
        const auto found = query({"select name from pragma_table_info($1, $2)",
                                  {name.table, name.schema.empty() ? model::Json("main") : model::Json(name.schema)}});
        if (!found) return found.error();
        if (found->rows.empty()) return std::optional<std::vector<std::string>>{};
        std::vector<std::string> columns;
        for (const auto& row : found->rows) columns.push_back(row[0].value_or(""));
        return std::optional{columns};
    }
    Result<std::vector<std::string>> columns_of(const SqlText& query) override {
        const auto statement = database_.prepare(query.text);
        if (!statement) return statement.error();
        return columns_of_statement(*statement);
    }
    Result<void> run_all(const SqlText& sql, const OnRow& row, const std::function<void(const Done&)>& done) override {
        if (const auto begun = database_.execute("begin immediate"); !begun) return begun;
        std::string_view rest = sql.text;
        while (true) {
            const auto before = rest;
            auto statement = database_.prepare_next(rest);
            if (!statement) return statement.error();
            if (!*statement) break;
            const auto text = before.substr(0, before.size() - rest.size());
            if (const auto allowed = refuse_transaction_control(text); !allowed) return allowed;
            database_.bind(**statement, sql.params);
            Done summary{columns_of_statement(**statement), first_word(text), 0};
            const auto rows = step_all(**statement, row);
            if (!rows) return rows.error();
            summary.rows = *rows;
            if (summary.columns.empty() && !(*statement)->read_only())
                summary.rows = static_cast<std::uint64_t>(database_.changes());
            done(summary);
        }
        return database_.execute("commit");
    }

   private:
    static std::vector<std::string> columns_of_statement(const SqliteStatement& statement) {
        std::vector<std::string> columns;
        for (int i = 0; i < statement.columns(); ++i) columns.push_back(statement.name(i));
        return columns;
    }
    static Result<std::uint64_t> step_all(SqliteStatement& statement, const OnRow& row) {
        std::uint64_t count = 0;
        std::string scratch;
        auto more = statement.step();
        for (; more && *more; more = statement.step()) {
            TextRow cells;
            for (int i = 0; i < statement.columns(); ++i) {
                const auto text = statement.text(i, scratch);
                cells.push_back(text ? std::optional<std::string>{*text} : std::nullopt);
            }
            row(cells);
            ++count;
        }
        if (!more) return more.error();
        return count;
    }

    SqliteDatabase database_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_database(const DatabaseSettings& settings, bool read_only, Log& log) {
    if (const auto* file = std::get_if<SqliteFile>(&settings)) {
        auto opened =
            SqliteDatabase::open(file->path, read_only ? SqliteDatabase::Access::read : SqliteDatabase::Access::write);
        if (!opened) return opened.error();
        auto database = std::make_unique<SqliteFileDatabase>(std::move(*opened));
        if (read_only)
            if (const auto begun = database->begin_snapshot(); !begun) return begun.error();
        return std::unique_ptr<Database>{std::move(database)};
    }
    auto connection = PostgresConnection::connect(std::get<connectors::PostgresEndpoint>(settings),
                                                  [&log](std::string_view notice) { log.line(notice); });
    if (!connection) return connection.error();
    auto database = std::make_unique<PostgresDatabase>(std::move(*connection));
    if (read_only)
        if (const auto begun = database->begin_snapshot(); !begun) return begun.error();
    return std::unique_ptr<Database>{std::move(database)};
}

}  // namespace weir::operators
