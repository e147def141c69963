// weir users, tokens and audit: who may do what, and who did.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/dates.hpp"
#include "daemon/cli/lists.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/password.hpp"
#include "daemon/cli/verbs.hpp"

namespace weir::daemon::cli {

using model::Json;

namespace {

// One request, and one line about what it has done.
int send(const Common& common, const std::string& method, const std::string& path, const Json& body,
         const std::string& done) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto answer = api->send(method, path, body);
    if (!answer) return fail(answer.error());
    if (common.json)
        print_json(*answer);
    else
        fmt::print("{}\n", done);
    return kOk;
}

std::string user_path(const std::string& name) { return "/users/" + segment(name); }

std::string number_of(const Json& row, const char* key) { return fmt::format("{}", row.value(key, std::int64_t{0})); }

}  // namespace

// --- users ------------------------------------------------------------------------------------------------------------------

int users_list(const Common& common) {
    return print_list(
        common, "/users?limit=1000", "users", {"NAME", "ROLE", "ACTIVE", "MADE (UTC)", "LAST LOGIN (UTC)"},
        "no users yet; `weir users add NAME --role admin` makes the first", [](const Json& row) {
            return TableRow{text_of(row, "username"), text_of(row, "role"), row.value("active", false) ? "yes" : "no",
                            short_time(row.value("created_at", Json())),
                            short_time(row.value("last_login_at", Json()))};
        });
}

int users_add(const Common& common, const UserAdd& options) {
    const auto password = ask_password(options.name);
    if (!password) return fail(password.error());
    return send(common, "POST", "/users", {{"username", options.name}, {"password", *password}, {"role", options.role}},
                fmt::format("added: {}, {}", options.name, options.role));
}

int users_passwd(const Common& common, const std::string& name) {
    const auto password = ask_password(name);
    if (!password) return fail(password.error());
    return send(common, "PATCH", user_path(name), {{"password", *password}},
                fmt::format("{} has a new password; all sessions of {} have ended", name, name));
}

int users_role(const Common& common, const std::string& name, const std::string& role) {
    return send(common, "PATCH", user_path(name), {{"role", role}}, fmt::format("{} is {} now", name, role));
}

int users_activate(const Common& common, const std::string& name, bool active) {
    return send(
        common, "PATCH", user_path(name), {{"active", active}},
        fmt::format("{} may {}", name, active ? "log in again" : "not log in any more; all sessions have ended"));
}

int users_remove(const Common& common, const std::string& name) {
    return send(common, "DELETE", user_path(name), Json::object(), fmt::format("removed: {}", name));
}

// --- tokens -----------------------------------------------------------------------------------------------------------------

int tokens_list(const Common& common) {
    return print_list(common, "/tokens?limit=1000", "tokens",
                      {"ID", "NAME", "USER", "ROLE", "ONLY FOR", "EXPIRES (UTC)", "LAST USED (UTC)"},
                      "no tokens; `weir tokens create NAME` makes one", [](const Json& row) {
                          std::vector<std::string> scopes;
                          for (const auto& scope : row.value("scopes", Json::array()))
                              scopes.push_back(scope.is_string() ? scope.get<std::string>() : "");
                          return TableRow{number_of(row, "token_id"),
                                          text_of(row, "name"),
                                          text_of(row, "username"),
                                          text_of(row, "role"),
                                          fmt::format("{}", fmt::join(scopes, ", ")),
                                          short_time(row.value("expires_at", Json())),
                                          short_time(row.value("last_used_at", Json()))};
                      });
}

int tokens_create(const Common& common, const TokenCreate& options) {
    Json body{{"name", options.name}, {"scopes", options.scopes}};
    if (!options.role.empty()) body["role"] = options.role;
    if (!options.user.empty()) body["username"] = options.user;
    if (options.expires_in_days > 0) body["expires_in_days"] = options.expires_in_days;
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto made = api->send("POST", "/tokens", body);
    if (!made) return fail(made.error());
    if (common.json) {
        print_json(*made);
        return kOk;
    }
    // The token alone goes to stdout, so that it can be piped to where it belongs.
    fmt::print(stderr, "token {} of {}, role {}; it is not shown again:\n", number_of(*made, "token_id"),
               text_of(*made, "username"), text_of(*made, "role"));
    fmt::print("{}\n", text_of(*made, "token"));
    return kOk;
}

int tokens_revoke(const Common& common, std::int64_t id) {
    return send(common, "DELETE", fmt::format("/tokens/{}", id), Json::object(), fmt::format("revoked: {}", id));
}

// --- the audit --------------------------------------------------------------------------------------------------------------

int audit(const Common& common, const Audit& options) {
    auto path = fmt::format("/eventLogs?limit={}", options.limit);
    const std::pair<const char*, const std::string*> filters[] = {
        {"dag_id", &options.dag}, {"run_id", &options.run}, {"event", &options.event}, {"owner", &options.owner}};
    for (const auto& [name, value] : filters)
        if (!value->empty()) path += fmt::format("&{}={}", name, segment(*value));
    if (!options.since.empty()) {
        const auto from = parse_since(options.since);
        if (!from) return fail(from.error());
        path += "&after=" + segment(*from);
    }
    return print_list(common, path, "event_logs", {"WHEN (UTC)", "WHO", "WHAT", "DAG", "RUN", "TASK", "OUTCOME"},
                      "nothing like that has been done", [](const Json& row) {
                          return TableRow{short_time(row.value("when", Json())),
                                          text_of(row, "owner"),
                                          text_of(row, "event"),
                                          text_of(row, "dag_id"),
                                          text_of(row, "run_id"),
                                          text_of(row, "task_id"),
                                          text_of(row, "outcome")};
                      });
}

}  // namespace weir::daemon::cli
