// What web/accounts and the API ask of the database, and how they have rows written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/turn.hpp"
#include "scheduler/model/account.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/ports/history.hpp"

namespace weir::ports {

struct StoredAccounts {
    std::vector<model::User> users;
    std::vector<model::Session> sessions;
    std::vector<model::Token> tokens;
    model::TokenId next_token{1};  // no token ever had this number
};

struct AuditFilter {
    std::string dag_id;  // empty: any, as the texts below
    std::string run_id;
    std::string task_id;
    std::string event;
    std::string owner;
    std::optional<model::TimePoint> after, before;  // both included
    bool newest_first = true;
    int limit = 50;
    std::int64_t offset = 0;
};

class AccountRows {
   public:
    virtual ~AccountRows() = default;
    [[nodiscard]] virtual StoredAccounts accounts() const = 0;
    [[nodiscard]] virtual Page<model::AuditEntry> audit(const AuditFilter& filter) const = 0;
    [[nodiscard]] virtual std::optional<model::AuditEntry> audit_entry(model::AuditId id) const = 0;
};

// The core thread alone writes; this hands it rows. Thread-safe.
class Recorder {
   public:
    virtual ~Recorder() = default;
    // Blocks until committed; never call it from the core or IO thread. kind unavailable when the inbox is full, when the
    // daemon is stopping, or when the commit takes too long.
    [[nodiscard]] virtual model::Result<> record(std::vector<core::Change> rows) = 0;
    // Waits for nothing. Dropped when the inbox is full.
    virtual void note(std::vector<core::Change> rows) = 0;
};

}  // namespace weir::ports
