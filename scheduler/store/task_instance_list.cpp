#include "scheduler/store/task_instance_list.hpp"

#include <algorithm>
#include <array>

#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

using model::TaskState;
using ports::TaskInstanceFilter;

constexpr std::array kOrders{
    OrderColumn{"id", ""},  // the key itself, below
    OrderColumn{"task_id", "t.task_id"},
    OrderColumn{"map_index", "t.map_index"},
    OrderColumn{"state", "t.state"},
    OrderColumn{"try_number", "t.try_number"},
    OrderColumn{"scheduled_at", "t.scheduled_at"},
    OrderColumn{"queued_at", "t.queued_at"},
    OrderColumn{"started_at", "t.started_at"},
    OrderColumn{"ended_at", "t.ended_at"},
    OrderColumn{"duration", "t.ended_at - t.started_at"},
    OrderColumn{"logical_date", "r.logical_date"},
};

// A DAG with no more runs than this is listed run by run, even when an index by state could be used.
constexpr std::int64_t kFewRuns = 500;

// As task_instance_by_state has it.
constexpr bool is_indexed(TaskState state) {
    switch (state) {
        case TaskState::queued:
        case TaskState::running:
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
        case TaskState::deferred:
        case TaskState::failed:
        case TaskState::upstream_failed:
        case TaskState::skipped:
        case TaskState::removed:
            return true;
        case TaskState::none:
        case TaskState::scheduled:
        case TaskState::success:
            return false;
    }
    return false;
}

std::int64_t runs_of(SQLite::Database& db, const std::string& dag_id) {
    SQLite::Statement select(db, "SELECT ifnull(sum(count), 0) FROM dag_run_count WHERE dag_id = ?");
    select.bindNoCopy(1, dag_id);
    return select.executeStep() ? select.getColumn(0).getInt64() : 0;
}

// Over all runs, rows in a rare state are found by state; otherwise run by run. Both ways lead through an index in the
// order of the key.
bool by_state(SQLite::Database& db, const TaskInstanceFilter& filter) {
    if (filter.states.empty() || !filter.run_id.empty()) return false;
    if (!std::all_of(filter.states.begin(), filter.states.end(), is_indexed)) return false;
    return filter.dag_id.empty() || runs_of(db, filter.dag_id) > kFewRuns;
}

Where where_of(const TaskInstanceFilter& filter, const std::string& state_condition) {
    Where where;
    if (!filter.dag_id.empty()) where.require("r.dag_id = ?", filter.dag_id);
    if (!filter.run_id.empty()) where.require("r.run_id = ?", filter.run_id);
    if (!filter.task_id.empty()) where.require("t.task_id = ?", filter.task_id);
    if (filter.map_index) where.require("t.map_index = ?", std::int64_t{*filter.map_index});
    if (filter.operator_kind) where.require("t.operator_kind = ?", std::string(model::to_text(*filter.operator_kind)));
    if (filter.without_mapped) where.require("t.mapped = 0");
    if (filter.instances_only) where.require("t.map_index >= ?", std::int64_t{0});
    if (!state_condition.empty()) where.require(state_condition);
    return where;
}

constexpr std::string_view kNoColumns = "1";

// All that match, in as many branches as there are indexes to walk.
struct Matches {
    std::string sql;
    std::vector<Bound> values;
};

Matches matches(SQLite::Database& db, const TaskInstanceFilter& filter, std::string_view columns) {
    std::vector<std::string> conditions;
    const bool states_first = by_state(db, filter);
    if (states_first) {
        for (const TaskState state : filter.states)
            conditions.push_back(fmt::format("t.state = '{}'", model::to_text(state)));
    } else {
        conditions.push_back(filter.states.empty() ? "" : fmt::format("+t.state IN ({})", literals(filter.states)));
    }
    // To count them over all DAGs, their runs need not be looked up.
    const bool without_runs = columns == kNoColumns && filter.dag_id.empty() && filter.run_id.empty();
    const char* const from =
        !states_first  ? "dag_run AS r CROSS JOIN task_instance AS t ON t.run = r.id"
        : without_runs ? "task_instance AS t INDEXED BY task_instance_by_state"
                       : "task_instance AS t INDEXED BY task_instance_by_state CROSS JOIN dag_run AS r ON r.id = t.run";
    Matches all;
    for (const std::string& condition : conditions) {
        const Where where = where_of(filter, condition);
        all.sql +=
            fmt::format("{}SELECT {} FROM {}{}", all.sql.empty() ? "" : " UNION ALL ", columns, from, where.text());
        all.values.insert(all.values.end(), where.values().begin(), where.values().end());
    }
    return all;
}

