// Who there is, and whether somebody is who they say: users, their sessions and tokens. All of them stand in memory, so that
// a request costs no read of the database; every change is written through ports::Recorder.
// The API calls it from several threads. A change that takes something away counts from the moment it is asked for, one that
// gives something from its commit on.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "scheduler/model/account.hpp"
#include "scheduler/ports/accounts.hpp"
#include "web/accounts/secrets.hpp"
#include "web/accounts/throttle.hpp"

namespace weir::accounts {

inline constexpr std::size_t kShortestPassword = 10;  // bytes
inline constexpr std::size_t kLongestPassword = 1000;
inline constexpr std::size_t kLongestUsername = 100;
inline constexpr std::size_t kMostUsers = 10'000;
inline constexpr std::size_t kMostSessionsOfUser = 50;  // past these, the oldest ends
inline constexpr std::size_t kMostTokensOfUser = 100;
inline constexpr std::size_t kMostLoginTokensOfUser = 50;  // past these, the oldest ends
inline constexpr std::chrono::hours kSessionLife{7 * 24};  // since it was last used
inline constexpr std::chrono::hours kLongestSession{30 * 24};
inline constexpr std::chrono::hours kLoginTokenLife{24};
inline constexpr std::chrono::hours kTouchInterval{1};  // use is written down no oftener
inline constexpr int kRefusalsAMinute = 60;             // that the audit tells of

struct Parts {
    const ports::AccountRows& rows;  // read once, by the constructor
    ports::Recorder& recorder;
    std::function<model::TimePoint()> now;
    bool login_required = true;
    PasswordCost cost = {};
};

// Whom a session or token belongs to.
struct Identity {
    std::string user;
    model::Role role = model::Role::viewer;
    std::string login;  // the session's hash, or the token's number
    model::Json scopes = model::Json::array();
    std::string token_name;
};

struct LoggedIn {
    std::string secret;  // the session's, or the token itself: seen here and never again
    Identity identity;
};
struct WrongLogin {};
struct TooManyTries {
    std::chrono::seconds wait;
};
using LoginResult = std::variant<LoggedIn, WrongLogin, TooManyTries, model::Error>;
enum class LoginKind { session, token };

struct NewToken {
    std::string name;
    std::string user;
    model::Role role = model::Role::viewer;
    std::vector<std::string> scopes;
    std::optional<std::chrono::hours> life;
};
struct MadeToken {
    model::Token row;
    std::string secret;
};
struct UserChange {
    std::optional<model::Role> role;
    std::optional<std::string> password;
    std::optional<bool> active;
};

class Accounts {
   public:
    explicit Accounts(Parts parts);

    [[nodiscard]] bool login_required() const { return login_required_; }
    [[nodiscard]] bool has_users() const;
    // Of the link in the daemon's log; the first user is made with it.
    [[nodiscard]] const std::string& setup_token() const { return setup_token_; }

    // --- each request ----------------------------------------------------------------------------------------------------
    [[nodiscard]] std::optional<Identity> by_session(std::string_view secret);
    [[nodiscard]] std::optional<Identity> by_token(std::string_view secret);
    // A line of the audit that belongs to no change: dropped when there are too many.
    void note(model::AuditEntry entry);

    // --- logging in and out; `audit` is completed with owner and outcome ----------------------------------------------------
    [[nodiscard]] LoginResult set_up(const std::string& token, const std::string& name, const std::string& password,
                                     model::AuditEntry audit);
    [[nodiscard]] LoginResult log_in(const std::string& name, const std::string& password, LoginKind kind,
                                     const std::string& address, model::AuditEntry audit);
    [[nodiscard]] model::Result<> log_out(const std::string& session_hash, model::AuditEntry audit);
    // Ends all sessions of the user, and begins a new one.
    [[nodiscard]] LoginResult change_password(const std::string& name, const std::string& old_password,
                                              const std::string& new_password, const std::string& address,
                                              model::AuditEntry audit);

    // --- users and tokens -------------------------------------------------------------------------------------------------
    [[nodiscard]] std::vector<model::User> users() const;  // by name
    [[nodiscard]] std::optional<model::User> user(std::string_view name) const;
    [[nodiscard]] model::Result<model::User> add_user(const std::string& name, const std::string& password,
                                                      model::Role role, model::AuditEntry audit);
    [[nodiscard]] model::Result<model::User> change_user(const std::string& name, const UserChange& change,
                                                         model::AuditEntry audit);
    [[nodiscard]] model::Result<> remove_user(const std::string& name, model::AuditEntry audit);
    // Of one user, or of all without a name; newest first, without those of logins.
    [[nodiscard]] std::vector<model::Token> tokens(std::string_view user) const;
    [[nodiscard]] std::optional<model::Token> token(model::TokenId id) const;
    [[nodiscard]] model::Result<MadeToken> make_token(const NewToken& wanted, model::AuditEntry audit);
    [[nodiscard]] model::Result<> remove_token(model::TokenId id, model::AuditEntry audit);

   private:
    using Rows = std::vector<core::Change>;

    [[nodiscard]] model::Result<> write(Rows rows, model::AuditEntry audit);
    // A refusal is told by the audit too.
    [[nodiscard]] model::Error refuse(model::AuditEntry audit, model::ErrorKind kind, std::string words);
    [[nodiscard]] LoginResult begin_login(model::User row, Rows rows, LoginKind kind, model::AuditEntry audit);
    [[nodiscard]] std::optional<model::Error> last_admin_fault(const model::User& row) const;
    [[nodiscard]] model::Token token_row(const NewToken& wanted, const std::string& secret, bool login);
    // From memory at once; the rows say it to the database.
    void end_logins(std::string_view user, Rows& rows);
    void make_room(std::string_view user, LoginKind kind, Rows& rows);
    void put(const model::User& row);

    ports::Recorder& recorder_;
    const std::function<model::TimePoint()> now_;
    const bool login_required_;
    const std::string setup_token_;
    Passwords passwords_;
    Throttle throttle_;

    // Held by who changes something, from reading what is there to the commit. Before mutex_.
    std::mutex changing_;
    // Held for moments only.
    mutable std::mutex mutex_;
    std::map<std::string, model::User, std::less<>> users_;
    std::unordered_map<std::string, model::Session> sessions_;  // by hash
    std::map<model::TokenId, model::Token> tokens_;
    std::unordered_map<std::string, model::TokenId> token_of_hash_;
    model::TokenId next_token_{1};
    model::TimePoint refusals_since_;
    int refusals_ = 0;
};

// Why there can be no such user or password; empty when there can.
[[nodiscard]] std::string username_fault(std::string_view name);
[[nodiscard]] std::string password_fault(std::string_view password);

}  // namespace weir::accounts
