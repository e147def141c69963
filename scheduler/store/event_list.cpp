#include "scheduler/store/event_list.hpp"

#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

template <class Row>
ports::Page<Row> read_page(SQLite::Database& db, const ListSql& sql, int limit, std::int64_t offset) {
    ports::Page<Row> page;
    auto values = sql.values;
    values.emplace_back(std::int64_t{limit});
    values.emplace_back(offset);
    SQLite::Statement select(db, sql.page);
    bind_bound(select, values);
    while (select.executeStep()) {
        RowReader reader(select);
        page.rows.push_back(read_row<Row>(reader));
    }
    values = sql.values;
    values.emplace_back(kMostCounted + 1);
    SQLite::Statement count(db, sql.count);
    bind_bound(count, values);
    if (count.executeStep()) page.total = count.getColumn(0).getInt64();
    if (page.total > kMostCounted) make_total_least(page, limit, offset);
    return page;
}

// `from`: a table with its conditions.
ListSql list_sql(const std::string& columns, const std::string& from, const Where& where, std::string_view order) {
    return {fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT ? OFFSET ?", columns, from, order),
            fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT ?)", from), where.values()};
}

}  // namespace

ListSql event_list_sql(const ports::EventFilter& filter) {
    Where where;
    if (!filter.source.empty()) where.require("e.source = ?", filter.source);
    if (!filter.type.empty()) where.require("e.type = ?", filter.type);
    if (!filter.subject.empty()) where.require("e.subject = ?", filter.subject);
    if (!filter.dispositions.empty())
        where.require(fmt::format("e.disposition IN ({})", literals(filter.dispositions)));
    if (filter.run) where.require("e.run = ?", filter.run.value);
    where.within("e.received_at", filter.received_gte, filter.received_lte);
    return list_sql(column_list(table<model::Event>(), "e"), "event AS e" + where.text(), where,
                    filter.newest_first ? "e.id DESC" : "e.id");
}

ListSql window_list_sql(const ports::WindowFilter& filter) {
    Where where;
    if (!filter.asset.empty()) where.require("w.asset = ?", filter.asset);
    if (filter.key) where.require("w.key = ?", *filter.key);
    if (filter.start_gte) where.require("w.window_start >= ?", filter.start_gte->time_since_epoch().count());
    if (filter.end_lte) {
        where.require("w.window_end <= ?", filter.end_lte->time_since_epoch().count());
        // Says the same of what starts before it ends, in terms of an index.
        where.require("w.window_start < ?", filter.end_lte->time_since_epoch().count());
    }
    if (!filter.all_revisions)
        where.require(
            "w.revision = (SELECT max(revision) FROM window WHERE asset = w.asset AND key = w.key"
            " AND window_start = w.window_start AND window_end = w.window_end)");
    // The order of the indexes, forwards or backwards.
    const std::string_view order =
        filter.newest_first ? "w.window_start DESC, w.asset DESC, w.key DESC, w.window_end DESC, w.revision DESC"
                            : "w.window_start, w.asset, w.key, w.window_end, w.revision";
    return list_sql(column_list(table<model::Window>(), "w"), "window AS w" + where.text(), where, order);
}

ports::Page<model::Event> list_events(SQLite::Database& db, const ports::EventFilter& filter) {
    return read_page<model::Event>(db, event_list_sql(filter), filter.limit, filter.offset);
}

ports::Page<model::Window> list_windows(SQLite::Database& db, const ports::WindowFilter& filter) {
    return read_page<model::Window>(db, window_list_sql(filter), filter.limit, filter.offset);
}

std::vector<ports::WindowNow> list_windows_now(SQLite::Database& db, const model::AssetKey& asset,
                                               model::TimePoint from, model::TimePoint to, std::size_t most) {
    // In the order of the key, so nothing is sorted or grouped: a window's last revision takes the place of the others.
    SQLite::Statement select(db,
                             "SELECT window_start, window_end, revision, event FROM window WHERE asset = ? AND key = ?"
                             " AND window_start >= ? AND window_start < ? ORDER BY window_start, window_end, revision");
    bind_values(select, asset.asset, asset.key, from, to);
    std::vector<ports::WindowNow> windows;
    while (select.executeStep()) {
        ports::WindowNow window;
        read_values(select, window.interval, window.revision, window.event);
        window.corrected = !windows.empty() && windows.back().interval == window.interval;
        if (window.corrected)
            windows.back() = window;
        else if (windows.size() < most)
            windows.push_back(window);
        else
            break;
    }
    return windows;
}

}  // namespace weir::store
