#include "executors/operators/load.hpp"

#include <fmt/format.h>

#include "executors/operators/bad_rows.hpp"
#include "executors/operators/conversion.hpp"
#include "executors/operators/sources.hpp"
#include "executors/operators/target.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::operators {
namespace {

using connectors::Batch;
using connectors::RowSource;
using model::Error;
using model::ErrorKind;
using model::Result;

Result<std::unique_ptr<LoadTarget>> open_target(const TargetSettings& settings, std::optional<model::Interval> window,
                                                Log& log) {
    if (const auto* csv = std::get_if<CsvTarget>(&settings)) return open_csv_target(*csv, log);
    const auto& table = std::get<TableTarget>(settings);
    return std::holds_alternative<SqliteFile>(table.database) ? open_sqlite_target(table, window, log)
                                                              : open_postgres_target(table, window, log);
}

// Which type counts for each column: what `columns` of the load says, what the source declares, what the table has,
// what the source's values look like, in this order.
Result<ConversionPlan> plan_conversion(const LoadSettings& settings, const RowSource& source, const LoadTarget& target,
                                       std::optional<model::Interval> window) {
    ConversionPlan plan{source.columns(), {}, std::nullopt};
    const auto names = connectors::names_of(plan.columns);
    for (const auto& [name, type] : settings.types)
        if (!connectors::find_column(plan.columns, name))
            return Error{ErrorKind::invalid, fmt::format("load.columns: the result has no column '{}'{}", name,
                                                         model::did_you_mean(name, names))};
    const auto table_types = target.types_of(names);
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        auto& column = plan.columns[i];
        if (const auto chosen = settings.types.find(column.name); chosen != settings.types.end())
            column.type = chosen->second;
        else if (!column.declared && table_types[i])
            column.type = *table_types[i];
    }
    const auto* table = std::get_if<TableTarget>(&settings.to);
    if (table == nullptr) return plan;
    if (table->mode == WriteMode::replace_window) plan.window = window;
    plan.required = table->key;
    for (const auto& key : table->key)
        if (!connectors::find_column(plan.columns, key))
            return Error{ErrorKind::invalid, fmt::format("load.to.upsert: the result has no column '{}'{}", key,
                                                         model::did_you_mean(key, names))};
    return plan;
}

}  // namespace

Result<Outcome> run_load(const LoadSettings& settings, const OperatorEnvironment& environment, Log& log) {
    Progress progress(log);
    BadRows bad_rows(settings.reject ? reject_file_of(environment.log_file) : "", log);
    std::uint64_t rows_read = 0;
    auto source = settings.sql ? open_join(settings, bad_rows, progress, rows_read, log)
                               : open_source(settings.sources.front().second, log);
    if (!source) return source.error();
    auto target = open_target(settings.to, environment.window, log);
    if (!target) return target.error();
    const auto plan = plan_conversion(settings, **source, **target, environment.window);
    if (!plan) return plan.error();
    Conversion conversion(*plan);
    if (const auto begun = (*target)->begin(conversion.columns()); !begun) return begun.error();

    std::uint64_t arrived = 0, skipped = 0;
    Batch in, out;
    std::vector<connectors::BadRow> bad;
    while (true) {
        const auto more = (*source)->next(in);
        if (!more) return more.error();
        if (!*more) break;
        arrived += in.rows() + in.bad.size();
        skipped += in.skipped;
        conversion.apply(**source, in, out, bad);
        if (const auto taken = bad_rows.take(bad); !taken) return taken.error();
        if (const auto written = (*target)->write(out); !written) return written.error();
        progress.rows(arrived);
    }
    if (!settings.sql) rows_read = arrived;
    // All of a source gone bad is a fault of the source; replacing good rows by nothing would hide it.
    if (rows_read > 0 && bad_rows.rejected() >= rows_read)
        return Error{ErrorKind::invalid,
                     fmt::format("all {} rows were rejected; nothing was changed", with_commas(rows_read))};
    const auto written = (*target)->finish();
    if (!written) return written.error();

    if (skipped > 0) log.line(fmt::format("{} keys were gone before they were read", with_commas(skipped)));
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(rows_read) / progress.seconds());
    log.line(fmt::format("{} rows read, {} written, {} rejected, in {:.1f} s ({} rows/s)", with_commas(rows_read),
                         with_commas(*written), with_commas(bad_rows.rejected()), progress.seconds(),
                         with_commas(rate)));
    return Outcome{true,
                   {{"rows_read", rows_read},
                    {"rows_written", *written},
                    {"rows_rejected", bad_rows.rejected()},
                    {"rows_per_second", rate}}};
}

}  // namespace weir::operators
