// weir clear, mark, retry, kill.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/dates.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::daemon::cli {
namespace {

using model::Json;

int command_run(const Common& common, const std::string& dag, const std::string& run_id, const std::string& command,
                const Json& body, const char* done) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto path = run_path(*api, dag, run_id);
    if (!path) return fail(path.error());
    const auto run = api->send("POST", *path + "/" + command, body);
    if (!run) return fail(run.error());
    if (common.json)
        print_json(*run);
    else
        fmt::print("{} {} {}\n", done, dag, text_of(*run, "dag_run_id"));
    return kOk;
}

void print_instances(const Json& instances, const std::string& summary) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& task : instances) {
        const auto name = model::instance_name(text_of(task, "task_id"), task.value("map_index", -1));
        const auto state = text_of(task, "state");
        rows.push_back({text_of(task, "dag_run_id"), name, paint_state(state.empty() ? "waiting" : state)});
    }
    print_table({"RUN", "TASK", "STATE"}, rows, "nothing");
    fmt::print("{}\n", summary);
}

// The run's id, where `latest` stands for it.
model::Result<std::string> run_id_of(const ApiClient& api, const std::string& dag, const std::string& run) {
    const auto path = run_path(api, dag, run);
    if (!path) return path.error();
    const auto found = api.get(*path);
    if (!found) return found.error();
    return text_of(*found, "dag_run_id");
}

model::Result<Json> clear_body(const ApiClient& api, const Clear& options) {
    Json body{{"dry_run", options.dry_run},
              {"only_failed", options.only_failed},
              {"include_upstream", options.upstream},
              {"include_downstream", options.downstream},
              {"run_on_latest_version", options.newest_version}};
    if (options.run.empty() == (options.from.empty() || options.to.empty()))
        return model::Error{model::ErrorKind::invalid,
                            "name a run, or give --from and --to: the logical dates to clear"};
    if (!options.run.empty()) {
        const auto run_id = run_id_of(api, options.dag, options.run);
        if (!run_id) return run_id.error();
        body["dag_run_id"] = *run_id;
    } else {
        const auto from = parse_date("--from", options.from);
        if (!from) return from.error();
        const auto to = parse_date("--to", options.to, true);
        if (!to) return to.error();
        body["start_date"] = model::format_rfc3339(*from);
        body["end_date"] = model::format_rfc3339(*to);
    }
    if (options.map_index >= 0 && options.tasks.size() != 1)
        return model::Error{model::ErrorKind::invalid, "--map-index belongs to exactly one task; name it"};
    if (options.map_index >= 0)
        body["task_ids"] = Json::array({Json::array({options.tasks.front(), options.map_index})});
    else if (!options.tasks.empty())
        body["task_ids"] = options.tasks;
    return model::success(std::move(body));
}

}  // namespace

int clear(const Common& common, const Clear& options) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto body = clear_body(*api, options);
    if (!body) return fail(body.error());
    const auto answer = api->send("POST", "/dags/" + segment(options.dag) + "/clearTaskInstances", *body);
    if (!answer) return fail(answer.error());
    const auto& instances = (*answer)["task_instances"];
    if (common.json)
        print_json(*answer);
    else
        print_instances(instances, fmt::format("{} task instance(s) {}", instances.size(),
                                               options.dry_run ? "would run again; nothing was done" : "run again"));
    return kOk;
}

namespace {

int mark_run(const Common& common, const ApiClient& api, const std::string& path, const Mark& options) {
    if (options.dry_run || options.upstream || options.downstream || options.map_index >= 0)
        return fail({model::ErrorKind::invalid, "these options are for tasks; name the tasks to mark"});
    const auto run = api.send("PATCH", path, {{"state", options.state}});
    if (!run) return fail(run.error());
    if (common.json)
        print_json(*run);
    else
        fmt::print("{} {} {}\n", options.dag, text_of(*run, "dag_run_id"), paint_state(text_of(*run, "state")));
    return kOk;
}

}  // namespace

int mark(const Common& common, const Mark& options) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto path = run_path(*api, options.dag, options.run);
    if (!path) return fail(path.error());
    if (options.tasks.empty()) return mark_run(common, *api, *path, options);
    if (options.map_index >= 0 && options.tasks.size() != 1)
        return fail({model::ErrorKind::invalid, "--map-index belongs to exactly one task; name it"});
    auto all = Json::array();
    for (const auto& task : options.tasks) {
        auto target = *path + "/taskInstances/" + segment(task);
        if (options.dry_run) target += "/dry_run";
        if (options.map_index >= 0) target += fmt::format("?map_index={}", options.map_index);
        auto answer = api->send("PATCH", target,
                                {{"new_state", options.state},
                                 {"include_upstream", options.upstream},
                                 {"include_downstream", options.downstream}});
        if (!answer) return fail(answer.error());
        for (auto& row : (*answer)["task_instances"]) all.push_back(std::move(row));
    }
    if (common.json)
        print_json(all);
    else
        print_instances(all, fmt::format("{} task instance(s) {} {}", all.size(),
                                         options.dry_run ? "would be marked" : "marked", options.state));
    return kOk;
}

int retry(const Common& common, const std::string& dag, const std::string& run, const std::vector<std::string>& tasks) {
    return command_run(common, dag, run, "retry", {{"task_ids", tasks}}, "running again:");
}

int kill(const Common& common, const Kill& options) {
    if (options.map_index >= 0 && options.task.empty())
        return fail({model::ErrorKind::invalid, "--map-index belongs to a task; name it"});
    Json body = options.task.empty() ? Json::object() : Json{{"task_id", options.task}};
    if (options.map_index >= 0) body["map_index"] = options.map_index;
    return command_run(common, options.dag, options.run, "kill", body, "killed:");
}

}  // namespace weir::daemon::cli
