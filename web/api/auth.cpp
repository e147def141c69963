// Logging in and out, and who one is: /api/v2/auth, and Airflow's POST /auth/token.
#include <fmt/format.h>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/guard.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/user.hpp"

namespace weir::api {

using model::Json;

namespace {

// Longer ones are read, and told to be too long, instead of a fault of their own.
constexpr std::size_t kLongestText = 10'000;

// The browser keeps it for as long as a session can last; when it ends is for the server to say.
std::string cookie_of(const http::Request& request, std::string_view secret) {
    const auto age = secret.empty() ? std::chrono::seconds{0} : std::chrono::seconds{accounts::kLongestSession};
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kSessionCookie, secret, age.count(),
                       request.peer.is_tls ? "; Secure" : "");
}

Json me_json(std::string_view user, std::string_view role, std::string_view via, const std::string& session) {
    return {{"username", user},
            {"role", role},
            {"via", via},
            {"csrf_token", session.empty() ? Json() : Json(accounts::csrf_token_of(session))}};
}

http::Response too_many(const accounts::TooManyTries& tries) {
    auto response = error_answer(
        429, fmt::format("too many tries to log in; the next one can be made in {} s", tries.wait.count()));
    response.headers.emplace("Retry-After", std::to_string(tries.wait.count()));
    return response;
}

// 200 as /auth/me, with the session's cookie; or why there is no session.
http::Response session_answer(const http::Request& request, const accounts::LoginResult& result) {
    if (const auto* tries = std::get_if<accounts::TooManyTries>(&result)) return too_many(*tries);
    if (const auto* error = std::get_if<model::Error>(&result)) return error_answer(*error);
    const auto* login = std::get_if<accounts::LoggedIn>(&result);
    if (login == nullptr) {
        auto response = error_answer(401, "the username or the password is wrong");
        response.headers.emplace("WWW-Authenticate", "Bearer");
        return response;
    }
    auto response =
        json_answer(me_json(login->identity.user, to_text(login->identity.role), kViaSession, login->secret));
    response.headers.emplace("Set-Cookie", cookie_of(request, login->secret));
    return response;
}

// An audit's line of who has not logged in yet.
model::AuditEntry login_audit(const Services& services, const http::Request& request) {
    auto entry = audit_of(services, request);
    entry.extra["via"] = "password";
    entry.extra.erase("body");  // what was typed as a name may be a password in the wrong field
    return entry;
}

std::string needed(Body& body, std::string_view key) {
    const auto value = body.text(key, kLongestText);
    if (!value) body.fault(key, "is needed");
    return value.value_or("");
}

http::Response logins_are_off() {
    return error_answer(409, "logins are off (`auth: off`), so there is nobody to log in as");
}

http::Response set_up(const Services& services, const http::Request& request) {
    Body body(request);
    const auto token = needed(body, "setup_token");
    const auto username = needed(body, "username");
    const auto password = needed(body, "password");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!services.accounts.login_required()) return logins_are_off();
    return session_answer(request, services.accounts.set_up(token, username, password, login_audit(services, request)));
}

http::Response log_in(const Services& services, const http::Request& request) {
    Body body(request);
    const auto username = needed(body, "username");
    const auto password = needed(body, "password");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!services.accounts.login_required()) return logins_are_off();
    return session_answer(request, services.accounts.log_in(username, password, accounts::LoginKind::session,
                                                            request.peer.address, login_audit(services, request)));
}

http::Response log_out(const Services& services, const http::Request& request) {
    if (request.caller.via == kViaSession) {
        const auto done = services.accounts.log_out(request.caller.login, audit_of(services, request));
        if (!done) return error_answer(done.error());
    }
    http::Response response{.status = 204, .headers = {}, .content_type = "", .body = "", .stream = {}};
    response.headers.emplace("Set-Cookie", cookie_of(request, ""));
    return response;
}

http::Response get_me(const http::Request& request) {
    return json_answer(me_json(request.caller.user, request.caller.role, request.caller.via,
                               request.caller.via == kViaSession ? session_secret(request) : ""));
}

http::Response change_password(const Services& services, const http::Request& request) {
    Body body(request);
    const auto old_password = needed(body, "old_password");
    const auto new_password = needed(body, "new_password");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (request.caller.via != kViaSession)
        return error_answer(409, "a password is changed by who has logged in with it; an admin can set another's");
    return session_answer(request,
                          services.accounts.change_password(request.caller.user, old_password, new_password,
                                                            request.peer.address, audit_of(services, request)));
}

// As Airflow's clients ask for one. It lasts for a day.
http::Response make_login_token(const Services& services, const http::Request& request) {
    Body body(request);
    const auto username = needed(body, "username");
    const auto password = needed(body, "password");
    if (auto refusal = body.refusal()) return std::move(*refusal);
    if (!services.accounts.login_required()) return logins_are_off();
    const auto result = services.accounts.log_in(username, password, accounts::LoginKind::token, request.peer.address,
                                                 login_audit(services, request));
    const auto* login = std::get_if<accounts::LoggedIn>(&result);
    if (login == nullptr) return session_answer(request, result);
    auto response = json_answer({{"access_token", login->secret}});
    response.status = 201;
    return response;
}

}  // namespace

void add_auth(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/auth";
    const auto add = [&router, &services](const char* method, const std::string& path, auto answer) {
        router.add(method, path, [services, answer](const http::Request& request) {
            Parameters parameters(request);
            if (auto refusal = parameters.refusal()) return std::move(*refusal);
            return answer(services, request);
        });
    };
    add("GET", base + "/status", [](const Services& all, const http::Request&) {
        const bool required = all.accounts.login_required();
        return json_answer(
            {{"login", required ? "required" : "off"}, {"setup", required && !all.accounts.has_users()}});
    });
    add("POST", base + "/setup", set_up);
    add("POST", base + "/login", log_in);
    add("POST", base + "/logout", log_out);
    add("GET", base + "/me", [](const Services&, const http::Request& request) { return get_me(request); });
    add("PATCH", base + "/me", change_password);
    add("POST", "/auth/token", make_login_token);
}

}  // namespace weir::api
