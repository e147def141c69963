// Pieces of a SELECT with user-given filters. Every value is bound; only names from our own tables become SQL text.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Totals that have to be counted row by row stop here.
inline constexpr std::int64_t kMostCounted = 10'000;

using Bound = std::variant<std::int64_t, std::string>;

// The conditions of a WHERE, and the values of their `?` in order.
class Where {
   public:
    void require(std::string condition) { conditions_.push_back(std::move(condition)); }
    void require(std::string condition, Bound value);
    // column >= from AND column <= to, as far as they are set.
    void within(std::string_view column, std::optional<model::TimePoint> from, std::optional<model::TimePoint> to);

    [[nodiscard]] std::string text() const;  // " WHERE a AND b", or ""
    [[nodiscard]] const std::vector<Bound>& values() const { return values_; }
    [[nodiscard]] bool empty() const { return conditions_.empty(); }

   private:
    std::vector<std::string> conditions_;
    std::vector<Bound> values_;
};

void bind_bound(SQLite::Statement& statement, std::span<const Bound> values);

struct OrderColumn {
    std::string_view name;
    std::string_view sql;
};

struct Order {
    std::string column;  // SQL
    bool descending = false;
    [[nodiscard]] std::string_view direction() const { return descending ? "DESC" : "ASC"; }
};

// `order_by` as the filters hold it; the fallback when it names nothing in the table.
[[nodiscard]] Order parse_order(std::span<const OrderColumn> table, std::string_view order_by,
                                std::string_view fallback);

// Marks the total as one that counting stopped at. It still leads a reader who pages until it is reached through all rows.
template <class Page>
void make_total_least(Page& page, std::int64_t limit, std::int64_t offset) {
    const auto rows = static_cast<std::int64_t>(page.rows.size());
    page.total = std::max(page.total, offset + rows + (rows == limit ? 1 : 0));
    page.total_is_least = true;
}

// 'a', 'b': enum texts are ours, and partial indexes need to see them as literals.
template <class Enum>
[[nodiscard]] std::string literals(const std::vector<Enum>& values) {
    std::string text;
    for (const Enum value : values) text += fmt::format("{}'{}'", text.empty() ? "" : ", ", model::to_text(value));
    return text;
}

}  // namespace weir::store
