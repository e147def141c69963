#include "scheduler/ports/history.hpp"

#include <array>

namespace weir::ports {

std::span<const std::string_view> run_order_columns() {
    static constexpr std::array<std::string_view, 13> kColumns{
        "id",        "dag_id",     "run_id",   "state",    "type",           "logical_date", "run_after",
        "queued_at", "started_at", "ended_at", "duration", "interval_start", "interval_end"};
    return kColumns;
}

std::span<const std::string_view> task_instance_order_columns() {
    static constexpr std::array<std::string_view, 19> kColumns{
        "id",          "dag_id",    "run_id",       "task_id",        "map_index",   "label",    "state",
        "try_number",  "operator",  "scheduled_at", "queued_at",      "started_at",  "ended_at", "duration",
        "waits_since", "run_after", "logical_date", "interval_start", "interval_end"};
    return kColumns;
}

std::vector<OrderTerm> order_terms(std::string_view order_by) {
    std::vector<OrderTerm> terms;
    while (!order_by.empty()) {
        const auto end = std::min(order_by.find(','), order_by.size());
        const bool descending = order_by.starts_with('-');
        terms.push_back({order_by.substr(descending ? 1 : 0, end - (descending ? 1 : 0)), descending});
        order_by.remove_prefix(std::min(end + 1, order_by.size()));
    }
    return terms;
}

}  // namespace weir::ports
