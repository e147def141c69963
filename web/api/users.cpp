// The users: an admin's to look after.
#include <fmt/format.h>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/guard.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/sorting.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::size_t kLongestText = 10'000;

Json user_json(const model::User& row) {
    return {{"username", row.name},
            {"role", to_text(row.role)},
            {"active", row.active},
            {"created_at", time_json(row.created_at)},
            {"last_login_at", time_json(row.last_login_at)}};
}

std::optional<model::Role> read_role(Body& body) {
    const auto text = body.text("role", kLongestText);
    const auto role = text ? model::parse<model::Role>(*text) : std::nullopt;
    if (text && !role) body.fault("role", "must be one of viewer, user, operator, admin");
    return role;
}

model::AuditEntry audit_about(const Services& services, const http::Request& request, const std::string& username) {
    auto entry = audit_of(services, request);
    entry.extra["username"] = username;
    return entry;
}

// Where everybody on this machine is admin, an account made now would still be there when logins are required.
std::optional<http::Response> refuse_off(const http::Request& request) {
    if (request.caller.via != kViaOff) return std::nullopt;
    return error_answer(
        409, "logins are off (`auth: off`): users are looked after at the daemon's socket, with `weir users`");
}

constexpr OrderName kOrders[] = {
    {"username", "username"}, {"role", "role"}, {"created_at", "created_at"}, {"last_login_at", "last_login_at"}};

using SortKey = std::pair<std::optional<model::TimePoint>, std::string_view>;

SortKey sort_key(const model::User& row, std::string_view column) {
    if (column == "role") return {{}, to_text(row.role)};
    if (column == "created_at") return {row.created_at, {}};
    if (column == "last_login_at") return {row.last_login_at, {}};
    return {{}, row.name};
}

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto limit = static_cast<std::size_t>(parameters.limit());
    const auto offset = static_cast<std::size_t>(parameters.offset());
    const auto order = parameters.order_by(kOrders, "username");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    auto users = services.accounts.users();
    sort_by(users, order, sort_key);
    auto rows = Json::array();
    for (std::size_t i = offset; i < users.size() && rows.size() < limit; ++i) rows.push_back(user_json(users[i]));
    return json_answer({{"users", std::move(rows)}, {"total_entries", users.size()}});
}

http::Response create(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    const auto username = body.text("username", kLongestText);
    const auto password = body.text("password", kLongestText);
    const auto role = read_role(body);
    if (!username) body.fault("username", "is needed");
    if (!password) body.fault("password", "is needed");
    if (!role) body.fault("role", "is needed: viewer, user, operator or admin");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (auto refusal = refuse_off(request)) return std::move(*refusal);
    const auto made =
        services.accounts.add_user(*username, *password, *role, audit_about(services, request, *username));
    if (!made) return error_answer(made.error());
    auto response = json_answer(user_json(*made));
    response.status = 201;
    return response;
}

http::Response change(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    accounts::UserChange wanted;
    wanted.role = read_role(body);
    wanted.password = body.text("password", kLongestText);
    wanted.active = body.flag("active");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (auto refusal = refuse_off(request)) return std::move(*refusal);
    const auto& username = request.path_param("username");
    const auto changed = services.accounts.change_user(username, wanted, audit_about(services, request, username));
    return changed ? json_answer(user_json(*changed)) : error_answer(changed.error());
}

http::Response remove(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    if (auto refusal = refuse_off(request)) return std::move(*refusal);
    const auto& username = request.path_param("username");
    const auto done = services.accounts.remove_user(username, audit_about(services, request, username));
    if (!done) return error_answer(done.error());
    return {.status = 204, .headers = {}, .content_type = "", .body = "", .stream = {}};
}

}  // namespace

void add_users(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/users";
    router.add("GET", base, [services](const http::Request& request) { return list(services, request); });
    router.add("POST", base, [services](const http::Request& request) { return create(services, request); });
    router.add("PATCH", base + "/{username}",
               [services](const http::Request& request) { return change(services, request); });
    router.add("DELETE", base + "/{username}",
               [services](const http::Request& request) { return remove(services, request); });
}

}  // namespace weir::api
