#include "scheduler/store/recovery.hpp"

#include <fmt/format.h>

#include "scheduler/core/inputs.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

// `source` is the last column and is not read: a thousand DAGs' texts would be megabytes.
const char* const kVersions =
    "SELECT v.id, v.dag_id, v.number, v.hash, v.file, v.created_at FROM dag AS d CROSS JOIN dag_version AS v "
    "ON v.dag_id = d.dag_id AND v.number = (SELECT max(number) FROM dag_version WHERE dag_id = d.dag_id)";

// A DAG that was never scheduled has no date to start from; what lies ahead of a schedule that it may get later are
// its latest dates, so a bounded number of them is enough.
const char* const kDatesAhead =
    "SELECT logical_date FROM dag_run WHERE dag_id = ? AND logical_date > ? ORDER BY logical_date DESC LIMIT ?";
constexpr std::int64_t kNoLimit = -1;
constexpr std::int64_t kDatesOfUnscheduled = core::kMostDatesOfUnscheduled;

std::string next_id_sql(const char* table) {
    return fmt::format(
        "SELECT max(ifnull((SELECT max(id) + 1 FROM {0}), 1), ifnull((SELECT next FROM id_floor WHERE name = '{0}'), "
        "1))",
        table);
}

template <class Id>
Id next_id(SQLite::Database& db, const char* table) {
    return Id{db.execAndGet(next_id_sql(table)).getInt64()};
}

std::string dags_sql() {
    return fmt::format("SELECT {} FROM dag AS d ORDER BY dag_id", column_list(table<model::DagState>(), "d"));
}

std::vector<model::DagVersion> read_versions(SQLite::Database& db) {
    std::vector<model::DagVersion> versions;
    SQLite::Statement select(db, kVersions);
    while (select.executeStep()) {
        model::DagVersion& version = versions.emplace_back();
        read_values(select, version.id, version.dag_id, version.number, version.hash, version.file, version.created_at);
    }
    return versions;
}

std::vector<std::pair<std::string, model::TimePoint>> read_dates_ahead(SQLite::Database& db,
                                                                       const std::vector<model::DagState>& dags) {
    std::vector<std::pair<std::string, model::TimePoint>> dates;
    SQLite::Statement select(db, kDatesAhead);
    for (const model::DagState& dag : dags) {
        bind_values(select, dag.dag_id, dag.scheduled_through.value_or(model::TimePoint::min()),
                    dag.scheduled_through ? kNoLimit : kDatesOfUnscheduled);
        while (select.executeStep()) dates.emplace_back(dag.dag_id, RowReader(select).next<model::TimePoint>());
    }
    return dates;
}

// The conditions are those of the partial indexes.
std::string open_backfills_sql() {
    return fmt::format(
        "SELECT {0} FROM backfill AS b WHERE b.state = 'running' OR b.state = 'paused' UNION SELECT {0} FROM backfill "
        "AS b"
        " WHERE b.id IN (SELECT backfill FROM dag_run WHERE state IN ('queued', 'running') AND backfill IS NOT NULL)"
        " ORDER BY 1",
        column_list(table<model::Backfill>(), "b"));
}

std::string open_notifications_sql() {
    return fmt::format("SELECT {} FROM notification AS n WHERE n.state = 'pending' ORDER BY n.id",
                       column_list(table<model::Notification>(), "n"));
}

std::string assets_sql() {
    return fmt::format("SELECT {} FROM asset AS a", column_list(table<model::AssetState>(), "a"));
}

std::string open_events_sql() {
    return fmt::format("SELECT {} FROM event AS e WHERE e.disposition = 'pending' ORDER BY e.id",
                       column_list(table<model::Event>(), "e"));
}

std::string counted_events_sql() {
    return fmt::format("SELECT {}, {} FROM counted_event AS c JOIN event AS e ON e.id = c.event ORDER BY c.event",
                       column_list(table<model::CountedEvent>(), "c"), column_list(table<model::Event>(), "e"));
}

std::string reruns_sql() {
    return fmt::format("SELECT {} FROM dag_run AS r WHERE r.rerun_at IS NOT NULL",
                       column_list(table<model::Run>(), "r"));
}

std::vector<core::Recovered::Counted> read_counted_events(SQLite::Database& db) {
    std::vector<core::Recovered::Counted> counted;
    SQLite::Statement select(db, counted_events_sql());
    while (select.executeStep()) {
        RowReader reader(select);
        const auto row = read_row<model::CountedEvent>(reader);
        counted.push_back({row, read_row<model::Event>(reader).event});
    }
    return counted;
}

template <class Row>
std::vector<Row> read_rows(SQLite::Database& db, const std::string& sql) {
    std::vector<Row> rows;
    SQLite::Statement select(db, sql);
    while (select.executeStep()) {
        RowReader reader(select);
        rows.push_back(read_row<Row>(reader));
    }
    return rows;
}

}  // namespace

ports::StoredState recover(SQLite::Database& db, RunReader& runs) {
    const ReadTransaction one_state(db);
    ports::StoredState state;
    state.live_runs = runs.live();
    state.dags = read_rows<model::DagState>(db, dags_sql());
    state.versions = read_versions(db);
    state.dates_ahead = read_dates_ahead(db, state.dags);
    state.open_backfills = read_rows<model::Backfill>(db, open_backfills_sql());
    state.open_notifications = read_rows<model::Notification>(db, open_notifications_sql());
    state.assets = read_rows<model::AssetState>(db, assets_sql());
    state.open_events = read_rows<model::Event>(db, open_events_sql());
    state.counted_events = read_counted_events(db);
    state.reruns = read_rows<model::Run>(db, reruns_sql());
    state.next_event = next_id<model::EventId>(db, "event");
    state.next_run = next_id<model::RunId>(db, "dag_run");
    state.next_try = next_id<model::TryId>(db, "task_try");
    state.next_version = next_id<model::DagVersionId>(db, "dag_version");
    state.next_backfill = next_id<model::BackfillId>(db, "backfill");
    state.next_notification = next_id<model::NotificationId>(db, "notification");
    return state;
}

std::vector<std::string> recovery_sql() {
    std::vector<std::string> sql = live_run_sql();
    sql.insert(sql.end(), {dags_sql(), kVersions, kDatesAhead, open_backfills_sql(), open_notifications_sql(),
                           assets_sql(), open_events_sql(), counted_events_sql(), reruns_sql(), next_id_sql("event"),
                           next_id_sql("dag_run"), next_id_sql("task_try"), next_id_sql("dag_version"),
                           next_id_sql("backfill"), next_id_sql("notification")});
    return sql;
}

}  // namespace weir::store
