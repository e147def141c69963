// weir trigger, runs, tasks.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/lists.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/params.hpp"
#include "daemon/cli/verbs.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::daemon::cli {
namespace {

using model::Json;

constexpr std::chrono::milliseconds kPollInterval{200};

TableRow run_row(const Json& run) {
    return {text_of(run, "dag_id"),
            text_of(run, "dag_run_id"),
            paint_state(text_of(run, "state")),
            text_of(run, "run_type"),
            short_time(run.value("start_date", Json())),
            short_seconds(run.value("duration", Json())),
            text_of(run, "note")};
}

// "load", "load x3" for all three instances of `foreach`, "load[2]" for one of them, with its label.
std::string task_name(const Json& task) {
    auto name = model::instance_name(text_of(task, "task_id"), task.value("map_index", -1));
    if (const int mapped = task.value("mapped", 0); mapped > 0) name += fmt::format(" x{}", mapped);
    const auto label = text_of(task, "rendered_map_index");
    return label.empty() ? name : name + ' ' + label;
}

void print_tasks(const Json& instances) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& task : instances) {
        auto state = text_of(task, "state");
        rows.push_back({task_name(task), paint_state(state.empty() ? "waiting" : state),
                        fmt::format("{}", task.value("try_number", 0)), short_time(task.value("start_date", Json())),
                        short_seconds(task.value("duration", Json())), text_of(task, "note")});
    }
    print_table({"TASK", "STATE", "TRY", "START (UTC)", "TOOK", "WHY"}, rows, "no tasks");
}

model::Result<Json> all_tasks(const ApiClient& api, const std::string& run_path) {
    auto all = Json::array();
    while (true) {
        auto page = api.get(run_path + fmt::format("/taskInstances?limit=1000&offset={}", all.size()));
        if (!page) return page.error();
        auto& rows = (*page)["task_instances"];
        const auto total = page->value("total_entries", std::size_t{0});
        if (rows.empty()) return model::success(std::move(all));
        for (auto& row : rows) all.push_back(std::move(row));
        if (all.size() >= total) return model::success(std::move(all));
    }
}

// A line for each task whose state is another than what was told of it.
void tell_changes(const Json& found, std::map<std::string, std::string>& told) {
    // In the order in which it happened. RFC 3339 sorts as text.
    std::vector<Json> tasks(found.begin(), found.end());
    std::ranges::stable_sort(
        tasks, {}, [](const Json& task) { return std::max(text_of(task, "start_date"), text_of(task, "end_date")); });
    for (const auto& task : tasks) {
        const auto state = text_of(task, "state");
        auto& last = told[task_name(task)];
        if (state == last || state.empty() || state == "scheduled" || state == "queued") continue;
        last = state;
        fmt::print("{:<24} {}  {}\n", task_name(task), paint_state(state), paint(text_of(task, "note"), Colour::grey));
        std::fflush(stdout);
    }
}

// Until the run has ended, with a line for each task that changes. The run as it ended.
model::Result<Json> await_end(const ApiClient& api, const std::string& run_path, bool quiet) {
    using Clock = std::chrono::steady_clock;
    std::map<std::string, std::string> told;
    auto next_look = Clock::now();
    while (true) {
        const auto run = api.get(run_path);
        if (!run) return run.error();
        const auto state = text_of(*run, "state");
        const bool ended = state == "success" || state == "failed";
        if (const auto began = Clock::now(); !quiet && (ended || began >= next_look)) {
            const auto tasks = all_tasks(api, run_path);
            if (!tasks) return tasks.error();
            tell_changes(*tasks, told);
            // Of thousands of tasks the list is long: looking takes a tenth of the daemon's time at most.
            next_look = Clock::now() + 9 * (Clock::now() - began);
        }
        if (ended) return model::success(Json(*run));
        std::this_thread::sleep_for(kPollInterval);
    }
}

