// Logging in with a password, and out.
#include <fmt/format.h>

#include <algorithm>

#include "web/accounts/accounts.hpp"

namespace weir::accounts {

using model::Error;
using model::ErrorKind;

namespace {

// Two passwords are being looked at already; they take a tenth of a second each.
constexpr TooManyTries kBusy{std::chrono::seconds{1}};

}  // namespace

LoginResult Accounts::set_up(const std::string& token, const std::string& name, const std::string& password,
                             model::AuditEntry audit) {
    audit.owner = name.substr(0, kLongestUsername);
    if (const auto wait = throttle_.begin("", audit.extra.value("address", ""), now_())) return TooManyTries{*wait};
    const std::lock_guard changing(changing_);
    if (has_users())
        return refuse(std::move(audit), ErrorKind::conflict, "there are users already; log in as one of them");
    if (!same(token, setup_token_))
        return refuse(std::move(audit), ErrorKind::forbidden,
                      "this is not the setup token; the daemon's log has the link, anew with each start");
    auto fault = username_fault(name);
    if (fault.empty()) fault = password_fault(password);
    if (!fault.empty()) return Error{ErrorKind::invalid, std::move(fault)};
    auto hash = passwords_.hash(password);
    if (!hash) return kBusy;
    const auto now = now_();
    return begin_login({name, std::move(*hash), model::Role::admin, true, now, now}, {}, LoginKind::session,
                       std::move(audit));
}

LoginResult Accounts::log_in(const std::string& name, const std::string& password, LoginKind kind,
                             const std::string& address, model::AuditEntry audit) {
    if (const auto wait = throttle_.begin(name.substr(0, kLongestUsername), address, now_()))
        return TooManyTries{*wait};
    const auto before = user(name);
    // What was typed may be a password in the wrong field: a name is told only where there is a user of it.
    audit.owner = before ? name : "unknown user";
    const auto right = passwords_.matches(before ? std::optional(before->password_hash) : std::nullopt,
                                          password.size() <= kLongestPassword ? password : std::string{});
    if (!right) return kBusy;
    if (!*right || !before->active) {
        audit.event = "login_failed";
        audit.outcome = *right ? "the user is not active" : before ? "wrong password" : "no such user";
        note(std::move(audit));
        return WrongLogin{};
    }
    throttle_.succeeded(name, address);
    const std::lock_guard changing(changing_);
    auto row = user(name);  // as it is now
    if (!row || !row->active || row->password_hash != before->password_hash) return WrongLogin{};
    row->last_login_at = now_();
    return begin_login(std::move(*row), {}, kind, std::move(audit));
}

// `rows` come before the login's own. Called with changing_ held.
LoginResult Accounts::begin_login(model::User row, Rows rows, LoginKind kind, model::AuditEntry audit) {
    const auto now = now_();
    make_room(row.name, kind, rows);
    rows.emplace_back(row);
    LoggedIn login;
    login.identity = {.user = row.name, .role = row.role};
    if (kind == LoginKind::token) {
        login.secret = new_secret("weir_");
        const auto token =
            token_row({.name = "login", .user = row.name, .role = row.role, .scopes = {}, .life = kLoginTokenLife},
                      login.secret, true);
        rows.emplace_back(token);
        if (const auto done = write(std::move(rows), std::move(audit)); !done) return done.error();
        login.identity.login = std::to_string(token.id.value);
        put(row);
        const std::lock_guard lock(mutex_);
        token_of_hash_.emplace(token.hash, token.id);
        tokens_.emplace(token.id, token);
        return login;
    }
    login.secret = new_secret("");
    const model::Session session{hash_of(login.secret), row.name, now, now + kSessionLife};
    rows.emplace_back(session);
    if (const auto done = write(std::move(rows), std::move(audit)); !done) return done.error();
    login.identity.login = session.hash;
    put(row);
    const std::lock_guard lock(mutex_);
    sessions_.emplace(session.hash, session);
    return login;
}

// A further login of that kind must not be one too many: the oldest end for it, and those that have expired.
void Accounts::make_room(std::string_view user, LoginKind kind, Rows& rows) {
    const auto now = now_();
    const std::lock_guard lock(mutex_);
    if (kind == LoginKind::session) {
        std::vector<const model::Session*> open;
        for (const auto& [hash, session] : sessions_)
            if (session.user == user) open.push_back(&session);
        std::ranges::sort(open, {}, [](const auto* session) { return session->created_at; });
        std::vector<std::string> ended;
        for (std::size_t i = 0; i < open.size(); ++i)
            if (open[i]->expires_at <= now || open.size() - i >= kMostSessionsOfUser) ended.push_back(open[i]->hash);
        for (const auto& hash : ended) {
            sessions_.erase(hash);
            rows.emplace_back(model::SessionErased{hash});
        }
        return;
    }
    std::vector<model::TokenId> open;  // the oldest first
    for (const auto& [id, token] : tokens_)
        if (token.user == user && token.login) open.push_back(id);
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto& token = tokens_.at(open[i]);
        if (*token.expires_at > now && open.size() - i < kMostLoginTokensOfUser) continue;
        token_of_hash_.erase(token.hash);
        rows.emplace_back(model::TokenErased{open[i]});
        tokens_.erase(open[i]);
    }
}

model::Result<> Accounts::log_out(const std::string& session_hash, model::AuditEntry audit) {
    const std::lock_guard changing(changing_);
    {
        const std::lock_guard lock(mutex_);
        if (sessions_.erase(session_hash) == 0) return {};  // logged out meanwhile
    }
    return write({model::SessionErased{session_hash}}, std::move(audit));
}

LoginResult Accounts::change_password(const std::string& name, const std::string& old_password,
                                      const std::string& new_password, const std::string& address,
                                      model::AuditEntry audit) {
    if (auto fault = password_fault(new_password); !fault.empty()) return Error{ErrorKind::invalid, std::move(fault)};
    if (const auto wait = throttle_.begin(name, address, now_())) return TooManyTries{*wait};
    const auto before = user(name);
    const auto right = passwords_.matches(before ? std::optional(before->password_hash) : std::nullopt,
                                          old_password.size() <= kLongestPassword ? old_password : std::string{});
    if (!right) return kBusy;
    if (!*right) return refuse(std::move(audit), ErrorKind::forbidden, "the old password is wrong");
    throttle_.succeeded(name, address);
    auto hash = passwords_.hash(new_password);
    if (!hash) return kBusy;
    const std::lock_guard changing(changing_);
    auto row = user(name);
    if (!row || !row->active || row->password_hash != before->password_hash) return WrongLogin{};
    row->password_hash = std::move(*hash);
    Rows rows;
    end_logins(name, rows);
    return begin_login(std::move(*row), std::move(rows), LoginKind::session, std::move(audit));
}

}  // namespace weir::accounts
