// Who was told of what, newest first, and what could not be delivered. Weir's own.
#include "web/api/dto.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

Json notification_json(const model::Notification& row) {
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    return {{"notification_id", row.id.value},
            {"dag_id", row.dag_id},
            {"dag_run_id", row.run_id},
            {"task_id", or_null(row.task_id)},
            {"map_index", row.map_index},
            {"event", to_text(row.event)},
            {"notifier", or_null(row.notifier)},
            {"state", to_text(row.state)},
            {"attempts", row.attempts},
            {"created_at", time_json(row.created_at)},
            {"end_date", time_json(row.ended_at)},
            {"reason", or_null(row.reason)},
            {"message", row.message}};
}

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::NotificationFilter filter;
    filter.dag_id = parameters.text("dag_id");
    filter.states = parameters.enums<model::NotificationState>("state");
    filter.newest_first = parameters.newest_first({"notification_id", "created_at"});
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto page = services.history.notifications(filter);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(notification_json(row));
    return json_answer({{"notifications", std::move(rows)}, {"total_entries", page.total}});
}

}  // namespace

void add_notifications(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/notifications",
               [services](const http::Request& request) { return list(services, request); });
}

}  // namespace weir::api
