// Who may do what, and who did: users, their logins, tokens of programs, and the audit. web/accounts decides over them, the
// store keeps them. Secrets are never here: of passwords there is argon2's text, of sessions and tokens a hash.
#pragma once

#include <optional>
#include <string>

#include "scheduler/model/ids.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::model {

struct User {
    std::string name;
    std::string password_hash;  // as crypto_pwhash_str() makes it
    Role role = Role::viewer;
    bool active = true;
    TimePoint created_at;
    std::optional<TimePoint> last_login_at;
    bool operator==(const User&) const = default;
};

// A login with a password, in a browser.
struct Session {
    std::string hash;  // of the cookie's value, in hex
    std::string user;
    TimePoint created_at;
    TimePoint expires_at;  // moved on by use
    bool operator==(const Session&) const = default;
};

struct Token {
    TokenId id;
    std::string hash;  // of the token, in hex
    std::string name;
    std::string user;  // whose it is; "unix:…" of one that was made at the socket, and that no user stands behind
    Role role = Role::viewer;     // at most; its user's role may be less by now
    Json scopes = Json::array();  // texts; empty: everything its role may
    bool login = false;           // made by a login with a password: it ends with that password
    TimePoint created_at;
    std::optional<TimePoint> expires_at;
    std::optional<TimePoint> last_used_at;  // to the hour
    bool operator==(const Token&) const = default;
};
// An expired token is still shown for so long.
inline constexpr std::chrono::hours kExpiredTokensStay{30 * 24};

// Of a user, with the sessions and tokens that are theirs.
struct UserErased {
    std::string name;
};
struct SessionErased {
    std::string hash;
};
struct TokenErased {
    TokenId id;
};

// One line of the audit: what somebody did, or tried to.
struct AuditEntry {
    AuditId id;  // given by the store
    TimePoint at;
    std::string event;  // "trigger_dag_run"; see web/api/access.cpp
    std::string owner;  // who
    // What it was about, as far as that applies.
    std::string dag_id;
    std::string run_id;
    std::string task_id;
    std::optional<int> map_index;
    std::optional<TimePoint> logical_date;
    std::string outcome;          // "done", or why not in words
    Json extra = Json::object();  // what was asked, and from where
    bool operator==(const AuditEntry&) const = default;
};
inline constexpr const char* kDone = "done";

}  // namespace weir::model
