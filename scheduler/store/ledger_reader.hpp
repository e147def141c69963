// What the core asks of the ledger before a step. The writer's connection.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/core/ledger.hpp"
#include "scheduler/store/connection.hpp"
#include "scheduler/store/run_reader.hpp"

namespace weir::store {

// What it reads with: nothing of it may walk history.
[[nodiscard]] std::vector<std::string> ledger_sql();

class LedgerReader {
   public:
    explicit LedgerReader(SQLite::Database& db);
    [[nodiscard]] core::LedgerRead read(core::LedgerQuestions questions, RunReader& runs);
    [[nodiscard]] std::optional<model::Event> find(model::EventId id);

   private:
    SQLite::Statement known_, windows_, find_;
};

}  // namespace weir::store
