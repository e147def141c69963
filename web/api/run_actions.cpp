// retry and kill are Weir's own; clear is Airflow's word for a retry.
#include <algorithm>

#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::size_t kLongestId = 250;

http::Response run_answer(const Services& services, const model::Result<model::Run>& result) {
    if (!result) return error_answer(result.error());
    Versions versions(services.history);
    return json_answer(run_json(*result, versions));
}

http::Response retry(const Services& services, const http::Request& request) {
    Body body(request);
    auto task_ids = body.texts("task_ids").value_or(std::vector<std::string>{});
    if (auto refusal = body.refusal()) return std::move(*refusal);
    core::RetryTasks command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.task_ids = std::move(task_ids);
    return run_answer(services, services.commands.execute(std::move(command)));
}

http::Response kill(const Services& services, const http::Request& request) {
    Body body(request);
    auto task_id = body.text("task_id", kLongestId);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    core::Kill command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.task_id = std::move(task_id);
    return run_answer(services, services.commands.execute(std::move(command)));
}

struct Clear {
    std::string dag_id, run_id;
    std::optional<std::vector<std::string>> task_ids;  // nullopt: all
    bool only_failed = false;
    bool dry_run = true;
};

std::vector<ports::TaskInstanceRow> rows_to_clear(const Services& services, const Clear& clear) {
    ports::TaskInstanceFilter filter;
    filter.dag_id = clear.dag_id;
    filter.run_id = clear.run_id;
    if (clear.only_failed) filter.states = {model::TaskState::failed, model::TaskState::upstream_failed};
    auto rows = all_task_instances(services, filter);
    if (clear.task_ids)
        std::erase_if(rows, [&clear](const ports::TaskInstanceRow& row) {
            return std::find(clear.task_ids->begin(), clear.task_ids->end(), row.task_instance.task_id) ==
                   clear.task_ids->end();
        });
    return rows;
}

// Runs the tasks of these rows again; without any there is nothing to do.
std::optional<model::Error> run_again(const Services& services, const Clear& clear,
                                      const std::vector<ports::TaskInstanceRow>& rows) {
    if (rows.empty()) return std::nullopt;
    core::RetryTasks command;
    command.dag_id = clear.dag_id;
    command.run_id = clear.run_id;
    for (const auto& row : rows) command.task_ids.push_back(row.task_instance.task_id);
    const auto done = services.commands.execute(std::move(command));
    return done ? std::nullopt : std::optional(done.error());
}

http::Response rows_answer(const Services& services, const std::vector<ports::TaskInstanceRow>& rows) {
    Versions versions(services.history);
    auto json = Json::array();
    for (const auto& row : rows) json.push_back(task_instance_json(row, versions));
    return json_answer({{"task_instances", std::move(json)}, {"total_entries", rows.size()}});
}

http::Response clear_run(const Services& services, const http::Request& request) {
    Body body(request);
    Clear clear;
    clear.dag_id = request.path_param("dag_id");
    clear.run_id = request.path_param("run_id");
    clear.dry_run = body.flag("dry_run").value_or(true);
    clear.only_failed = body.flag("only_failed").value_or(false);
    body.not_supported("run_on_latest_version", false, "must be false: a run keeps the version it started with");
    if (auto refusal = body.refusal()) return std::move(*refusal);

    if (!services.history.run(clear.dag_id, clear.run_id)) return run_not_found(clear.dag_id, clear.run_id);
    const auto rows = rows_to_clear(services, clear);
    if (clear.dry_run) return rows_answer(services, rows);
    if (const auto error = run_again(services, clear, rows)) return error_answer(*error);
    const auto run = services.history.run(clear.dag_id, clear.run_id);
    if (!run) return run_not_found(clear.dag_id, clear.run_id);
    Versions versions(services.history);
    return json_answer(run_json(*run, versions));
}

http::Response clear_task_instances(const Services& services, const http::Request& request) {
    Body body(request);
    Clear clear;
    clear.dag_id = request.path_param("dag_id");
    clear.run_id = body.text("dag_run_id", kLongestId).value_or("");
    if (clear.run_id.empty()) body.fault("dag_run_id", "is needed: tasks are cleared in one run at a time");
    clear.task_ids = body.texts("task_ids");
    clear.dry_run = body.flag("dry_run").value_or(true);
    clear.only_failed = body.flag("only_failed").value_or(true);
    // Both are always so here: what is downstream runs again, and the run goes on.
    [[maybe_unused]] const auto downstream = body.flag("include_downstream");
    body.not_supported("reset_dag_runs", true, "must be true: a run with tasks to do is running");
    for (const auto* key : {"include_upstream", "include_past", "include_future", "only_running",
                            "prevent_running_task", "run_on_latest_version"})
        body.not_supported(key, false, "must be false: it is not supported");
    for (const auto* key : {"start_date", "end_date"})
        body.not_supported(key, nullptr, "must be null: name the run with dag_run_id");
    if (auto refusal = body.refusal()) return std::move(*refusal);

    if (!services.history.run(clear.dag_id, clear.run_id)) return run_not_found(clear.dag_id, clear.run_id);
    const auto rows = rows_to_clear(services, clear);
    if (clear.dry_run) return rows_answer(services, rows);
    if (const auto error = run_again(services, clear, rows)) return error_answer(*error);
    return rows_answer(services, rows);
}

}  // namespace

void add_run_actions(http::Router& router, const Services& services) {
    const auto add = [&router, &services](const char* path, auto* answer) {
        router.add("POST", path,
                   [services, answer](const http::Request& request) { return answer(services, request); });
    };
    add("/api/v2/dags/{dag_id}/dagRuns/{run_id}/retry", retry);
    add("/api/v2/dags/{dag_id}/dagRuns/{run_id}/kill", kill);
    add("/api/v2/dags/{dag_id}/dagRuns/{run_id}/clear", clear_run);
    add("/api/v2/dags/{dag_id}/clearTaskInstances", clear_task_instances);
}

}  // namespace weir::api
