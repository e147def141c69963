#include "scheduler/store/ledger_reader.hpp"

#include <fmt/format.h>

#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

// The conditions on disposition are those of the partial index.
const char* const kKnown =
    "SELECT EXISTS (SELECT 1 FROM event WHERE ce_source = ? AND ce_id = ? AND disposition <> 'duplicate'"
    " AND disposition <> 'rejected' AND disposition <> 'replayed')";

// Of each window the row with the greatest revision: SQLite takes the other columns from the row that max() is of.
const char* const kWindows =
    "SELECT asset, key, window_start, window_end, max(revision), event, completed_at, row_count FROM window"
    " WHERE asset = ? AND key = ? AND window_start >= ? AND window_start < ? GROUP BY window_start, window_end";

std::string find_sql() {
    return fmt::format("SELECT {} FROM event AS e WHERE e.id = ?", column_list(table<model::Event>(), "e"));
}

}  // namespace

std::vector<std::string> ledger_sql() { return {kKnown, kWindows, find_sql()}; }

LedgerReader::LedgerReader(SQLite::Database& db) : known_(db, kKnown), windows_(db, kWindows), find_(db, find_sql()) {}

core::LedgerRead LedgerReader::read(core::LedgerQuestions questions, RunReader& runs) {
    core::LedgerRead read;
    for (const auto& identity : questions.events) {
        bind_values(known_, identity.first, identity.second);
        const ResetAtEnd reset(known_);
        if (known_.executeStep() && known_.getColumn(0).getInt() != 0) read.known.insert(identity);
    }
    for (const auto& asked : questions.windows) {
        bind_values(windows_, asked.asset.asset, asked.asset.key, asked.from, asked.to);
        const ResetAtEnd reset(windows_);
        while (windows_.executeStep()) {
            RowReader reader(windows_);
            read.windows.push_back(read_row<model::Window>(reader));
        }
    }
    for (const auto& asked : questions.runs)
        if (auto run = runs.row(asked.dag_id, asked.run_id, asked.logical_date))
            read.runs.emplace_back(asked, std::move(*run));
    read.questions = std::move(questions);
    return read;
}

std::optional<model::Event> LedgerReader::find(model::EventId id) {
    bind_values(find_, id);
    const ResetAtEnd reset(find_);
    if (!find_.executeStep()) return std::nullopt;
    RowReader reader(find_);
    return read_row<model::Event>(reader);
}

}  // namespace weir::store
