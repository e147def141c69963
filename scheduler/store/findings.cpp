#include "scheduler/store/findings.hpp"

#include <fmt/format.h>

#include <array>

#include "scheduler/store/query.hpp"

namespace weir::store {

namespace {

// Each brings one sentence a row.
constexpr std::array kRules{
    "SELECT 'run ' || r.dag_id || '/' || r.run_id || ' is ' || r.state || ', but its try ' || y.id || ' of task '"
    " || y.task_id || ' is ' || y.state FROM task_try AS y JOIN dag_run AS r ON r.id = y.run"
    " WHERE y.state IN ('launching', 'running') AND r.state NOT IN ('queued', 'running')",
    "SELECT 'task ' || y.task_id || ' of run ' || y.run || ' has ' || count(*) || ' open tries' FROM task_try AS y"
    " WHERE y.state IN ('launching', 'running') GROUP BY y.run, y.task_id, y.map_index HAVING count(*) > 1",
    "SELECT 'task ' || t.task_id || ' of run ' || r.dag_id || '/' || r.run_id || ' is ' || t.state"
    " || ' without an open try' FROM dag_run AS r JOIN task_instance AS t ON t.run = r.id"
    " WHERE r.state IN ('queued', 'running') AND t.state IN ('queued', 'running') AND NOT EXISTS"
    " (SELECT 1 FROM task_try WHERE run = t.run AND task_id = t.task_id AND map_index = t.map_index"
    "  AND state IN ('launching', 'running'))",
    "SELECT 'run ' || dag_id || '/' || run_id || ' is ' || state || ' without an end' FROM dag_run"
    " WHERE state IN ('success', 'failed') AND ended_at IS NULL",
    "SELECT 'run ' || t.run || ' has task instances but no row' FROM task_instance AS t WHERE NOT EXISTS"
    " (SELECT 1 FROM dag_run WHERE id = t.run) AND NOT EXISTS (SELECT 1 FROM pruned_run WHERE run = t.run) GROUP BY "
    "t.run",
    "SELECT 'window ' || w.asset || iif(w.key = '', '', '/' || w.key) || ' from ' || w.window_start || ' names event '"
    " || w.event || ', which isn''t there' FROM window AS w WHERE NOT EXISTS (SELECT 1 FROM event WHERE id = w.event)"
    " AND w.revision = (SELECT max(revision) FROM window WHERE asset = w.asset AND key = w.key"
    "  AND window_start = w.window_start AND window_end = w.window_end)",
    "SELECT 'DAG ' || c.dag_id || ' counts event ' || c.event || ', which isn''t there' FROM counted_event AS c"
    " WHERE NOT EXISTS (SELECT 1 FROM event WHERE id = c.event)",
    "SELECT 'asset ' || w.asset || iif(w.key = '', '', '/' || w.key) || ' knows less than its windows' FROM"
    " (SELECT asset, key, max(window_end) AS newest, max(window_end - window_start) AS longest FROM window"
    "  GROUP BY asset, key) AS w LEFT JOIN asset AS a ON a.asset = w.asset AND a.key = w.key"
    " WHERE a.asset IS NULL OR a.newest_end IS NULL OR a.newest_end < w.newest OR a.longest < w.longest",
    "SELECT 'the count of ' || type || ' runs of ' || dag_id || ' that are ' || state || ' is off by ' || sum(n) FROM"
    " (SELECT dag_id, state, type, count AS n FROM dag_run_count UNION ALL SELECT dag_id, state, type, -1 FROM dag_run)"
    " GROUP BY dag_id, state, type HAVING sum(n) <> 0",
};

// Texts that this program doesn't know would end the daemon when it reads them.
template <class Enum>
void find_unknown(SQLite::Database& db, const char* table, const char* column, std::vector<std::string>& findings) {
    std::vector<Enum> known;
    for (const auto& name : model::enum_names<Enum>()) known.push_back(name.value);
    SQLite::Statement select(db, fmt::format("SELECT {0}, count(*) FROM {1} WHERE {0} NOT IN ({2}) GROUP BY {0}",
                                             column, table, literals(known)));
    while (select.executeStep())
        findings.push_back(fmt::format("{} row(s) of {} have the unknown {} '{}'", select.getColumn(1).getInt64(),
                                       table, column, select.getColumn(0).getString()));
}

}  // namespace

std::vector<std::string> find_faults(SQLite::Database& db) {
    std::vector<std::string> findings;
    SQLite::Statement integrity(db, fmt::format("PRAGMA integrity_check({})", kMostFindings));
    while (integrity.executeStep())
        if (const std::string line = integrity.getColumn(0).getString(); line != "ok") findings.push_back(line);
    // A damaged file can't be trusted to answer the rest.
    if (!findings.empty()) return findings;

    SQLite::Statement foreign_keys(db, "PRAGMA foreign_key_check");
    for (int i = 0; i < kMostFindings && foreign_keys.executeStep(); ++i)
        findings.push_back(fmt::format("a row of {} names a row of {} that isn't there",
                                       foreign_keys.getColumn(0).getString(), foreign_keys.getColumn(2).getString()));
    for (const char* rule : kRules) {
        SQLite::Statement select(db, fmt::format("{} LIMIT {}", rule, kMostFindings));
        while (select.executeStep()) findings.push_back(select.getColumn(0).getString());
    }
    find_unknown<model::RunState>(db, "dag_run", "state", findings);
    find_unknown<model::RunType>(db, "dag_run", "type", findings);
    find_unknown<model::TriggeredBy>(db, "dag_run", "triggered_by", findings);
    find_unknown<model::TaskState>(db, "task_instance", "state", findings);
    find_unknown<model::OperatorKind>(db, "task_instance", "operator_kind", findings);
    find_unknown<model::TryState>(db, "task_try", "state", findings);
    find_unknown<model::Disposition>(db, "event", "disposition", findings);
    return findings;
}

}  // namespace weir::store
