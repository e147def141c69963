// Redis -> PostgreSQL: the load operator beside the two floors that it stands on, measured in the same run on the same
// servers: pipelined HMGET of keys that are known already, and COPY of lines that are made already.
//
//   bench_load [ROWS]
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <stdexcept>

#include "bench/rows.hpp"
#include "executors/operators/operator.hpp"
#include "scheduler/model/json.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/temporary_folder.hpp"

extern char** environ;

namespace {

using weir::model::Json;
using weir::test::PostgresSession;

constexpr int kPipeline = 500;
constexpr double kLeastRatio = 0.8;
constexpr double kMostGrowth = 1.15;  // of memory, from a tenth of the rows to all
constexpr const char* kOperate = "operate";

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string key_of(int i) { return fmt::format("views:{:08}", i); }

void fill(weir::test::RedisServer& redis, int from, int to) {
    constexpr const char* kScript =
        "for i = ARGV[1], ARGV[2] - 1 do redis.call('HSET', string.format('views:%08d', i), 'product_id', 'product-' "
        ".. i, "
        "'views', i * 7, 'revenue', string.format('%.2f', i / 100), 'title', 'The title of product ' .. i) end";
    for (int i = from; i < to; i += 10'000)
        redis.command({"EVAL", kScript, "0", std::to_string(i), std::to_string(std::min(i + 10'000, to))});
}

// Two pipelines under way, as the operator has it.
double hmget_floor(const std::string& socket, int rows) {
    redisContext* context = redisConnectUnix(socket.c_str());
    const auto ask = [context, rows](int from) {
        for (int i = from; i < std::min(from + kPipeline, rows); ++i)
            redisAppendCommand(context, "HMGET %s product_id views revenue title", key_of(i).c_str());
        int done = 0;
        while (done == 0) redisBufferWrite(context, &done);
    };
    const double took = seconds([&ask, context, rows] {
        ask(0);
        for (int from = 0; from < rows; from += kPipeline) {
            if (from + kPipeline < rows) ask(from + kPipeline);
            for (int i = from; i < std::min(from + kPipeline, rows); ++i) {
                void* reply = nullptr;
                if (redisGetReply(context, &reply) != REDIS_OK) throw std::runtime_error("HMGET failed");
                freeReplyObject(reply);
            }
        }
    });
    redisFree(context);
    return took;
}

double copy_floor(const weir::test::PostgresServer& postgres, const std::string& database, int rows) {
    PostgresSession(postgres, database)
        .query(
            "create table floor (product_id text, views bigint, revenue numeric, title text, window_start timestamptz, "
            "window_end timestamptz)");
    PGconn* connection =
        PQconnectdb(fmt::format("host={} user=postgres dbname={}", postgres.folder(), database).c_str());
    std::vector<std::string> blocks;
    for (int i = 0; i < rows; ++i) {
        if (blocks.empty() || blocks.back().size() > (128U << 10)) blocks.emplace_back();
        fmt::format_to(std::back_inserter(blocks.back()),
                       "product-{}\t{}\t{:.2f}\tThe title of product {}\t2026-11-22T00:00:00Z\t2026-11-23T00:00:00Z\n",
                       i, i * 7LL, i / 100.0, i);
    }
    const double took = seconds([connection, &blocks] {
        PQclear(PQexec(connection, "copy floor from stdin"));
        for (const auto& block : blocks) PQputCopyData(connection, block.data(), static_cast<int>(block.size()));
        PQputCopyEnd(connection, nullptr);
        while (PGresult* result = PQgetResult(connection)) {
            if (PQresultStatus(result) != PGRES_COMMAND_OK) throw std::runtime_error(PQresultErrorMessage(result));
            PQclear(result);
        }
    });
    PQfinish(connection);
    return took;
}

struct Run {
    double took = 0;
    long max_rss_kib = 0;
};

// The high-water mark of this process's own memory. (What wait4 tells of a child includes what its parent had.)
std::string max_rss() {
    const auto status = weir::test::read_file("/proc/self/status");
    const auto at = status.find("VmHWM:") + 6;
    return status.substr(at, status.find("kB", at) - at);
}

// The operator in a process of its own, as a task is, so that its memory is its own.
Run operate(const std::string& program, const std::string& input) {
    Run run;
    run.took = seconds([&program, &input, &run] {
        std::string self = program, verb = kOperate, file = input;
        char* argv[] = {self.data(), verb.data(), file.data(), nullptr};
        pid_t pid = 0;
        if (::posix_spawn(&pid, self.c_str(), nullptr, nullptr, argv, environ) != 0)
            throw std::runtime_error("cannot spawn");
        int status = 0;
        ::waitpid(pid, &status, 0);
        if (status != 0) throw std::runtime_error("the load failed");
        run.max_rss_kib = std::stol(weir::test::read_file(input + ".rss"));
    });
    return run;
}

void bench(const std::string& program, int rows) {
    weir::test::RedisServer redis;
    weir::test::PostgresServer postgres;
    const weir::test::TemporaryFolder folder;
    const auto database = postgres.make_database();
    const auto input = folder.file("load.json");
    const Json columns{{"product_id", "text"}, {"views", "bigint"}, {"revenue", "numeric"}, {"title", "text"}};
    const Json load{{"from", {{"redis", "cache"}, {"match", "views:*"}, {"columns", columns}}},
                    {"to", {{"postgres", "warehouse"}, {"table", "staging.views"}, {"replace", "window"}}}};
    const Json connections{
        {"cache", {{"kind", "redis"}, {"socket", redis.socket()}}},
        {"warehouse",
         {{"kind", "postgres"}, {"host", postgres.folder()}, {"database", database}, {"user", "postgres"}}}};
    weir::test::write_file(input, weir::model::to_text({{"settings", load}, {"connections", connections}}));

    const int few = rows / 10;
    fill(redis, 0, few);
    const auto small = operate(program, input);
    PostgresSession(postgres, database).query("drop schema staging cascade");
    fill(redis, few, rows);
    const double hmget = hmget_floor(redis.socket(), rows);
    const double copy = copy_floor(postgres, database, rows);
    PostgresSession(postgres, database).query("checkpoint");
    const auto whole = operate(program, input);
    const auto again = operate(program, input);

    const double floor = std::max(hmget, copy);
    const auto tell = [rows](const char* what, double took) {
        weir::bench::tell(
            {.workload = fmt::format("{} rows: {}", rows, what), .figure = rows / took, .unit = "rows/s"});
    };
    tell("pipelined HMGET, keys known", hmget);
    tell("COPY, lines made", copy);
    tell("load Redis -> PostgreSQL, window replaced", again.took);
    weir::bench::tell_at_least({.workload = fmt::format("{} rows: load Redis -> PostgreSQL, new window", rows),
                                .figure = rows / whole.took,
                                .unit = "rows/s",
                                .floor = rows / floor,
                                .curve = "a row of a load Redis -> PostgreSQL",
                                .size = rows},
                               kLeastRatio, "the slower of HMGET and COPY");
    weir::bench::tell_at_most({.workload = fmt::format("{} rows: memory of the load", rows),
                               .figure = static_cast<double>(whole.max_rss_kib) / 1024,
                               .unit = "MB",
                               .floor = static_cast<double>(small.max_rss_kib) / 1024},
                              kMostGrowth, "that of a tenth of the rows");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == kOperate) {
        auto environment = weir::operators::environment_of_process();
        environment.window = weir::model::Interval{weir::model::parse_rfc3339("2026-11-22T00:00:00Z")->time,
                                                   weir::model::parse_rfc3339("2026-11-23T00:00:00Z")->time};
        const int code =
            weir::operators::run_operator(weir::model::OperatorKind::load, weir::test::read_file(argv[2]), environment);
        weir::test::write_file(argv[2] + std::string(".rss"), max_rss());
        return code;
    }
    bench("/proc/self/exe", argc > 1 ? std::atoi(argv[1]) : 1'000'000);
    return 0;
}
