#include "web/api/lookup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "web/api/parameters.hpp"

namespace weir::api {

http::Response dag_not_found(std::string_view dag_id) {
    return error_answer(404, fmt::format("The DAG with dag_id: `{}` was not found", dag_id));
}

http::Response run_not_found(std::string_view dag_id, std::string_view run_id) {
    return error_answer(404,
                        fmt::format("The DagRun with dag_id: `{}` and run_id: `{}` was not found", dag_id, run_id));
}

http::Response task_not_found(std::string_view dag_id, std::string_view run_id, std::string_view task_id) {
    return error_answer(
        404, fmt::format("The Task Instance with dag_id: `{}`, run_id: `{}` and task_id: `{}` was not found", dag_id,
                         run_id, task_id));
}

std::shared_ptr<const model::Dag> loaded_dag(const Services& services, std::string_view dag_id) {
    const auto catalog = services.catalog.catalog();
    const auto found = catalog->dags.find(dag_id);
    return found == catalog->dags.end() ? nullptr : found->second.dag;
}

bool dag_exists(const Services& services, std::string_view dag_id) {
    const auto catalog = services.catalog.catalog();
    if (catalog->dags.find(dag_id) != catalog->dags.end()) return true;
    const auto rows = services.history.dags();
    return std::any_of(rows.begin(), rows.end(),
                       [dag_id](const ports::DagRow& row) { return row.state.dag_id == dag_id; });
}

std::optional<int> path_map_index(const http::Request& request) {
    return request.path_params.contains("map_index") ? path_number<int>(request, "map_index") : -1;
}

std::optional<ports::TaskInstanceRow> find_task_instance(const Services& services, const std::string& dag_id,
                                                         const std::string& run_id, const std::string& task_id,
                                                         int map_index) {
    ports::TaskInstanceFilter filter;
    filter.dag_id = dag_id;
    filter.run_id = run_id;
    filter.task_id = task_id;
    filter.map_indexes = {map_index};
    auto rows = services.history.task_instances(filter).rows;
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

std::vector<ports::TaskInstanceRow> all_task_instances(const Services& services, ports::TaskInstanceFilter filter) {
    std::vector<ports::TaskInstanceRow> all;
    filter.limit = kMostRows;
    while (all.size() < kMostTaskInstances) {
        filter.offset = static_cast<std::int64_t>(all.size());
        auto page = services.history.task_instances(filter);
        const bool last = page.rows.size() < static_cast<std::size_t>(kMostRows);
        std::move(page.rows.begin(), page.rows.end(), std::back_inserter(all));
        if (last) break;
    }
    return all;
}

}  // namespace weir::api
