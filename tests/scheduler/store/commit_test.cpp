#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>

#include "scheduler/store/connection.hpp"
#include "scheduler/store/maintenance.hpp"
#include "scheduler/store/migrate.hpp"
#include "scheduler/store/transaction.hpp"
#include "tests/scheduler/store/support.hpp"

namespace weir::store::test {

namespace {

// Files of this process can't grow past `bytes` while this lives, as on a full disk.
class FileSizeLimit {
   public:
    explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        REQUIRE(getrlimit(RLIMIT_FSIZE, &old_) == 0);
        const rlimit limit{bytes, old_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

   private:
    rlimit old_{};
    void (*old_handler_)(int);
};

constexpr int kTasks = 20;

// One turn: a run with its tasks, each with a try.
std::vector<core::Change> turn(std::int64_t n) {
    std::vector<core::Change> changes;
    if (n == 1) changes = etl();
    model::Run run = a_run(n);
    run.state = model::RunState::running;
    changes.emplace_back(run);
    for (int i = 0; i < kTasks; ++i) {
        const std::string task_id = "task_" + std::to_string(i);
        changes.emplace_back(a_task(n, task_id, model::TaskState::running));
        changes.emplace_back(a_try((n - 1) * kTasks + i + 1, n, task_id, model::TryState::running));
    }
    return changes;
}

// Runs `body` in a child; returns how the child ended.
template <class Body>
int status_of(Body body) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // doctest would report it as its own
        const rlimit no_core{0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(99);
        body();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return status;
}

bool aborted(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT; }

// Commits turns from `first` on, and writes each one's number to `acknowledged` after its commit.
[[noreturn]] void commit_for_ever(const std::string& database, std::int64_t first, int acknowledged) {
    auto store = SqliteStore::open(database);
    if (!store) _exit(1);
    for (std::int64_t n = first;; ++n) {
        if ((*store)->commit(turn(n)) != ports::CommitOutcome::committed) _exit(2);
        if (write(acknowledged, &n, sizeof n) != sizeof n) _exit(3);
    }
}

// Kills a committing child after `turns` acknowledgements; returns the last turn that it acknowledged.
std::int64_t last_before_kill(const std::string& database, std::int64_t first, int turns) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) commit_for_ever(database, first, ends[1]);
    close(ends[1]);
    std::int64_t last = 0;
    std::int64_t n = 0;
    for (int i = 0; i < turns && read(ends[0], &n, sizeof n) == sizeof n; ++i) last = n;
    kill(child, SIGKILL);
    while (read(ends[0], &n, sizeof n) == sizeof n) last = n;
    close(ends[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    return last;
}

// Live state as the changes say it.
struct Folded {
    std::map<std::string, model::DagState> dags;
    std::map<std::int64_t, model::Run> runs;
    std::map<std::tuple<std::int64_t, std::string, int>, model::TaskInstance> task_instances;
    std::map<std::int64_t, model::Try> tries;
    std::map<std::int64_t, model::Backfill> backfills;
    std::map<std::int64_t, model::Notification> notifications;

    void operator()(const model::DagVersion&) {}
    void operator()(const model::DagState& row) { dags[row.dag_id] = row; }
    void operator()(const model::Run& row) { runs[row.id.value] = row; }
    void operator()(const model::TaskInstance& row) {
        task_instances[{row.run.value, row.task_id, row.map_index}] = row;
    }
    void operator()(const model::Try& row) { tries[row.id.value] = row; }
    void operator()(const core::TryErased& erased) { tries.erase(erased.id.value); }
    // Of these only the open ones are read again, by recovery.
    void operator()(const model::Backfill& row) {
        const bool open = row.state == model::BackfillState::running || row.state == model::BackfillState::paused;
        backfills.erase(row.id.value);
        if (open) backfills.emplace(row.id.value, row);
    }
    void operator()(const model::Notification& row) {
        notifications.erase(row.id.value);
        if (row.state == model::NotificationState::pending) notifications.emplace(row.id.value, row);
    }
    // The ledger has tests of its own: ledger_test.cpp.
    void operator()(const model::Event&) {}
    void operator()(const model::Window&) {}
    void operator()(const model::AssetState&) {}
    void operator()(const model::SourcePosition&) {}
    void operator()(const model::CountedEvent&) {}
    void operator()(const core::EventsConsumed&) {}
    // And so have accounts and the audit: accounts_test.cpp.
    void operator()(const model::User&) {}
    void operator()(const model::UserErased&) {}
    void operator()(const model::Session&) {}
    void operator()(const model::SessionErased&) {}
    void operator()(const model::Token&) {}
    void operator()(const model::TokenErased&) {}
    void operator()(const model::AuditEntry&) {}
};

class RandomChanges {
   public:
    explicit RandomChanges(unsigned seed) : random_(seed) {}

    core::Change next() {
        switch (below(7)) {
            case 0:
                return next_run();
            case 1:
                return next_try();
            case 3:
                return core::TryErased{{1 + below(300)}};
            case 4:
                return next_backfill();
            case 5:
                return next_notification();
            case 2: {
                model::DagState dag = a_dag("etl", 1);
                dag.paused = below(2) == 1;
                dag.scheduled_through = maybe_time();
                dag.failed_in_a_row = static_cast<int>(below(4));
                return dag;
            }
            default:
                return next_task();
        }
    }

   private:
    std::int64_t below(std::int64_t bound) {
        return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
    }
    std::optional<model::TimePoint> maybe_time() {
        return below(3) == 0 ? std::nullopt : std::optional(at(below(1'000'000)));
    }
    template <class Enum>
    Enum any() {
        const auto names = model::enum_names<Enum>();
        return names[static_cast<std::size_t>(below(static_cast<std::int64_t>(names.size())))].value;
    }
    model::Run next_run() {
        model::Run run = a_run(1 + below(20));
        run.state = any<model::RunState>();
        run.started_at = maybe_time();
        run.ended_at = maybe_time();
        run.note = std::string(static_cast<std::size_t>(below(50)), 'n');
        run.params["n"] = below(100);
        run.restart_of = below(2) == 0 ? "" : "run-1";
        run.backfill = {below(3)};
        run.retries_used = static_cast<int>(below(3));
        run.retry_at = maybe_time();
        run.deadline_missed = below(2) == 1;
        return run;
    }
    model::TaskInstance next_task() {
        model::TaskInstance task = a_task(1 + below(20), "task_" + std::to_string(below(5)), any<model::TaskState>());
        task.map_index = static_cast<int>(below(3)) - 1;
        task.try_number = static_cast<int>(below(5));
        task.retry_at = maybe_time();
        if (below(2) == 1) task.outputs = {{"rows", below(1000)}};
        task.mapped = static_cast<int>(below(3));
        if (below(2) == 1) task.item = below(9);
        task.label = below(2) == 1 ? "de" : "";
        task.waits_since = maybe_time();
        task.deadline_missed = below(2) == 1;
        return task;
    }
    model::Backfill next_backfill() {
        model::Backfill row;
        row.id = {1 + below(10)};
        row.dag_id = "etl";
        row.from = at(below(100));
        row.to = at(100 + below(100));
        row.state = any<model::BackfillState>();
        row.reprocess = any<model::Reprocess>();
        row.backwards = below(2) == 1;
        row.params["n"] = below(100);
        row.ended_at = maybe_time();
        row.made = below(100);
        row.made_through = maybe_time();
        return row;
    }
    model::Notification next_notification() {
        model::Notification row;
        const std::int64_t id = 1 + below(10);
        row.id = {id};
        row.dag_id = "etl";
        row.run_id = "run-" + std::to_string(id);
        row.event = any<model::AlertEvent>();
        row.notifier = "slack";
        row.message = {{"n", below(100)}};
        row.state = any<model::NotificationState>();
        row.attempts = static_cast<int>(below(5));
        row.ended_at = maybe_time();
        return row;
    }
    model::Try next_try() {
        // A try belongs to one task instance for ever.
        const std::int64_t id = 1 + below(300);
        model::Try row = a_try(id, 1 + id % 20, "task_" + std::to_string(id % 5), any<model::TryState>());
        if (below(2) == 1) row.pid = below(1 << 22);
        row.ended_at = maybe_time();
        return row;
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("folding the committed changes gives the stored rows") {
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
        CAPTURE(seed);
        const TempFolder folder;
        RandomChanges random(seed);
        Folded folded;
        {
            const auto store = open_store(folder.database());
            std::vector<core::Change> first = etl();
            for (int run = 1; run <= 20; ++run) {
                first.emplace_back(a_run(run));
                for (int task = 0; task < 5; ++task) first.emplace_back(a_task(run, "task_" + std::to_string(task)));
            }
            commit(*store, first);
            for (const core::Change& change : first) std::visit(folded, change);
            for (int n = 0; n < 100; ++n) {
                std::vector<core::Change> changes;
                for (int i = 0; i <= n % 17; ++i) changes.push_back(random.next());
                commit(*store, changes);
                for (const core::Change& change : changes) std::visit(folded, change);
            }
        }
        const auto store = open_store(folder.database());
        Folded stored;
        const ports::StoredState state = store->recover();
        for (const model::DagState& dag : state.dags) stored(dag);
        for (const model::Backfill& backfill : state.open_backfills) stored(backfill);
        for (const model::Notification& notification : state.open_notifications) stored(notification);
        const auto history = open_history(store->database());
        for (const model::Run& run : history->runs({.limit = 1000}).rows) stored(run);
        for (const auto& row : history->task_instances({.limit = 10'000}).rows) {
            stored(row.task_instance);
            const model::TaskInstance& task = row.task_instance;
            for (const model::Try& t : history->tries(task.run, task.task_id, task.map_index)) stored(t);
        }
        CHECK(stored.dags == folded.dags);
        CHECK(stored.runs == folded.runs);
        CHECK(stored.task_instances == folded.task_instances);
        CHECK(stored.tries == folded.tries);
        CHECK(stored.backfills == folded.backfills);
        CHECK(stored.notifications == folded.notifications);
    }
}

TEST_CASE("after kill -9 in the middle of commits, every acknowledged turn is there, and each turn is whole") {
    const TempFolder folder;
    std::mt19937 random(5);
    std::int64_t last = 0;
    for (int round = 0; round < 8; ++round) {
        const std::int64_t acknowledged =
            last_before_kill(folder.database(), last + 1, 1 + static_cast<int>(random() % 30));
        REQUIRE(acknowledged > last);
        const auto store = open_store(folder.database());
        const ports::StoredState state = store->recover();
        // The turn after the last acknowledged one may have been committed too.
        last = static_cast<std::int64_t>(state.live_runs.size());
        REQUIRE(last >= acknowledged);
        REQUIRE(last <= acknowledged + 1);
        for (const ports::StoredRun& run : state.live_runs) {
            REQUIRE(run.task_instances.size() == kTasks);
            REQUIRE(run.open_tries.size() == kTasks);
        }
        REQUIRE(check(folder.database())->empty());
    }
}

TEST_CASE("a turn that doesn't fit on the disk changes nothing, and fits when there is room again") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, turn(1));
    // A text larger than the room that is left, so that the WAL can't take it.
    model::Run big = a_run(2);
    big.note = std::string(2 << 20, 'x');
    {
        const FileSizeLimit limit(1 << 20);
        CHECK(store->commit(std::vector<core::Change>{a_run(3), big}) == ports::CommitOutcome::disk_full);
        CHECK_FALSE(store->has_run("etl", "run-2", std::nullopt));
        CHECK_FALSE(store->has_run("etl", "run-3", std::nullopt));
        CHECK(store->recover().live_runs.size() == 1);
    }
    commit(*store, {a_run(3), big});
    CHECK(store->find_run("etl", "run-2")->run == big);
    CHECK(check(folder.database())->empty());
}

TEST_CASE("turns go on being refused, and then go on, while the disk stays full for a while") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    std::int64_t committed = 0;
    {
        const FileSizeLimit limit(1 << 20);
        while (store->commit(turn(committed + 1)) == ports::CommitOutcome::committed) ++committed;
        for (int i = 0; i < 5; ++i) CHECK(store->commit(turn(committed + 1)) == ports::CommitOutcome::disk_full);
    }
    CHECK(committed > 0);
    CHECK(store->recover().live_runs.size() == static_cast<std::size_t>(committed));
    commit(*store, turn(committed + 1));
    CHECK(check(folder.database())->empty());
}

TEST_CASE("a database at its largest size is a full disk") {
    const TempFolder folder;
    SQLite::Database db = open_writer(folder.database());
    REQUIRE(migrate(db, folder.database(), migrations::all()).has_value());
    db.exec("PRAGMA max_page_count = 100");
    const auto insert = [&db] {
        db.exec("INSERT INTO pruned_run VALUES (1, 'a', 'b')");
        db.exec("UPDATE pruned_run SET dag_id = printf('%.1000000c', 'x')");
    };
    CHECK(in_transaction(db, insert) == ports::CommitOutcome::disk_full);
    CHECK(db.execAndGet("SELECT count(*) FROM pruned_run").getInt() == 0);
}

TEST_CASE("a second run for one logical date of a DAG aborts the process") {
    const TempFolder folder;
    CHECK(aborted(status_of([&folder] {
        const auto store = SqliteStore::open(folder.database());
        model::Run first = a_run(1);
        model::Run second = a_run(2);
        first.logical_date = second.logical_date = at(0);
        static_cast<void>((*store)->commit(etl()));
        static_cast<void>((*store)->commit(std::vector<core::Change>{first, second}));
    })));
}

TEST_CASE("many runs of a DAG may be without a logical date, and DAGs may share one") {
    const TempFolder folder;
    const auto store = open_store(folder.database());
    commit(*store, etl());
    model::Run first = a_run(3, "etl");
    model::Run other = a_run(4, "other");
    first.logical_date = other.logical_date = at(0);
    commit(*store, {a_run(1), a_run(2), first, other});
    CHECK(store->recover().live_runs.size() == 4);
}

TEST_CASE("a run that changes its identity aborts the process") {
    const TempFolder folder;
    CHECK(aborted(status_of([&folder] {
        const auto store = SqliteStore::open(folder.database());
        model::Run changed = a_run(1);
        static_cast<void>((*store)->commit(etl()));
        static_cast<void>((*store)->commit(std::vector<core::Change>{changed}));
        changed.run_id = "another";
        static_cast<void>((*store)->commit(std::vector<core::Change>{changed}));
    })));
}

TEST_CASE("a try without its task instance aborts the process") {
    const TempFolder folder;
    CHECK(aborted(status_of([&folder] {
        const auto store = SqliteStore::open(folder.database());
        static_cast<void>((*store)->commit(etl()));
        static_cast<void>((*store)->commit(std::vector<core::Change>{a_run(1), a_try(1, 1, "load")}));
    })));
}

}  // namespace weir::store::test
