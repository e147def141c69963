// What a DAG, a run or a task waits for, and how what has ended did. The scheduler answers for what is open; history and the
// catalog of files know the rest.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "scheduler/model/instance_name.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr int kMostFailuresTold = 5;

struct Subject {
    std::string dag_id;
    std::optional<std::string> run_id;
    std::optional<std::string> task_id;
    int map_index = -1;
};

http::Response answer(const Subject& subject, const core::Explanation& explanation) {
    return json_answer({{"dag_id", subject.dag_id},
                        {"dag_run_id", subject.run_id ? Json(*subject.run_id) : Json()},
                        {"task_id", subject.task_id ? Json(*subject.task_id) : Json()},
                        {"map_index", subject.map_index},
                        {"state", explanation.state},
                        {"reasons", explanation.reasons}});
}

model::Result<core::Explanation> ask_scheduler(const Services& services, const Subject& subject) {
    return services.commands.explain({{}, subject.dag_id, subject.run_id, subject.task_id, subject.map_index});
}

std::string at(model::TimePoint t) { return model::format_rfc3339(std::chrono::floor<std::chrono::seconds>(t)); }

std::string length(model::TimePoint from, model::TimePoint to) {
    return model::format_duration(std::chrono::floor<model::Duration>(to - from));
}

// --- what has ended --------------------------------------------------------------------------------------------------

std::string how_it_ended(const model::TaskInstance& task) {
    auto text = fmt::format("{}", to_text(task.state));
    if (task.ended_at) text += " at " + at(*task.ended_at);
    if (task.started_at && task.ended_at) text += " after " + length(*task.started_at, *task.ended_at);
    if (task.try_number > 0) text += fmt::format(", try {} of {}", task.try_number, task.max_tries);
    if (!task.reason.empty()) text += ": " + task.reason;
    return text;
}

std::string text_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string made_by_windows(const Json& cause) {
    std::string assets;
    if (const auto found = cause.find("assets"); found != cause.end() && found->is_array())
        for (const auto& asset : *found)
            if (asset.is_string()) assets += (assets.empty() ? "" : ", ") + asset.get<std::string>();
    auto text = "made by the windows of " + assets;
    const auto missing = number_at(cause, "missing_count");
    if (missing == 0) return text + ", which were complete";
    text += text_at(cause, "reason") == "deadline" ? ", at its deadline" : ", which were enough";
    text += fmt::format(" while {} piece{} of time {} missing", missing, missing == 1 ? "" : "s",
                        missing == 1 ? "was" : "were");
    if (const auto pieces = cause.find("missing"); pieces != cause.end() && pieces->is_array() && !pieces->empty())
        text +=
            fmt::format(": {} from {} to {}{}", text_at(pieces->front(), "asset"), text_at(pieces->front(), "start"),
                        text_at(pieces->front(), "end"), missing > 1 ? " first" : "");
    return text;
}

std::string made_by_events(const Json& cause) {
    if (text_at(cause, "kind") == "windows") return made_by_windows(cause);
    if (text_at(cause, "kind") != "event") return "made by an asset";
    const auto count = number_at(cause, "count");
    auto text = count > 1 ? fmt::format("made by {} events, {} to {}; the last", count, number_at(cause, "first"),
                                        number_at(cause, "last"))
                          : fmt::format("made by event {}", number_at(cause, "last"));
    if (const auto event = cause.find("event"); event != cause.end()) {
        text += fmt::format(": {} from {}", text_at(*event, "type"), text_at(*event, "source"));
        if (const auto subject = text_at(*event, "subject"); !subject.empty()) text += " about " + subject;
    }
    return text;
}

// What has become known of its windows since it began.
void tell_corrections(const model::Run& run, std::vector<std::string>& reasons) {
    if (run.rerun_at)
        reasons.push_back(fmt::format("its windows were corrected: it runs again at {}{}", at(*run.rerun_at),
                                      is_finished(run.state) ? "" : ", or when it has ended"));
    if (run.stale_since)
        reasons.push_back(fmt::format("stale: windows that it used were corrected at {}; clear it to run it again",
                                      at(*run.stale_since)));
}

// Why there is this run at all.
std::string origin_of(const model::Run& run) {
    std::string text;
    switch (run.type) {
        case model::RunType::scheduled:
            text = "made by its schedule";
            break;
        case model::RunType::backfill:
            text = "made by a backfill";
            break;
        case model::RunType::asset_triggered:
            text = made_by_events(run.cause);
            break;
        case model::RunType::manual:
            text = fmt::format("triggered by {}{}", to_text(run.triggered_by),
                               run.triggering_user.empty() ? "" : " as " + run.triggering_user);
            break;
    }
    if (run.logical_date) text += " for " + at(*run.logical_date);
    if (run.data_interval && run.data_interval->start != run.data_interval->end)
        text +=
            fmt::format(", over the data from {} up to {}", at(run.data_interval->start), at(run.data_interval->end));
    return text;
}

