#include "executors/connectors/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "executors/connectors/values.hpp"

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

constexpr int kBusyMilliseconds = 60'000;
constexpr auto kTemporaryCache = "pragma cache_size = -32768";  // KiB: what a temporary database keeps in memory

std::string_view remedy(int code) {
    switch (code & 0xFF) {
        case SQLITE_BUSY:
            return "; another program held its lock for a minute: run the task again when it is done";
        case SQLITE_FULL:
            return "; free space on that disk";
        case SQLITE_READONLY:
            return "; let the user that Weir runs as write the file and its folder";
        case SQLITE_CANTOPEN:
            return "; relative paths start at the DAG file's folder, or at the task's `workdir`";
        case SQLITE_NOTADB:
            return "; the file is no SQLite database: is the path right?";
        case SQLITE_CORRUPT:
            return "; the file is damaged: restore it from a backup";
        default:
            return "";
    }
}

Error sqlite_error(const std::string& described, sqlite3* database) {
    const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(database);
    const char* message = database == nullptr ? "out of memory" : sqlite3_errmsg(database);
    const auto kind = (code & 0xFF) == SQLITE_BUSY ? ErrorKind::unavailable : ErrorKind::invalid;
    return {kind, fmt::format("{}: {}{}", described, message, remedy(code))};
}

int size_of(std::string_view text) {  // SQLite's own limit is a billion bytes and reports it at the step
    return static_cast<int>(std::min<std::size_t>(text.size(), std::numeric_limits<int>::max()));
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void SqliteStatement::bind_null(int parameter) { sqlite3_bind_null(statement_.get(), parameter); }
void SqliteStatement::bind_text(int parameter, std::string_view value) {
    sqlite3_bind_text(statement_.get(), parameter, value.empty() ? "" : value.data(), size_of(value), SQLITE_TRANSIENT);
}
void SqliteStatement::bind_integer(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), parameter, value);
}
void SqliteStatement::bind_real(int parameter, double value) {
    sqlite3_bind_double(statement_.get(), parameter, value);
}

void SqliteStatement::bind_cell(int parameter, ColumnType type, std::optional<std::string_view> cell) {
    if (!cell) return bind_null(parameter);
    switch (type) {
        case ColumnType::bigint:
        case ColumnType::integer:
            if (std::int64_t whole{}; parse_number(*cell, whole)) return bind_integer(parameter, whole);
            break;
        case ColumnType::double_precision:
            if (double real{}; parse_number(*cell, real)) return bind_real(parameter, real);
            break;
        case ColumnType::boolean:
            return bind_integer(parameter, *cell == "true" ? 1 : 0);
        case ColumnType::timestamptz:
            if (const auto time = parse_timestamp(*cell)) return bind_text(parameter, sqlite_timestamp(*time));
            break;
        case ColumnType::text:
        case ColumnType::numeric:  // the column's affinity makes it a number
        case ColumnType::date:
        case ColumnType::jsonb:
            break;
    }
    bind_text(parameter, *cell);
}

Result<bool> SqliteStatement::step() {
    switch (sqlite3_step(statement_.get())) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            return sqlite_error(described_, sqlite3_db_handle(statement_.get()));  // any of SQLite's error codes
    }
}

void SqliteStatement::reset() { sqlite3_reset(statement_.get()); }
int SqliteStatement::columns() const { return sqlite3_column_count(statement_.get()); }
std::string SqliteStatement::name(int column) const { return sqlite3_column_name(statement_.get(), column); }
std::string SqliteStatement::declared_type(int column) const {
    const char* type = sqlite3_column_decltype(statement_.get(), column);
    return type == nullptr ? "" : type;
}
SqliteKind SqliteStatement::kind(int column) const {
    switch (sqlite3_column_type(statement_.get(), column)) {
        case SQLITE_INTEGER:
            return SqliteKind::integer;
        case SQLITE_FLOAT:
            return SqliteKind::real;
        case SQLITE_TEXT:
            return SqliteKind::text;
        case SQLITE_BLOB:
            return SqliteKind::blob;
        default:
            return SqliteKind::null;  // SQLite gives plain numbers, not an enum
    }
}
std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::optional<std::string_view> SqliteStatement::text(int column, std::string& scratch) const {
    switch (kind(column)) {
        case SqliteKind::null:
            return std::nullopt;
        case SqliteKind::integer:
            scratch = std::to_string(integer(column));
            return scratch;
        case SqliteKind::real: {
            const double real = sqlite3_column_double(statement_.get(), column);
            scratch = std::isinf(real) ? (real < 0 ? "-Infinity" : "Infinity") : fmt::format("{}", real);
            return scratch;
        }
        case SqliteKind::text:
        case SqliteKind::blob: {
            const void* bytes = sqlite3_column_blob(statement_.get(), column);
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
            if (size == 0) return std::string_view{""};
            return std::string_view{static_cast<const char*>(bytes), size};
        }
    }
    return std::nullopt;
}

