#include "scheduler/store/sqlite_accounts.hpp"

#include <mutex>

#include "scheduler/store/query.hpp"
#include "scheduler/store/tables.hpp"

namespace weir::store {

struct SqliteAccounts::Reader {
    explicit Reader(const std::string& database) : db(open_reader(database)) {}
    std::mutex mutex;
    SQLite::Database db;
};

namespace {

template <class Row>
std::vector<Row> all_rows(SQLite::Statement& select) {
    std::vector<Row> rows;
    while (select.executeStep()) {
        RowReader reader(select);
        rows.push_back(read_row<Row>(reader));
    }
    return rows;
}

template <class Row>
std::vector<Row> all_of(SQLite::Database& db) {
    SQLite::Statement select(db,
                             fmt::format("SELECT {} FROM {} AS t", column_list(table<Row>(), "t"), table<Row>().name));
    return all_rows<Row>(select);
}

Where where_of(const ports::AuditFilter& filter) {
    Where where;
    const auto equal = [&where](const char* column, const std::string& value) {
        if (!value.empty()) where.require(fmt::format("a.{} = ?", column), value);
    };
    equal("dag_id", filter.dag_id);
    equal("run_id", filter.run_id);
    equal("task_id", filter.task_id);
    equal("event", filter.event);
    equal("owner", filter.owner);
    where.within("a.at", filter.after, filter.before);
    return where;
}

}  // namespace

SqliteAccounts::SqliteAccounts(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
SqliteAccounts::~SqliteAccounts() = default;

model::Result<std::unique_ptr<SqliteAccounts>> SqliteAccounts::open(const std::string& database) {
    try {
        return std::unique_ptr<SqliteAccounts>(new SqliteAccounts(std::make_unique<Reader>(database)));
    } catch (const SQLite::Exception& failure) {
        return explain(database, failure);
    }
}

ports::StoredAccounts SqliteAccounts::accounts() const {
    const std::lock_guard lock(reader_->mutex);
    const ReadTransaction one_state(reader_->db);
    ports::StoredAccounts stored{all_of<model::User>(reader_->db), all_of<model::Session>(reader_->db),
                                 all_of<model::Token>(reader_->db)};
    SQLite::Statement newest(reader_->db, "SELECT seq FROM sqlite_sequence WHERE name = 'token'");
    if (newest.executeStep()) stored.next_token = model::TokenId{newest.getColumn(0).getInt64() + 1};
    return stored;
}

ports::Page<model::AuditEntry> SqliteAccounts::audit(const ports::AuditFilter& filter) const {
    const auto where = where_of(filter);
    const std::lock_guard lock(reader_->mutex);
    const ReadTransaction one_state(reader_->db);
    ports::Page<model::AuditEntry> page;
    auto values = where.values();
    values.emplace_back(std::int64_t{filter.limit});
    values.emplace_back(filter.offset);
    SQLite::Statement select(reader_->db, fmt::format("SELECT {} FROM audit AS a{} ORDER BY a.id {} LIMIT ? OFFSET ?",
                                                      column_list(table<model::AuditEntry>(), "a"), where.text(),
                                                      filter.newest_first ? "DESC" : "ASC"));
    bind_bound(select, values);
    page.rows = all_rows<model::AuditEntry>(select);
    values = where.values();
    values.emplace_back(kMostCounted + 1);
    SQLite::Statement count(reader_->db,
                            fmt::format("SELECT count(*) FROM (SELECT 1 FROM audit AS a{} LIMIT ?)", where.text()));
    bind_bound(count, values);
    if (count.executeStep()) page.total = count.getColumn(0).getInt64();
    if (page.total > kMostCounted) make_total_least(page, filter.limit, filter.offset);
    return page;
}

std::optional<model::AuditEntry> SqliteAccounts::audit_entry(model::AuditId id) const {
    const std::lock_guard lock(reader_->mutex);
    SQLite::Statement select(reader_->db, fmt::format("SELECT {} FROM audit AS a WHERE id = ?",
                                                      column_list(table<model::AuditEntry>(), "a")));
    bind_values(select, id);
    auto rows = all_rows<model::AuditEntry>(select);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

}  // namespace weir::store
