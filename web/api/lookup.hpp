// What several resources look up, with the 404 that belongs to it.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "web/api/answers.hpp"
#include "web/api/routes.hpp"

namespace weir::api {

inline constexpr std::string_view kAny = "~";  // in a path: of all DAGs, of all runs

[[nodiscard]] http::Response dag_not_found(std::string_view dag_id);
[[nodiscard]] http::Response run_not_found(std::string_view dag_id, std::string_view run_id);
[[nodiscard]] http::Response task_not_found(std::string_view dag_id, std::string_view run_id, std::string_view task_id);

// The DAG as its file has it now; null when the file is gone.
[[nodiscard]] std::shared_ptr<const model::Dag> loaded_dag(const Services& services, std::string_view dag_id);
[[nodiscard]] bool dag_exists(const Services& services, std::string_view dag_id);

// A part of the path that is a number as a whole; nullopt for anything else, and for one that is too large.
template <class Number>
[[nodiscard]] std::optional<Number> path_number(const http::Request& request, std::string_view name) {
    const std::string_view text = request.path_param(name);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}
// The path's map_index; -1 without one, nullopt for what is no number.
[[nodiscard]] std::optional<int> path_map_index(const http::Request& request);
// map_index -1: the task itself, which of a mapped task stands for all its instances.
[[nodiscard]] std::optional<ports::TaskInstanceRow> find_task_instance(const Services& services,
                                                                       const std::string& dag_id,
                                                                       const std::string& run_id,
                                                                       const std::string& task_id, int map_index = -1);
// Approvals that nobody has answered yet.
[[nodiscard]] ports::TaskInstanceFilter waiting_approvals();

// As GET monitor/health answers.
[[nodiscard]] model::Json health_json(const Services& services);

// Page by page, up to kMostTaskInstances.
inline constexpr std::size_t kMostTaskInstances = 20'000;
[[nodiscard]] std::vector<ports::TaskInstanceRow> all_task_instances(const Services& services,
                                                                     ports::TaskInstanceFilter filter);

}  // namespace weir::api
