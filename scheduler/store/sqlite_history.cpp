#include "scheduler/store/sqlite_history.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <list>
#include <mutex>

#include "scheduler/store/backfill_list.hpp"
#include "scheduler/store/event_list.hpp"
#include "scheduler/store/migrate.hpp"
#include "scheduler/store/overviews.hpp"
#include "scheduler/store/run_list.hpp"
#include "scheduler/store/tables.hpp"
#include "scheduler/store/task_instance_list.hpp"

namespace weir::store {

namespace {

constexpr std::size_t kReaders = 2;  // as many as there are threads for read queries

template <class Row>
std::string select(std::string_view rest) {
    return fmt::format("SELECT {} FROM {} AS t {}", column_list(table<Row>(), "t"), table<Row>().name, rest);
}

template <class Row, class... Values>
std::vector<Row> read_all(SQLite::Database& db, const std::string& sql, const Values&... values) {
    SQLite::Statement statement(db, sql);
    bind_values(statement, values...);
    std::vector<Row> rows;
    while (statement.executeStep()) {
        RowReader reader(statement);
        rows.push_back(read_row<Row>(reader));
    }
    return rows;
}

template <class Row>
std::optional<Row> first(std::vector<Row> rows) {
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

}  // namespace

// Hands each call a connection of its own, for one read transaction. A third caller waits.
class SqliteHistory::Readers {
   public:
    explicit Readers(const std::string& database) {
        for (std::size_t i = 0; i < kReaders; ++i) free_.push_back(&connections_.emplace_back(open_reader(database)));
    }

    SQLite::Database& any() { return connections_.front(); }

    template <class Read>
    auto read(Read call) {
        const Lease lease(*this);
        const ReadTransaction one_state(lease.db);
        return call(lease.db);
    }

   private:
    struct Lease {
        explicit Lease(Readers& readers) : owner(readers), db(readers.take()) {}
        ~Lease() { owner.give_back(db); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Readers& owner;
        SQLite::Database& db;
    };

    SQLite::Database& take() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return !free_.empty(); });
        SQLite::Database& db = *free_.back();
        free_.pop_back();
        return db;
    }

    void give_back(SQLite::Database& db) {
        {
            const std::lock_guard lock(mutex_);
            free_.push_back(&db);
        }
        returned_.notify_one();
    }

    std::list<SQLite::Database> connections_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<SQLite::Database*> free_;
};

SqliteHistory::SqliteHistory(std::unique_ptr<Readers> readers) : readers_(std::move(readers)) {}
SqliteHistory::~SqliteHistory() = default;

model::Result<std::unique_ptr<SqliteHistory>> SqliteHistory::open(const std::string& database) {
    try {
        auto readers = std::make_unique<Readers>(database);
        if (const std::string problem = schema_problem(readers->any(), database, migrations::all()); !problem.empty())
            return model::Error{model::ErrorKind::conflict, problem};
        return std::unique_ptr<SqliteHistory>(new SqliteHistory(std::move(readers)));
    } catch (const SQLite::Exception& failure) {
        return explain(database, failure);
    }
}

std::vector<ports::DagRow> SqliteHistory::dags() const {
    return readers_->read([](SQLite::Database& db) {
        SQLite::Statement statement(
            db,
            fmt::format("SELECT {}, v.file, v.number, {} FROM dag AS d LEFT JOIN dag_version AS v ON v.id = d.version"
                        " LEFT JOIN dag_run AS r ON r.id = (SELECT max(id) FROM dag_run WHERE dag_id = d.dag_id)"
                        " ORDER BY d.dag_id",
                        column_list(table<model::DagState>(), "d"), column_list(table<model::Run>(), "r")));
        std::vector<ports::DagRow> rows;
        while (statement.executeStep()) {
            RowReader reader(statement);
            ports::DagRow& row = rows.emplace_back();
            row.state = read_row<model::DagState>(reader);
            reader(row.file, row.version_number);
            if (!reader.next_is_null()) row.last_run = read_row<model::Run>(reader);
        }
        return rows;
    });
}

ports::Page<model::Run> SqliteHistory::runs(const ports::RunFilter& filter) const {
    return readers_->read([&filter](SQLite::Database& db) { return list_runs(db, filter); });
}

std::optional<model::Run> SqliteHistory::run(std::string_view dag_id, std::string_view run_id) const {
    return readers_->read([dag_id = std::string(dag_id), run_id = std::string(run_id)](SQLite::Database& db) {
        return first(read_all<model::Run>(db, select<model::Run>("WHERE dag_id = ? AND run_id = ?"), dag_id, run_id));
    });
}

std::optional<model::Run> SqliteHistory::run(model::RunId id) const {
    return readers_->read(
        [id](SQLite::Database& db) { return first(read_all<model::Run>(db, select<model::Run>("WHERE id = ?"), id)); });
}

ports::Page<ports::TaskInstanceRow> SqliteHistory::task_instances(const ports::TaskInstanceFilter& filter) const {
    return readers_->read([&filter](SQLite::Database& db) { return list_task_instances(db, filter); });
}

std::vector<model::Try> SqliteHistory::tries(model::RunId run, std::string_view task_id, int map_index) const {
    return readers_->read([run, task_id = std::string(task_id), map_index](SQLite::Database& db) {
        return read_all<model::Try>(db,
                                    select<model::Try>("WHERE run = ? AND task_id = ? AND map_index = ? ORDER BY id"),
                                    run, task_id, map_index);
    });
}

