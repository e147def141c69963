// What the author of a task asked for, checked: settings JSON to structs. Everything wrong here ends the task with
// kBadSettings, before any server is asked.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "executors/connectors/endpoint.hpp"
#include "executors/connectors/http_client.hpp"
#include "executors/connectors/rows.hpp"
#include "executors/operators/sql_text.hpp"
#include "scheduler/model/json.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace weir::operators {

// A database to ask: `{postgres: warehouse}` or `{sqlite: data/x.db}`.
struct SqliteFile {
    std::string path;
};
using DatabaseSettings = std::variant<connectors::PostgresEndpoint, SqliteFile>;

// `table:` or `query:` of a database; exactly one of them is set.
struct QuerySettings {
    DatabaseSettings database;
    std::string table;
    std::optional<SqlText> query;
};
struct RedisSettings {
    connectors::RedisEndpoint endpoint;
    std::string match;
    std::vector<connectors::Column> columns;
};
struct CsvSettings {
    std::string path;
    std::map<std::string, connectors::ColumnType> types;
    char delimiter = ',';
};
using SourceSettings = std::variant<RedisSettings, QuerySettings, CsvSettings>;

enum class WriteMode : std::uint8_t { replace_window, replace_table, upsert, append };
struct TableTarget {
    DatabaseSettings database;
    TableName table;
    WriteMode mode = WriteMode::append;
    std::vector<std::string> key;  // of upsert
};
struct CsvTarget {
    std::string path;
};
using TargetSettings = std::variant<TableTarget, CsvTarget>;

struct LoadSettings {
    std::vector<std::pair<std::string, SourceSettings>> sources;  // named when there is `sql`; else one without a name
    std::optional<SqlText> sql;
    TargetSettings to;
    std::map<std::string, connectors::ColumnType> types;  // `columns`
    bool reject = false;
};

struct SqlSettings {
    DatabaseSettings database;
    SqlText query;
};

struct NotNull {
    std::string column;
};
struct Unique {
    std::vector<std::string> columns;
};
struct RowCount {
    std::optional<std::int64_t> least, most;  // equal for `equals`
};
struct AcceptedValues {
    std::string column;
    std::vector<model::Json> values;
};
struct Reconcile {
    std::string with;
    std::string sum;  // a column; empty: the numbers of rows are compared
    model::Json tolerance = 0;
};
using Expectation = std::variant<NotNull, Unique, RowCount, AcceptedValues, Reconcile>;

struct CheckSettings {
    QuerySettings on;
    bool whole_table = false;  // `window: all`
    std::vector<Expectation> expectations;
};

// One look of `wait`.
struct FileLook {
    std::string path;
};
struct HttpLook {
    connectors::HttpRequest request;
    std::vector<int> statuses;  // that are waited for
    std::string expected_text;  // in the body; empty: any
};
struct RedisLook {
    connectors::RedisEndpoint endpoint;
    std::string key;
};
using WaitLook = std::variant<FileLook, HttpLook, SqlSettings, RedisLook>;

// `connections` as on stdin; `window` only to say in time that there is none.
class SettingsReader {
   public:
    SettingsReader(const model::Json& connections, std::optional<model::Interval> window)
        : connections_(connections), window_(window) {}

    [[nodiscard]] model::Result<LoadSettings> load(const model::Json& settings);
    [[nodiscard]] model::Result<SqlSettings> sql(const model::Json& settings);
    [[nodiscard]] model::Result<CheckSettings> check(const model::Json& settings);
    [[nodiscard]] model::Result<WaitLook> wait(const model::Json& settings);

    // Passwords that were read, for the log to mask.
    [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }

   private:
    friend class SettingsObject;
    void fail(std::string message);
    [[nodiscard]] const model::Json* connection(const std::string& name, std::string_view kind);
    [[nodiscard]] connectors::RedisEndpoint redis(const std::string& name);
    [[nodiscard]] connectors::PostgresEndpoint postgres(const std::string& name);
    [[nodiscard]] HttpLook http_look(const model::Json& json);
    [[nodiscard]] SourceSettings source(const model::Json& json, const std::string& place);
    [[nodiscard]] TargetSettings target(const model::Json& json);
    [[nodiscard]] Expectation expectation(const model::Json& json, const std::string& place);

    const model::Json& connections_;
    std::optional<model::Interval> window_;
    std::vector<std::string> secrets_;
    std::optional<model::Error> problem_;  // the first
};

}  // namespace weir::operators
