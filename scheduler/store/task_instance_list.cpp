#include "scheduler/store/task_instance_list.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>

#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

using model::TaskState;
using ports::TaskInstanceFilter;

constexpr std::array kOrders{
    OrderColumn{"id", ""},
    OrderColumn{"dag_id", "r.dag_id"},
    OrderColumn{"run_id", "r.run_id"},
    OrderColumn{"task_id", "t.task_id"},
    OrderColumn{"map_index", "t.map_index"},
    OrderColumn{"label", "t.label"},
    OrderColumn{"state", "t.state"},
    OrderColumn{"try_number", "t.try_number"},
    OrderColumn{"operator", "t.operator_kind"},
    OrderColumn{"scheduled_at", "t.scheduled_at"},
    OrderColumn{"queued_at", "t.queued_at"},
    OrderColumn{"started_at", "t.started_at"},
    OrderColumn{"ended_at", "t.ended_at"},
    OrderColumn{"duration", "t.ended_at - t.started_at"},
    OrderColumn{"waits_since", "t.waits_since"},
    OrderColumn{"run_after", "r.run_after"},
    OrderColumn{"logical_date", "r.logical_date"},
    OrderColumn{"interval_start", "r.data_interval_start"},
    OrderColumn{"interval_end", "r.data_interval_end"},
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
    where.one_of("t.map_index", filter.map_indexes);
    where.one_of("t.try_number", filter.try_numbers);
    where.one_of("t.pool", filter.pools);
    where.one_of("t.executor", filter.executors);
    if (!filter.operators.empty()) where.require(fmt::format("t.operator_kind IN ({})", literals(filter.operators)));
    if (!filter.version_numbers.empty())
        where.require(fmt::format("r.version IN (SELECT id FROM dag_version WHERE number IN ({}))",
                                  fmt::join(filter.version_numbers, ", ")));
    where.like("r.dag_id", filter.dag_id_pattern);
    where.like("r.run_id", filter.run_id_pattern);
    where.like("t.task_id", filter.task_id_pattern);
    where.like("t.pool", filter.pool_pattern);
    where.like("t.executor", filter.executor_pattern);
    where.like("t.operator_kind", filter.operator_pattern);
    where.like("t.label", filter.label_pattern);
    where.within("r.logical_date", filter.logical_date_gte, filter.logical_date_lte);
    where.within("r.run_after", filter.run_after_gte, filter.run_after_lte);
    where.within("t.started_at", filter.started_gte, filter.started_lte);
    where.within("t.ended_at", filter.ended_gte, filter.ended_lte);
    where.within("t.ended_at - t.started_at", filter.duration_gte, filter.duration_lte);
    if (filter.without_mapped) where.require("t.mapped = 0");
    if (filter.instances_only) where.require("t.map_index >= ?", std::int64_t{0});
    if (!state_condition.empty()) where.require(state_condition);
    return where;
}

// What started or ended from a moment on is in runs that ended later still, or that go on. The first of them: before it there
// is nothing to walk past.
std::optional<std::int64_t> first_run(SQLite::Database& db, const TaskInstanceFilter& filter) {
    const auto since = std::max(filter.started_gte, filter.ended_gte);
    if (!since || !filter.run_id.empty()) return std::nullopt;
    SQLite::Statement select(
        db,
        "SELECT min(id) FROM (SELECT id FROM dag_run INDEXED BY dag_run_by_ended WHERE ended_at >= ?1"
        " UNION ALL SELECT id FROM dag_run INDEXED BY dag_run_by_state"
        " WHERE state IN ('queued', 'running'))");
    bind_values(select, *since);
    auto first = std::numeric_limits<std::int64_t>::max();
    if (select.executeStep() && !select.getColumn(0).isNull()) read_values(select, first);
    return first;
}

// How the rows are come by, for the page as for the total.
struct Way {
    bool states_first = false;
    std::optional<std::int64_t> first;
};

constexpr std::string_view kNoColumns = "1";

// All that match, in as many branches as there are indexes to walk.
struct Matches {
    std::string sql;
    std::vector<Bound> values;
};

Matches matches(const TaskInstanceFilter& filter, const Way& way, std::string_view columns) {
    std::vector<std::string> conditions;
    if (way.states_first) {
        for (const TaskState state : filter.states)
            conditions.push_back(fmt::format("t.state = '{}'", model::to_text(state)));
    } else {
        conditions.push_back(filter.states.empty() ? "" : fmt::format("+t.state IN ({})", literals(filter.states)));
    }
    // To count them over all DAGs, their runs need not be looked up.
    const bool without_runs = columns == kNoColumns && where_of(filter, "").text().find("r.") == std::string::npos;
    const char* const from =
        !way.states_first ? "dag_run AS r CROSS JOIN task_instance AS t ON t.run = r.id"
        : without_runs    ? "task_instance AS t INDEXED BY task_instance_by_state"
                       : "task_instance AS t INDEXED BY task_instance_by_state CROSS JOIN dag_run AS r ON r.id = t.run";
    Matches all;
    for (const std::string& condition : conditions) {
        Where where = where_of(filter, condition);
        if (way.first) where.require(way.states_first ? "t.run >= ?" : "r.id >= ?", *way.first);
        all.sql +=
            fmt::format("{}SELECT {} FROM {}{}", all.sql.empty() ? "" : " UNION ALL ", columns, from, where.text());
        all.values.insert(all.values.end(), where.values().begin(), where.values().end());
    }
    return all;
}

std::string order_text(const Order& order, std::string_view of) {
    return fmt::format("{0}{1}run {2}, {1}task_id {2}, {1}map_index {2}", order.text(of), of, order.direction());
}

// By the time of the run that is filtered by: the way by id leads past all runs of other times.
std::string_view own_order(const TaskInstanceFilter& filter) {
    if (filter.run_after_gte || filter.run_after_lte) return "run_after";
    if (filter.logical_date_gte || filter.logical_date_lte) return "logical_date";
    return "id";
}

std::vector<ports::TaskInstanceRow> rows(SQLite::Database& db, const TaskInstanceFilter& filter, const Way& way) {
    const Order order = parse_order(kOrders, filter.order_by, own_order(filter));
    Matches page = matches(filter, way,
                           fmt::format("{} AS run, t.task_id AS task_id, t.map_index AS map_index{}",
                                       // Of the table that is walked, so that its order is that of the walk.
                                       way.states_first ? "t.run" : "r.id", order.columns()));
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
    const Way way{by_state(db, filter), first_run(db, filter)};
    page.rows = rows(db, filter, way);
    const bool one_run = !filter.dag_id.empty() && !filter.run_id.empty();
    const Matches all = matches(filter, way, kNoColumns);
    SQLite::Statement count(
        db, one_run ? fmt::format("SELECT count(*) FROM ({})", all.sql)
                    : fmt::format("SELECT count(*) FROM (SELECT 1 FROM ({}) LIMIT {})", all.sql, kMostCounted + 1));
    bind_bound(count, all.values);
    if (count.executeStep()) page.total = count.getColumn(0).getInt64();
    if (!one_run && page.total > kMostCounted) make_total_least(page, filter.limit, filter.offset);
    return page;
}

}  // namespace weir::store
