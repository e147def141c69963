#include "scheduler/store/run_list.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

using ports::RunFilter;

constexpr std::array kOrders{
    OrderColumn{"id", ""},
    OrderColumn{"dag_id", "dag_id"},
    OrderColumn{"run_id", "run_id"},
    OrderColumn{"state", "state"},
    OrderColumn{"type", "type"},
    OrderColumn{"logical_date", "logical_date"},
    OrderColumn{"run_after", "run_after"},
    OrderColumn{"queued_at", "queued_at"},
    OrderColumn{"started_at", "started_at"},
    OrderColumn{"ended_at", "ended_at"},
    OrderColumn{"duration", "ended_at - started_at"},
    OrderColumn{"interval_start", "data_interval_start"},
    OrderColumn{"interval_end", "data_interval_end"},
};

// Conditions that dag_run_count knows the total of.
Where counted_where(const RunFilter& filter) {
    Where where;
    if (!filter.dag_id.empty()) where.require("dag_id = ?", filter.dag_id);
    if (!filter.states.empty()) where.require(fmt::format("state IN ({})", literals(filter.states)));
    if (!filter.types.empty()) where.require(fmt::format("type IN ({})", literals(filter.types)));
    return where;
}

Where other_where(const RunFilter& filter) {
    Where where;
    where.like("run_id", filter.run_id_pattern);
    where.like("dag_id", filter.dag_id_pattern);
    where.like("triggering_user", filter.user_pattern);
    if (!filter.params_part.empty()) where.require("instr(params, ?) > 0", filter.params_part);
    if (!filter.version_numbers.empty())
        where.require(fmt::format("version IN (SELECT id FROM dag_version WHERE number IN ({}))",
                                  fmt::join(filter.version_numbers, ", ")));
    if (filter.backfill) where.require("backfill = ?", filter.backfill.value);
    if (filter.deadline_missed) where.require(*filter.deadline_missed ? "deadline_missed <> 0" : "deadline_missed = 0");
    if (filter.stale) where.require(*filter.stale ? "stale_since IS NOT NULL" : "stale_since IS NULL");
    where.within("logical_date", filter.logical_date_gte, filter.logical_date_lte);
    where.within("started_at", filter.started_gte, filter.started_lte);
    where.within("ended_at", filter.ended_gte, filter.ended_lte);
    where.within("run_after", filter.run_after_gte, filter.run_after_lte);
    where.within("ended_at - started_at", filter.duration_gte, filter.duration_lte);
    return where;
}

// Newest first. Of runs within a span of time, newest by that time: the way to them by id leads past all that came later.
std::string_view own_order(const RunFilter& filter) {
    if (filter.run_after_gte || filter.run_after_lte) return "-run_after";
    if (filter.logical_date_gte || filter.logical_date_lte) return "-logical_date";
    if (filter.started_gte || filter.started_lte) return "-started_at";
    if (filter.ended_gte || filter.ended_lte) return "-ended_at";
    if (filter.duration_gte || filter.duration_lte) return "-duration";
    return "-id";
}

std::int64_t count(SQLite::Database& db, const std::string& sql, const Where& where) {
    SQLite::Statement select(db, sql);
    bind_bound(select, where.values());
    return select.executeStep() ? select.getColumn(0).getInt64() : 0;
}

// All that the filter asks for. The + keeps the states' index out where more runs are in them than match.
Where whole_where(const RunFilter& filter, std::int64_t in_wanted_states) {
    Where where = other_where(filter);
    if (!filter.dag_id.empty()) where.require("dag_id = ?", filter.dag_id);
    const char* const plus = in_wanted_states > kMostCounted || !filter.types.empty() ? "+" : "";
    if (!filter.states.empty()) where.require(fmt::format("{}state IN ({})", plus, literals(filter.states)));
    if (!filter.types.empty()) where.require(fmt::format("type IN ({})", literals(filter.types)));
    return where;
}

// Few runs are late or stale, and nothing else leads to them.
const char* index_of_few(const RunFilter& filter) {
    if (filter.stale.value_or(false)) return " INDEXED BY dag_run_stale";
    if (filter.deadline_missed.value_or(false)) return " INDEXED BY dag_run_missed";
    return "";
}

// The ids of one page, in order, as one or several branches: each branch walks one index.
struct PageOfIds {
    std::string sql;
    std::vector<Bound> values;
};

void add_branch(PageOfIds& page, const Order& order, const Where& where, std::string_view hint) {
    page.sql += fmt::format("{}SELECT id{} FROM dag_run{}{}", page.sql.empty() ? "" : " UNION ALL ", order.columns(),
                            hint, where.text());
    page.values.insert(page.values.end(), where.values().begin(), where.values().end());
}

// Two ways lead to the runs in the wanted states: find all by state and sort them, or walk the wanted order and skip the
// others, of which one meets total / wanted for each that one takes. dag_run_count knows both numbers.
bool sorting_is_quicker(const RunFilter& filter, std::int64_t wanted, std::int64_t total) {
    const double walked = static_cast<double>(filter.limit + filter.offset) * static_cast<double>(total) /
                          static_cast<double>(std::max(wanted, std::int64_t{1}));
    return static_cast<double>(wanted) < walked;
}

void finish_page(PageOfIds& page, const RunFilter& filter, const Order& order) {
    page.sql += fmt::format(" ORDER BY {}id {} LIMIT ? OFFSET ?", order.text(""), order.direction());
    page.values.emplace_back(std::int64_t{std::max(filter.limit, 0)});
    page.values.emplace_back(std::max(filter.offset, std::int64_t{0}));
}

