#include <fmt/format.h>

#include <array>

#include "executors/connectors/postgres.hpp"

namespace weir::connectors {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

struct KnownType {
    PostgresType oid;  // of pg_type.dat: they never change
    ColumnType type;
};
constexpr std::array kKnownTypes{
    KnownType{16, ColumnType::boolean},
    KnownType{20, ColumnType::bigint},
    KnownType{21, ColumnType::integer},
    KnownType{23, ColumnType::integer},
    KnownType{26, ColumnType::bigint},
    KnownType{25, ColumnType::text},
    KnownType{19, ColumnType::text},
    KnownType{1042, ColumnType::text},
    KnownType{1043, ColumnType::text},
    KnownType{114, ColumnType::jsonb},
    KnownType{3802, ColumnType::jsonb},
    KnownType{700, ColumnType::double_precision},
    KnownType{701, ColumnType::double_precision},
    KnownType{1700, ColumnType::numeric},
    KnownType{1082, ColumnType::date},
    KnownType{1114, ColumnType::timestamptz},  // timestamp: taken as UTC
    KnownType{1184, ColumnType::timestamptz},
};

}  // namespace

std::optional<ColumnType> column_type_of_postgres(PostgresType type) {
    for (const auto& known : kKnownTypes)
        if (known.oid == type) return known.type;
    return std::nullopt;
}

std::string_view postgres_type(ColumnType type) {
    return type == ColumnType::double_precision ? "double precision" : to_text(type);
}

void append_copy_cell(std::string& line, std::optional<std::string_view> cell) {
    if (!cell) {
        line += "\\N";
        return;
    }
    auto rest = *cell;
    while (true) {
        const auto special = rest.find_first_of("\\\t\n\r");
        line.append(rest.substr(0, special));
        if (special == std::string_view::npos) return;
        line.push_back('\\');
        switch (rest[special]) {
            case '\t':
                line.push_back('t');
                break;
            case '\n':
                line.push_back('n');
                break;
            case '\r':
                line.push_back('r');
                break;
            default:
                line.push_back('\\');
                break;  // the backslash, the last of the four
        }
        rest.remove_prefix(special + 1);
    }
}

Result<std::unique_ptr<PostgresSource>> PostgresSource::open(PostgresConnection connection, std::string_view sql,
                                                             const std::vector<model::Json>& params) {
    std::unique_ptr<PostgresSource> source(new PostgresSource(std::move(connection)));
    auto& server = source->connection_;
    if (const auto begun = server.execute("begin read only"); !begun) return begun.error();
    const auto described = server.describe(sql);
    if (!described) return described.error();
    if (described->columns() == 0)
        return Error{ErrorKind::invalid, fmt::format("{}: a source's query must give rows; use the `sql` operator to "
                                                     "change data",
                                                     server.described())};
    for (int i = 0; i < described->columns(); ++i) {
        const auto name = described->name(i);
        if (find_column(source->columns_, name))
            return Error{ErrorKind::invalid,
                         fmt::format("{}: the query gives two columns called '{}'; name one of them "
                                     "otherwise with `as`",
                                     server.described(), name)};
        source->columns_.push_back({name, column_type_of_postgres(described->type(i)).value_or(ColumnType::text)});
    }
    if (const auto started = server.start(sql, params); !started) return started.error();
    return source;
}

Result<bool> PostgresSource::next(Batch& batch) {
    batch.reset(columns_.size());
    while (!finished_ && !batch.full()) {
        const auto result = connection_.next();
        if (!result) return result.error();
        if (!*result) {
            finished_ = true;
            break;
        }
        for (int row = 0; row < (*result)->rows(); ++row) {
            for (int column = 0; column < (*result)->columns(); ++column) {
                const auto text = (*result)->text(row, column);
                text ? batch.add(*text) : batch.add_null();
            }
            batch.end_row(++row_number_);
        }
    }
    return batch.rows() > 0;
}

std::string PostgresSource::place(const Batch& batch, std::size_t row) const {
    return fmt::format("row {} of {}", batch.number(row), connection_.described());
}

}  // namespace weir::connectors
