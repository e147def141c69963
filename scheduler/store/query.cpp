#include "scheduler/store/query.hpp"

#include <fmt/ranges.h>

namespace weir::store {

void Where::require(std::string condition, Bound value) {
    conditions_.push_back(std::move(condition));
    values_.push_back(std::move(value));
}

void Where::within(std::string_view column, std::optional<std::chrono::microseconds> from,
                   std::optional<std::chrono::microseconds> to) {
    if (from) require(fmt::format("{} >= ?", column), from->count());
    if (to) require(fmt::format("{} <= ?", column), to->count());
}

void Where::within(std::string_view column, std::optional<model::TimePoint> from, std::optional<model::TimePoint> to) {
    const auto since_1970 = [](std::optional<model::TimePoint> time) {
        return time ? std::optional<std::chrono::microseconds>(time->time_since_epoch()) : std::nullopt;
    };
    within(column, since_1970(from), since_1970(to));
}

void Where::like(std::string_view column, const std::string& pattern) {
    if (!pattern.empty()) require(fmt::format("{} LIKE ?", column), pattern);
}

void Where::one_of(std::string_view column, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    std::string places;
    for (const auto& text : texts) {
        places += places.empty() ? "?" : ", ?";
        values_.emplace_back(text);
    }
    require(fmt::format("{} IN ({})", column, places));
}

void Where::one_of(std::string_view column, const std::vector<int>& numbers) {
    if (!numbers.empty()) require(fmt::format("{} IN ({})", column, fmt::join(numbers, ", ")));
}

std::string Where::text() const {
    return conditions_.empty() ? "" : fmt::format(" WHERE {}", fmt::join(conditions_, " AND "));
}

void bind_bound(SQLite::Statement& statement, std::span<const Bound> values) {
    int index = 0;
    for (const Bound& value : values)
        std::visit([&statement, &index](const auto& v) { statement.bind(++index, v); }, value);
}

std::string Order::columns() const {
    std::string all;
    for (std::size_t i = 0; i < terms.size(); ++i) all += fmt::format(", {} AS p{}", terms[i].sql, i);
    return all;
}

std::string Order::text(std::string_view of) const {
    std::string all;
    for (std::size_t i = 0; i < terms.size(); ++i)
        all += fmt::format("{}p{} {}, ", of, i, terms[i].descending ? "DESC" : "ASC");
    return all;
}

Order parse_order(std::span<const OrderColumn> table, std::string_view order_by, std::string_view fallback) {
    Order order;
    bool known = false;
    for (const std::string_view given : {order_by, fallback}) {
        if (known) break;
        for (const ports::OrderTerm& term : ports::order_terms(given)) {
            const auto column = std::find_if(table.begin(), table.end(),
                                             [&term](const OrderColumn& c) { return c.name == term.column; });
            if (column == table.end()) continue;
            known = true;
            order.descending = term.descending;
            if (column->sql.empty()) return order;  // no two rows are the same in it
            order.terms.push_back({std::string(column->sql), term.descending});
        }
    }
    return order;
}

}  // namespace weir::store
