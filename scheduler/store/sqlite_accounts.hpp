// ports::AccountRows on SQLite: one read-only connection, beside the writer's. Thread-safe: the accounts are read once, at
// start, and the audit seldom, so callers take turns.
// A file that can't be read any more throws std::exception.
#pragma once

#include <memory>
#include <string>

#include "scheduler/model/result.hpp"
#include "scheduler/ports/accounts.hpp"

namespace weir::store {

class SqliteAccounts final : public ports::AccountRows {
   public:
    // `database` is a path or SqliteStore::database(). The store must have been opened (and so migrated) before.
    [[nodiscard]] static model::Result<std::unique_ptr<SqliteAccounts>> open(const std::string& database);
    ~SqliteAccounts() override;

    [[nodiscard]] ports::StoredAccounts accounts() const override;
    [[nodiscard]] ports::Page<model::AuditEntry> audit(const ports::AuditFilter& filter) const override;
    [[nodiscard]] std::optional<model::AuditEntry> audit_entry(model::AuditId id) const override;

   private:
    struct Reader;
    explicit SqliteAccounts(std::unique_ptr<Reader> reader);
    std::unique_ptr<Reader> reader_;
};

}  // namespace weir::store
