// What a turn costs to commit. Measures in one run, on one disk, alternating:
//   floor   pwrite and fdatasync of as many bytes as the turn adds to the WAL, over a file that has its size already
//   commit  SqliteStore::commit of a turn of 1, 10, 100, 1000 rows, synchronous=FULL: upserts of live task instances and tries
//
//   bench_store [--folder FOLDER] [--seconds 2]
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/store/sqlite_store.hpp"

namespace {

using namespace weir;
using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 100;
constexpr int kTasks = 100;  // per run
constexpr std::size_t kWalHeader = 32;

model::TimePoint at(std::int64_t n) { return model::TimePoint{std::chrono::seconds{1'790'000'000 + n}}; }

std::string task_name(std::int64_t i) { return "transform_table_" + std::to_string(i); }

model::TaskInstance task_instance(std::int64_t n, model::TaskState state) {
    model::TaskInstance task;
    task.run = model::RunId{1 + n / kTasks % kRuns};
    task.task_id = task_name(n % kTasks);
    task.state = state;
    task.try_number = 1;
    task.max_tries = 3;
    task.scheduled_at = task.queued_at = at(n);
    if (state != model::TaskState::queued) task.started_at = at(n);
    if (model::is_finished(state)) task.ended_at = at(n);
    task.pool = model::kDefaultPool;
    task.executor = "process";
    return task;
}

model::Try a_try(std::int64_t id, std::int64_t n, model::TryState state) {
    model::Try row;
    row.id = model::TryId{id};
    row.run = model::RunId{1 + n / kTasks % kRuns};
    row.task_id = task_name(n % kTasks);
    row.state = state;
    row.executor = "process";
    row.epoch = "0b6f1c2e-7c55-4f0e-9f7a-3d1d5a8e9b11";
    row.boot_id = "5d2f61a0-6f0b-4c6e-8a43-7f0c1f7d2a90";
    row.created_at = at(n);
    if (state != model::TryState::launching) row.pid = 4711;
    row.log_path = "warehouse/scheduled__2026-11-22T02:15:00Z/" + row.task_id + "/1.log";
    return row;
}

std::vector<core::Change> first_rows() {
    model::DagVersion version;
    version.id = model::DagVersionId{1};
    version.dag_id = "warehouse";
    std::vector<core::Change> rows{version};
    for (int i = 1; i <= kRuns; ++i) {
        model::Run run;
        run.id = model::RunId{i};
        run.dag_id = "warehouse";
        run.run_id = "scheduled__" + std::to_string(i);
        run.version = version.id;
        run.state = model::RunState::running;
        rows.emplace_back(run);
    }
    for (int n = 0; n < kRuns * kTasks; ++n) rows.emplace_back(task_instance(n, model::TaskState::none));
    return rows;
}

// Rows as a busy daemon writes them: task instances go from queued to running to success, each with its try.
class Rows {
   public:
    std::vector<core::Change> next(std::size_t count) {
        std::vector<core::Change> rows;
        while (rows.size() < count) {
            const std::int64_t n = step_ / 6;
            switch (step_++ % 6) {
                case 0:
                    rows.emplace_back(task_instance(n, model::TaskState::queued));
                    break;
                case 1:
                    rows.emplace_back(a_try(++last_try_, n, model::TryState::launching));
                    break;
                case 2:
                    rows.emplace_back(task_instance(n, model::TaskState::running));
                    break;
                case 3:
                    rows.emplace_back(a_try(last_try_, n, model::TryState::running));
                    break;
                case 4:
                    rows.emplace_back(task_instance(n, model::TaskState::success));
                    break;
                default:
                    rows.emplace_back(a_try(last_try_, n, model::TryState::success));
                    break;
            }
        }
        return rows;
    }

   private:
    std::int64_t step_ = 0;
    std::int64_t last_try_ = 0;
};

std::size_t file_size(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return 0;
    return static_cast<std::size_t>(status.st_size);
}

// Bytes that a turn of `rows` rows adds to the WAL: the growth of a fresh one over a few turns.
std::size_t wal_bytes(const std::string& folder, std::size_t rows) {
    const std::string path = folder + "/size.db";
    constexpr std::size_t kTurns = 4;
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + suffix);
    {
        auto filled = store::SqliteStore::open(path);
        if (!filled || (*filled)->commit(first_rows()) != ports::CommitOutcome::committed) std::abort();
    }
    auto opened = store::SqliteStore::open(path);
    if (!opened) throw std::runtime_error(opened.error().message);
    Rows source;
    for (std::size_t i = 0; i < kTurns; ++i)
        if ((*opened)->commit(source.next(rows)) != ports::CommitOutcome::committed)
            throw std::runtime_error("disk full");
    return (file_size(path + "-wal") - kWalHeader) / kTurns;
}

// The floor: bytes appended turn by turn over a file of a fixed size, as SQLite goes round its WAL.
double floor_turns_per_second(const std::string& folder, std::size_t bytes, Seconds length) {
    const std::string path = folder + "/floor.bin";
    constexpr std::size_t kFile = 8 << 20;
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) throw std::runtime_error("cannot write to " + folder);
    const std::vector<char> all(kFile, 'x');
    if (::pwrite(fd, all.data(), kFile, 0) != static_cast<ssize_t>(kFile) || ::fsync(fd) != 0)
        throw std::runtime_error("disk full");
    std::size_t turns = 0;
    std::size_t offset = 0;
    const auto start = Clock::now();
    Seconds taken{0};
    for (; taken < length; taken = Clock::now() - start, ++turns) {
        if (offset + bytes > kFile) offset = 0;
        if (::pwrite(fd, all.data(), bytes, static_cast<off_t>(offset)) < 0 || ::fdatasync(fd) != 0)
            throw std::runtime_error("cannot write");
        offset += bytes;
    }
    ::close(fd);
    return static_cast<double>(turns) / taken.count();
}

Seconds processor_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return Seconds{static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec)};
}

