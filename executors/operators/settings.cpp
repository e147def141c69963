#include "executors/operators/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "executors/operators/settings_object.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::operators {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

void SettingsReader::fail(std::string message) {
    if (!problem_) problem_ = Error{ErrorKind::invalid, std::move(message)};
}

const Json* SettingsReader::connection(const std::string& name, std::string_view kind) {
    std::vector<std::string> known;
    if (connections_.is_object())
        for (const auto& [other, settings] : connections_.items()) known.push_back(other);
    const auto found = connections_.is_object() ? connections_.find(name) : connections_.end();
    if (!connections_.is_object() || found == connections_.end()) {
        fail(fmt::format("no connection '{}' in weir.yaml{}", name, model::did_you_mean(name, known)));
        return nullptr;
    }
    if (!found->is_object() || !found->contains("kind") || (*found)["kind"] != Json(kind)) {
        fail(fmt::format("connection '{}' is not a {} connection", name, kind));
        return nullptr;
    }
    return &*found;
}

connectors::RedisEndpoint SettingsReader::redis(const std::string& name) {
    const Json* settings = connection(name, "redis");
    if (settings == nullptr) return {};
    auto endpoint = connectors::redis_endpoint(name, *settings);
    if (!endpoint) {
        fail(endpoint.error().message);
        return {};
    }
    secrets_.push_back(endpoint->password);
    return *endpoint;
}

connectors::PostgresEndpoint SettingsReader::postgres(const std::string& name) {
    const Json* settings = connection(name, "postgres");
    if (settings == nullptr) return {};
    auto endpoint = connectors::postgres_endpoint(name, *settings);
    if (!endpoint) {
        fail(endpoint.error().message);
        return {};
    }
    secrets_.push_back(endpoint->password);
    return *endpoint;
}

SourceSettings SettingsReader::source(const Json& json, const std::string& place) {
    if (json.is_object() && json.contains("redis")) {
        SettingsObject object(*this, json, place, {"redis", "match", "columns"});
        RedisSettings redis_settings{redis(object.text("redis")), object.text("match"), {}};
        for (const auto& [name, type] : object.types("columns")) redis_settings.columns.push_back({name, type, true});
        return redis_settings;
    }
    if (json.is_object() && json.contains("csv")) {
        SettingsObject object(*this, json, place, {"csv", "columns", "delimiter"});
        CsvSettings csv{object.text("csv"), object.types("columns")};
        if (object.has("delimiter")) {
            const auto delimiter = object.text("delimiter");
            if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n" || delimiter == "\r")
                object.fail("`delimiter` must be one character, and no quote or line end");
            else
                csv.delimiter = delimiter.front();
        }
        return csv;
    }
    SettingsObject object(*this, json, place, {"redis", "csv", "postgres", "sqlite", "query", "table"});
    if (object.one_of({"redis", "csv", "postgres", "sqlite"}).empty()) return QuerySettings{};
    return object.query();
}

TargetSettings SettingsReader::target(const Json& json) {
    if (json.is_object() && json.contains("csv")) {
        SettingsObject object(*this, json, "load.to", {"csv"});
        return CsvTarget{object.text("csv")};
    }
    SettingsObject object(*this, json, "load.to",
                          {"postgres", "sqlite", "csv", "table", "replace", "upsert", "append"});
    TableTarget target;
    if (object.one_of({"postgres", "sqlite", "csv"}).empty()) return target;
    target.database = object.database();
    const auto name = parse_table_name(object.text("table"));
    if (name)
        target.table = *name;
    else
        object.fail(name.error().message);
    if (std::holds_alternative<SqliteFile>(target.database) && !target.table.schema.empty())
        object.fail("`table` in SQLite has no schema");
    const auto mode = object.one_of({"replace", "upsert", "append"});
    if (mode == "upsert") {
        target.mode = WriteMode::upsert;
        target.key = object.names("upsert");
    } else if (mode == "append") {
        if (object.required("append") != true) object.fail("`append` can only be true");
    } else if (mode == "replace") {
        const auto what = object.text("replace");
        target.mode = what == "table" ? WriteMode::replace_table : WriteMode::replace_window;
        if (what != "window" && what != "table") object.fail("`replace` is window or table");
        if (what == "window" && !window_)
            object.fail(
                "`replace: window` in a run without a window; trigger it with a data interval, or use `replace: "
                "table`");
    }
    return target;
}

