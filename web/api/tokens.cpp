// Tokens for programs: one's own, and for admins those of all.
#include <fmt/format.h>

#include <algorithm>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/guard.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/user.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostScopes = 100;
constexpr std::size_t kLongestScope = 300;
constexpr int kLongestLifeDays = 3650;

Json token_json(const model::Token& row) {
    return {{"token_id", row.id.value},
            {"name", row.name},
            {"username", row.user},
            {"role", to_text(row.role)},
            {"scopes", row.scopes},
            {"created_at", time_json(row.created_at)},
            {"expires_at", time_json(row.expires_at)},
            {"last_used_at", time_json(row.last_used_at)}};
}

bool sees_all(const http::Request& request) { return role_of(request) >= model::Role::admin; }

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto limit = static_cast<std::size_t>(parameters.limit());
    const auto offset = static_cast<std::size_t>(parameters.offset());
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto tokens = services.accounts.tokens(sees_all(request) ? "" : request.caller.user);
    auto rows = Json::array();
    for (std::size_t i = offset; i < tokens.size() && rows.size() < limit; ++i) rows.push_back(token_json(tokens[i]));
    return json_answer({{"tokens", std::move(rows)}, {"total_entries", tokens.size()}});
}

bool is_scope(const std::string& text) {
    return text == "events" || (text.starts_with("dags/") && text.size() > 5 && text.size() <= kLongestScope);
}

void read_wanted(Body& body, accounts::NewToken& wanted) {
    wanted.name = body.text("name", kLongestName).value_or("");
    if (wanted.name.empty()) body.fault("name", "is needed: what the token is for");
    if (std::ranges::any_of(wanted.name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        body.fault("name", "may hold no control characters");
    if (const auto text = body.text("role", kLongestName)) {
        const auto role = model::parse<model::Role>(*text);
        if (!role) body.fault("role", "must be one of viewer, user, operator, admin");
        wanted.role = role.value_or(model::Role::viewer);
    }
    wanted.scopes = body.texts("scopes").value_or(std::vector<std::string>{});
    if (wanted.scopes.size() > kMostScopes || !std::ranges::all_of(wanted.scopes, is_scope))
        body.fault("scopes", "may name events, or dags/<dag_id>");
    if (const auto days = body.number("expires_in_days", 1, kLongestLifeDays))
        wanted.life = std::chrono::hours{24} * *days;
    if (auto user = body.text("username", accounts::kLongestUsername)) wanted.user = std::move(*user);
}

http::Response create(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    accounts::NewToken wanted;
    wanted.role = role_of(request);
    wanted.user = request.caller.user;
    read_wanted(body, wanted);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (request.caller.via == kViaOff)
        return error_answer(
            409, "logins are off (`auth: off`), so no token is needed; `weir tokens` makes one at the daemon's socket");
    // Else one that expires, or leaks, could live on for ever in those that it has made.
    if (request.caller.via == kViaToken)
        return error_answer(403,
                            "a token can't make tokens; log in, or use `weir tokens create` at the daemon's socket");
    if (wanted.role > role_of(request))
        return error_answer(403, fmt::format("a token can't have the role {}: {} has {}", to_text(wanted.role),
                                             request.caller.user, request.caller.role));
    // Only at the socket can a token be made that no user stands behind.
    if (wanted.user != request.caller.user && !accounts::username_fault(wanted.user).empty())
        return error_answer(404, fmt::format("there is no user '{}'", wanted.user));
    if (wanted.user != request.caller.user && !sees_all(request))
        return error_answer(403, "only an admin makes tokens for others");
    auto audit = audit_of(services, request);
    audit.extra["username"] = wanted.user;
    const auto made = services.accounts.make_token(wanted, std::move(audit));
    if (!made) return error_answer(made.error());
    auto json = token_json(made->row);
    json["token"] = made->secret;
    auto response = json_answer(json);
    response.status = 201;
    return response;
}

http::Response remove(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    const auto number = path_number<std::int64_t>(request, "token_id");
    const model::TokenId id{number.value_or(0)};
    const auto row = number ? services.accounts.token(id) : std::nullopt;
    if (!row || (row->user != request.caller.user && !sees_all(request)))
        return error_answer(404, fmt::format("there is no token {}", request.path_param("token_id")));
    auto audit = audit_of(services, request);
    audit.extra["token_id"] = id.value;
    audit.extra["name"] = row->name;
    audit.extra["username"] = row->user;
    const auto done = services.accounts.remove_token(id, std::move(audit));
    if (!done) return error_answer(done.error());
    return {.status = 204, .headers = {}, .content_type = "", .body = "", .stream = {}};
}

}  // namespace

void add_tokens(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/tokens";
    router.add("GET", base, [services](const http::Request& request) { return list(services, request); });
    router.add("POST", base, [services](const http::Request& request) { return create(services, request); });
    router.add("DELETE", base + "/{token_id}",
               [services](const http::Request& request) { return remove(services, request); });
}

}  // namespace weir::api
