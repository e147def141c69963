#include "scheduler/store/backfill_list.hpp"

#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

namespace {

std::string select_sql(const std::string& rest) {
    return fmt::format("SELECT {} FROM backfill AS b{}", column_list(table<model::Backfill>(), "b"), rest);
}

std::vector<ports::BackfillRow> read_rows(SQLite::Database& db, SQLite::Statement& select) {
    std::vector<ports::BackfillRow> rows;
    while (select.executeStep()) {
        RowReader reader(select);
        rows.push_back({read_row<model::Backfill>(reader), {}});
    }
    SQLite::Statement runs(db, "SELECT state, count(*) FROM dag_run WHERE backfill = ? GROUP BY state");
    for (ports::BackfillRow& row : rows) {
        bind_values(runs, row.backfill.id);
        while (runs.executeStep()) {
            model::RunState state{};
            std::int64_t count = 0;
            read_values(runs, state, count);
            row.runs[state] = count;
        }
    }
    return rows;
}

}  // namespace

ports::Page<ports::BackfillRow> list_backfills(SQLite::Database& db, const std::string& dag_id, bool only_open,
                                               const ports::Slice& slice) {
    Where where;
    if (!dag_id.empty()) where.require("b.dag_id = ?", dag_id);
    if (only_open) where.require(fmt::format("{} IS NULL", "b.ended_at"));
    ports::Page<ports::BackfillRow> page;
    SQLite::Statement total(db, "SELECT count(*) FROM backfill AS b" + where.text());
    bind_bound(total, where.values());
    if (total.executeStep()) page.total = total.getColumn(0).getInt64();

    auto values = where.values();
    values.emplace_back(std::int64_t{slice.limit});
    values.emplace_back(slice.offset);
    SQLite::Statement select(db, select_sql(fmt::format("{} ORDER BY b.id {} LIMIT ? OFFSET ?", where.text(),
                                                        slice.newest_first ? "DESC" : "ASC")));
    bind_bound(select, values);
    page.rows = read_rows(db, select);
    return page;
}

std::optional<ports::BackfillRow> find_backfill(SQLite::Database& db, model::BackfillId id) {
    SQLite::Statement select(db, select_sql(" WHERE b.id = ?"));
    bind_values(select, id);
    auto rows = read_rows(db, select);
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

}  // namespace weir::store