std::string order_text(const Order& order, std::string_view prefix) {
    const std::string key = fmt::format("{1}run {0}, {1}task_id {0}, {1}map_index {0}", order.direction(), prefix);
    return order.column.empty() ? key : fmt::format("{}position {}, {}", prefix, order.direction(), key);
}

std::vector<ports::TaskInstanceRow> rows(SQLite::Database& db, const TaskInstanceFilter& filter) {
    const Order order = parse_order(kOrders, filter.order_by, "id");
    Matches page =
        matches(db, filter,
                fmt::format("{} AS run, t.task_id AS task_id, t.map_index AS map_index, {} AS position",
                            // Of the table that is walked, so that its order is that of the walk.
                            by_state(db, filter) ? "t.run" : "r.id", order.column.empty() ? "NULL" : order.column));
    page.sql += fmt::format(" ORDER BY {} LIMIT ? OFFSET ?", order_text(order, ""));
    page.values.emplace_back(std::int64_t{std::max(filter.limit, 0)});
    page.values.emplace_back(std::max(filter.offset, std::int64_t{0}));

    SQLite::Statement select(
        db, fmt::format("SELECT {}, {}, {} FROM ({}) AS page"
                        " CROSS JOIN task_instance AS t ON t.run = page.run AND t.task_id = page.task_id"
                        "  AND t.map_index = page.map_index"
                        " CROSS JOIN dag_run AS r ON r.id = page.run"
                        " LEFT JOIN task_try AS y ON y.id = (SELECT max(id) FROM task_try WHERE run = page.run"
                        "  AND task_id = page.task_id AND map_index = page.map_index)"
                        " ORDER BY {}",
                        column_list(table<model::TaskInstance>(), "t"), column_list(table<model::Run>(), "r"),
                        column_list(table<model::Try>(), "y"), page.sql, order_text(order, "page.")));
    bind_bound(select, page.values);
    std::vector<ports::TaskInstanceRow> found;
    while (select.executeStep()) {
        RowReader reader(select);
        ports::TaskInstanceRow& row = found.emplace_back();
        row.task_instance = read_row<model::TaskInstance>(reader);
        row.run = read_row<model::Run>(reader);
        if (!reader.next_is_null()) row.newest_try = read_row<model::Try>(reader);
    }
    return found;
}

}  // namespace

ports::Page<ports::TaskInstanceRow> list_task_instances(SQLite::Database& db, const TaskInstanceFilter& given) {
    TaskInstanceFilter filter = given;
    std::sort(filter.states.begin(), filter.states.end());
    filter.states.erase(std::unique(filter.states.begin(), filter.states.end()), filter.states.end());

    ports::Page<ports::TaskInstanceRow> page;
    page.rows = rows(db, filter);
    const bool one_run = !filter.dag_id.empty() && !filter.run_id.empty();
    const Matches all = matches(db, filter, kNoColumns);
    SQLite::Statement count(
        db, one_run ? fmt::format("SELECT count(*) FROM ({})", all.sql)
                    : fmt::format("SELECT count(*) FROM (SELECT 1 FROM ({}) LIMIT {})", all.sql, kMostCounted + 1));
    bind_bound(count, all.values);
    if (count.executeStep()) page.total = count.getColumn(0).getInt64();
    if (!one_run && page.total > kMostCounted) make_total_least(page, filter.limit, filter.offset);
    return page;
}

}  // namespace weir::store
