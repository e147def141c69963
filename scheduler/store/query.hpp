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
#include "scheduler/ports/history.hpp"
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
    void within(std::string_view column, std::optional<std::chrono::microseconds> from,
                std::optional<std::chrono::microseconds> to);
    // Each as far as there is one to match.
    void like(std::string_view column, const std::string& pattern);
    void one_of(std::string_view column, const std::vector<std::string>& texts);
    void one_of(std::string_view column, const std::vector<int>& numbers);

    [[nodiscard]] std::string text() const;  // " WHERE a AND b", or ""
    [[nodiscard]] const std::vector<Bound>& values() const { return values_; }
    [[nodiscard]] bool empty() const { return conditions_.empty(); }

   private:
    std::vector<std::string> conditions_;
    std::vector<Bound> values_;
};

void bind_bound(SQLite::Statement& statement, std::span<const Bound> values);

// `sql` is empty for the row's key.
struct OrderColumn {
    std::string_view name;
    std::string_view sql;
};

// Columns to sort by before the key, and whether the key ascends or descends among rows that are the same in all of them.
struct Order {
    struct Term {
        std::string sql;
        bool descending = false;
    };
    std::vector<Term> terms;
    bool descending = false;

    [[nodiscard]] std::string columns() const;                  // ", a AS p0, b AS p1": what text() names
    [[nodiscard]] std::string text(std::string_view of) const;  // "page.p0 ASC, page.p1 DESC, "
    [[nodiscard]] std::string_view direction() const { return descending ? "DESC" : "ASC"; }
};

// `order_by` as the filters hold it, see ports::order_terms(); the fallback when it names nothing in the table.
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
