#include "scheduler/store/run_reader.hpp"

#include <fmt/format.h>

#include "scheduler/model/waits.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

template <class Row>
std::string select(const std::string& rest) {
    return fmt::format("SELECT {} FROM {} AS t {}", column_list(table<Row>(), "t"), table<Row>().name, rest);
}

template <class Row>
std::vector<Row> read_all(SQLite::Statement& statement) {
    const ResetAtEnd reset(statement);
    std::vector<Row> rows;
    while (statement.executeStep()) {
        RowReader reader(statement);
        rows.push_back(read_row<Row>(reader));
    }
    return rows;
}

std::string live_sql() { return select<model::Run>("WHERE state IN ('queued', 'running') ORDER BY id"); }
std::string version_sql() { return select<model::DagVersion>("WHERE id = ?"); }
std::string task_instances_sql() { return select<model::TaskInstance>("WHERE run = ? ORDER BY task_id, map_index"); }
std::string open_tries_sql() {
    return select<model::Try>("WHERE run = ? AND state IN ('launching', 'running') ORDER BY id");
}

// Of the waits that are to look again: the core erases this row with the next look.
std::string last_looks_sql() {
    return select<model::Try>(
        "JOIN task_instance AS i ON i.run = t.run AND i.task_id = t.task_id AND i.map_index = t.map_index"
        " WHERE i.run = ? AND i.waits_since IS NOT NULL AND i.state IN ('up_for_reschedule', 'scheduled')"
        " AND t.number = i.try_number AND t.reason = ?");
}

}  // namespace

std::vector<std::string> live_run_sql() {
    return {live_sql(), version_sql(), task_instances_sql(), open_tries_sql(), last_looks_sql()};
}

RunReader::RunReader(SQLite::Database& db)
    : live_(db, live_sql()),
      find_(db, select<model::Run>("WHERE dag_id = ? AND run_id = ?")),
      ended_(db, select<model::Run>("WHERE dag_id = ? AND logical_date IS NOT NULL AND state IN ('success', 'failed') "
                                    "ORDER BY logical_date DESC LIMIT ?")),
      exists_(db,
              "SELECT EXISTS (SELECT 1 FROM dag_run WHERE dag_id = ?1 AND run_id = ?2)"
              " OR EXISTS (SELECT 1 FROM dag_run WHERE dag_id = ?1 AND logical_date = ?3)"),
      version_(db, version_sql()),
      task_instances_(db, task_instances_sql()),
      open_tries_(db, open_tries_sql()),
      dated_(db,
             "SELECT logical_date, run_id, state FROM dag_run WHERE dag_id = ? AND logical_date BETWEEN ? AND ?"
             " ORDER BY logical_date LIMIT ?"),
      find_backfill_(db, select<model::Backfill>("WHERE id = ?")),
      last_looks_(db, last_looks_sql()),
      of_date_(db, select<model::Run>("WHERE dag_id = ? AND logical_date = ?")) {}

std::vector<ports::StoredRun> RunReader::live() {
    live_.tryReset();
    std::vector<ports::StoredRun> live;
    for (model::Run& run : read_all<model::Run>(live_)) {
        live.emplace_back().run = std::move(run);
        read_rest(live.back());
    }
    return live;
}

std::optional<ports::StoredRun> RunReader::find(const std::string& dag_id, const std::string& run_id) {
    bind_values(find_, dag_id, run_id);
    std::vector<model::Run> found = read_all<model::Run>(find_);
    if (found.empty()) return std::nullopt;
    ports::StoredRun stored;
    stored.run = std::move(found.front());
    read_rest(stored);
    return stored;
}

std::vector<ports::StoredRun> RunReader::ended(const std::string& dag_id, int most) {
    bind_values(ended_, dag_id, most);
    std::vector<ports::StoredRun> ended;
    for (model::Run& run : read_all<model::Run>(ended_)) {
        ports::StoredRun& stored = ended.emplace_back();
        stored.run = std::move(run);
        bind_values(task_instances_, stored.run.id);
        stored.task_instances = read_all<model::TaskInstance>(task_instances_);
    }
    return ended;
}

std::optional<model::Run> RunReader::row(const std::string& dag_id, const std::string& run_id,
                                         std::optional<model::TimePoint> logical_date) {
    SQLite::Statement& statement = run_id.empty() ? of_date_ : find_;
    if (run_id.empty())
        bind_values(statement, dag_id, logical_date);
    else
        bind_values(statement, dag_id, run_id);
    std::vector<model::Run> found = read_all<model::Run>(statement);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

bool RunReader::exists(const std::string& dag_id, const std::string& run_id,
                       std::optional<model::TimePoint> logical_date) {
    bind_values(exists_, dag_id, run_id, logical_date);
    const ResetAtEnd reset(exists_);
    return exists_.executeStep() && exists_.getColumn(0).getInt() != 0;
}

std::vector<model::DatedRun> RunReader::dated(const std::string& dag_id, model::TimePoint from, model::TimePoint to,
                                              std::size_t most) {
    bind_values(dated_, dag_id, from, to, static_cast<std::int64_t>(most));
    const ResetAtEnd reset(dated_);
    std::vector<model::DatedRun> found;
    while (dated_.executeStep()) {
        model::DatedRun& run = found.emplace_back();
        read_values(dated_, run.date, run.run_id, run.state);
    }
    return found;
}

std::optional<model::Backfill> RunReader::find_backfill(model::BackfillId id) {
    bind_values(find_backfill_, id);
    std::vector<model::Backfill> found = read_all<model::Backfill>(find_backfill_);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

void RunReader::read_rest(ports::StoredRun& stored) {
    bind_values(version_, stored.run.version);
    std::vector<model::DagVersion> versions = read_all<model::DagVersion>(version_);
    model::invariant(versions.size() == 1, "a run's DAG version is in the database");
    stored.version = std::move(versions.front());
    bind_values(task_instances_, stored.run.id);
    stored.task_instances = read_all<model::TaskInstance>(task_instances_);
    bind_values(open_tries_, stored.run.id);
    stored.open_tries = read_all<model::Try>(open_tries_);
    static const std::string kNotYet{model::kNotYet};  // bound without a copy
    bind_values(last_looks_, stored.run.id, kNotYet);
    for (model::Try& look : read_all<model::Try>(last_looks_)) stored.open_tries.push_back(std::move(look));
}

}  // namespace weir::store
