// Whatever ends a load, the target is as it was before or as it should be after.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/executors/operators/task.hpp"

using namespace weir::operators;

namespace {

// Runs the load in a process of its own.
pid_t start_load(Task& task, const Json& from, const Json& to) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        // _exit: the servers of this test belong to the parent.
        ::_exit(task.load(from, to));
    }
    return pid;
}

void kill_and_wait(pid_t pid) {
    REQUIRE(::kill(pid, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(WIFSIGNALED(status));
}

// A CSV that is still being written: a pipe that the load reads from.
struct OpenPipe {
    std::string path;
    int writer = -1;
    explicit OpenPipe(const std::string& name) : path(name) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }
    ~OpenPipe() {
        if (writer >= 0) ::close(writer);
    }
    void write(const std::string& text) {
        if (writer < 0) writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        REQUIRE(::write(writer, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
};

std::string many_rows(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += std::to_string(i) + ",new\n";
    return text;
}

}  // namespace

TEST_CASE("kill -9 in the midst of the copying leaves a PostgreSQL table as it was") {
    WarehouseTask task;
    task.query("create table t (id text, name text)");
    task.query("insert into t values ('1', 'old')");
    OpenPipe pipe(task.folder.file("in.csv"));
    const pid_t pid = start_load(task, {{"csv", pipe.path}}, task.to("t", "replace", "table"));
    pipe.write("id,name\n");
    const auto copied = [&task] {
        return task.query("select coalesce(sum(tuples_processed), 0) from pg_stat_progress_copy");
    };
    const std::string block = many_rows(5'000);
    REQUIRE(weir::test::eventually([&pipe, &block, &copied] {
        pipe.write(block);
        return copied() != "0";
    }));
    kill_and_wait(pid);
    REQUIRE(weir::test::eventually(
        [&task] { return task.query("select count(*) from pg_locks where locktype = 'advisory'") == "0"; }));
    CHECK(task.query("select * from t") == "1|old");
}

TEST_CASE("kill -9 while the load waits for the table's lock leaves it as it was") {
    WarehouseTask task;
    task.query("create table t (id text, name text)");
    task.query("insert into t values ('1', 'old')");
    weir::test::PostgresSession other(task.server, task.database);
    other.query("begin");
    other.query("lock table t in share row exclusive mode");
    const pid_t pid =
        start_load(task, {{"csv", task.csv("in.csv", "id,name\n2,new\n")}}, task.to("t", "replace", "table"));
    REQUIRE(weir::test::eventually(
        [&task] { return task.query("select count(*) from pg_locks where not granted") == "1"; }));
    kill_and_wait(pid);
    other.query("commit");
    CHECK(task.query("select * from t") == "1|old");
}

TEST_CASE("kill -9 in the midst of a load leaves a CSV file and its folder as they were") {
    Task task;
    const auto target = task.csv("out.csv", "old\n");
    OpenPipe pipe(task.folder.file("in.csv"));
    const pid_t pid = start_load(task, {{"csv", pipe.path}}, {{"csv", target}});
    pipe.write("id,name\n");
    const std::string block = many_rows(5'000);
    for (int i = 0; i < 20; ++i) pipe.write(block);  // a pipe holds 64 KiB: most of it has been read
    kill_and_wait(pid);
    CHECK(weir::test::read_file(target) == "old\n");
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(task.folder.path())) ++files;
    CHECK(files == 2);
}

TEST_CASE("kill -9 in the midst of a load leaves a SQLite table as it was") {
    Task task;
    const auto database = task.folder.file("x.db");
    REQUIRE(task.load({{"csv", task.csv("old.csv", "id,name\n1,old\n")}},
                      {{"sqlite", database}, {"table", "t"}, {"replace", "table"}}) == kSucceeded);
    OpenPipe pipe(task.folder.file("in.csv"));
    const pid_t pid =
        start_load(task, {{"csv", pipe.path}}, {{"sqlite", database}, {"table", "t"}, {"replace", "table"}});
    pipe.write("id,name\n");
    const std::string block = many_rows(5'000);
    for (int i = 0; i < 20; ++i) pipe.write(block);
    kill_and_wait(pid);
    REQUIRE(task.load({{"sqlite", database}, {"table", "t"}}, {{"csv", task.folder.file("out.csv")}}) == kSucceeded);
    CHECK(weir::test::read_file(task.folder.file("out.csv")) == "id,name\n1,old\n");
}

TEST_CASE("a disk that is full while a CSV is written fails the load and leaves the old file") {
    Task task;
    const auto target = task.csv("out.csv", "old\n");
    const auto source = task.csv("in.csv", "id,name\n" + many_rows(100'000));
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{64 << 10, 64 << 10};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const int code = task.load({{"csv", source}}, {{"csv", target}});
        ::_exit(code == kFailed && contains(task.log, "cannot write") &&
                        contains(task.log, "larger than this process may write")
                    ? 0
                    : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
    CHECK(weir::test::read_file(target) == "old\n");
}

TEST_CASE("a full device is told in words") {
    Task task;
    CHECK(task.load({{"csv", task.csv("in.csv", "id\n1\n")}}, {{"csv", "/dev/full"}}) == kFailed);
    CHECK(contains(task.log, "No space left on device; free space on that disk"));
}

TEST_CASE("a PostgreSQL that goes away while rows are copied fails the load") {
    WarehouseTask task;
    task.query("create table t (id text, name text)");
    OpenPipe pipe(task.folder.file("in.csv"));
    const pid_t pid = start_load(task, {{"csv", pipe.path}}, task.to("t", "append", true));
    pipe.write("id,name\n");
    REQUIRE(
        weir::test::eventually([&task] { return task.query("select count(*) from pg_stat_progress_copy") == "1"; }));
    task.query("select pg_terminate_backend(pid) from pg_stat_progress_copy");
    ::signal(SIGPIPE, SIG_IGN);
    const std::string block = many_rows(5'000);
    int status = 0;
    REQUIRE(weir::test::eventually([&pipe, &block, pid, &status] {
        [[maybe_unused]] const auto written = ::write(pipe.writer, block.data(), block.size());
        return ::waitpid(pid, &status, WNOHANG) == pid;
    }));
    CHECK(WEXITSTATUS(status) == kFailed);
    CHECK(task.query("select count(*) from t") == "0");
}

TEST_CASE("two loads of one window at once leave the rows of one") {
    WarehouseTask task;
    task.window("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
    const auto source = task.csv("in.csv", "id,name\n" + many_rows(3'000));
    const pid_t first = start_load(task, {{"csv", source}}, task.to("t", "replace", "window"));
    const pid_t second = start_load(task, {{"csv", source}}, task.to("t", "replace", "window"));
    for (const pid_t pid : {first, second}) {
        int status = 0;
        REQUIRE(::waitpid(pid, &status, 0) == pid);
        CHECK(status == 0);
    }
    CHECK(task.query("select count(*) from t") == "3000");
}
