// Tasks by runs: what a DAG's page shows first. A row a task or group, a column a run, a character each.
#include <set>

#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/outline.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/task_codes.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr int kMostColumns = 200;
constexpr int kColumns = 25;

using StatesOfRun = std::map<std::string_view, const ports::TaskStates*>;  // by task

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json row_json(const OutlineRow& row) {
    const auto* task = row.task;
    return {{"id", row.id()},
            {"label", row.label()},
            {"kind", task != nullptr ? "task" : "group"},
            {"parent", text_or_null(row.parent)},
            {"depth", row.depth},
            {"operator", task != nullptr ? Json(operator_of(task->action)) : Json()},
            {"mapped", task != nullptr && task->foreach.has_value()},
            {"setup", task != nullptr && task->setup},
            {"teardown", task != nullptr && task->teardown}};
}

// A task that only runs of older versions have.
Json gone_json(const ports::TaskStates& states) {
    return {{"id", states.task_id},
            {"label", states.task_id},
            {"kind", "task"},
            {"parent", nullptr},
            {"depth", 0},
            {"operator", model::to_text(states.operator_kind)},
            {"mapped", states.mapped > 0},
            {"setup", false},
            {"teardown", false}};
}

// A character for each row. From the last to the first, so that a group has seen all that is in it.
std::string states_text(const std::vector<OutlineRow>& rows, const std::vector<const ports::TaskStates*>& gone,
                        const StatesOfRun& states) {
    std::string text(rows.size(), kNotInRun);
    std::map<std::string_view, std::map<model::TaskState, int>> groups;
    for (auto i = rows.size(); i-- > 0;) {
        const auto& row = rows[i];
        std::map<model::TaskState, int> counts;
        if (row.task == nullptr)
            counts = std::move(groups[row.id()]);
        else if (const auto found = states.find(row.id()); found != states.end())
            counts = found->second->counts;
        const auto worst = worst_of(counts);
        if (!worst) continue;
        text[i] = code_of(*worst);
        if (!row.parent.empty()) ++groups[row.parent][*worst];
    }
    for (const auto* task : gone) {
        const auto found = states.find(task->task_id);
        const auto worst = found == states.end() ? std::nullopt : worst_of(found->second->counts);
        text += worst ? code_of(*worst) : kNotInRun;
    }
    return text;
}

Json column_json(const model::Run& run, Versions& versions, std::string states) {
    const auto version = versions.json(run.version);
    return {{"run_id", run.run_id},
            {"run_type", model::to_text(run.type)},
            {"state", model::to_text(run.state)},
            {"logical_date", time_json(run.logical_date)},
            {"run_after", time_json(run.run_after)},
            {"start_date", time_json(run.started_at)},
            {"end_date", time_json(run.ended_at)},
            {"duration", seconds_between(run.started_at, run.ended_at)},
            {"note", text_or_null(run.note)},
            {"version", version.is_null() ? Json() : version["version_number"]},
            {"states", std::move(states)}};
}

// Tasks of these runs that the DAG has no more, each once.
std::vector<const ports::TaskStates*> gone_tasks(const std::vector<OutlineRow>& rows,
                                                 const std::vector<ports::TaskStates>& states) {
    std::set<std::string_view> known;
    for (const auto& row : rows)
        if (row.task != nullptr) known.insert(row.id());
    std::map<std::string_view, const ports::TaskStates*> gone;
    for (const auto& task : states)
        if (!known.contains(task.task_id)) gone.emplace(task.task_id, &task);
    std::vector<const ports::TaskStates*> sorted;
    for (const auto& [id, task] : gone) sorted.push_back(task);
    return sorted;
}

http::Response get_grid(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::RunFilter filter;
    filter.dag_id = request.path_param("dag_id");
    filter.states = parameters.enums<model::RunState>("state");
    filter.types = parameters.enums<model::RunType>("run_type");
    filter.limit = static_cast<int>(parameters.number("limit", 0, kMostColumns).value_or(kColumns));
    filter.offset = parameters.offset();
    filter.order_by = "-run_after";
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    if (!dag_exists(services, filter.dag_id)) return dag_not_found(filter.dag_id);

    const auto dag = loaded_dag(services, filter.dag_id);
    const auto rows = dag ? outline_of(*dag) : std::vector<OutlineRow>{};
    const auto page = services.history.runs(filter);
    std::vector<model::RunId> ids;
    for (const auto& run : page.rows) ids.push_back(run.id);
    const auto states = services.history.task_states(ids);
    std::map<model::RunId, StatesOfRun> by_run;
    for (const auto& task : states) by_run[task.run].emplace(task.task_id, &task);
    const auto gone = gone_tasks(rows, states);

    auto tasks = Json::array();
    for (const auto& row : rows) tasks.push_back(row_json(row));
    for (const auto* task : gone) tasks.push_back(gone_json(*task));
    Versions versions(services.history);
    auto runs = Json::array();
    for (const auto& run : page.rows)
        runs.push_back(column_json(run, versions, states_text(rows, gone, by_run[run.id])));
    return json_answer({{"dag_id", filter.dag_id},
                        {"tasks", std::move(tasks)},
                        {"runs", std::move(runs)},
                        {"codes", codes_json()},
                        {"total_entries", page.total}});
}

}  // namespace

void add_grid(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/grid",
               [services](const http::Request& request) { return get_grid(services, request); });
}

}  // namespace weir::api
