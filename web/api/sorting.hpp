// Lists that are sorted in memory.
#pragma once

#include <algorithm>
#include <string_view>

#include "scheduler/ports/history.hpp"

namespace weir::api {

// `order` is what Parameters::order_by() gives, key_of(row, column) what a row is sorted by. Rows that are the same stay in
// their order.
template <class Rows, class KeyOf>
void sort_by(Rows& rows, std::string_view order, KeyOf key_of) {
    const auto terms = ports::order_terms(order);
    std::stable_sort(rows.begin(), rows.end(), [&terms, &key_of](const auto& a, const auto& b) {
        for (const auto& term : terms) {
            const auto left = key_of(term.descending ? b : a, term.column);
            const auto right = key_of(term.descending ? a : b, term.column);
            if (left < right) return true;
            if (right < left) return false;
        }
        return false;
    });
}

}  // namespace weir::api