model::Result<std::string> restarted_run_id(const ApiClient& api, const Trigger& options) {
    if (options.restart != "latest") return options.restart;
    const auto path = run_path(api, options.dag, options.restart);
    if (!path) return path.error();
    const auto run = api.get(*path);
    if (!run) return run.error();
    return text_of(*run, "dag_run_id");
}

}  // namespace

int trigger(const Common& common, const Trigger& options) {
    const auto params = parse_params(options.params);
    if (!params) return fail(params.error());
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    Json body{{"conf", *params}, {"logical_date", options.logical_date.empty() ? Json() : Json(options.logical_date)}};
    if (!options.run_id.empty()) body["dag_run_id"] = options.run_id;
    if (!options.note.empty()) body["note"] = options.note;
    const auto restarted = restarted_run_id(*api, options);
    if (!restarted) return fail(restarted.error());
    if (!restarted->empty()) body["restart_of"] = *restarted;
    const auto runs = "/dags/" + segment(options.dag) + "/dagRuns";
    auto run = api->send("POST", runs, body);
    if (!run) return fail(run.error());
    const auto run_id = text_of(*run, "dag_run_id");
    if (!common.json) fmt::print("{} {}\n", options.dag, run_id);
    std::fflush(stdout);
    if (options.wait) {
        run = await_end(*api, runs + "/" + segment(run_id), common.json);
        if (!run) return fail(run.error());
    }
    const auto state = text_of(*run, "state");
    if (common.json)
        print_json(*run);
    else if (options.wait)
        fmt::print("{} {}  {}\n", options.dag, paint_state(state), short_seconds(run->value("duration", Json())));
    return options.wait && state == "failed" ? kFailed : kOk;
}

int runs_list(const Common& common, const RunsList& options) {
    auto path = "/dags/" + (options.dag == "~" ? options.dag : segment(options.dag)) +
                fmt::format("/dagRuns?order_by=-run_after&limit={}", options.limit);
    for (const auto& state : options.states) path += "&state=" + segment(state);
    return print_list(common, path, "dag_runs", {"DAG", "RUN", "STATE", "TYPE", "START (UTC)", "TOOK", "NOTE"},
                      "no runs", run_row);
}

int runs_show(const Common& common, const std::string& dag, const std::string& run_id) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto path = run_path(*api, dag, run_id);
    if (!path) return fail(path.error());
    auto run = api->get(*path);
    if (!run) return fail(run.error());
    const auto tasks = all_tasks(*api, *path);
    if (!tasks) return fail(tasks.error());
    if (common.json) {
        (*run)["task_instances"] = *tasks;
        print_json(*run);
        return kOk;
    }
    const auto line = [](const char* name, const std::string& value) {
        if (!value.empty()) fmt::print("{:<14} {}\n", name, value);
    };
    line("run", paint(text_of(*run, "dag_run_id"), Colour::bold));
    line("state", paint_state(text_of(*run, "state")));
    line("logical date", text_of(*run, "logical_date"));
    if (!text_of(*run, "data_interval_start").empty())
        line("data", text_of(*run, "data_interval_start") + " up to " + text_of(*run, "data_interval_end"));
    line("triggered by", text_of(*run, "triggered_by") + " " + text_of(*run, "triggering_user_name"));
    line("started", short_time(run->value("start_date", Json())));
    line("took", short_seconds(run->value("duration", Json())));
    if (run->contains("conf") && !(*run)["conf"].empty()) line("params", model::to_text((*run)["conf"]));
    line("note", text_of(*run, "note"));
    fmt::print("\n");
    print_tasks(*tasks);
    return kOk;
}

int tasks_list(const Common& common, const std::string& dag, const std::string& run_id) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto path = run_path(*api, dag, run_id);
    if (!path) return fail(path.error());
    const auto tasks = all_tasks(*api, *path);
    if (!tasks) return fail(tasks.error());
    if (common.json)
        print_json(*tasks);
    else
        print_tasks(*tasks);
    return kOk;
}

}  // namespace weir::daemon::cli