Result<LoadSettings> SettingsReader::load(const Json& json) {
    LoadSettings load;
    SettingsObject object(*this, json, "load", {"from", "sql", "to", "columns", "on_bad_row"});
    const Json& from = object.required("from");
    if (object.has("sql")) {
        load.sql = object.sql("sql");
        if (!from.is_object() || from.empty())
            object.fail("with `sql`, `from` must name its sources: from: {views: {…}, catalog: {…}}");
        else
            for (const auto& [name, settings] : from.items())
                load.sources.emplace_back(name, source(settings, "load.from." + name));
    } else {
        load.sources.emplace_back("", source(from, "load.from"));
    }
    load.to = target(object.required("to"));
    load.types = object.types("columns");
    if (object.has("on_bad_row")) {
        const auto policy = object.text("on_bad_row");
        load.reject = policy == "reject";
        if (policy != "fail" && policy != "reject") object.fail("`on_bad_row` is fail or reject");
    }
    if (problem_) return *problem_;
    return load;
}

Result<SqlSettings> SettingsReader::sql(const Json& json) {
    SettingsObject object(*this, json, "sql", {"postgres", "sqlite", "query"});
    SqlSettings settings{object.database(), object.sql("query")};
    if (problem_) return *problem_;
    return settings;
}

Expectation SettingsReader::expectation(const Json& json, const std::string& place) {
    const std::vector<std::string> kinds{"not_null", "unique", "row_count", "accepted_values", "reconcile"};
    SettingsObject object(*this, json, place, kinds);
    const auto kind = object.one_of(kinds);
    if (kind == "unique") return Unique{object.names("unique")};
    if (kind == "row_count") {
        SettingsObject bounds(*this, object.required(kind), place + ".row_count", {"min", "max", "equals"});
        if (bounds.has("equals") && (bounds.has("min") || bounds.has("max"))) bounds.fail("`equals` stands alone");
        if (!bounds.has("equals") && !bounds.has("min") && !bounds.has("max")) bounds.fail("wants min, max or equals");
        const auto equals = bounds.whole_number("equals");
        return RowCount{equals ? equals : bounds.whole_number("min"), equals ? equals : bounds.whole_number("max")};
    }
    if (kind == "accepted_values") {
        SettingsObject values(*this, object.required(kind), place + ".accepted_values", {"column", "values"});
        const Json& list = values.required("values");
        if (!list.is_array() || list.empty()) {
            values.fail("`values` must be a list that is not empty");
            return AcceptedValues{};
        }
        return AcceptedValues{values.text("column"), list.get<std::vector<Json>>()};
    }
    if (kind == "reconcile") {
        SettingsObject with(*this, object.required(kind), place + ".reconcile", {"with", "sum", "count", "tolerance"});
        Reconcile reconcile{with.text("with"), ""};
        if (with.one_of({"sum", "count"}) == "sum") reconcile.sum = with.text("sum");
        if (with.has("count") && with.required("count") != true) with.fail("`count` can only be true");
        if (const Json* tolerance = with.find("tolerance")) {
            if (!tolerance->is_number() || *tolerance < 0)
                with.fail("`tolerance` must be a number that is not negative");
            reconcile.tolerance = *tolerance;
        }
        return reconcile;
    }
    return NotNull{};
}

Result<CheckSettings> SettingsReader::check(const Json& json) {
    CheckSettings check;
    SettingsObject object(*this, json, "check", {"on", "window", "expect"});
    SettingsObject on(*this, object.required("on"), "check.on", {"postgres", "sqlite", "table", "query"});
    check.on = on.query();
    if (object.has("window")) {
        const auto window = object.text("window");
        check.whole_table = window == "all";
        if (window != "run" && window != "all") object.fail("`window` is run or all");
    }
    const Json& expect = object.required("expect");
    if (!expect.is_array() || expect.empty()) object.fail("`expect` must be a list of expectations");
    for (std::size_t i = 0; expect.is_array() && i < expect.size(); ++i) {
        const auto place = fmt::format("check.expect[{}]", i);
        // A list of columns for not_null is one expectation for each.
        if (expect[i].is_object() && expect[i].size() == 1 && expect[i].contains("not_null")) {
            SettingsObject not_null(*this, expect[i], place, {"not_null"});
            for (auto& column : not_null.names("not_null")) check.expectations.emplace_back(NotNull{std::move(column)});
            continue;
        }
        check.expectations.push_back(expectation(expect[i], place));
    }
    if (problem_) return *problem_;
    return check;
}

}  // namespace weir::operators
