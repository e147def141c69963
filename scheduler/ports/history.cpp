#include "scheduler/ports/history.hpp"

#include <array>

namespace weir::ports {

std::span<const std::string_view> run_order_columns() {
    static constexpr std::array<std::string_view, 11> kColumns{"id",         "dag_id",       "run_id",    "state",
                                                               "type",       "logical_date", "run_after", "queued_at",
                                                               "started_at", "ended_at",     "duration"};
    return kColumns;
}

std::span<const std::string_view> task_instance_order_columns() {
    static constexpr std::array<std::string_view, 11> kColumns{
        "id",        "task_id",    "map_index", "state",    "try_number",  "scheduled_at",
        "queued_at", "started_at", "ended_at",  "duration", "logical_date"};
    return kColumns;
}

}  // namespace weir::ports