ports::Page<model::Run> read_rows(SQLite::Statement& select) {
    ports::Page<model::Run> page;
    while (select.executeStep()) {
        RowReader reader(select);
        page.total = reader.next<std::int64_t>();
        if (!reader.next_is_null()) page.rows.push_back(read_row<model::Run>(reader));
    }
    return page;
}

// Of one DAG by a pattern: all its runs have to be looked at, and one index has them with their run_id in the order of ids.
bool is_searched_by_id(const RunFilter& filter, const Order& order) {
    RunFilter others = filter;
    others.run_id_pattern.clear();
    return order.terms.empty() && !filter.run_id_pattern.empty() && !filter.dag_id.empty() && filter.states.empty() &&
           filter.types.empty() && other_where(others).empty();
}

// All that match, as long as they are few, are found once, whatever leads to them, and then counted and sorted.
ports::Page<model::Run> page_of_few(SQLite::Database& db, const RunFilter& filter, const Order& order,
                                    const Where& whole) {
    PageOfIds few;
    add_branch(few, order, whole, index_of_few(filter));
    if (is_searched_by_id(filter, order)) few.sql += fmt::format(" ORDER BY id {}", order.direction());
    few.sql += " LIMIT ?";
    few.values.emplace_back(kMostCounted + 1);
    PageOfIds page{"SELECT * FROM few", {}};
    finish_page(page, filter, order);
    SQLite::Statement select(
        db,
        fmt::format("WITH few AS MATERIALIZED ({})"
                    " SELECT total.n, {} FROM (SELECT count(*) AS n FROM few) AS total"
                    " LEFT JOIN ({}) AS page LEFT JOIN dag_run AS t ON t.id = page.id ORDER BY {}page.id {}",
                    few.sql, column_list(table<model::Run>(), "t"), page.sql, order.text("page."), order.direction()));
    few.values.insert(few.values.end(), page.values.begin(), page.values.end());
    bind_bound(select, few.values);
    return read_rows(select);
}

ports::Page<model::Run> page_of_many(SQLite::Database& db, const RunFilter& filter, const Order& order,
                                     bool sort_by_state, std::int64_t total) {
    PageOfIds page;
    const auto with_states = [&filter](const std::string& condition) {
        Where where = other_where(filter);
        if (!filter.dag_id.empty()) where.require("dag_id = ?", filter.dag_id);
        if (!condition.empty()) where.require(condition);
        if (!filter.types.empty()) where.require(fmt::format("type IN ({})", literals(filter.types)));
        return where;
    };
    if (filter.states.empty()) {
        add_branch(page, order, with_states(""), "");
    } else if (order.terms.empty()) {
        // Merged in order by SQLite, each branch from an index that ends with the id.
        for (const model::RunState state : filter.states)
            add_branch(page, order, with_states(fmt::format("state = '{}'", model::to_text(state))), "");
    } else if (sort_by_state) {
        add_branch(page, order, with_states(fmt::format("state IN ({})", literals(filter.states))),
                   filter.dag_id.empty() ? " INDEXED BY dag_run_by_state" : " INDEXED BY dag_run_by_dag_state");
    } else {
        // The + keeps the state's index out.
        add_branch(page, order, with_states(fmt::format("+state IN ({})", literals(filter.states))), "");
    }
    finish_page(page, filter, order);
    SQLite::Statement select(db, fmt::format("SELECT {}, {} FROM ({}) AS page CROSS JOIN dag_run AS t ON t.id = page.id"
                                             " ORDER BY {}page.id {}",
                                             total, column_list(table<model::Run>(), "t"), page.sql,
                                             order.text("page."), order.direction()));
    bind_bound(select, page.values);
    auto rows = read_rows(select);
    rows.total = total;  // of an empty page too
    return rows;
}

}  // namespace

ports::Page<model::Run> list_runs(SQLite::Database& db, const RunFilter& given) {
    RunFilter filter = given;
    std::sort(filter.states.begin(), filter.states.end());
    filter.states.erase(std::unique(filter.states.begin(), filter.states.end()), filter.states.end());
    const Order order = parse_order(kOrders, filter.order_by, own_order(filter));

    const Where counted = counted_where(filter);
    const std::int64_t in_wanted_states =
        count(db, "SELECT ifnull(sum(count), 0) FROM dag_run_count" + counted.text(), counted);
    if (in_wanted_states == 0 && !counted.empty()) return {};

    const bool is_counted = other_where(filter).empty();
    const bool may_be_few = !is_counted || (!filter.types.empty() && in_wanted_states <= kMostCounted);
    if (may_be_few) {
        auto page = page_of_few(db, filter, order, whole_where(filter, in_wanted_states));
        if (page.total <= kMostCounted) return page;
        // The first of many in their order, so that they need not be searched for again.
        if (is_searched_by_id(filter, order) && filter.offset + filter.limit <= kMostCounted) {
            make_total_least(page, filter.limit, filter.offset);
            return page;
        }
    }

    Where any_state;
    if (!filter.dag_id.empty()) any_state.require("dag_id = ?", filter.dag_id);
    const std::int64_t in_any_state =
        count(db, "SELECT ifnull(sum(count), 0) FROM dag_run_count" + any_state.text(), any_state);
    auto page = page_of_many(db, filter, order, sorting_is_quicker(filter, in_wanted_states, in_any_state),
                             is_counted ? in_wanted_states : kMostCounted + 1);
    if (!is_counted) make_total_least(page, filter.limit, filter.offset);
    return page;
}

}  // namespace weir::store