ports::Page<model::Notification> SqliteHistory::notifications(const ports::NotificationFilter& filter) const {
    std::string where = "WHERE (?1 = '' OR dag_id = ?1)";
    if (!filter.states.empty()) {
        std::string states;  // texts of our own enum
        for (const auto state : filter.states)
            states += fmt::format("{}'{}'", states.empty() ? "" : ", ", model::to_text(state));
        where += fmt::format(" AND state IN ({})", states);
    }
    return readers_->read([&filter, &where](SQLite::Database& db) {
        ports::Page<model::Notification> page;
        page.rows = read_all<model::Notification>(
            db,
            select<model::Notification>(
                fmt::format("{} ORDER BY id {} LIMIT ?2 OFFSET ?3", where, filter.newest_first ? "DESC" : "ASC")),
            filter.dag_id, filter.limit, filter.offset);
        SQLite::Statement count(db, "SELECT count(*) FROM notification " + where);
        bind_values(count, filter.dag_id);
        if (count.executeStep()) page.total = count.getColumn(0).getInt64();
        return page;
    });
}

std::optional<model::DagVersion> SqliteHistory::version(model::DagVersionId id) const {
    return readers_->read([id](SQLite::Database& db) {
        return first(read_all<model::DagVersion>(db, select<model::DagVersion>("WHERE id = ?"), id));
    });
}

std::optional<model::DagVersion> SqliteHistory::version(std::string_view dag_id, int number) const {
    return readers_->read([dag_id = std::string(dag_id), number](SQLite::Database& db) {
        return first(read_all<model::DagVersion>(db, select<model::DagVersion>("WHERE dag_id = ? AND number = ?"),
                                                 dag_id, number));
    });
}

ports::Page<model::DagVersion> SqliteHistory::versions(std::string_view dag_id, const ports::Slice& slice) const {
    return readers_->read([dag_id = std::string(dag_id), &slice](SQLite::Database& db) {
        ports::Page<model::DagVersion> page;
        page.rows = read_all<model::DagVersion>(
            db,
            select<model::DagVersion>(fmt::format("WHERE dag_id = ? ORDER BY number {} LIMIT ? OFFSET ?",
                                                  slice.newest_first ? "DESC" : "ASC")),
            dag_id, slice.limit, slice.offset);
        SQLite::Statement count(db, "SELECT count(*) FROM dag_version WHERE dag_id = ?");
        bind_values(count, dag_id);
        if (count.executeStep()) page.total = count.getColumn(0).getInt64();
        return page;
    });
}

std::vector<ports::TaskStates> SqliteHistory::task_states(std::span<const model::RunId> runs) const {
    return readers_->read([runs](SQLite::Database& db) { return list_task_states(db, runs); });
}

std::vector<ports::RunCount> SqliteHistory::run_counts(std::string_view dag_id,
                                                       std::span<const model::TimePoint> bounds) const {
    return readers_->read(
        [dag_id = std::string(dag_id), bounds](SQLite::Database& db) { return list_run_counts(db, dag_id, bounds); });
}

std::map<model::RunState, std::int64_t> SqliteHistory::ended_since(model::TimePoint since) const {
    return readers_->read([since](SQLite::Database& db) { return count_ended_since(db, since); });
}

std::vector<model::Run> SqliteHistory::failed_since(model::TimePoint since, int most) const {
    return readers_->read([since, most](SQLite::Database& db) { return list_failed_since(db, since, most); });
}

std::vector<model::Run> SqliteHistory::find_runs(std::string_view text, int most) const {
    return readers_->read(
        [text = std::string(text), most](SQLite::Database& db) { return search_runs(db, text, most); });
}

ports::Page<ports::BackfillRow> SqliteHistory::backfills(std::string_view dag_id, bool only_open,
                                                         const ports::Slice& slice) const {
    return readers_->read([dag_id = std::string(dag_id), only_open, &slice](SQLite::Database& db) {
        return list_backfills(db, dag_id, only_open, slice);
    });
}

std::optional<ports::BackfillRow> SqliteHistory::backfill(model::BackfillId id) const {
    return readers_->read([id](SQLite::Database& db) { return find_backfill(db, id); });
}

ports::Page<model::Event> SqliteHistory::events(const ports::EventFilter& filter) const {
    return readers_->read([&filter](SQLite::Database& db) { return list_events(db, filter); });
}

std::optional<model::Event> SqliteHistory::event(model::EventId id) const {
    return readers_->read([id](SQLite::Database& db) {
        return first(read_all<model::Event>(db, select<model::Event>("WHERE id = ?"), id));
    });
}

ports::Page<model::Window> SqliteHistory::windows(const ports::WindowFilter& filter) const {
    return readers_->read([&filter](SQLite::Database& db) { return list_windows(db, filter); });
}

std::vector<ports::WindowNow> SqliteHistory::windows_now(const model::AssetKey& asset, model::TimePoint from,
                                                         model::TimePoint to, std::size_t most) const {
    return readers_->read(
        [&asset, from, to, most](SQLite::Database& db) { return list_windows_now(db, asset, from, to, most); });
}

std::vector<model::AssetState> SqliteHistory::assets() const {
    return readers_->read([](SQLite::Database& db) {
        return read_all<model::AssetState>(db, select<model::AssetState>("ORDER BY asset, key"));
    });
}

std::vector<model::SourcePosition> SqliteHistory::positions(std::string_view source) const {
    return readers_->read([source = std::string(source)](SQLite::Database& db) {
        return read_all<model::SourcePosition>(db, select<model::SourcePosition>("WHERE source = ? ORDER BY part"),
                                               source);
    });
}

}  // namespace weir::store
