#include "scheduler/store/overviews.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/store/columns.hpp"
#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

constexpr int kNewestSearched = 10'000;

constexpr const char* kRunsBetween =
    "SELECT count(*) FROM dag_run INDEXED BY dag_run_by_dag_run_after"
    " WHERE dag_id = ?1 AND run_after >= ?2 AND run_after < ?3";

// Nearly all runs of a long history are in one state. How many are is never counted, since it takes their rows to see it:
// it is all runs, of which the index by time alone knows how many, less those in other states.
model::RunState commonest_state(SQLite::Database& db, const std::string& dag_id) {
    SQLite::Statement select(
        db, "SELECT state FROM dag_run_count WHERE dag_id = ?1 GROUP BY state ORDER BY sum(count) DESC LIMIT 1");
    bind_values(select, dag_id);
    auto state = model::RunState::success;
    if (select.executeStep()) read_values(select, state);
    return state;
}

// The rows of one run come in the order of the key: a mapped task's own row, then its instances.
void read_run(SQLite::Statement& select, model::RunId run, std::vector<ports::TaskStates>& all) {
    bind_values(select, run);
    while (select.executeStep()) {
        const char* task_id = select.getColumn(0).getText();
        const int map_index = select.getColumn(1).getInt();
        const auto state = model::parse<model::TaskState>(select.getColumn(2).getText());
        model::invariant(state.has_value(), "an enum column of the database holds a known state");
        if (all.empty() || all.back().run != run || all.back().task_id != task_id) {
            auto& added = all.emplace_back();
            added.run = run;
            added.task_id = task_id;
            added.mapped = select.getColumn(3).getInt();
            const auto kind = model::parse<model::OperatorKind>(select.getColumn(4).getText());
            model::invariant(kind.has_value(), "an enum column of the database holds a known operator");
            added.operator_kind = *kind;
        }
        auto& row = all.back();
        if (map_index < 0 && row.mapped > 0) continue;  // it stands for its instances
        ++row.counts[*state];
    }
}

std::vector<model::Run> read_runs(SQLite::Statement& select) {
    std::vector<model::Run> found;
    while (select.executeStep()) {
        RowReader reader(select);
        found.push_back(read_row<model::Run>(reader));
    }
    return found;
}

}  // namespace

std::vector<ports::TaskStates> list_task_states(SQLite::Database& db, std::span<const model::RunId> runs) {
    std::vector<model::RunId> sorted(runs.begin(), runs.end());
    std::sort(sorted.begin(), sorted.end());
    SQLite::Statement select(db,
                             "SELECT task_id, map_index, state, mapped, operator_kind FROM task_instance WHERE run = ?1"
                             " ORDER BY task_id, map_index");
    std::vector<ports::TaskStates> all;
    for (const auto run : sorted) read_run(select, run, all);
    return all;
}

std::vector<ports::RunCount> list_run_counts(SQLite::Database& db, const std::string& dag_id,
                                             std::span<const model::TimePoint> bounds) {
    if (bounds.size() < 2) return {};
    const model::RunState rest = commonest_state(db, dag_id);
    std::vector<model::RunState> others;
    std::vector<std::map<model::RunState, std::int64_t>> spans(bounds.size() - 1);

    SQLite::Statement all(db, kRunsBetween);
    for (std::size_t i = 0; i < spans.size(); ++i) {
        bind_values(all, dag_id, bounds[i], bounds[i + 1]);
        if (all.executeStep()) spans[i][rest] = all.getColumn(0).getInt64();
    }
    for (const auto& name : model::enum_names<model::RunState>())
        if (name.value != rest) others.push_back(name.value);
    SQLite::Statement select(
        db, fmt::format("SELECT state, run_after FROM dag_run INDEXED BY dag_run_by_dag_state WHERE dag_id = ?1"
                        " AND state IN ({}) AND run_after >= ?2 AND run_after < ?3",
                        literals(others)));
    bind_values(select, dag_id, bounds.front(), bounds.back());
    while (select.executeStep()) {
        RowReader reader(select);
        const auto state = reader.next<model::RunState>();
        const auto next = std::upper_bound(bounds.begin(), bounds.end(), reader.next<model::TimePoint>());
        auto& span = spans[static_cast<std::size_t>(next - bounds.begin()) - 1];
        ++span[state];
        --span[rest];
    }

    std::vector<ports::RunCount> counts;
    for (std::size_t i = 0; i < spans.size(); ++i)
        for (const auto& [state, count] : spans[i])
            if (count > 0) counts.push_back({bounds[i], state, count});
    return counts;
}

std::map<model::RunState, std::int64_t> count_ended_since(SQLite::Database& db, model::TimePoint since) {
    // DAG by DAG: only so does an index lead to the ends of runs.
    SQLite::Statement select(
        db,
        "SELECT r.state, count(*) FROM dag AS d CROSS JOIN dag_run AS r INDEXED BY dag_run_by_dag_ended"
        " ON r.dag_id = d.dag_id AND r.ended_at >= ?1 GROUP BY 1");
    bind_values(select, since);
    std::map<model::RunState, std::int64_t> counts;
    while (select.executeStep()) {
        RowReader reader(select);
        const auto state = reader.next<model::RunState>();
        counts[state] = reader.next<std::int64_t>();
    }
    return counts;
}

std::vector<model::Run> list_failed_since(SQLite::Database& db, model::TimePoint since, int most) {
    SQLite::Statement select(
        db, fmt::format("SELECT {} FROM dag AS d CROSS JOIN dag_run AS t INDEXED BY dag_run_by_dag_ended"
                        " ON t.dag_id = d.dag_id AND t.ended_at >= ?1 WHERE t.state = 'failed'"
                        " ORDER BY t.ended_at DESC, t.id DESC LIMIT ?2",
                        column_list(table<model::Run>(), "t")));
    bind_values(select, since, most);
    return read_runs(select);
}

std::vector<model::Run> search_runs(SQLite::Database& db, const std::string& text, int most) {
    if (text.empty()) return {};
    const std::string after = text + "\xf4\x8f\xbf\xbf";  // the last code point: past all that begin with the text
    SQLite::Statement select(
        db,
        fmt::format("SELECT {} FROM ("
                    "SELECT id FROM (SELECT id, run_id FROM dag_run ORDER BY id DESC LIMIT {})"
                    " WHERE instr(lower(run_id), lower(?1)) > 0"
                    " UNION SELECT id FROM (SELECT r.id AS id FROM dag AS d CROSS JOIN dag_run AS r"
                    " ON r.dag_id = d.dag_id AND r.run_id >= ?1 AND r.run_id < ?2 LIMIT ?3)"
                    " ORDER BY 1 DESC LIMIT ?3) AS page CROSS JOIN dag_run AS t ON t.id = page.id ORDER BY t.id DESC",
                    column_list(table<model::Run>(), "t"), kNewestSearched));
    bind_values(select, text, after, most);
    return read_runs(select);
}

}  // namespace weir::store
