// hitlDetails, Airflow's words for a task that waits for a person ("human in the loop"): what is asked, and the answer.
#include <algorithm>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/user.hpp"

namespace weir::api {

using model::Json;

namespace {

// As Airflow's ApprovalOperator names them.
constexpr std::string_view kApprove = "Approve";
constexpr std::string_view kReject = "Reject";
constexpr std::size_t kLongestNote = 1000;

std::optional<ports::TaskInstanceRow> row_of(const Services& services, const http::Request& request) {
    const auto map_index = path_map_index(request);
    if (!map_index) return std::nullopt;
    auto row = find_task_instance(services, request.path_param("dag_id"), request.path_param("run_id"),
                                  request.path_param("task_id"), *map_index);
    if (row && row->task_instance.operator_kind != model::OperatorKind::approve) return std::nullopt;
    return row;
}

http::Response not_asking(const http::Request& request) {
    return error_answer(404, "The task instance `" + request.path_param("task_id") + "` (map_index " +
                                 request.path_param("map_index") + ") of run `" + request.path_param("run_id") +
                                 "` asks nobody");
}

std::string option_of(const std::string& decision) { return std::string(decision == "approve" ? kApprove : kReject); }

}  // namespace

ports::TaskInstanceFilter waiting_approvals() {
    ports::TaskInstanceFilter filter;
    filter.states = {model::TaskState::deferred};
    filter.operators = {model::OperatorKind::approve};
    filter.without_mapped = true;
    return filter;
}

namespace {

Json text_at(const Json& object, const char* key) { return object.is_object() ? object.value(key, Json()) : Json(); }

// The form as Airflow describes params: name -> {"value", "description", "schema"}.
Json params_json(const Json& question) {
    auto params = Json::object();
    if (const auto form = text_at(question, "form"); form.is_array())
        for (const auto& field : form)
            params[field.value("name", std::string{})] = {{"value", field.value("default", Json())},
                                                          {"description", field.value("description", Json())},
                                                          {"schema", field.value("schema", Json::object())}};
    return params;
}

Json answer_json(const Json& outputs) {
    const auto decision = text_at(outputs, "decision");
    const bool answered = decision.is_string();
    const auto user = text_at(outputs, "user");
    return {{"responded_by_user", answered ? Json{{"id", user}, {"name", user}} : Json()},
            {"responded_at", text_at(outputs, "at")},
            {"chosen_options", answered ? Json::array({option_of(decision.get<std::string>())}) : Json()},
            {"params_input", answered ? text_at(outputs, "form") : Json::object()},
            {"response_received", answered}};
}

Json details_json(const ports::TaskInstanceRow& row, Versions& versions) {
    const auto& outputs = row.task_instance.outputs;
    const auto question = text_at(outputs, "question");
    const auto fallback = text_at(question, "default");
    Json json{{"task_instance", task_instance_json(row, versions)},
              {"options", {kApprove, kReject}},
              {"subject", text_at(question, "message")},
              {"body", nullptr},
              {"defaults", fallback.is_string() ? Json::array({option_of(fallback.get<std::string>())}) : Json()},
              {"multiple", false},
              {"params", params_json(question)},
              {"assigned_users", Json::array()},
              {"assigned_roles", question.is_object() ? question.value("roles", Json::array()) : Json::array()},
              {"created_at", time_json(row.task_instance.waits_since)}};
    json.update(answer_json(outputs));
    return json;
}

http::Response get_details(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    const auto row = row_of(services, request);
    if (!row) return not_asking(request);
    Versions versions(services.history);
    return json_answer(details_json(*row, versions));
}

constexpr OrderName kOrders[] = {{"ti_id", "id"},
                                 {"id", "id"},
                                 {"created_at", "waits_since"},
                                 {"dag_id", "dag_id"},
                                 {"run_id", "run_id"},
                                 {"task_id", "task_id"},
                                 {"rendered_map_index", "label"},
                                 {"run_after", "run_after"},
                                 {"logical_date", "logical_date"}};

// Approvals that wait, the longest-waiting run first.
http::Response list_details(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    auto filter = waiting_approvals();
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    filter.order_by = parameters.order_by(kOrders, filter.order_by);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const auto& run_id = request.path_param("run_id");
    if (dag_id != kAny) filter.dag_id = dag_id;
    if (run_id != kAny) filter.run_id = run_id;
    const auto page = services.history.task_instances(filter);
    if (page.rows.empty() && dag_id != kAny) {
        if (run_id != kAny ? !services.history.run(dag_id, run_id) : !dag_exists(services, dag_id))
            return run_id != kAny ? run_not_found(dag_id, run_id) : dag_not_found(dag_id);
    }
    Versions versions(services.history);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(details_json(row, versions));
    return json_answer(
        {{"hitl_details", std::move(rows)}, {"total_entries", page.total}, {"total_is_least", page.total_is_least}});
}

http::Response answer(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    const auto chosen = body.texts("chosen_options").value_or(std::vector<std::string>{});
    core::Decide command;
    command.values = body.object("params_input").value_or(Json::object());
    command.note = body.text("note", kLongestNote).value_or("");
    const bool approves = chosen == std::vector<std::string>{std::string(kApprove)};
    if (!approves && chosen != std::vector<std::string>{std::string(kReject)})
        body.fault("chosen_options", "is [\"Approve\"] or [\"Reject\"]");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!row_of(services, request)) return not_asking(request);
    command.dag_id = request.path_param("dag_id");
    command.run_id = request.path_param("run_id");
    command.task_id = request.path_param("task_id");
    command.map_index = path_map_index(request).value_or(-1);
    command.approved = approves;
    command.user = user_of(request);
    command.role = role_of(request);
    if (const auto done = services.commands.execute(std::move(command), audit_of(services, request)); !done)
        return error_answer(done.error());
    const auto row = row_of(services, request);
    return row ? json_answer(answer_json(row->task_instance.outputs)) : not_asking(request);
}

}  // namespace

void add_hitl(http::Router& router, const Services& services) {
    const auto* path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/hitlDetails";
    router.add("GET", "/api/v2/dags/{dag_id}/dagRuns/{run_id}/hitlDetails",
               [services](const http::Request& request) { return list_details(services, request); });
    router.add("GET", path, [services](const http::Request& request) { return get_details(services, request); });
    router.add("PATCH", path, [services](const http::Request& request) { return answer(services, request); });
}

}  // namespace weir::api