core::Explanation ended_run(const Services& services, const model::Run& run) {
    core::Explanation explanation{std::string(to_text(run.state)), {}};
    auto text = explanation.state;
    if (run.ended_at) text += " at " + at(*run.ended_at);
    if (run.started_at && run.ended_at) text += " after " + length(*run.started_at, *run.ended_at);
    explanation.reasons.push_back(std::move(text));
    ports::TaskInstanceFilter failed;
    failed.dag_id = run.dag_id;
    failed.run_id = run.run_id;
    failed.states = {model::TaskState::failed};
    failed.limit = kMostFailuresTold;
    const auto page = services.history.task_instances(failed);
    for (const auto& row : page.rows)
        explanation.reasons.push_back(model::instance_name(row.task_instance.task_id, row.task_instance.map_index) +
                                      " " + how_it_ended(row.task_instance));
    if (const auto told = static_cast<std::int64_t>(page.rows.size()); page.total > told)
        explanation.reasons.push_back(fmt::format("{} more failed", page.total - told));
    return explanation;
}

core::Explanation ended_task(const ports::TaskInstanceRow& row) {
    const auto& task = row.task_instance;
    if (task.state == model::TaskState::none)
        return {"none", {fmt::format("its run ended ({}) before it could start", to_text(row.run.state))}};
    return {std::string(to_text(task.state)), {how_it_ended(task)}};
}

// --- a DAG -----------------------------------------------------------------------------------------------------------

std::vector<std::string> faults_of(const ports::Catalog& catalog, std::string_view dag_id) {
    const auto entry = catalog.dags.find(dag_id);
    const bool known = entry != catalog.dags.end();
    std::vector<std::string> faults;
    for (const auto& error : catalog.import_errors) {
        // The id of a file that has never loaded is unknown; by default it is the file's stem.
        if (known ? !entry->second.dag || entry->second.dag->file != error.file
                  : std::filesystem::path(error.file).stem() != dag_id)
            continue;
        faults.push_back(
            fmt::format("its file {} has had errors since {}{}", error.file, at(error.since),
                        known ? "; its last good version goes on" : ", and there is no earlier version of it"));
        for (const auto& diagnostic : error.diagnostics) faults.push_back(to_text(diagnostic));
    }
    return faults;
}

http::Response why_dag(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const Subject subject{request.path_param("dag_id"), {}, {}};
    auto faults = faults_of(*services.catalog.catalog(), subject.dag_id);
    auto explanation = ask_scheduler(services, subject);
    if (!explanation) {
        if (explanation.error().kind != model::ErrorKind::not_found || faults.empty())
            return error_answer(explanation.error());
        return answer(subject, {"broken", std::move(faults)});
    }
    auto& reasons = explanation->reasons;
    std::move(faults.begin(), faults.end(), std::back_inserter(reasons));
    ports::RunFilter last;
    last.dag_id = subject.dag_id;
    last.states = {model::RunState::success, model::RunState::failed};
    last.limit = 1;
    for (const auto& run : services.history.runs(last).rows)
        reasons.push_back(fmt::format("its last run {}: {}", run.run_id, ended_run(services, run).reasons.front()));
    return answer(subject, *explanation);
}

// --- runs and tasks --------------------------------------------------------------------------------------------------

// What the scheduler says of a run that is open. It may end between the look into history and the question.
std::optional<model::Result<core::Explanation>> of_open(const Services& services, const Subject& subject,
                                                        const model::Run& run) {
    if (is_finished(run.state)) return std::nullopt;
    auto explanation = ask_scheduler(services, subject);
    if (explanation.has_error() && explanation.error().kind == model::ErrorKind::not_found) {
        const auto now = services.history.run(run.dag_id, run.run_id);
        if (now && is_finished(now->state)) return std::nullopt;
    }
    return explanation;
}

http::Response why_run(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const Subject subject{request.path_param("dag_id"), request.path_param("run_id"), {}};
    const auto run = services.history.run(subject.dag_id, *subject.run_id);
    if (!run) return run_not_found(subject.dag_id, *subject.run_id);
    const auto open = of_open(services, subject, *run);
    if (open && open->has_error()) return error_answer(open->error());
    auto explanation =
        open ? **open : ended_run(services, services.history.run(run->dag_id, run->run_id).value_or(*run));
    tell_corrections(*run, explanation.reasons);
    explanation.reasons.push_back(origin_of(*run));
    return answer(subject, explanation);
}

http::Response why_task(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto map_index = parameters.number("map_index", -1, static_cast<std::int64_t>(model::kMostItems));
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const Subject subject{request.path_param("dag_id"), request.path_param("run_id"), request.path_param("task_id"),
                          static_cast<int>(map_index.value_or(-1))};
    const auto run = services.history.run(subject.dag_id, *subject.run_id);
    if (!run) return run_not_found(subject.dag_id, *subject.run_id);
    if (const auto open = of_open(services, subject, *run))
        return open->has_error() ? error_answer(open->error()) : answer(subject, **open);
    const auto row = find_task_instance(services, subject.dag_id, *subject.run_id, *subject.task_id, subject.map_index);
    if (!row) return task_not_found(subject.dag_id, *subject.run_id, *subject.task_id);
    return answer(subject, ended_task(*row));
}

}  // namespace

void add_why(http::Router& router, const Services& services) {
    const auto add = [&router, &services](const char* path, auto* answer_of) {
        router.add("GET", path,
                   [services, answer_of](const http::Request& request) { return answer_of(services, request); });
    };
    add("/api/v2/dags/{dag_id}/why", why_dag);
    add("/api/v2/dags/{dag_id}/dagRuns/{run_id}/why", why_run);
    add("/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/why", why_task);
}

}  // namespace weir::api
