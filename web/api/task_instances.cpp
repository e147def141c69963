#include <algorithm>
#include <tuple>

#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr OrderName kOrders[] = {{"id", "id"},
                                 {"dag_id", "dag_id"},
                                 {"run_id", "run_id"},
                                 {"dag_run_id", "run_id"},
                                 {"task_id", "task_id"},
                                 {"map_index", "map_index"},
                                 {"rendered_map_index", "label"},
                                 {"state", "state"},
                                 {"try_number", "try_number"},
                                 {"operator", "operator"},
                                 {"scheduled_when", "scheduled_at"},
                                 {"queued_when", "queued_at"},
                                 {"start_date", "started_at"},
                                 {"end_date", "ended_at"},
                                 {"duration", "duration"},
                                 {"run_after", "run_after"},
                                 {"logical_date", "logical_date"},
                                 {"data_interval_start", "interval_start"},
                                 {"data_interval_end", "interval_end"}};

void read_filter(Parameters& parameters, ports::TaskInstanceFilter& filter) {
    if (filter.task_id.empty()) filter.task_id = parameters.text("task_id");
    filter.map_indexes = parameters.numbers("map_index", -1);
    filter.try_numbers = parameters.numbers("try_number", 0);
    filter.version_numbers = parameters.numbers("version_number", 1);
    filter.states = parameters.enums<model::TaskState>("state");
    filter.operators = parameters.enums<model::OperatorKind>("operator");
    filter.pools = parameters.texts("pool");
    filter.executors = parameters.texts("executor");
    // A task's queue is its executor.
    for (auto& queue : parameters.texts("queue")) filter.executors.push_back(std::move(queue));
    filter.dag_id_pattern = parameters.text("dag_id_pattern");
    filter.run_id_pattern = parameters.text("run_id_pattern");
    filter.task_id_pattern = parameters.text("task_display_name_pattern");
    filter.pool_pattern = parameters.text("pool_name_pattern");
    filter.executor_pattern = parameters.text("queue_name_pattern");
    filter.operator_pattern = parameters.text("operator_name_pattern");
    filter.label_pattern = parameters.text("rendered_map_index_pattern");
    std::tie(filter.logical_date_gte, filter.logical_date_lte) = parameters.times("logical_date");
    std::tie(filter.run_after_gte, filter.run_after_lte) = parameters.times("run_after");
    std::tie(filter.started_gte, filter.started_lte) = parameters.times("start_date");
    std::tie(filter.ended_gte, filter.ended_lte) = parameters.times("end_date");
    std::tie(filter.duration_gte, filter.duration_lte) = parameters.seconds("duration");
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    filter.order_by = parameters.order_by(kOrders, filter.order_by);
}

http::Response list_rows(const Services& services, const http::Request& request, ports::TaskInstanceFilter filter) {
    Parameters parameters(request);
    read_filter(parameters, filter);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);

    const auto& dag_id = request.path_param("dag_id");
    const auto& run_id = request.path_param("run_id");
    if (dag_id != kAny) filter.dag_id = dag_id;
    if (run_id != kAny) filter.run_id = run_id;
    const auto page = services.history.task_instances(filter);
    if (page.rows.empty() && dag_id != kAny) {
        if (run_id != kAny ? !services.history.run(dag_id, run_id) : !dag_exists(services, dag_id))
            return run_id != kAny ? run_not_found(dag_id, run_id) : dag_not_found(dag_id);
    }
    Versions versions(services.history);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(task_instance_json(row, versions));
    return json_answer(
        {{"task_instances", std::move(rows)}, {"total_entries", page.total}, {"total_is_least", page.total_is_least}});
}

http::Response list_task_instances(const Services& services, const http::Request& request) {
    return list_rows(services, request, {});
}

// The instances of one mapped task.
http::Response list_mapped(const Services& services, const http::Request& request) {
    ports::TaskInstanceFilter filter;
    filter.task_id = request.path_param("task_id");
    filter.instances_only = true;
    return list_rows(services, request, std::move(filter));
}

// Hands the task instance that the path names to `answer`.
template <class Answer>
http::Response with_task_instance(const Services& services, const http::Request& request, Answer answer) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const auto& run_id = request.path_param("run_id");
    const auto& task_id = request.path_param("task_id");
    const auto map_index = path_map_index(request);
    const auto row = map_index ? find_task_instance(services, dag_id, run_id, task_id, *map_index) : std::nullopt;
    return row ? answer(*row) : task_not_found(dag_id, run_id, task_id);
}

http::Response get_task_instance(const Services& services, const http::Request& request) {
    return with_task_instance(services, request, [&services](const ports::TaskInstanceRow& row) {
        Versions versions(services.history);
        return json_answer(task_instance_json(row, versions));
    });
}

http::Response list_tries(const Services& services, const http::Request& request) {
    return with_task_instance(services, request, [&services](const ports::TaskInstanceRow& row) {
        Versions versions(services.history);
        auto tries = Json::array();
        for (const auto& attempt :
             services.history.tries(row.run.id, row.task_instance.task_id, row.task_instance.map_index))
            tries.push_back(try_json(attempt, row, versions));
        const auto total = tries.size();
        return json_answer({{"task_instances", std::move(tries)}, {"total_entries", total}});
    });
}

http::Response get_try(const Services& services, const http::Request& request) {
    return with_task_instance(services, request, [&services, &request](const ports::TaskInstanceRow& row) {
        const auto& number = request.path_param("try_number");
        Versions versions(services.history);
        for (const auto& attempt :
             services.history.tries(row.run.id, row.task_instance.task_id, row.task_instance.map_index))
            if (std::to_string(attempt.number) == number) return json_answer(try_json(attempt, row, versions));
        return error_answer(404, "The task instance `" + row.task_instance.task_id + "` has no try " + number);
    });
}

}  // namespace

void add_task_instances(http::Router& router, const Services& services) {
    const std::string list = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances";
    const auto add = [&router, &services](const std::string& path, auto* answer) {
        router.add("GET", path, [services, answer](const http::Request& request) { return answer(services, request); });
    };
    add(list, list_task_instances);
    add(list + "/{task_id}", get_task_instance);
    add(list + "/{task_id}/tries", list_tries);
    add(list + "/{task_id}/tries/{try_number}", get_try);
    add(list + "/{task_id}/listMapped", list_mapped);
    add(list + "/{task_id}/{map_index}", get_task_instance);
    add(list + "/{task_id}/{map_index}/tries", list_tries);
    add(list + "/{task_id}/{map_index}/tries/{try_number}", get_try);
}

}  // namespace weir::api
