#include "scheduler/core/wait_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::core {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

namespace {

Error invalid(std::string message) { return {ErrorKind::invalid, std::move(message)}; }

const Json* find(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_at(const Json& object, const char* key) {
    const auto* value = find(object, key);
    if (value == nullptr) return "";
    return value->is_string() ? value->get<std::string>() : model::to_text(*value);
}

bool is_true(const Json& object, const char* key, bool otherwise) {
    const auto* value = find(object, key);
    return value == nullptr ? otherwise : *value == Json(true) || *value == Json("true");
}

Result<model::Duration> duration_of(const Json& value, const std::string& place) {
    const auto text = value.is_string() ? value.get<std::string>() : model::to_text(value);
    if (const auto length = model::parse_duration(text); length && *length >= model::Duration{0}) return *length;
    return invalid(fmt::format("{}: '{}' is not a length of time; write 30s, 10m or 2h", place, text));
}

Result<model::TimePoint> time_of(const Json& value, const std::string& place) {
    const auto text = value.is_string() ? value.get<std::string>() : model::to_text(value);
    if (const auto time = model::parse_rfc3339(text)) return time->time;
    return invalid(fmt::format("{}: '{}' is not a time with an offset, like 2026-11-22T06:00:00+01:00", place, text));
}

Result<ForRun> for_run(const Json& settings, const model::Run& run) {
    ForRun wanted;
    wanted.dag_id = text_at(settings, "dag");
    if (wanted.dag_id.empty()) return invalid("wait.run: `dag` names the DAG whose run is awaited");
    const auto* states = find(settings, "states");
    for (const auto& state : states != nullptr && states->is_array() ? *states : Json::array({"success"})) {
        const auto text = state.is_string() ? state.get<std::string>() : model::to_text(state);
        const auto known = model::parse<model::RunState>(text);
        if (!known || !is_finished(*known))
            return invalid(fmt::format("wait.run.states: a run ends as success or failed, not '{}'", text));
        wanted.states.push_back(*known);
    }
    if (const auto* date = find(settings, "logical_date"); date != nullptr && *date != Json("same")) {
        const auto time = time_of(*date, "wait.run.logical_date");
        if (!time) return time.error();
        wanted.logical_date = *time;
        return wanted;
    }
    if (!run.logical_date)
        return invalid(
            "wait.run: this run has no logical date to look for in the other DAG; set `logical_date`, or trigger with "
            "one");
    wanted.logical_date = *run.logical_date;
    return wanted;
}

}  // namespace

Result<WaitSettings> read_wait(const Json& settings, const model::Run& run) {
    WaitSettings wait;
    wait.soft_fail = is_true(settings, "soft_fail", false);
    if (const auto* interval = find(settings, "interval")) {
        const auto length = duration_of(*interval, "wait.interval");
        if (!length) return length.error();
        wait.interval = std::max<model::Duration>(*length, std::chrono::milliseconds{1});
    }
    if (const auto* until = find(settings, "until")) {
        const auto time = time_of(*until, "wait.until");
        if (!time) return time.error();
        wait.what = UntilTime{*time};
    } else if (const auto* length = find(settings, "for")) {
        const auto duration = duration_of(*length, "wait.for");
        if (!duration) return duration.error();
        wait.what = ForTime{*duration};
    } else if (const auto* other = find(settings, "run")) {
        auto wanted = for_run(*other, run);
        if (!wanted) return wanted.error();
        wait.what = std::move(*wanted);
    }
    return wait;
}

Result<DagSettings> read_dag(const Json& settings) {
    DagSettings dag;
    if (settings.is_string()) {
        dag.dag_id = settings.get<std::string>();
    } else {
        dag.dag_id = text_at(settings, "id");
        if (const auto* params = find(settings, "params")) dag.params = *params;
        dag.wait = is_true(settings, "wait", true);
    }
    if (const auto* date = find(settings, "logical_date")) {
        const auto time = time_of(*date, "dag.logical_date");
        if (!time) return time.error();
        dag.logical_date = *time;
    }
    if (dag.dag_id.empty()) return invalid("dag: `id` names the DAG to run");
    if (!dag.params.is_object()) return invalid("dag.params: must be a mapping of params and values");
    return dag;
}

Result<ApproveSettings> read_approve(const Json& settings) {
    ApproveSettings approve;
    approve.message = text_at(settings, "message");
    if (const auto* form = find(settings, "form"); form != nullptr && form->is_array())
        for (const auto& field : *form) {
            model::Param param{text_at(field, "name"), text_at(field, "description"), Json::object(), std::nullopt};
            if (const auto* schema = find(field, "schema")) param.schema = *schema;
            if (field.is_object() && field.contains("default")) param.fallback = field["default"];
            approve.form.push_back(std::move(param));
        }
    if (const auto* roles = find(settings, "roles"); roles != nullptr && roles->is_array())
        for (const auto& role : *roles)
            approve.roles.push_back(role.is_string() ? role.get<std::string>() : model::to_text(role));
    if (const auto fallback = text_at(settings, "default"); !fallback.empty())
        approve.approved_by_default = fallback == "approve";
    approve.skip_on_reject = text_at(settings, "on_reject") == "skip";
    return approve;
}

bool is_wait(const model::Task& task) {
    const auto* call = std::get_if<model::OperatorCall>(&task.action);
    return call != nullptr && call->kind == model::OperatorKind::wait;
}

bool defers(const model::Task& task) {
    const auto* call = std::get_if<model::OperatorCall>(&task.action);
    if (call == nullptr) return false;
    if (call->kind == model::OperatorKind::dag || call->kind == model::OperatorKind::approve) return true;
    return call->kind == model::OperatorKind::wait &&
           (find(call->settings, "until") || find(call->settings, "for") || find(call->settings, "run"));
}

}  // namespace weir::core
