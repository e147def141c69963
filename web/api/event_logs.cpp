// eventLogs, Airflow's name for the audit: who did what, newest first.
#include <fmt/format.h>

#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// `outcome` is Weir's own: done, or why not.
Json entry_json(const model::AuditEntry& row) {
    return {{"event_log_id", row.id.value},
            {"when", time_json(row.at)},
            {"event", row.event},
            {"owner", text_or_null(row.owner)},
            {"dag_id", text_or_null(row.dag_id)},
            {"dag_display_name", text_or_null(row.dag_id)},
            {"task_id", text_or_null(row.task_id)},
            {"task_display_name", text_or_null(row.task_id)},
            {"run_id", text_or_null(row.run_id)},
            {"map_index", row.map_index ? Json(*row.map_index) : Json()},
            {"try_number", nullptr},
            {"logical_date", time_json(row.logical_date)},
            {"outcome", row.outcome},
            {"extra", model::to_text(row.extra)}};
}

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::AuditFilter filter;
    filter.dag_id = parameters.text("dag_id");
    filter.run_id = parameters.text("run_id");
    filter.task_id = parameters.text("task_id");
    filter.event = parameters.text("event");
    filter.owner = parameters.text("owner");
    filter.after = parameters.time("after");
    filter.before = parameters.time("before");
    filter.newest_first = parameters.newest_first({"event_log_id", "id", "when"});
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto page = services.account_rows.audit(filter);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(entry_json(row));
    return json_answer(
        {{"event_logs", std::move(rows)}, {"total_entries", page.total}, {"total_is_least", page.total_is_least}});
}

http::Response get(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    const auto id = path_number<std::int64_t>(request, "event_log_id");
    const auto row = id ? services.account_rows.audit_entry(model::AuditId{*id}) : std::nullopt;
    if (!row)
        return error_answer(404,
                            fmt::format("The Event Log with id: `{}` not found", request.path_param("event_log_id")));
    return json_answer(entry_json(*row));
}

}  // namespace

void add_event_logs(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/eventLogs";
    router.add("GET", base, [services](const http::Request& request) { return list(services, request); });
    router.add("GET", base + "/{event_log_id}",
               [services](const http::Request& request) { return get(services, request); });
}

}  // namespace weir::api
