#include "scheduler/store/sqlite_store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>

#include "scheduler/store/ledger_reader.hpp"
#include "scheduler/store/lock_file.hpp"
#include "scheduler/store/migrate.hpp"
#include "scheduler/store/recovery.hpp"
#include "scheduler/store/retention.hpp"
#include "scheduler/store/tables.hpp"
#include "scheduler/store/transaction.hpp"

namespace weir::store {

namespace {

// One upsert per row type, prepared at open, so that a schema that doesn't fit is found then.
class Upserts {
   public:
    explicit Upserts(SQLite::Database& db)
        : dag_version_(db, upsert_sql(table<model::DagVersion>())),
          dag_(db, upsert_sql(table<model::DagState>())),
          dag_run_(db, upsert_sql(table<model::Run>())),
          task_instance_(db, upsert_sql(table<model::TaskInstance>())),
          task_try_(db, upsert_sql(table<model::Try>())),
          backfill_(db, upsert_sql(table<model::Backfill>())),
          notification_(db, upsert_sql(table<model::Notification>())),
          event_(db, upsert_sql(table<model::Event>())),
          window_(db, upsert_sql(table<model::Window>())),
          asset_(db, upsert_sql(table<model::AssetState>())),
          position_(db, upsert_sql(table<model::SourcePosition>())),
          counted_(db, upsert_sql(table<model::CountedEvent>())),
          erase_try_(db, "DELETE FROM task_try WHERE id = ?"),
          erase_counted_(db, "DELETE FROM counted_event WHERE dag_id = ? AND entry = ? AND event <= ?"),
          user_(db, upsert_sql(table<model::User>())),
          session_(db, upsert_sql(table<model::Session>())),
          token_(db, upsert_sql(table<model::Token>())),
          audit_(db, upsert_sql(table<model::AuditEntry>())),
          erase_user_(db, "DELETE FROM user_account WHERE name = ?"),
          erase_sessions_(db, "DELETE FROM session WHERE user = ?"),
          erase_tokens_(db, "DELETE FROM token WHERE user = ?"),
          erase_session_(db, "DELETE FROM session WHERE hash = ?"),
          erase_token_(db, "DELETE FROM token WHERE id = ?") {}

    void operator()(const core::Change& change) {
        std::visit([this](const auto& row) { put(row); }, change);
    }

   private:
    SQLite::Statement& upsert(const model::DagVersion&) { return dag_version_; }
    SQLite::Statement& upsert(const model::DagState&) { return dag_; }
    SQLite::Statement& upsert(const model::Run&) { return dag_run_; }
    SQLite::Statement& upsert(const model::TaskInstance&) { return task_instance_; }
    SQLite::Statement& upsert(const model::Try&) { return task_try_; }
    SQLite::Statement& upsert(const model::Backfill&) { return backfill_; }
    SQLite::Statement& upsert(const model::Notification&) { return notification_; }
    SQLite::Statement& upsert(const model::Event&) { return event_; }
    SQLite::Statement& upsert(const model::Window&) { return window_; }
    SQLite::Statement& upsert(const model::AssetState&) { return asset_; }
    SQLite::Statement& upsert(const model::SourcePosition&) { return position_; }
    SQLite::Statement& upsert(const model::CountedEvent&) { return counted_; }
    SQLite::Statement& upsert(const model::User&) { return user_; }
    SQLite::Statement& upsert(const model::Session&) { return session_; }
    SQLite::Statement& upsert(const model::Token&) { return token_; }
    SQLite::Statement& upsert(const model::AuditEntry&) { return audit_; }

    template <class Row>
    void put(const Row& row) {
        SQLite::Statement& statement = upsert(row);
        bind_row(statement, row);
        model::invariant(statement.exec() == 1, "a stored row keeps its identity: its fixed columns never change");
    }

    void put(const core::TryErased& erased) {
        bind_values(erase_try_, erased.id);
        erase_try_.exec();
    }

    void put(const core::EventsConsumed& consumed) {
        bind_values(erase_counted_, consumed.dag_id, consumed.entry, consumed.through);
        erase_counted_.exec();
    }

    template <class Key>
    static void erase(SQLite::Statement& statement, const Key& key) {
        bind_values(statement, key);
        statement.exec();
    }

    void put(const model::UserErased& erased) {
        for (auto* statement : {&erase_user_, &erase_sessions_, &erase_tokens_}) erase(*statement, erased.name);
    }
    void put(const model::SessionErased& erased) { erase(erase_session_, erased.hash); }
    void put(const model::TokenErased& erased) { erase(erase_token_, erased.id); }

