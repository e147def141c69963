// weir dags, pause, unpause.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {
namespace {

using model::Json;

std::string state_of(const Json& dag) {
    if (dag.value("has_import_errors", false)) return paint_state("broken");
    return dag.value("is_paused", false) ? paint("paused", Colour::yellow) : paint("active", Colour::green);
}

model::Result<Json> every_dag(const ApiClient& api) {
    auto all = Json::array();
    while (true) {
        auto page = api.get(fmt::format("/dags?limit=1000&offset={}", all.size()));
        if (!page) return page.error();
        auto& rows = (*page)["dags"];
        const auto total = page->value("total_entries", std::size_t{0});
        if (rows.empty()) return model::success(std::move(all));
        for (auto& row : rows) all.push_back(std::move(row));
        if (all.size() >= total) return model::success(std::move(all));
    }
}

}  // namespace

int dags_list(const Common& common) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto dags = every_dag(*api);
    if (!dags) return fail(dags.error());
    const auto errors = api->get("/importErrors?limit=1000");
    if (!errors) return fail(errors.error());
    if (common.json) {
        print_json({{"dags", *dags}, {"import_errors", (*errors)["import_errors"]}});
        return kOk;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& dag : *dags)
        rows.push_back({text_of(dag, "dag_id"), state_of(dag), text_of(dag, "timetable_summary"),
                        short_time(dag.value("next_dagrun_run_after", Json())), text_of(dag, "relative_fileloc")});
    print_table({"DAG", "STATE", "SCHEDULE", "NEXT RUN (UTC)", "FILE"}, rows,
                "no DAGs: put a .yaml file in the DAG folder");
    for (const auto& dag : *dags)
        if (const auto from = text_of(dag, "renamed_from"); !from.empty())
            fmt::print("\n{} was called {}; its history up to then stays there: weir runs list {}\n",
                       text_of(dag, "dag_id"), from, from);
    for (const auto& error : (*errors)["import_errors"])
        fmt::print("\n{} {}\n", paint("does not load:", Colour::red), text_of(error, "stack_trace"));
    return kOk;
}

int dags_show(const Common& common, const std::string& dag_id) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    auto dag = api->get("/dags/" + segment(dag_id));
    if (!dag) return fail(dag.error());
    const auto tasks = api->get("/dags/" + segment(dag_id) + "/tasks");
    if (!tasks) return fail(tasks.error());
    if (common.json) {
        (*dag)["tasks"] = (*tasks)["tasks"];
        print_json(*dag);
        return kOk;
    }
    fmt::print("{}  {}\n{}\n", paint(text_of(*dag, "dag_id"), Colour::bold), state_of(*dag),
               text_of(*dag, "description"));
    fmt::print("schedule {}  next run {}  file {}\n\n", text_of(*dag, "timetable_summary"),
               short_time(dag->value("next_dagrun_run_after", Json())), text_of(*dag, "relative_fileloc"));
    std::vector<std::vector<std::string>> rows;
    for (const auto& task : (*tasks)["tasks"]) {
        const auto downstream = task.value("downstream_task_ids", std::vector<std::string>{});
        rows.push_back({text_of(task, "task_id"), text_of(task, "operator_name"), text_of(task, "trigger_rule"),
                        fmt::format("{}", fmt::join(downstream, ", "))});
    }
    print_table({"TASK", "OPERATOR", "RULE", "THEN"}, rows, "no tasks");
    return kOk;
}

int set_paused(const Common& common, const std::vector<std::string>& dags, bool paused) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    auto changed = Json::array();
    for (const auto& dag_id : dags) {
        const auto dag = api->send("PATCH", "/dags/" + segment(dag_id), {{"is_paused", paused}});
        if (!dag) return fail(dag.error());
        changed.push_back(*dag);
        if (!common.json) fmt::print("{} {}\n", paused ? "paused:" : "active:", dag_id);
    }
    if (common.json) print_json(changed);
    return kOk;
}

}  // namespace weir::daemon::cli
