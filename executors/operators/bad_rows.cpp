#include "executors/operators/bad_rows.hpp"

#include <fmt/format.h>

#include "executors/connectors/csv.hpp"

namespace weir::operators {

using connectors::BadRow;
using model::Error;
using model::ErrorKind;
using model::Result;

namespace {

std::string described(const BadRow& row) {
    if (row.column.empty()) return fmt::format("{}: {}", shown(row.place), row.reason);
    return fmt::format("{}: {} = '{}' {}", shown(row.place), shown(row.column), shown(row.value), row.reason);
}

}  // namespace

Result<void> BadRows::take(std::vector<BadRow>& rows) {
    if (rows.empty()) return {};
    const auto bad = std::move(rows);
    rows.clear();
    if (!reject_file_.empty()) return write(bad);
    std::string message = fmt::format("{} bad {} so far; the first:", bad.size(), bad.size() == 1 ? "row" : "rows");
    for (std::size_t i = 0; i < bad.size() && i < kNamed; ++i) message += "\n  " + described(bad[i]);
    message += "\nCorrect the source, name another type in `columns`, or set `on_bad_row: reject` to load the rest.";
    return Error{ErrorKind::invalid, message};
}

Result<void> BadRows::write(const std::vector<BadRow>& rows) {
    std::string text;
    if (!file_) {
        auto file = connectors::File::open_to_write(reject_file_);
        if (!file) return file.error();
        file_ = std::move(*file);
        text = "place,column,value,reason,row\n";
        log_.line(fmt::format("{}; rows like it go to {}", described(rows.front()), reject_file_));
    }
    for (const auto& row : rows) {
        char separator = ',';
        for (const auto* field : {&row.place, &row.column, &row.value, &row.reason, &row.row}) {
            if (field == &row.row) separator = '\n';
            connectors::append_csv_field(text, *field);
            text.push_back(separator);
        }
    }
    rejected_ += rows.size();
    return file_->write(text);
}

std::string reject_file_of(const std::string& log_file) {
    constexpr std::string_view kLog = ".log";
    std::string_view stem = log_file;
    if (stem.ends_with(kLog)) stem.remove_suffix(kLog.size());
    return std::string(stem) + ".rejects.csv";
}

}  // namespace weir::operators