bool SqliteStatement::read_only() const { return sqlite3_stmt_readonly(statement_.get()) != 0; }

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, Access access) {
    const int flags = access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_EXRESCODE, nullptr);
    SqliteDatabase database(raw, fmt::format("sqlite {}", path));
    if (code != SQLITE_OK) return sqlite_error(database.described_, raw);
    sqlite3_busy_timeout(raw, kBusyMilliseconds);
    // SQLite opens lazily; reading the schema finds a file that is no database now.
    if (const auto readable = database.execute("select count(*) from sqlite_schema"); !readable)
        return readable.error();
    return database;
}

Result<SqliteDatabase> SqliteDatabase::open_temporary() {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2("", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    SqliteDatabase database(raw, "the join (SQLite)");
    if (code != SQLITE_OK) return sqlite_error(database.described_, raw);
    for (const char* pragma : {kTemporaryCache, "pragma journal_mode = off", "pragma synchronous = off"})
        if (const auto set = database.execute(pragma); !set) return set.error();
    return database;
}

Result<std::optional<SqliteStatement>> SqliteDatabase::prepare_next(std::string_view& sql) const {
    while (!sql.empty()) {
        sqlite3_stmt* raw = nullptr;
        const char* rest = nullptr;
        const int code = sqlite3_prepare_v2(database_.get(), sql.data(), size_of(sql), &raw, &rest);
        SqliteStatement statement(raw, described_);
        if (code != SQLITE_OK) return sqlite_error(described_, database_.get());
        sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
        if (raw != nullptr) return std::optional<SqliteStatement>{std::move(statement)};
    }
    return std::optional<SqliteStatement>{};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) const {
    auto statement = prepare_next(sql);
    if (!statement) return statement.error();
    if (!*statement) return Error{ErrorKind::invalid, fmt::format("{}: the SQL text is empty", described_)};
    const auto more = prepare_next(sql);
    if (!more || *more)
        return Error{ErrorKind::invalid,
                     fmt::format("{}: one statement is wanted here, and there are several", described_)};
    return std::move(**statement);
}

void SqliteDatabase::bind(SqliteStatement& statement, const std::vector<Json>& params) const {
    for (std::size_t i = 0; i < params.size(); ++i) {
        const auto name = fmt::format("${}", i + 1);
        const int at = sqlite3_bind_parameter_index(statement.statement_.get(), name.c_str());
        if (at == 0) continue;
        const Json& value = params[i];
        if (value.is_null()) {
            statement.bind_null(at);
        } else if (value.is_boolean()) {
            statement.bind_integer(at, value.get<bool>() ? 1 : 0);
        } else if (value.is_number_integer()) {
            statement.bind_integer(at, value.get<std::int64_t>());
        } else if (value.is_number()) {
            statement.bind_real(at, value.get<double>());
        } else if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            const auto time = model::parse_rfc3339(text);
            statement.bind_text(at, time ? sqlite_timestamp(time->time) : text);
        } else {
            statement.bind_text(at, model::to_text(value));
        }
    }
}

Result<void> SqliteDatabase::execute(std::string_view sql) const {
    auto statement = prepare(sql);
    if (!statement) return statement.error();
    auto row = statement->step();
    while (row && *row) row = statement->step();
    if (!row) return row.error();
    return {};
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_changes64(database_.get()); }

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"') quoted.push_back('"');
        quoted.push_back(c);
    }
    return quoted + '"';
}

}  // namespace weir::connectors