    SQLite::Statement dag_version_, dag_, dag_run_, task_instance_, task_try_, backfill_, notification_;
    SQLite::Statement event_, window_, asset_, position_, counted_, erase_try_, erase_counted_;
    SQLite::Statement user_, session_, token_, audit_;
    SQLite::Statement erase_user_, erase_sessions_, erase_tokens_, erase_session_, erase_token_;
};

// Databases in memory are shared, by name, between the connections of a process.
std::string memory_name() {
    static std::atomic<int> count = 0;
    return fmt::format("file:/weir-{}?vfs=memdb", ++count);
}

}  // namespace

struct SqliteStore::Writer {
    Writer(std::string name, LockFile lock_file, SQLite::Database connection, std::string migration_copy)
        : database(std::move(name)),
          lock(std::move(lock_file)),
          db(std::move(connection)),
          copy(std::move(migration_copy)),
          upserts(db),
          runs(db),
          ledger(db),
          retention(db) {}

    std::string database;
    LockFile lock;  // released after the connection is closed
    SQLite::Database db;
    std::string copy;
    Upserts upserts;
    RunReader runs;
    LedgerReader ledger;
    Retention retention;
};

SqliteStore::SqliteStore(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
SqliteStore::~SqliteStore() = default;

model::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path) {
    const bool memory = path == ":memory:";
    const std::string database = memory ? memory_name() : path;
    LockFile lock;
    if (!memory) {
        model::Result<LockFile> acquired = LockFile::acquire(path);
        if (!acquired) return acquired.error();
        lock = std::move(*acquired);
    }
    try {
        SQLite::Database db = open_writer(database);
        const model::Result<Migrated> migrated = migrate(db, database, migrations::all());
        if (!migrated) return migrated.error();
        auto writer = std::make_unique<Writer>(database, std::move(lock), std::move(db), migrated->copy);
        return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(writer)));
    } catch (const SQLite::Exception& failure) {
        return explain(path, failure);
    }
}

ports::CommitOutcome SqliteStore::commit(std::span<const core::Change> changes) {
    if (changes.empty()) return ports::CommitOutcome::committed;
    return in_transaction(writer_->db, [this, changes] {
        for (const core::Change& change : changes) writer_->upserts(change);
    });
}

ports::StoredState SqliteStore::recover() { return store::recover(writer_->db, writer_->runs); }

std::optional<ports::StoredRun> SqliteStore::find_run(std::string_view dag_id, std::string_view run_id) {
    return writer_->runs.find(std::string(dag_id), std::string(run_id));
}

std::vector<ports::StoredRun> SqliteStore::ended_runs(std::string_view dag_id, int most) {
    return writer_->runs.ended(std::string(dag_id), most);
}

bool SqliteStore::has_run(std::string_view dag_id, std::string_view run_id,
                          std::optional<model::TimePoint> logical_date) {
    return writer_->runs.exists(std::string(dag_id), std::string(run_id), logical_date);
}

std::vector<model::DatedRun> SqliteStore::dated_runs(std::string_view dag_id, model::TimePoint from,
                                                     model::TimePoint to, std::size_t most) {
    return writer_->runs.dated(std::string(dag_id), from, to, most);
}

std::optional<model::Backfill> SqliteStore::find_backfill(model::BackfillId id) {
    return writer_->runs.find_backfill(id);
}

std::optional<model::Run> SqliteStore::find_row(std::string_view dag_id, std::string_view run_id,
                                                std::optional<model::TimePoint> logical_date) {
    return writer_->runs.row(std::string(dag_id), std::string(run_id), logical_date);
}

core::LedgerRead SqliteStore::read_ledger(core::LedgerQuestions questions) {
    return writer_->ledger.read(std::move(questions), writer_->runs);
}

std::optional<model::Event> SqliteStore::find_event(model::EventId id) { return writer_->ledger.find(id); }

ports::Pruned SqliteStore::prune(const ports::PruneLimits& limits) {
    auto pruned = writer_->retention.prune(limits);
    // Mostly pages that nobody reads again: of the start, a backfill, and of what is pruned. The rest is soon back.
    if (!pruned.more) sqlite3_db_release_memory(writer_->db.getHandle());
    return pruned;
}

const std::string& SqliteStore::database() const { return writer_->database; }
const std::string& SqliteStore::copy_before_migration() const { return writer_->copy; }

}  // namespace weir::store