struct Commits {
    double turns_per_second = 0;
    double per_processor_second = 0;
};

Commits commit_turns(store::SqliteStore& store, Rows& source, std::size_t rows, Seconds length) {
    std::size_t turns = 0;
    Seconds taken{0};
    Seconds processor{0};
    while (taken < length) {
        const std::vector<core::Change> changes = source.next(rows);
        const auto start = Clock::now();
        const Seconds processor_start = processor_time();
        if (store.commit(changes) != ports::CommitOutcome::committed) throw std::runtime_error("disk full");
        processor += processor_time() - processor_start;
        taken += Clock::now() - start;
        ++turns;
    }
    return {static_cast<double>(turns) / taken.count(), static_cast<double>(turns) / processor.count()};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void measure(const std::string& folder, Seconds length) {
    constexpr int kRounds = 3;
    auto opened = store::SqliteStore::open(folder + "/weir.db");
    if (!opened) throw std::runtime_error(opened.error().message);
    if ((*opened)->commit(first_rows()) != ports::CommitOutcome::committed) throw std::runtime_error("disk full");
    Rows source;
    std::printf("%9s %12s %14s %14s %12s %8s %12s\n", "rows/turn", "WAL KiB", "floor turns/s", "commit turns/s",
                "rows/s", "x floor", "rows/CPU-s");
    for (const std::size_t rows : {1, 10, 100, 1000}) {
        const std::size_t bytes = wal_bytes(folder, rows);
        std::vector<double> floors;
        std::vector<double> commits;
        std::vector<double> processor;
        for (int round = 0; round < kRounds; ++round) {
            floors.push_back(floor_turns_per_second(folder, bytes, length / kRounds));
            const Commits done = commit_turns(**opened, source, rows, length / kRounds);
            commits.push_back(done.turns_per_second);
            processor.push_back(done.per_processor_second);
        }
        const double commit = median(commits);
        std::printf("%9zu %12.1f %14.0f %14.0f %12.0f %8.2f %12.0f\n", rows, static_cast<double>(bytes) / 1024,
                    median(floors), commit, commit * static_cast<double>(rows), median(floors) / commit,
                    median(processor) * static_cast<double>(rows));
    }
    // Without a disk: what the upserts themselves cost.
    auto memory = store::SqliteStore::open(":memory:");
    if (!memory || (*memory)->commit(first_rows()) != ports::CommitOutcome::committed) std::abort();
    Rows fresh;
    const Commits done = commit_turns(**memory, fresh, 1000, length);
    std::printf("in memory, 1000 rows a turn: %.0f rows/s, %.0f rows/CPU-s\n", 1000 * done.turns_per_second,
                1000 * done.per_processor_second);
}

}  // namespace

int main(int argc, char** argv) {
    std::string parent = std::filesystem::temp_directory_path();
    Seconds length{2};
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--folder")
            parent = argv[i + 1];
        else if (name == "--seconds")
            length = Seconds{std::atof(argv[i + 1])};
        else {
            std::fprintf(stderr, "bench_store [--folder FOLDER] [--seconds 2]\n");
            return 2;
        }
    }
    std::string folder = parent + "/weir-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        std::perror(folder.c_str());
        return 1;
    }
    int status = 0;
    try {
        measure(folder, length);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_store: %s\n", failure.what());
        status = 1;
    }
    std::filesystem::remove_all(folder);
    return status;
}
