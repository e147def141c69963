#include "scheduler/store/event_list.hpp"

#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

// One page of `from` (a table with its conditions), and how many rows there are, counted up to kMostCounted.
template <class Row>
ports::Page<Row> read_page(SQLite::Database& db, const std::string& columns, const std::string& from,
                           const std::vector<Bound>& bound, const std::string& order, int limit, std::int64_t offset) {
    ports::Page<Row> page;
    auto values = bound;
    values.emplace_back(std::int64_t{limit});
    values.emplace_back(offset);
    SQLite::Statement select(db, fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT ? OFFSET ?", columns, from, order));
    bind_bound(select, values);
    while (select.executeStep()) {
        RowReader reader(select);
        page.rows.push_back(read_row<Row>(reader));
    }
    values = bound;
    values.emplace_back(kMostCounted + 1);
    SQLite::Statement count(db, fmt::format("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT ?)", from));
    bind_bound(count, values);
    if (count.executeStep()) page.total = count.getColumn(0).getInt64();
    if (page.total > kMostCounted) make_total_least(page, limit, offset);
    return page;
}

}  // namespace

ports::Page<model::Event> list_events(SQLite::Database& db, const ports::EventFilter& filter) {
    Where where;
    if (!filter.source.empty()) where.require(fmt::format("{} = ?", "e.source"), filter.source);
    if (!filter.type.empty()) where.require(fmt::format("{} = ?", "e.type"), filter.type);
    if (!filter.subject.empty()) where.require(fmt::format("{} = ?", "e.subject"), filter.subject);
    if (!filter.dispositions.empty())
        where.require(fmt::format("e.disposition IN ({})", literals(filter.dispositions)));
    if (filter.run) where.require(fmt::format("{} = ?", "e.run"), filter.run.value);
    where.within("e.received_at", filter.received_gte, filter.received_lte);
    return read_page<model::Event>(db, column_list(table<model::Event>(), "e"), "event AS e" + where.text(),
                                   where.values(), "e.id DESC", filter.limit, filter.offset);
}

ports::Page<model::Window> list_windows(SQLite::Database& db, const ports::WindowFilter& filter) {
    Where where;
    if (!filter.asset.empty()) where.require(fmt::format("{} = ?", "w.asset"), filter.asset);
    if (filter.key) where.require(fmt::format("{} = ?", "w.key"), *filter.key);
    if (filter.start_gte)
        where.require(fmt::format("{} >= ?", "w.window_start"), filter.start_gte->time_since_epoch().count());
    if (filter.end_lte)
        where.require(fmt::format("{} <= ?", "w.window_end"), filter.end_lte->time_since_epoch().count());
    if (!filter.all_revisions)
        where.require(fmt::format(
            "{} = (SELECT max(revision) FROM window WHERE asset = w.asset AND key = w.key AND window_start = "
            "w.window_start AND window_end = w.window_end)",
            "w.revision"));
    return read_page<model::Window>(
        db, column_list(table<model::Window>(), "w"), "window AS w" + where.text(), where.values(),
        filter.newest_first ? std::string("w.window_start DESC, w.asset, w.key, w.window_end, w.revision DESC")
                            : std::string("w.window_start, w.asset, w.key, w.window_end, w.revision"),
        filter.limit, filter.offset);
}

}  // namespace weir::store
