#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "web/api/dto.hpp"
#include "web/api/user.hpp"

namespace weir::api {

using model::Json;

namespace {

// The namespace of Weir's own UUIDs: random, and the same for ever.
constexpr boost::uuids::uuid kNamespace{
    {0x5e, 0x1f, 0x8a, 0x0c, 0x3d, 0x42, 0x4b, 0x7e, 0x9a, 0x61, 0x27, 0xd4, 0x90, 0xb8, 0x1c, 0x33}};

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    return name.data();
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// Airflow's name, where `none` is null.
Json state_json(model::TaskState state) {
    return state == model::TaskState::none ? Json() : Json(model::to_text(state));
}

model::TaskState task_state_of(model::TryState state) {
    switch (state) {
        case model::TryState::launching:
            return model::TaskState::queued;
        case model::TryState::running:
            return model::TaskState::running;
        case model::TryState::success:
            return model::TaskState::success;
        case model::TryState::failed:
            return model::TaskState::failed;
        case model::TryState::lost:
            return model::TaskState::failed;
    }
    return model::TaskState::failed;
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

// What a task instance and one of its tries have in common.
Json common_json(const ports::TaskInstanceRow& row, Versions& versions) {
    static const std::string host = host_name();
    static const std::string user = user_name(::geteuid());
    const auto& instance = row.task_instance;
    const auto name = model::to_text(instance.operator_kind);
    return {{"task_id", instance.task_id},
            {"task_display_name", instance.task_id},
            {"dag_id", row.run.dag_id},
            {"dag_display_name", row.run.dag_id},
            {"dag_run_id", row.run.run_id},
            {"map_index", instance.map_index},
            {"max_tries", std::max(0, instance.max_tries - 1)},  // Airflow counts the tries after the first
            {"hostname", host},
            {"unixname", user},
            {"pool", instance.pool},
            {"pool_slots", instance.pool_slots},
            {"queue", instance.executor},
            {"priority_weight", instance.priority_weight},
            {"operator", name},
            {"operator_name", name},
            {"executor", text_or_null(instance.executor)},
            {"executor_config", "{}"},
            {"dag_version", versions.json(row.run.version)}};
}

}  // namespace

Json time_json(const std::optional<model::TimePoint>& time) {
    return time ? Json(model::format_rfc3339(*time)) : Json();
}

Json seconds_between(const std::optional<model::TimePoint>& start, const std::optional<model::TimePoint>& end) {
    if (!start || !end) return nullptr;
    return std::chrono::duration<double>(*end - *start).count();
}

std::string uuid_of(const std::string& name) {
    boost::uuids::name_generator_sha1 generator{kNamespace};
    return boost::uuids::to_string(generator(name));
}

Json version_json(const model::DagVersion& version) {
    return {{"id", uuid_of(fmt::format("dag_version/{}", version.id.value))},
            {"version_number", version.number},
            {"dag_id", version.dag_id},
            {"dag_display_name", version.dag_id},
            {"bundle_name", nullptr},
            {"bundle_version", nullptr},
            {"bundle_url", nullptr},
            {"created_at", time_json(version.created_at)}};
}

Json Versions::json(model::DagVersionId id) {
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    auto& json = known_[id];
    if (const auto version = history_.version(id)) json = version_json(*version);
    return json;
}

Json run_json(const model::Run& run, Versions& versions) {
    const auto version = versions.json(run.version);
    return {{"dag_run_id", run.run_id},
            {"dag_id", run.dag_id},
            {"dag_display_name", run.dag_id},
            {"logical_date", time_json(run.logical_date)},
            {"queued_at", time_json(run.queued_at)},
            {"start_date", time_json(run.started_at)},
            {"end_date", time_json(run.ended_at)},
            {"duration", seconds_between(run.started_at, run.ended_at)},
            {"run_after", time_json(run.run_after)},
            {"data_interval_start", run.data_interval ? time_json(run.data_interval->start) : Json()},
            {"data_interval_end", run.data_interval ? time_json(run.data_interval->end) : Json()},
            {"last_scheduling_decision", nullptr},
            {"run_type", model::to_text(run.type)},
            {"state", model::to_text(run.state)},
            {"triggered_by", model::to_text(run.triggered_by)},
            {"triggering_user_name", text_or_null(run.triggering_user)},
            {"conf", run.params},
            {"note", text_or_null(run.note)},
            {"dag_versions", version.is_null() ? Json::array() : Json::array({version})},
            {"bundle_version", nullptr},
            {"partition_key", nullptr},
            // Weir's own:
            {"restart_of", text_or_null(run.restart_of)},
            {"backfill_id", run.backfill ? Json(run.backfill.value) : Json()},
            {"cause", run.cause},
            {"ledger_through", run.ledger_through ? Json(run.ledger_through.value) : Json()},
            {"stale_since", time_json(run.stale_since)},
            {"rerun_at", time_json(run.rerun_at)}};
}

Json task_instance_json(const ports::TaskInstanceRow& row, Versions& versions) {
    const auto& instance = row.task_instance;
    const auto& newest = row.newest_try;
    auto json = common_json(row, versions);
    json.update(Json{
        {"id", uuid_of(fmt::format("task_instance/{}/{}/{}/{}", row.run.id.value, instance.task_id, instance.map_index,
                                   instance.try_number))},
        {"rendered_map_index", text_or_null(instance.label)},
        {"logical_date", time_json(row.run.logical_date)},
        {"run_after", time_json(row.run.run_after)},
        {"start_date", time_json(instance.started_at)},
        {"end_date", time_json(instance.ended_at)},
        {"duration", seconds_between(instance.started_at, instance.ended_at)},
        {"state", state_json(instance.state)},
        {"try_number", instance.try_number},
        {"queued_when", time_json(instance.queued_at)},
        {"scheduled_when", time_json(instance.scheduled_at)},
        {"pid", newest ? or_null(newest->pid) : Json()},
        {"note", text_or_null(instance.reason)},
        {"rendered_fields", Json::object()},
        {"trigger", nullptr},
        {"triggerer_job", nullptr},
        // Weir's own:
        {"retry_at", time_json(instance.retry_at)},
        {"outputs", instance.outputs},
        {"mapped", instance.mapped},
        {"item", instance.item},
        {"exit_code", newest ? or_null(newest->exit_code) : Json()},
        {"signal", newest ? or_null(newest->signal) : Json()},
    });
    return json;
}

Json try_json(const model::Try& attempt, const ports::TaskInstanceRow& row, Versions& versions) {
    auto json = common_json(row, versions);
    json.update(Json{
        {"start_date", time_json(attempt.started_at)},
        {"end_date", time_json(attempt.ended_at)},
        {"duration", seconds_between(attempt.started_at, attempt.ended_at)},
        {"state", state_json(task_state_of(attempt.state))},
        {"try_number", attempt.number},
        {"queued_when", time_json(attempt.created_at)},
        {"scheduled_when", nullptr},
        {"pid", or_null(attempt.pid)},
        {"executor", text_or_null(attempt.executor)},
        // Weir's own:
        {"note", text_or_null(attempt.reason)},
        {"exit_code", or_null(attempt.exit_code)},
        {"signal", or_null(attempt.signal)},
    });
    return json;
}

}  // namespace weir::api
