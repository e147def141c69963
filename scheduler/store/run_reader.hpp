// Reads whole runs: what recovery and find_run hand to the loop. One per writer connection.
#pragma once

#include <string_view>

#include "scheduler/ports/store.hpp"
#include "scheduler/store/connection.hpp"

namespace weir::store {

// Puts a statement back to its start, so that it doesn't hold a read transaction open.
class ResetAtEnd {
   public:
    explicit ResetAtEnd(SQLite::Statement& statement) : statement_(statement) {}
    ~ResetAtEnd() { statement_.tryReset(); }
    ResetAtEnd(const ResetAtEnd&) = delete;
    ResetAtEnd& operator=(const ResetAtEnd&) = delete;

   private:
    SQLite::Statement& statement_;
};

class RunReader {
   public:
    explicit RunReader(SQLite::Database& db);

    [[nodiscard]] std::vector<ports::StoredRun> live();  // queued or running, by id
    [[nodiscard]] std::optional<ports::StoredRun> find(const std::string& dag_id, const std::string& run_id);
    [[nodiscard]] std::vector<ports::StoredRun> ended(const std::string& dag_id, int most);
    // By run_id, or where that is empty by logical date.
    [[nodiscard]] std::optional<model::Run> row(const std::string& dag_id, const std::string& run_id,
                                                std::optional<model::TimePoint> logical_date);
    [[nodiscard]] bool exists(const std::string& dag_id, const std::string& run_id,
                              std::optional<model::TimePoint> logical_date);
    [[nodiscard]] std::vector<model::DatedRun> dated(const std::string& dag_id, model::TimePoint from,
                                                     model::TimePoint to, std::size_t most);
    [[nodiscard]] std::optional<model::Backfill> find_backfill(model::BackfillId id);

   private:
    void read_rest(ports::StoredRun& stored);

    SQLite::Statement live_, find_, ended_, exists_, version_, task_instances_, open_tries_, dated_, find_backfill_,
        last_looks_, of_date_;
};

// The statements behind live(), for the test that reads their query plans.
[[nodiscard]] std::vector<std::string> live_run_sql();

}  // namespace weir::store
