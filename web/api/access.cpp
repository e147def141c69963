#include "web/api/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "web/api/user.hpp"

namespace weir::api {

namespace {

using model::Role;

constexpr std::optional<Role> kOpen = std::nullopt;

constexpr std::array kTable{
    Access{"GET /api/v2/monitor/health", kOpen},
    Access{"GET /api/v2/version", kOpen},
    Access{"GET /api/v2/openapi.json", kOpen},
    Access{"GET /api/v2/auth/status", kOpen},
    Access{"POST /api/v2/auth/setup", kOpen, "setup"},
    Access{"POST /api/v2/auth/login", kOpen, "login"},
    Access{"POST /auth/token", kOpen, "create_login_token"},
    Access{"GET /metrics", Role::viewer, "", true},

    Access{"POST /api/v2/auth/logout", Role::viewer, "logout"},
    Access{"PATCH /api/v2/auth/me", Role::viewer, "change_password"},
    Access{"GET /api/v2/users", Role::admin},
    Access{"POST /api/v2/users", Role::admin, "create_user"},
    Access{"PATCH /api/v2/users/{username}", Role::admin, "patch_user"},
    Access{"DELETE /api/v2/users/{username}", Role::admin, "delete_user"},
    Access{"POST /api/v2/tokens", Role::viewer, "create_token"},
    Access{"DELETE /api/v2/tokens/{token_id}", Role::viewer, "delete_token"},
    Access{"GET /api/v2/eventLogs", Role::admin},
    Access{"GET /api/v2/eventLogs/{event_log_id}", Role::admin},

    Access{"PATCH /api/v2/dags/{dag_id}", Role::user, "patch_dag"},
    Access{"POST /api/v2/dags/{dag_id}/dagRuns", Role::user, "trigger_dag_run"},
    Access{"POST /api/v2/dags/{dag_id}/clearTaskInstances", Role::user, "clear_task_instances"},
    Access{"PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}", Role::user, "patch_dag_run"},
    Access{"POST /api/v2/dags/{dag_id}/dagRuns/{run_id}/clear", Role::user, "clear_dag_run"},
    Access{"POST /api/v2/dags/{dag_id}/dagRuns/{run_id}/retry", Role::user, "retry_tasks"},
    Access{"POST /api/v2/dags/{dag_id}/dagRuns/{run_id}/kill", Role::user, "kill"},
    Access{"PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}", Role::user, "patch_task_instance"},
    Access{"PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}", Role::user,
           "patch_task_instance"},
    Access{"PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/dry_run", Role::user},
    Access{"PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/dry_run", Role::user},
    // The task names the roles that may answer, and `viewer` may be among them: the core decides.
    Access{"PATCH /api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/hitlDetails", Role::viewer,
           "update_hitl_detail"},

    Access{"POST /api/v2/backfills", Role::user, "create_backfill"},
    Access{"POST /api/v2/backfills/dry_run", Role::user},
    Access{"PUT /api/v2/backfills/{backfill_id}/pause", Role::user, "pause_backfill"},
    Access{"PUT /api/v2/backfills/{backfill_id}/unpause", Role::user, "unpause_backfill"},
    Access{"PUT /api/v2/backfills/{backfill_id}/cancel", Role::user, "cancel_backfill"},

    // What it brings is in the ledger, with what became of it.
    Access{"POST /api/v2/events", Role::user, "", false, true},
    Access{"POST /api/v2/events/{event_id}/replay", Role::operator_, "replay_event"},
};

// What was asked is kept with the line, when it is no longer than this.
constexpr std::size_t kLongestBody = 2000;
constexpr const char* kSecrets[] = {"password", "old_password", "new_password", "setup_token"};

// What was asked, without what nobody may read.
model::Json body_of(const http::Request& request) {
    if (request.body.empty() || request.body.size() > kLongestBody) return nullptr;
    auto body = model::parse_json(request.body);
    if (!body || !body->is_object()) return nullptr;
    for (const auto* secret : kSecrets)
        if (body->contains(secret)) (*body)[secret] = "***";
    return std::move(*body);
}

std::string param_of(const http::Request& request, std::string_view name) {
    const auto found = request.path_params.find(name);
    return found == request.path_params.end() ? "" : found->second;
}

std::optional<int> number_of(const std::string& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<Access> access_of(std::string_view route) {
    const auto* found = std::ranges::find(kTable, route, &Access::route);
    if (found != kTable.end()) return *found;
    return route.starts_with("GET ") ? std::optional(Access{route, Role::viewer}) : std::nullopt;
}

void check_access(const http::Router& router) {
    for (const auto& route : router.routes())
        if (!access_of(route))
            throw std::logic_error(fmt::format("nobody has said who may use {}; web/api/access.cpp does", route));
}

model::AuditEntry audit_of(const Services& services, const http::Request& request) {
    model::AuditEntry entry;
    entry.at = services.now();
    if (const auto access = access_of(request.route)) entry.event = access->event;
    entry.owner = user_of(request);
    entry.dag_id = param_of(request, "dag_id");
    entry.run_id = param_of(request, "run_id");
    entry.task_id = param_of(request, "task_id");
    entry.map_index = number_of(param_of(request, "map_index"));
    entry.extra = {{"address", request.peer.address}, {"via", request.caller.via}};
    for (const auto* name : {"backfill_id", "event_id"})
        if (auto text = param_of(request, name); !text.empty()) entry.extra[name] = std::move(text);
    if (request.caller.via == "token") entry.extra["token_id"] = request.caller.login;
    if (auto body = body_of(request); !body.is_null()) entry.extra["body"] = std::move(body);
    return entry;
}

}  // namespace weir::api
