#include <algorithm>

#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/sorting.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr OrderName kOrders[] = {{"task_id", "task_id"}};

http::Response list_tasks(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto order = parameters.order_by(kOrders, "");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto dag = loaded_dag(services, request.path_param("dag_id"));
    if (!dag) return dag_not_found(request.path_param("dag_id"));
    std::vector<const model::Task*> tasks;
    for (const auto& task : dag->tasks) tasks.push_back(&task);
    // Without order_by: as the work flows, upstream first.
    sort_by(tasks, order, [](const model::Task* task, std::string_view) -> std::string_view { return task->id; });

    auto json = Json::array();
    for (const auto* task : tasks) json.push_back(task_json(*dag, *task));
    return json_answer({{"tasks", json}, {"total_entries", tasks.size()}});
}

http::Response get_task(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& task_id = request.path_param("task_id");
    const auto dag = loaded_dag(services, request.path_param("dag_id"));
    if (!dag) return dag_not_found(request.path_param("dag_id"));
    const auto* task = dag->find(task_id);
    return task == nullptr ? error_answer(404, "Task with id " + task_id + " was not found")
                           : json_answer(task_json(*dag, *task));
}

}  // namespace

void add_tasks(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/tasks",
               [services](const http::Request& request) { return list_tasks(services, request); });
    router.add("GET", "/api/v2/dags/{dag_id}/tasks/{task_id}",
               [services](const http::Request& request) { return get_task(services, request); });
}

}  // namespace weir::api
