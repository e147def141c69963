#include <limits>
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
                                 {"run_type", "type"},
                                 {"state", "state"},
                                 {"logical_date", "logical_date"},
                                 {"run_after", "run_after"},
                                 {"queued_at", "queued_at"},
                                 {"start_date", "started_at"},
                                 {"end_date", "ended_at"},
                                 {"duration", "duration"},
                                 {"data_interval_start", "interval_start"},
                                 {"data_interval_end", "interval_end"}};

http::Response list_runs(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::RunFilter filter;
    filter.states = parameters.enums<model::RunState>("state");
    filter.types = parameters.enums<model::RunType>("run_type");
    filter.run_id_pattern = parameters.text("run_id_pattern");
    std::tie(filter.logical_date_gte, filter.logical_date_lte) = parameters.times("logical_date");
    std::tie(filter.started_gte, filter.started_lte) = parameters.times("start_date");
    std::tie(filter.ended_gte, filter.ended_lte) = parameters.times("end_date");
    std::tie(filter.run_after_gte, filter.run_after_lte) = parameters.times("run_after");
    std::tie(filter.duration_gte, filter.duration_lte) = parameters.seconds("duration");
    filter.version_numbers = parameters.numbers("dag_version", 1);
    filter.dag_id_pattern = parameters.text("dag_id_pattern");
    filter.user_pattern = parameters.text("triggering_user_name_pattern");
    filter.params_part = parameters.text("conf_contains");
    filter.backfill.value = parameters.number("backfill_id", 1, std::numeric_limits<std::int64_t>::max()).value_or(0);
    filter.deadline_missed = parameters.flag("deadline_missed");
    filter.stale = parameters.flag("stale");
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    filter.order_by = parameters.order_by(kOrders, filter.order_by);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);

    const auto& dag_id = request.path_param("dag_id");
    if (dag_id != kAny) filter.dag_id = dag_id;
    const auto page = services.history.runs(filter);
    if (page.rows.empty() && dag_id != kAny && !dag_exists(services, dag_id)) return dag_not_found(dag_id);
    Versions versions(services.history);
    auto runs = Json::array();
    for (const auto& run : page.rows) runs.push_back(run_json(run, versions));
    return json_answer(
        {{"dag_runs", std::move(runs)}, {"total_entries", page.total}, {"total_is_least", page.total_is_least}});
}

http::Response get_run(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const auto& run_id = request.path_param("run_id");
    const auto run = services.history.run(dag_id, run_id);
    if (!run) return run_not_found(dag_id, run_id);
    Versions versions(services.history);
    return json_answer(run_json(*run, versions));
}

}  // namespace

void add_dag_runs(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/dagRuns",
               [services](const http::Request& request) { return list_runs(services, request); });
    router.add("GET", "/api/v2/dags/{dag_id}/dagRuns/{run_id}",
               [services](const http::Request& request) { return get_run(services, request); });
}

}  // namespace weir::api
