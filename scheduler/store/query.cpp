#include "scheduler/store/query.hpp"

#include <fmt/ranges.h>

namespace weir::store {

void Where::require(std::string condition, Bound value) {
    conditions_.push_back(std::move(condition));
    values_.push_back(std::move(value));
}

void Where::within(std::string_view column, std::optional<model::TimePoint> from, std::optional<model::TimePoint> to) {
    if (from) require(fmt::format("{} >= ?", column), from->time_since_epoch().count());
    if (to) require(fmt::format("{} <= ?", column), to->time_since_epoch().count());
}

std::string Where::text() const {
    return conditions_.empty() ? "" : fmt::format(" WHERE {}", fmt::join(conditions_, " AND "));
}

void bind_bound(SQLite::Statement& statement, std::span<const Bound> values) {
    int index = 0;
    for (const Bound& value : values)
        std::visit([&statement, &index](const auto& v) { statement.bind(++index, v); }, value);
}

Order parse_order(std::span<const OrderColumn> table, std::string_view order_by, std::string_view fallback) {
    for (std::string_view given : {order_by, fallback}) {
        const bool descending = given.starts_with('-');
        const std::string_view name = given.substr(descending ? 1 : 0);
        for (const OrderColumn& column : table)
            if (column.name == name) return {std::string(column.sql), descending};
    }
    return {std::string(table.front().sql), false};
}

}  // namespace weir::store
