#include "scheduler/store/account_retention.hpp"

#include "scheduler/model/account.hpp"
#include "scheduler/store/columns.hpp"

namespace weir::store {

namespace {

constexpr const char* kOldAudit =
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)";
constexpr const char* kOldSessions =
    "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_at < ?1 LIMIT ?2)";
constexpr const char* kOldTokens =
    "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE expires_at IS NOT NULL AND expires_at < ?1 LIMIT ?2)";

std::int64_t remove(SQLite::Database& db, const char* sql, model::TimePoint before, std::int64_t rows) {
    SQLite::Statement statement(db, sql);
    bind_values(statement, before, rows);
    return statement.exec();
}

}  // namespace

bool prune_accounts(SQLite::Database& db, const ports::PruneLimits& limits, std::int64_t rows) {
    const auto audit = remove(db, kOldAudit, limits.audit_before, rows);
    const auto sessions = remove(db, kOldSessions, limits.logins_before, rows);
    const auto tokens = remove(db, kOldTokens, limits.logins_before - model::kExpiredTokensStay, rows);
    return audit < rows && sessions < rows && tokens < rows;
}

}  // namespace weir::store
