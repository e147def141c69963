// What people do to runs and their tasks: clear and mark in Airflow's words, retry and kill in Weir's own.
#include <algorithm>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::size_t kLongestId = 250;
constexpr std::size_t kLongestNote = 1000;
constexpr int kMostMapIndex = 1'000'000;

http::Response run_answer(const Services& services, const model::Result<core::Answer>& result) {
    if (!result) return error_answer(result.error());
    Versions versions(services.history);
    return json_answer(run_json(result->run, versions));
}

http::Response retry(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    auto task_ids = body.texts("task_ids").value_or(std::vector<std::string>{});
    if (auto refusal = body.refusal()) return std::move(*refusal);
    core::RetryTasks command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.task_ids = std::move(task_ids);
    return run_answer(services, services.commands.execute(std::move(command), audit_of(services, request)));
}

http::Response kill(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    auto task_id = body.text("task_id", kLongestId);
    const auto map_index = body.number("map_index", -1, kMostMapIndex);
    if (map_index && !task_id) body.fault("map_index", "needs a task_id: the task whose instance to kill");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    core::Kill command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.task_id = std::move(task_id);
    if (map_index && *map_index >= 0) command.map_index = *map_index;
    return run_answer(services, services.commands.execute(std::move(command), audit_of(services, request)));
}

// The task instances of the answer, each with its run. They are as they were before the command.
http::Response rows_answer(const Services& services, const core::Answer& answer) {
    Versions versions(services.history);
    auto json = Json::array();
    for (const auto& instance : answer.task_instances) {
        const auto run = std::ranges::find(answer.runs, instance.run, &model::Run::id);
        if (run == answer.runs.end()) continue;
        json.push_back(task_instance_json({instance, *run, std::nullopt}, versions));
    }
    const auto total = json.size();
    return json_answer({{"task_instances", std::move(json)}, {"total_entries", total}});
}

http::Response clear_run(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    core::ClearTasks command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.dry_run = body.flag("dry_run").value_or(true);
    command.tasks.only_failed = body.flag("only_failed").value_or(false);
    command.tasks.downstream = command.tasks.only_failed;  // what waits for them runs again too
    command.newest_version = body.flag("run_on_latest_version").value_or(false);
    body.not_supported("only_new", false, "must be false: a run has the tasks of its version");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const bool dry_run = command.dry_run;
    const auto answer = services.commands.execute(std::move(command),
                                                  dry_run ? std::nullopt : std::optional(audit_of(services, request)));
    if (!answer) return error_answer(answer.error());
    return dry_run ? rows_answer(services, *answer) : run_answer(services, answer);
}

// "id", or Airflow's ["id", map_index].
void read_task_ids(Body& body, core::TaskSelection& tasks) {
    const auto list = body.list("task_ids");
    if (!list) return;
    for (const auto& item : *list) {
        if (item.is_string()) {
            tasks.names.push_back(item.get<std::string>());
        } else if (item.is_array() && item.size() == 2 && item[0].is_string() && item[1].is_number_integer()) {
            tasks.names.push_back(item[0].get<std::string>());
            const auto index = item[1].is_number_unsigned() && item[1].get<std::uint64_t>() > kMostMapIndex
                                   ? kMostMapIndex + 1
                                   : item[1].get<std::int64_t>();
            if (index < -1 || index > kMostMapIndex)
                return body.fault("task_ids", "has a map index that is none: it is -1 or more");
            if (index >= 0) tasks.map_index = static_cast<int>(index);
        } else {
            return body.fault("task_ids", "must be a list of task ids, or of [task id, map index]");
        }
    }
    if (tasks.map_index && tasks.names.size() > 1)
        body.fault("task_ids", "may name one map index at a time, with no other tasks");
}

// From the named run to the past, the future, or both.
void widen(const Services& services, Body& body, core::ClearTasks& command, bool past, bool future) {
    const auto run = services.history.run(command.dag_id, command.run_id);
    if (!run || !run->logical_date)
        return body.fault(past ? "include_past" : "include_future", "needs a dag_run_id whose run has a logical date");
    constexpr auto kFarthest = std::chrono::sys_days{std::chrono::year{9999} / 1 / 1};
    command.range = core::DateRange{past ? model::TimePoint{} : *run->logical_date,
                                    future ? model::TimePoint{kFarthest} : *run->logical_date};
    command.run_id.clear();
}

http::Response clear_task_instances(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    core::ClearTasks command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = body.text("dag_run_id", kLongestId).value_or("");
    const auto start = body.time("start_date");
    const auto end = body.time("end_date");
    read_task_ids(body, command.tasks);
    command.dry_run = body.flag("dry_run").value_or(true);
    command.tasks.only_failed = body.flag("only_failed").value_or(true);
    command.tasks.upstream = body.flag("include_upstream").value_or(false);
    command.tasks.downstream = body.flag("include_downstream").value_or(false);
    command.newest_version = body.flag("run_on_latest_version").value_or(false);
    const bool past = body.flag("include_past").value_or(false);
    const bool future = body.flag("include_future").value_or(false);
    // Running tasks are never cleared: the answer is 409.
    [[maybe_unused]] const auto prevent = body.flag("prevent_running_task");
    body.not_supported("reset_dag_runs", true, "must be true: a run with tasks to do is running");
    body.not_supported("only_running", false, "must be false: kill what runs, then clear it");
    if (command.run_id.empty() && !(start && end))
        body.fault("dag_run_id", "is needed, or start_date and end_date: the logical dates to clear");
    if (!command.run_id.empty() && (start || end)) body.fault("start_date", "and end_date go without dag_run_id");
    if (command.run_id.empty() && start && end) command.range = core::DateRange{*start, *end};
    if (past || future) widen(services, body, command, past, future);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const bool dry_run = command.dry_run;
    const auto answer = services.commands.execute(std::move(command),
                                                  dry_run ? std::nullopt : std::optional(audit_of(services, request)));
    return answer ? rows_answer(services, *answer) : error_answer(answer.error());
}

