#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "executors/connectors/sqlite.hpp"

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

struct DeclaredType {
    std::string_view beginning;  // lower case
    ColumnType type;
};
// A wider type where SQLite has one for several: its INTEGER is 64 bits.
constexpr std::array kDeclaredTypes{
    DeclaredType{"int", ColumnType::bigint},
    DeclaredType{"bigint", ColumnType::bigint},
    DeclaredType{"text", ColumnType::text},
    DeclaredType{"varchar", ColumnType::text},
    DeclaredType{"char", ColumnType::text},
    DeclaredType{"real", ColumnType::double_precision},
    DeclaredType{"double", ColumnType::double_precision},
    DeclaredType{"float", ColumnType::double_precision},
    DeclaredType{"numeric", ColumnType::numeric},
    DeclaredType{"decimal", ColumnType::numeric},
    DeclaredType{"bool", ColumnType::boolean},
    DeclaredType{"date", ColumnType::date},
    DeclaredType{"timestamptz", ColumnType::timestamptz},
    DeclaredType{"json", ColumnType::jsonb},
};

}  // namespace

std::string_view sqlite_type(ColumnType type) {
    switch (type) {
        case ColumnType::text:
            return "TEXT";
        case ColumnType::bigint:
        case ColumnType::integer:
            return "INTEGER";
        case ColumnType::double_precision:
            return "REAL";
        case ColumnType::numeric:
            return "NUMERIC";
        case ColumnType::boolean:
            return "BOOLEAN";
        case ColumnType::date:
            return "DATE";
        case ColumnType::timestamptz:
            return "TIMESTAMPTZ";
        case ColumnType::jsonb:
            return "JSON TEXT";  // TEXT, so that 1.0 stays 1.0
    }
    return "TEXT";
}

std::optional<ColumnType> column_type_of_sqlite(std::string_view declared) {
    std::string lower{declared};
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower == "datetime") return std::nullopt;  // may be anything: text, days or seconds
    for (const auto& known : kDeclaredTypes)
        if (lower.starts_with(known.beginning)) return known.type;
    return std::nullopt;
}

Result<std::unique_ptr<SqliteSource>> SqliteSource::open(std::shared_ptr<SqliteDatabase> database, std::string_view sql,
                                                         const std::vector<model::Json>& params) {
    auto statement = database->prepare(sql);
    if (!statement) return statement.error();
    if (!statement->read_only() || statement->columns() == 0)
        return Error{ErrorKind::invalid, fmt::format("{}: a source's query must be a select; use the `sql` operator to "
                                                     "change data",
                                                     database->described())};
    database->bind(*statement, params);
    std::unique_ptr<SqliteSource> source(new SqliteSource(std::move(database), std::move(*statement)));
    if (const auto read = source->read_first(); !read) return read.error();
    return source;
}

Result<void> SqliteSource::read_first() {
    const int count = statement_->columns();
    std::vector<std::optional<ColumnType>> types;
    for (int i = 0; i < count; ++i) {
        if (find_column(columns_, statement_->name(i)))
            return Error{ErrorKind::invalid,
                         fmt::format("{}: the query gives two columns called '{}'; name one of them "
                                     "otherwise with `as`",
                                     database_->described(), statement_->name(i))};
        types.push_back(column_type_of_sqlite(statement_->declared_type(i)));
        columns_.push_back({statement_->name(i)});
    }
    std::vector<SqliteKind> kinds(columns_.size(), SqliteKind::null);
    if (const auto filled = fill(first_, &kinds); !filled) return filled;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (types[i])
            columns_[i].type = *types[i];
        else if (kinds[i] == SqliteKind::integer)
            columns_[i].type = ColumnType::bigint;
        else if (kinds[i] == SqliteKind::real)
            columns_[i].type = ColumnType::double_precision;
    }
    return {};
}

// `kinds`, where wanted, gets what the values of each column have in common: text is wider than real, real than integer.
Result<void> SqliteSource::fill(Batch& batch, std::vector<SqliteKind>* kinds) {
    batch.reset(columns_.size());
    std::string scratch;
    while (statement_ && !batch.full()) {
        const auto row = statement_->step();
        if (!row) return row.error();
        if (!*row) {
            statement_.reset();
            break;
        }
        for (int i = 0; i < static_cast<int>(columns_.size()); ++i) {
            const auto text = statement_->text(i, scratch);
            text ? batch.add(*text) : batch.add_null();
            if (kinds != nullptr)
                (*kinds)[static_cast<std::size_t>(i)] =
                    std::max((*kinds)[static_cast<std::size_t>(i)], statement_->kind(i));
        }
        batch.end_row(++row_number_);
    }
    return {};
}

Result<bool> SqliteSource::next(Batch& batch) {
    if (!std::exchange(first_given_, true)) {
        batch = std::exchange(first_, Batch{});
        return batch.rows() > 0;
    }
    if (const auto filled = fill(batch, nullptr); !filled) return filled.error();
    return batch.rows() > 0;
}

std::string SqliteSource::place(const Batch& batch, std::size_t row) const {
    return fmt::format("row {} of {}", batch.number(row), database_->described());
}

}  // namespace weir::connectors
