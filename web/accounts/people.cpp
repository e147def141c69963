// Users and tokens as they are looked after.
#include <fmt/format.h>

#include <algorithm>

#include "web/accounts/accounts.hpp"

namespace weir::accounts {

using model::Error;
using model::ErrorKind;

namespace {

constexpr const char* kBusy = "passwords are being worked on; try again in a moment";

std::string no_user(std::string_view name) { return fmt::format("there is no user '{}'", name); }

}  // namespace

std::vector<model::User> Accounts::users() const {
    const std::lock_guard lock(mutex_);
    std::vector<model::User> all;
    for (const auto& [name, row] : users_) all.push_back(row);
    return all;
}

std::optional<model::User> Accounts::user(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = users_.find(name);
    return found == users_.end() ? std::nullopt : std::optional(found->second);
}

model::Result<model::User> Accounts::add_user(const std::string& name, const std::string& password, model::Role role,
                                              model::AuditEntry audit) {
    auto fault = username_fault(name);
    if (fault.empty()) fault = password_fault(password);
    if (!fault.empty()) return Error{ErrorKind::invalid, std::move(fault)};
    auto hash = passwords_.hash(password);
    if (!hash) return Error{ErrorKind::unavailable, kBusy};
    const std::lock_guard changing(changing_);
    if (user(name))
        return refuse(std::move(audit), ErrorKind::conflict, fmt::format("there is a user '{}' already", name));
    if (users().size() >= kMostUsers)
        return refuse(std::move(audit), ErrorKind::conflict, fmt::format("there are {} users already", kMostUsers));
    const model::User row{name, std::move(*hash), role, true, now_(), std::nullopt};
    if (const auto done = write({row}, std::move(audit)); !done) return done.error();
    put(row);
    return row;
}

// Without an admin, nobody could make another one but at the daemon's socket.
std::optional<Error> Accounts::last_admin_fault(const model::User& row) const {
    if (row.role != model::Role::admin || !row.active) return std::nullopt;
    const auto all = users();
    if (std::ranges::count_if(all, [](const auto& user) { return user.role == model::Role::admin && user.active; }) > 1)
        return std::nullopt;
    return Error{ErrorKind::conflict,
                 fmt::format("'{}' is the last active admin; make another user admin first", row.name)};
}

model::Result<model::User> Accounts::change_user(const std::string& name, const UserChange& change,
                                                 model::AuditEntry audit) {
    std::optional<std::string> hash;
    if (change.password) {
        if (auto fault = password_fault(*change.password); !fault.empty())
            return Error{ErrorKind::invalid, std::move(fault)};
        hash = passwords_.hash(*change.password);
        if (!hash) return Error{ErrorKind::unavailable, kBusy};
    }
    const std::lock_guard changing(changing_);
    const auto before = user(name);
    if (!before) return refuse(std::move(audit), ErrorKind::not_found, no_user(name));
    auto row = *before;
    row.role = change.role.value_or(row.role);
    row.active = change.active.value_or(row.active);
    if (hash) row.password_hash = *hash;
    if (row.role != model::Role::admin || !row.active)
        if (auto fault = last_admin_fault(*before))
            return refuse(std::move(audit), fault->kind, std::move(fault->message));
    Rows rows;
    if (hash || !row.active) end_logins(name, rows);
    // What is taken away counts at once, what is given from its commit on.
    auto meanwhile = *before;
    meanwhile.active = before->active && row.active;
    meanwhile.role = std::min(before->role, row.role);
    put(meanwhile);
    rows.emplace_back(row);
    if (const auto done = write(std::move(rows), std::move(audit)); !done) return done.error();
    put(row);
    return row;
}

model::Result<> Accounts::remove_user(const std::string& name, model::AuditEntry audit) {
    const std::lock_guard changing(changing_);
    const auto row = user(name);
    if (!row) return refuse(std::move(audit), ErrorKind::not_found, no_user(name));
    if (auto fault = last_admin_fault(*row)) return refuse(std::move(audit), fault->kind, std::move(fault->message));
    {
        const std::lock_guard lock(mutex_);
        users_.erase(name);
        std::erase_if(sessions_, [&name](const auto& entry) { return entry.second.user == name; });
        std::erase_if(tokens_, [this, &name](const auto& entry) {
            if (entry.second.user != name) return false;
            token_of_hash_.erase(entry.second.hash);
            return true;
        });
    }
    return write({model::UserErased{name}}, std::move(audit));
}

// --- tokens ----------------------------------------------------------------------------------------------------------------

std::vector<model::Token> Accounts::tokens(std::string_view user) const {
    const auto forgotten = now_() - model::kExpiredTokensStay;
    const std::lock_guard lock(mutex_);
    std::vector<model::Token> found;
    for (const auto& [id, row] : tokens_)
        if (!row.login && (user.empty() || row.user == user) && !(row.expires_at && *row.expires_at < forgotten))
            found.push_back(row);
    std::ranges::reverse(found);
    return found;
}

std::optional<model::Token> Accounts::token(model::TokenId id) const {
    const std::lock_guard lock(mutex_);
    const auto found = tokens_.find(id);
    return found == tokens_.end() ? std::nullopt : std::optional(found->second);
}

model::Token Accounts::token_row(const NewToken& wanted, const std::string& secret, bool login) {
    model::Token row;
    {
        const std::lock_guard lock(mutex_);
        row.id = std::exchange(next_token_, model::TokenId{next_token_.value + 1});
    }
    row.hash = hash_of(secret);
    row.name = wanted.name;
    row.user = wanted.user;
    row.role = wanted.role;
    row.scopes = model::Json(wanted.scopes);
    row.login = login;
    row.created_at = now_();
    if (wanted.life) row.expires_at = row.created_at + *wanted.life;
    return row;
}

model::Result<MadeToken> Accounts::make_token(const NewToken& wanted, model::AuditEntry audit) {
    const std::lock_guard changing(changing_);
    if (!wanted.user.starts_with("unix:") && !user(wanted.user))
        return refuse(std::move(audit), ErrorKind::not_found, no_user(wanted.user));
    const auto known = tokens(wanted.user);
    if (known.size() >= kMostTokensOfUser)
        return refuse(std::move(audit), ErrorKind::conflict,
                      fmt::format("{} has {} tokens already; revoke one first", wanted.user, known.size()));
    auto secret = new_secret("weir_");
    const auto row = token_row(wanted, secret, false);
    audit.extra["token_id"] = row.id.value;
    if (const auto done = write({row}, std::move(audit)); !done) return done.error();
    const std::lock_guard lock(mutex_);
    token_of_hash_.emplace(row.hash, row.id);
    tokens_.emplace(row.id, row);
    return MadeToken{row, std::move(secret)};
}

model::Result<> Accounts::remove_token(model::TokenId id, model::AuditEntry audit) {
    const std::lock_guard changing(changing_);
    {
        const std::lock_guard lock(mutex_);
        const auto found = tokens_.find(id);
        if (found == tokens_.end()) return Error{ErrorKind::not_found, fmt::format("there is no token {}", id.value)};
        token_of_hash_.erase(found->second.hash);
        tokens_.erase(found);
    }
    return write({model::TokenErased{id}}, std::move(audit));
}

}  // namespace weir::accounts
