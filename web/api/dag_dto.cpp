#include <fmt/format.h>

#include "web/api/dto.hpp"

namespace weir::api {

using model::Json;

namespace {

const model::Dag* dag_of(const DagView& view) { return view.entry == nullptr ? nullptr : view.entry->dag.get(); }

std::string file_of(const DagView& view) {
    if (const auto* dag = dag_of(view)) return dag->file;
    return view.row == nullptr ? "" : view.row->file;
}

// All entries of the schedule, each through `one`.
template <class One>
Json joined_schedule(const model::Dag* dag, const char* between, One one) {
    std::string text;
    if (dag == nullptr) return nullptr;
    for (const auto& schedule : dag->schedule) text += (text.empty() ? "" : between) + one(schedule);
    return text.empty() ? Json() : Json(text);
}

Json tags_json(const model::Dag* dag) {
    auto tags = Json::array();
    if (dag != nullptr)
        for (const auto& tag : dag->tags)
            tags.push_back({{"name", tag}, {"dag_id", dag->id}, {"dag_display_name", dag->id}});
    return tags;
}

Json params_json(const model::Dag* dag) {
    auto params = Json::object();
    if (dag != nullptr)
        for (const auto& param : dag->params)
            params[param.name] = {{"value", param.fallback.value_or(nullptr)},
                                  {"schema", param.schema},
                                  {"description", param.description.empty() ? Json() : Json(param.description)}};
    return params;
}

bool catches_up(const model::Dag* dag) {
    if (dag == nullptr) return false;
    for (const auto& schedule : dag->schedule)
        if (const auto* cron = std::get_if<model::CronSchedule>(&schedule);
            cron && cron->catchup == model::Catchup::all)
            return true;
    return false;
}

// An ISO 8601 duration as Airflow writes them.
Json time_delta(model::Duration length) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length);
    const auto days = std::chrono::duration_cast<std::chrono::days>(seconds);
    return {{"__type", "TimeDelta"},
            {"days", days.count()},
            {"seconds", (seconds - days).count()},
            {"microseconds", std::chrono::microseconds(length - seconds).count()}};
}

}  // namespace

std::string_view operator_of(const model::Action& action) {
    struct Name {
        std::string_view operator()(const model::ShellScript&) const { return "run"; }
        std::string_view operator()(const model::CommandLine&) const { return "run"; }
        std::string_view operator()(const model::OperatorCall& call) const { return model::to_text(call.kind); }
    };
    return std::visit(Name{}, action);
}

Json dag_json(const DagView& view) {
    const auto* dag = dag_of(view);
    const auto next = time_json(view.entry == nullptr ? std::nullopt : view.entry->next_run_at);
    const auto file = file_of(view);
    return {{"dag_id", view.dag_id},
            {"dag_display_name", view.dag_id},
            {"is_paused", view.is_paused()},
            {"is_stale", view.is_stale()},
            {"last_parsed_time", nullptr},
            {"last_parse_duration", nullptr},
            {"last_expired", nullptr},
            {"bundle_name", nullptr},
            {"bundle_version", nullptr},
            {"relative_fileloc", file},
            {"fileloc", file},
            {"file_token", uuid_of(file)},
            {"description", dag == nullptr || dag->description.empty() ? Json() : Json(dag->description)},
            {"timetable_summary", joined_schedule(dag, " | ", model::summary_of)},
            {"timetable_description", joined_schedule(dag, " or ", model::description_of)},
            {"timetable_partitioned", false},
            {"tags", tags_json(dag)},
            {"max_active_tasks", dag == nullptr ? 0 : dag->max_active_tasks},
            {"max_active_runs", dag == nullptr ? Json() : Json(dag->max_active_runs)},
            {"max_consecutive_failed_dag_runs", 0},
            {"has_task_concurrency_limits", false},
            {"has_import_errors", view.entry != nullptr && view.entry->broken},
            {"renamed_from",  // Weir's own
             view.entry != nullptr && !view.entry->renamed_from.empty() ? Json(view.entry->renamed_from) : Json()},
            {"allowed_run_types", nullptr},
            {"next_dagrun_logical_date", next},
            {"next_dagrun_data_interval_start", nullptr},
            {"next_dagrun_data_interval_end", next},  // a cron tick ends its interval
            {"next_dagrun_run_after", next},
            {"owners", dag == nullptr || dag->owner.empty() ? Json::array() : Json::array({dag->owner})}};
}

Json dag_details_json(const DagView& view, std::int64_t active_runs, Versions& versions) {
    const auto* dag = dag_of(view);
    auto json = dag_json(view);
    json.update(Json{
        {"active_runs_count", active_runs},
        {"asset_expression", nullptr},
        {"catchup", catches_up(dag)},
        {"concurrency", json["max_active_tasks"]},
        {"dag_run_timeout", nullptr},
        {"default_args", nullptr},
        {"doc_md", json["description"]},
        {"end_date", nullptr},
        {"is_favorite", false},
        {"is_paused_upon_creation", nullptr},
        {"last_parsed", nullptr},
        {"latest_dag_version", view.row == nullptr ? Json() : versions.json(view.row->state.version)},
        {"owner_links", nullptr},
        {"params", params_json(dag)},
        {"render_template_as_native_obj", false},
        {"start_date", nullptr},
        {"template_search_path", nullptr},
        {"timezone", dag == nullptr || dag->schedule.empty() ? "UTC" : model::timezone_of(dag->schedule.front())},
    });
    return json;
}

Json task_json(const model::Dag& dag, const model::Task& task) {
    auto downstream = Json::array();
    for (const auto index : task.downstream) downstream.push_back(dag.tasks[index].id);
    auto upstream = Json::array();
    for (const auto index : task.upstream) upstream.push_back(dag.tasks[index].id);
    const auto name = operator_of(task.action);
    return {{"task_id", task.id},
            {"task_display_name", task.id},
            {"class_ref", {{"module_path", "weir"}, {"class_name", name}}},
            {"depends_on_past", false},
            {"doc_md", task.doc.empty() ? Json() : Json(task.doc)},
            {"downstream_task_ids", downstream},
            {"end_date", nullptr},
            {"execution_timeout", task.timeout.count() == 0 ? Json() : time_delta(task.timeout)},
            {"extra_links", Json::array()},
            {"is_mapped", false},
            {"operator_name", name},
            {"owner", dag.owner.empty() ? Json() : Json(dag.owner)},
            {"params", nullptr},
            {"pool", task.pool},
            {"pool_slots", task.pool_slots},
            {"priority_weight", task.priority_weight},
            {"queue", task.executor},
            {"retries", task.retry.retries},
            {"retry_delay", time_delta(task.retry.delay)},
            {"retry_exponential_backoff", task.retry.backoff == 1.0 ? 0.0 : task.retry.backoff},
            {"start_date", nullptr},
            {"template_fields", Json::array()},
            {"trigger_rule", model::to_text(task.trigger_rule)},
            {"ui_color", nullptr},
            {"ui_fgcolor", nullptr},
            {"wait_for_downstream", false},
            {"weight_rule", "absolute"},
            // Weir's own:
            {"upstream_task_ids", upstream},
            {"condition", task.condition.empty() ? Json() : Json(task.condition)},
            {"line", task.line}};
}

}  // namespace weir::api
