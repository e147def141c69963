#include "executors/connectors/rows.hpp"

#include <algorithm>
#include <array>

#include "scheduler/model/invariant.hpp"
#include "scheduler/model/json.hpp"

namespace weir::connectors {
namespace {

struct TypeName {
    ColumnType type;
    std::string_view text;
};
constexpr std::array kTypeNames{
    TypeName{ColumnType::text, "text"},       TypeName{ColumnType::bigint, "bigint"},
    TypeName{ColumnType::integer, "integer"}, TypeName{ColumnType::double_precision, "double"},
    TypeName{ColumnType::numeric, "numeric"}, TypeName{ColumnType::boolean, "boolean"},
    TypeName{ColumnType::date, "date"},       TypeName{ColumnType::timestamptz, "timestamptz"},
    TypeName{ColumnType::jsonb, "jsonb"},
};

}  // namespace

std::string_view to_text(ColumnType type) {
    for (const auto& name : kTypeNames)
        if (name.type == type) return name.text;
    return "";
}

std::optional<ColumnType> parse_column_type(std::string_view text) {
    for (const auto& name : kTypeNames)
        if (name.text == text) return name.type;
    return std::nullopt;
}

const std::vector<std::string>& column_type_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& name : kTypeNames) all.emplace_back(name.text);
        return all;
    }();
    return names;
}

std::vector<std::string> names_of(const std::vector<Column>& columns) {
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const auto& column : columns) names.push_back(column.name);
    return names;
}

std::optional<std::size_t> find_column(const std::vector<Column>& columns, std::string_view name) {
    const auto found = std::ranges::find(columns, name, &Column::name);
    if (found == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
}

void Batch::reset(std::size_t columns) {
    columns_ = columns;
    bytes_.clear();
    cells_.clear();
    places_.clear();
    bad.clear();
    skipped = 0;
}

void Batch::add(std::string_view value) {
    cells_.push_back({bytes_.size(), value.size()});
    bytes_.append(value);
}

void Batch::add_null() { cells_.push_back({bytes_.size(), kNull}); }

void Batch::end_row(std::uint64_t number, std::string_view label) {
    const Cell label_cell{bytes_.size(), label.size()};
    bytes_.append(label);
    places_.push_back({number, label_cell, bytes_.size()});
    model::invariant(cells_.size() == places_.size() * columns_, "a row has one cell for each column");
}

void Batch::drop_open_row() {
    cells_.resize(places_.size() * columns_);
    bytes_.resize(places_.empty() ? 0 : places_.back().bytes_end);
}

std::optional<std::string_view> Batch::cell(std::size_t row, std::size_t column) const {
    const Cell& cell = cells_[row * columns_ + column];
    if (cell.length == kNull) return std::nullopt;
    return std::string_view{bytes_}.substr(cell.offset, cell.length);
}

std::string_view Batch::label(std::size_t row) const {
    const Cell& label = places_[row].label;
    return std::string_view{bytes_}.substr(label.offset, label.length);
}

std::string row_as_json(const std::vector<Column>& columns, const Batch& batch, std::size_t row) {
    auto object = model::Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto cell = batch.cell(row, i);
        object[columns[i].name] = cell ? model::Json(std::string(*cell)) : model::Json(nullptr);
    }
    return model::to_text(object);
}

}  // namespace weir::connectors
