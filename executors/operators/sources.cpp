#include "executors/operators/sources.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "executors/connectors/csv_source.hpp"
#include "executors/connectors/postgres.hpp"
#include "executors/connectors/redis_source.hpp"
#include "executors/connectors/sqlite.hpp"
#include "executors/operators/bad_rows.hpp"
#include "executors/operators/conversion.hpp"
#include "executors/operators/prefetch.hpp"

namespace weir::operators {
namespace {

using connectors::RowSource;
using connectors::SqliteDatabase;
using model::Error;
using model::ErrorKind;
using model::Result;
using Opened = Result<std::unique_ptr<RowSource>>;

std::filesystem::path temporary_folder() {
    std::error_code error;
    const auto folder = std::filesystem::temp_directory_path(error);
    return error ? "/tmp" : folder;  // TMPDIR names something that is no folder
}

Opened open(const RedisSettings& settings, Log& log) {
    auto source = connectors::RedisSource::open(
        settings.endpoint,
        {settings.match, settings.columns, temporary_folder(), [&log](std::string_view line) { log.line(line); }});
    if (!source) return source.error();
    return std::unique_ptr<RowSource>{std::make_unique<Prefetch>(std::move(*source))};
}

Opened open(const CsvSettings& settings, Log&) {
    auto source = connectors::CsvSource::open(settings.path, settings.delimiter, settings.types);
    if (!source) return source.error();
    return std::unique_ptr<RowSource>{std::move(*source)};
}

Opened open(const QuerySettings& settings, Log& log) {
    SqlText sql;
    if (settings.query) {
        auto statement = single_statement(*settings.query);
        if (!statement) return statement.error();
        sql = std::move(*statement);
    } else {
        const auto table = parse_table_name(settings.table);
        if (!table) return table.error();
        sql.text = "select * from " + quoted(*table);
    }
    if (const auto* file = std::get_if<SqliteFile>(&settings.database)) {
        auto database = SqliteDatabase::open(file->path, SqliteDatabase::Access::read);
        if (!database) return database.error();
        auto source = connectors::SqliteSource::open(std::make_shared<SqliteDatabase>(std::move(*database)), sql.text,
                                                     sql.params);
        if (!source) return source.error();
        return std::unique_ptr<RowSource>{std::move(*source)};
    }
    auto connection = connectors::PostgresConnection::connect(std::get<connectors::PostgresEndpoint>(settings.database),
                                                              [&log](std::string_view notice) { log.line(notice); });
    if (!connection) return connection.error();
    auto source = connectors::PostgresSource::open(std::move(*connection), sql.text, sql.params);
    if (!source) return source.error();
    return std::unique_ptr<RowSource>{std::make_unique<Prefetch>(std::move(*source))};
}

// One source into one table of the join's database.
Result<std::uint64_t> fill_table(const SqliteDatabase& database, const std::string& name, RowSource& source,
                                 BadRows& bad_rows, Progress& progress) {
    Conversion conversion({source.columns(), {}, std::nullopt});
    std::vector<std::string> parts, parameters;
    for (const auto& column : source.columns()) {
        parts.push_back(
            fmt::format("{} {}", connectors::quote_identifier(column.name), connectors::sqlite_type(column.type)));
        parameters.push_back(fmt::format("?{}", parts.size()));
    }
    const auto table = connectors::quote_identifier(name);
    if (const auto made = database.execute(fmt::format("create table {} ({})", table, fmt::join(parts, ", "))); !made)
        return made.error();
    auto insert = database.prepare(fmt::format("insert into {} values ({})", table, fmt::join(parameters, ", ")));
    if (!insert) return insert.error();
    if (const auto begun = database.execute("begin"); !begun) return begun.error();
    std::uint64_t rows = 0;
    connectors::Batch in, out;
    std::vector<connectors::BadRow> bad;
    while (true) {
        const auto more = source.next(in);
        if (!more) return more.error();
        if (!*more) break;
        rows += in.rows() + in.bad.size();
        conversion.apply(source, in, out, bad);
        if (const auto taken = bad_rows.take(bad); !taken) return taken.error();
        for (std::size_t row = 0; row < out.rows(); ++row) {
            for (std::size_t i = 0; i < out.columns(); ++i)
                insert->bind_cell(static_cast<int>(i) + 1, source.columns()[i].type, out.cell(row, i));
            if (const auto done = insert->step(); !done) return done.error();
            insert->reset();
        }
        progress.rows(rows);
    }
    if (const auto committed = database.execute("commit"); !committed) return committed.error();
    return rows;
}

}  // namespace

Opened open_source(const SourceSettings& settings, Log& log) {
    return std::visit([&log](const auto& chosen) { return open(chosen, log); }, settings);
}

Opened open_join(const LoadSettings& settings, BadRows& bad_rows, Progress& progress, std::uint64_t& rows_read,
                 Log& log) {
    auto database = SqliteDatabase::open_temporary();
    if (!database) return database.error();
    auto shared = std::make_shared<SqliteDatabase>(std::move(*database));
    for (const auto& [name, source_settings] : settings.sources) {
        auto source = open_source(source_settings, log);
        if (!source) return Error{source.error().kind, fmt::format("source '{}': {}", name, source.error().message)};
        const auto rows = fill_table(*shared, name, **source, bad_rows, progress);
        if (!rows) return Error{rows.error().kind, fmt::format("source '{}': {}", name, rows.error().message)};
        rows_read += *rows;
        log.line(fmt::format("source '{}': {} rows", name, with_commas(*rows)));
    }
    auto joined = connectors::SqliteSource::open(shared, settings.sql->text, settings.sql->params);
    if (!joined) return joined.error();
    return std::unique_ptr<RowSource>{std::move(*joined)};
}

}  // namespace weir::operators
