// An operator's run as tests see it: settings in, exit code, log and outputs out. Servers are real.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "executors/operators/operator.hpp"
#include "scheduler/model/json.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weir::operators {

using model::Json;
using model::OperatorKind;

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Task {
   public:
    Task() { environment.log_file = folder.file("1.log"); }

    // The window of this run: "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z".
    void window(const std::string& start, const std::string& end) {
        environment.window = model::Interval{model::parse_rfc3339(start)->time, model::parse_rfc3339(end)->time};
    }
    int run(OperatorKind kind, const Json& settings) {
        log.clear();
        std::filesystem::remove(folder.file("outputs"));
        environment.output_file = folder.file("outputs");
        environment.write_line = [this](std::string_view line) { log += line; };
        const int code =
            run_operator(kind, model::to_text({{"settings", settings}, {"connections", connections}}), environment);
        INFO(log);
        const auto text = test::read_file(folder.file("outputs"));
        outputs = model::parse_json(text).value_or(Json());
        return code;
    }
    int load(const Json& from, const Json& to, Json more = Json::object()) {
        more["from"] = from;
        more["to"] = to;
        return run(OperatorKind::load, more);
    }
    [[nodiscard]] std::string rejects() const { return test::read_file(folder.file("1.rejects.csv")); }
    [[nodiscard]] std::string csv(const std::string& name, const std::string& text) const {
        test::write_file(folder.file(name), text);
        return folder.file(name);
    }

    test::TemporaryFolder folder;
    OperatorEnvironment environment;
    Json connections = Json::object();
    std::string log;
    Json outputs;
};

// A task with a PostgreSQL database of its own as connection "warehouse".
class WarehouseTask : public Task {
   public:
    WarehouseTask() {
        connections["warehouse"] = {
            {"kind", "postgres"}, {"host", server.folder()}, {"database", database}, {"user", "postgres"}};
    }
    std::string query(const std::string& sql) const { return test::PostgresSession(server, database).query(sql); }
    [[nodiscard]] static Json to(const std::string& table, const std::string& key, const Json& value) {
        return {{"postgres", "warehouse"}, {"table", table}, {key, value}};
    }

    test::PostgresServer& server = test::PostgresServer::shared();
    std::string database = server.make_database();
};

// … and with a Redis as connection "cache".
class CacheTask : public WarehouseTask {
   public:
    CacheTask() { connections["cache"] = {{"kind", "redis"}, {"socket", redis.socket()}}; }
    [[nodiscard]] static Json from(const std::string& match, const Json& columns) {
        return {{"redis", "cache"}, {"match", match}, {"columns", columns}};
    }

    test::RedisServer redis;
};

}  // namespace weir::operators
