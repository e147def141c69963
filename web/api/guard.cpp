#include "web/api/guard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "web/api/access.hpp"
#include "web/api/answers.hpp"
#include "web/api/user.hpp"
#include "web/http/guard.hpp"

namespace weir::api {

namespace {

using model::Role;

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kDagScope = "dags/";

bool is_unsafe(const http::Request& request) { return request.method != "GET" && request.method != "HEAD"; }

bool equal_but_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a + 32 : a) == (b >= 'A' && b <= 'Z' ? b + 32 : b);
    });
}

// Both, because a proxy on this machine makes every peer local, but hands on the name that the request asked for.
bool from_this_machine(const http::Request& request) {
    return http::is_loopback_authority(request.peer.address) && http::is_loopback_authority(request.header("Host"));
}

http::Response unknown(std::string_view words) {
    auto response = error_answer(401, words);
    response.headers.emplace("WWW-Authenticate", "Bearer");
    return response;
}

// A refusal that somebody may have meant is told by the audit.
http::Response forbidden(const Services& services, const http::Request& request, std::string words) {
    auto entry = audit_of(services, request);
    if (entry.event.empty()) entry.event = "read";
    entry.outcome = words;
    entry.extra["route"] = request.route;
    services.accounts.note(std::move(entry));
    return error_answer(403, words);
}

http::Caller caller_of(const accounts::Identity& identity, const char* via) {
    return {identity.user, std::string(to_text(identity.role)), via, identity.login};
}

// What a token's scopes leave of its role: "events", or the routes of one DAG.
bool in_scope(const model::Json& scopes, const Access& access, const http::Request& request) {
    if (scopes.empty() || access.route == "GET /api/v2/auth/me") return true;
    const auto dag_id = request.path_params.find("dag_id");
    return std::ranges::any_of(scopes, [&access, &request, &dag_id](const model::Json& scope) {
        const auto text = scope.is_string() ? scope.get<std::string>() : std::string{};
        if (text == "events") return access.takes_events;
        return text.starts_with(kDagScope) && dag_id != request.path_params.end() &&
               text.substr(kDagScope.size()) == dag_id->second;
    });
}

std::optional<http::Response> judge_role(const Services& services, const http::Request& request, const Access& access) {
    if (!access.least || role_of(request) >= *access.least) return std::nullopt;
    return forbidden(services, request,
                     fmt::format("this needs the role {}, and {} has {}; an admin can change that",
                                 to_text(*access.least), request.caller.user, request.caller.role));
}

std::optional<http::Response> judge_token(const Services& services, http::Request& request, const Access& access,
                                          std::string_view secret) {
    const auto identity = services.accounts.by_token(secret);
    if (!identity) {
        if (!access.least) return std::nullopt;
        return unknown("this token is not valid: it was revoked, has expired, or its user is not active");
    }
    request.caller = caller_of(*identity, kViaToken);
    if (access.least && !in_scope(identity->scopes, access, request)) {
        std::vector<std::string> scopes;
        for (const auto& scope : identity->scopes) scopes.push_back(scope.get<std::string>());
        return forbidden(services, request,
                         fmt::format("the token '{}' is for {} only", identity->token_name, fmt::join(scopes, ", ")));
    }
    return judge_role(services, request, access);
}

std::optional<http::Response> judge_session(const Services& services, http::Request& request, const Access& access,
                                            const std::string& secret) {
    const auto identity = secret.empty() ? std::nullopt : services.accounts.by_session(secret);
    if (identity) {
        request.caller = caller_of(*identity, kViaSession);
        if (access.least && is_unsafe(request) &&
            !accounts::same(request.header("X-CSRF-Token"), accounts::csrf_token_of(secret)))
            return forbidden(services, request,
                             "the header X-CSRF-Token is missing or wrong; GET /api/v2/auth/me has its value");
        return judge_role(services, request, access);
    }
    if (!access.least) return std::nullopt;
    if (access.open_on_this_machine && from_this_machine(request)) {
        request.caller = {"anonymous", std::string(to_text(Role::viewer)), kViaLocal, ""};
        return std::nullopt;
    }
    return unknown(secret.empty() ? "log in first: with a session at POST /api/v2/auth/login, or with a token as "
                                    "`Authorization: Bearer …`"
                                  : "this session has ended; log in again");
}

}  // namespace

std::string session_secret(const http::Request& request) {
    const auto [first, last] = request.headers.equal_range("Cookie");
    for (auto header = first; header != last; ++header) {
        std::string_view rest = header->second;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            auto pair = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (pair.starts_with(' ')) pair.remove_prefix(1);
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == kSessionCookie)
                return std::string(pair.substr(equals + 1));
        }
    }
    return "";
}

std::optional<http::Response> guard(const Services& services, http::Request& request) {
    const auto access = access_of(request.route);
    if (!access) return error_answer(403, "nobody may use this route");
    if (request.peer.is_unix) {
        request.caller = {"unix:" + user_name(request.peer.uid), std::string(to_text(Role::admin)), kViaUnix, ""};
        return std::nullopt;
    }
    if (!services.accounts.login_required()) {
        request.caller = {"anonymous", std::string(to_text(Role::admin)), kViaOff, ""};
        return std::nullopt;
    }
    const auto authorization = request.header("Authorization");
    if (authorization.empty()) return judge_session(services, request, *access, session_secret(request));
    if (!equal_but_case(authorization.substr(0, kBearer.size()), kBearer)) {
        if (!access->least) return std::nullopt;
        return unknown("only `Authorization: Bearer …` is understood; POST /auth/token makes a token of a password");
    }
    return judge_token(services, request, *access, authorization.substr(kBearer.size()));
}

}  // namespace weir::api
