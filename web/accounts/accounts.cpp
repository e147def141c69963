#include "web/accounts/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::accounts {

using model::ErrorKind;

namespace {

constexpr std::size_t kLongestSecret = 200;  // that is looked at

// What a token may do is never more than what its user may by now.
bool stands_alone(const model::Token& token) { return token.user.starts_with("unix:"); }

}  // namespace

std::string username_fault(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._@-").find(c) != std::string_view::npos;
    };
    if (name.empty() || name.size() > kLongestUsername)
        return fmt::format("a username has 1 to {} characters", kLongestUsername);
    if (!std::ranges::all_of(name, allowed)) return "a username may hold only letters, digits and . _ @ -";
    if (name.find_first_not_of('.') == std::string_view::npos)  // "..": no URL can say it
        return "a username has more than dots";
    if (name == "anonymous") return "anonymous is who comes where logins are off; choose another name";
    return "";
}

std::string password_fault(std::string_view password) {
    if (password.size() >= kShortestPassword && password.size() <= kLongestPassword &&
        password.find('\0') == std::string_view::npos)
        return "";
    return fmt::format("a password has {} to {} bytes", kShortestPassword, kLongestPassword);
}

Accounts::Accounts(Parts parts)
    : recorder_(parts.recorder),
      now_(std::move(parts.now)),
      login_required_(parts.login_required),
      setup_token_(new_secret("")),
      passwords_(parts.cost) {
    auto stored = parts.rows.accounts();
    for (auto& row : stored.users) users_.emplace(row.name, std::move(row));
    for (auto& row : stored.sessions) sessions_.emplace(row.hash, std::move(row));
    for (auto& row : stored.tokens) {
        token_of_hash_.emplace(row.hash, row.id);
        tokens_.emplace(row.id, std::move(row));
    }
    next_token_ = stored.next_token;
}

bool Accounts::has_users() const {
    const std::lock_guard lock(mutex_);
    return !users_.empty();
}

// --- each request -------------------------------------------------------------------------------------------------------

// The note of its use goes into the inbox while the mutex is held: so it can't come after the row's end, and bring it back.
std::optional<Identity> Accounts::by_session(std::string_view secret) {
    if (secret.empty() || secret.size() > kLongestSecret) return std::nullopt;
    const auto hash = hash_of(secret);
    const auto now = now_();
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(hash);
    if (found == sessions_.end() || found->second.expires_at <= now) return std::nullopt;
    auto& session = found->second;
    const auto user = users_.find(session.user);
    if (user == users_.end() || !user->second.active) return std::nullopt;
    const auto expires_at = std::min(now + kSessionLife, session.created_at + kLongestSession);
    if (expires_at - session.expires_at >= kTouchInterval) {
        session.expires_at = expires_at;
        recorder_.note({session});
    }
    return Identity{.user = session.user, .role = user->second.role, .login = hash};
}

std::optional<Identity> Accounts::by_token(std::string_view secret) {
    if (secret.empty() || secret.size() > kLongestSecret) return std::nullopt;
    const auto hash = hash_of(secret);
    const auto now = now_();
    const std::lock_guard lock(mutex_);
    const auto id = token_of_hash_.find(hash);
    if (id == token_of_hash_.end()) return std::nullopt;
    auto& token = tokens_.at(id->second);
    if (token.expires_at && *token.expires_at <= now) return std::nullopt;
    auto role = token.role;
    if (!stands_alone(token)) {
        const auto user = users_.find(token.user);
        if (user == users_.end() || !user->second.active) return std::nullopt;
        role = std::min(role, user->second.role);
    }
    if (!token.last_used_at || now - *token.last_used_at >= kTouchInterval) {
        token.last_used_at = now;
        recorder_.note({token});
    }
    return Identity{.user = stands_alone(token) ? "token:" + token.name : token.user,
                    .role = role,
                    .login = std::to_string(token.id.value),
                    .scopes = token.scopes,
                    .token_name = token.name};
}

void Accounts::note(model::AuditEntry entry) {
    const std::lock_guard lock(mutex_);
    if (entry.at - refusals_since_ >= std::chrono::minutes{1}) {
        if (refusals_ > kRefusalsAMinute) entry.extra["lines_left_out_before"] = refusals_ - kRefusalsAMinute;
        refusals_since_ = entry.at;
        refusals_ = 0;
    }
    if (++refusals_ <= kRefusalsAMinute) recorder_.note({std::move(entry)});
}

// --- what the others share ----------------------------------------------------------------------------------------------

model::Result<> Accounts::write(Rows rows, model::AuditEntry audit) {
    audit.outcome = model::kDone;
    rows.emplace_back(std::move(audit));
    return recorder_.record(std::move(rows));
}

model::Error Accounts::refuse(model::AuditEntry audit, ErrorKind kind, std::string words) {
    audit.outcome = words;
    note(std::move(audit));
    return {kind, std::move(words)};
}

void Accounts::put(const model::User& row) {
    const std::lock_guard lock(mutex_);
    users_.insert_or_assign(row.name, row);
}

void Accounts::end_logins(std::string_view user, Rows& rows) {
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [user, &rows](const auto& entry) {
        if (entry.second.user != user) return false;
        rows.emplace_back(model::SessionErased{entry.first});
        return true;
    });
    std::erase_if(tokens_, [this, user, &rows](const auto& entry) {
        if (entry.second.user != user || !entry.second.login) return false;
        token_of_hash_.erase(entry.second.hash);
        rows.emplace_back(model::TokenErased{entry.first});
        return true;
    });
}

}  // namespace weir::accounts
