#include "executors/operators/sql.hpp"

#include <fmt/format.h>

#include "executors/operators/database.hpp"

namespace weir::operators {
namespace {

constexpr std::size_t kPrintedRows = 20;
constexpr std::size_t kCellWidth = 60;

std::size_t width_of(std::string_view text) {  // in characters, as far as code points are that
    std::size_t width = 0;
    for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return width;
}

// Columns aligned, as psql prints them.
std::string as_table(const std::vector<std::string>& columns, const std::vector<TextRow>& rows) {
    std::vector<std::vector<std::string>> cells{columns};
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (const auto& cell : row) line.push_back(cell ? shown(*cell, kCellWidth) : "null");
    }
    std::vector<std::size_t> widths(columns.size(), 0);
    for (const auto& line : cells)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
    std::string text;
    for (const auto& line : cells) {
        if (!text.empty()) text += '\n';
        for (std::size_t i = 0; i < line.size(); ++i) {
            text += (i == 0 ? "  " : " | ") + line[i];
            if (i + 1 < line.size()) text.append(widths[i] - width_of(line[i]), ' ');
        }
    }
    return text;
}

}  // namespace

model::Result<Outcome> run_sql(const SqlSettings& settings, Log& log) {
    auto database = open_database(settings.database, /*read_only=*/false, log);
    if (!database) return database.error();
    std::vector<TextRow> first_rows;
    std::uint64_t given = 0, last = 0;
    const auto on_row = [&first_rows, &given](const TextRow& row) {
        if (++given <= kPrintedRows) first_rows.push_back(row);
    };
    const auto on_done = [&first_rows, &given, &last, &log](const Database::Done& done) {
        if (done.columns.empty()) {
            log.line(fmt::format("{}: {} rows", done.tag, with_commas(done.rows)));
        } else {
            log.line(as_table(done.columns, first_rows));
            log.line(given > kPrintedRows ? fmt::format("the first {} of {} rows", kPrintedRows, with_commas(given))
                                          : fmt::format("{} rows", given));
        }
        last = done.columns.empty() ? done.rows : given;
        given = 0;
        first_rows.clear();
    };
    if (const auto ran = (*database)->run_all(settings.query, on_row, on_done); !ran) return ran.error();
    return Outcome{true, {{"rows", last}}};
}

}  // namespace weir::operators
