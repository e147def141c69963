// A database of accounts that writes at once, and a clock that a test sets.
#pragma once

#include <doctest/doctest.h>

#include "tests/support/result.hpp"
#include "web/accounts/accounts.hpp"

namespace weir::accounts::test {

inline constexpr PasswordCost kCheap{1, 8192};
inline constexpr model::TimePoint kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

struct Database : ports::AccountRows, ports::Recorder {
    ports::StoredAccounts stored;
    std::vector<model::AuditEntry> lines;
    std::optional<model::Error> refusal;  // of the next writes that somebody waits for
    int touches = 0;                      // sessions and tokens whose use was written down

    [[nodiscard]] ports::StoredAccounts accounts() const override { return stored; }
    [[nodiscard]] ports::Page<model::AuditEntry> audit(const ports::AuditFilter&) const override { return {}; }
    [[nodiscard]] std::optional<model::AuditEntry> audit_entry(model::AuditId) const override { return {}; }
    [[nodiscard]] model::Result<> record(std::vector<core::Change> rows) override {
        if (refusal) return *refusal;
        for (const auto& row : rows) fold(row);
        return {};
    }
    void note(std::vector<core::Change> rows) override {
        for (const auto& row : rows) {
            if (!std::holds_alternative<model::AuditEntry>(row)) ++touches;
            fold(row);
        }
    }

    void fold(const core::Change& change) {
        if (const auto* user = std::get_if<model::User>(&change)) {
            std::erase_if(stored.users, [user](const auto& row) { return row.name == user->name; });
            stored.users.push_back(*user);
        } else if (const auto* gone = std::get_if<model::UserErased>(&change)) {
            std::erase_if(stored.users, [gone](const auto& row) { return row.name == gone->name; });
            std::erase_if(stored.sessions, [gone](const auto& row) { return row.user == gone->name; });
            std::erase_if(stored.tokens, [gone](const auto& row) { return row.user == gone->name; });
        } else if (const auto* session = std::get_if<model::Session>(&change)) {
            std::erase_if(stored.sessions, [session](const auto& row) { return row.hash == session->hash; });
            stored.sessions.push_back(*session);
        } else if (const auto* ended = std::get_if<model::SessionErased>(&change)) {
            std::erase_if(stored.sessions, [ended](const auto& row) { return row.hash == ended->hash; });
        } else if (const auto* token = std::get_if<model::Token>(&change)) {
            std::erase_if(stored.tokens, [token](const auto& row) { return row.id == token->id; });
            stored.tokens.push_back(*token);
            stored.next_token = std::max(stored.next_token, model::TokenId{token->id.value + 1});
        } else if (const auto* revoked = std::get_if<model::TokenErased>(&change)) {
            std::erase_if(stored.tokens, [revoked](const auto& row) { return row.id == revoked->id; });
        } else if (const auto* line = std::get_if<model::AuditEntry>(&change)) {
            lines.push_back(*line);
        }
    }
};

// One user of each role, all with the same password.
struct Town {
    Town() {
        for (const auto& role : model::enum_names<model::Role>())
            REQUIRE(accounts.add_user("the_" + std::string(role.text), kPassword, role.value, line("create_user")));
    }

    static model::AuditEntry line(const std::string& event) {
        model::AuditEntry entry;
        entry.event = event;
        entry.owner = "tester";
        return entry;
    }
    [[nodiscard]] LoginResult try_login(const std::string& name, const std::string& password = kPassword,
                                        const std::string& address = "10.0.0.1:1",
                                        LoginKind kind = LoginKind::session) {
        return accounts.log_in(name, password, kind, address, line("login"));
    }
    // The session's secret.
    [[nodiscard]] std::string login(const std::string& name, LoginKind kind = LoginKind::session) {
        const auto result = try_login(name, kPassword, "10.0.0.1:1", kind);
        REQUIRE(std::holds_alternative<LoggedIn>(result));
        return std::get<LoggedIn>(result).secret;
    }
    [[nodiscard]] std::unique_ptr<Accounts> restart() {
        return std::make_unique<Accounts>(Parts{database, database, [this] { return now; }, true, kCheap});
    }

    static constexpr const char* kPassword = "correct horse";
    Database database;
    model::TimePoint now = kStart;
    Accounts accounts{{.rows = database, .recorder = database, .now = [this] { return now; }, .cost = kCheap}};
};

}  // namespace weir::accounts::test