http::Response patch_run(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    [[maybe_unused]] const auto mask = parameters.texts("update_mask");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    Body body(request);
    core::ChangeRun command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    const auto state = body.text("state", kLongestId);
    command.note = body.text("note", kLongestNote);
    if (state && *state != "queued") command.state = model::parse<model::RunState>(*state);
    if (state && *state != "queued" && (!command.state || !is_finished(*command.state)))
        body.fault("state", "must be one of queued, success, failed");
    if (!state && !command.note) body.fault("state", "or note is needed");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!state || *state != "queued" || command.note) {
        const auto answer = services.commands.execute(command, audit_of(services, request));
        if (!answer || !state || *state != "queued") return run_answer(services, answer);
    }
    core::ClearTasks clear;
    clear.dag_id = command.dag_id;
    clear.run_id = command.run_id;
    return run_answer(services, services.commands.execute(std::move(clear), audit_of(services, request)));
}

// The same task instances as they are now.
http::Response marked_answer(const Services& services, const core::Answer& answer) {
    ports::TaskInstanceFilter filter;
    filter.dag_id = answer.run.dag_id;
    filter.run_id = answer.run.run_id;
    Versions versions(services.history);
    auto json = Json::array();
    for (const auto& row : all_task_instances(services, filter))
        for (const auto& marked : answer.task_instances)
            if (marked.task_id == row.task_instance.task_id && marked.map_index == row.task_instance.map_index)
                json.push_back(task_instance_json(row, versions));
    const auto total = json.size();
    return json_answer({{"task_instances", std::move(json)}, {"total_entries", total}});
}

http::Response mark(const Services& services, const http::Request& request, bool dry_run, std::optional<int> index) {
    Parameters parameters(request);
    [[maybe_unused]] const auto mask = parameters.texts("update_mask");
    const auto given = parameters.number("map_index", -1, kMostMapIndex);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    if (!index && given && *given >= 0) index = static_cast<int>(*given);
    Body body(request);
    core::MarkTasks command;
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.tasks.names = {request.path_param("task_id")};
    command.tasks.map_index = index;
    const auto state = body.text("new_state", kLongestId);
    const auto parsed = state ? model::parse<model::TaskState>(*state) : std::nullopt;
    if (!parsed) body.fault("new_state", "must be one of success, failed, skipped");
    command.state = parsed.value_or(model::TaskState::none);
    command.tasks.upstream = body.flag("include_upstream").value_or(false);
    command.tasks.downstream = body.flag("include_downstream").value_or(false);
    command.dry_run = dry_run;
    body.not_supported("note", nullptr, "must be null: a task instance's note is why it is in its state");
    for (const auto* key : {"include_past", "include_future"})
        body.not_supported(key, false, "must be false: tasks are marked in one run at a time");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const auto answer = services.commands.execute(std::move(command),
                                                  dry_run ? std::nullopt : std::optional(audit_of(services, request)));
    if (!answer) return error_answer(answer.error());
    return dry_run ? rows_answer(services, *answer) : marked_answer(services, *answer);
}

http::Response mark_instance(const Services& services, const http::Request& request, bool dry_run) {
    const auto index = path_map_index(request);
    if (!index) return error_answer(404, "a map index is a number");
    return mark(services, request, dry_run, *index >= 0 ? index : std::nullopt);
}

}  // namespace

void add_run_actions(http::Router& router, const Services& services) {
    const auto add = [&router, &services](const char* method, const std::string& path, auto answer) {
        router.add(method, path,
                   [services, answer](const http::Request& request) { return answer(services, request); });
    };
    const std::string run = "/api/v2/dags/{dag_id}/dagRuns/{run_id}";
    add("POST", run + "/retry", retry);
    add("POST", run + "/kill", kill);
    add("POST", run + "/clear", clear_run);
    add("PATCH", run, patch_run);
    add("POST", "/api/v2/dags/{dag_id}/clearTaskInstances", clear_task_instances);
    const auto task = run + "/taskInstances/{task_id}";
    add("PATCH", task,
        [](const Services& all, const http::Request& request) { return mark(all, request, false, std::nullopt); });
    add("PATCH", task + "/dry_run",
        [](const Services& all, const http::Request& request) { return mark(all, request, true, std::nullopt); });
    add("PATCH", task + "/{map_index}",
        [](const Services& all, const http::Request& request) { return mark_instance(all, request, false); });
    add("PATCH", task + "/{map_index}/dry_run",
        [](const Services& all, const http::Request& request) { return mark_instance(all, request, true); });
}

}  // namespace weir::api
