#include "executors/operators/settings_object.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scheduler/model/nearest.hpp"

namespace weir::operators {

using connectors::ColumnType;
using model::Json;

SettingsObject::SettingsObject(SettingsReader& reader, const Json& json, std::string place,
                               std::vector<std::string> known)
    : reader_(reader), json_(json), place_(std::move(place)) {
    if (!json_.is_object()) {
        fail("must be a mapping");
        return;
    }
    for (const auto& [key, value] : json_.items())
        if (std::ranges::find(known, key) == known.end())
            fail(fmt::format("unknown key '{}'{}", key, model::did_you_mean(key, known)));
}

void SettingsObject::fail(const std::string& what) const { reader_.fail(fmt::format("{}: {}", place_, what)); }

const Json* SettingsObject::find(const std::string& key) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
}

const Json& SettingsObject::required(const std::string& key) {
    static const Json nothing;
    if (const Json* value = find(key)) return *value;
    fail(fmt::format("`{}` is missing", key));
    return nothing;
}

std::string SettingsObject::text(const std::string& key) {
    const Json& value = required(key);
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) return value.get<std::string>();
    fail(fmt::format("`{}` must be a text that is not empty", key));
    return "";
}

SqlText SettingsObject::sql(const std::string& key) {
    const Json& value = required(key);
    if (value.is_string()) return {value.get<std::string>(), {}};
    if (value.is_object() && value.contains("text") && value["text"].is_string()) {
        SqlText sql{value["text"].get<std::string>(), {}};
        if (const auto params = value.find("params"); params != value.end() && params->is_array())
            sql.params = params->get<std::vector<Json>>();
        return sql;
    }
    fail(fmt::format("`{}` must be an SQL text", key));
    return {};
}

std::vector<std::string> SettingsObject::names(const std::string& key) {
    const Json& value = required(key);
    std::vector<std::string> names;
    const Json list = value.is_array() ? value : Json::array({value});
    for (const auto& name : list) {
        if (!name.is_string() || name.get_ref<const std::string&>().empty()) {
            fail(fmt::format("`{}` must be a column's name or a list of them", key));
            return {};
        }
        names.push_back(name.get<std::string>());
    }
    if (names.empty()) fail(fmt::format("`{}` must name a column", key));
    return names;
}

std::map<std::string, ColumnType> SettingsObject::types(const std::string& key) {
    std::map<std::string, ColumnType> types;
    const Json* value = find(key);
    if (value == nullptr) return types;
    if (!value->is_object()) {
        fail(fmt::format("`{}` must map columns to types", key));
        return types;
    }
    for (const auto& [column, type_name] : value->items()) {
        const auto text = type_name.is_string() ? type_name.get<std::string>() : model::to_text(type_name);
        const auto type = connectors::parse_column_type(text);
        if (!type)
            fail(fmt::format("{}.{}: unknown type '{}'{}", key, column, text,
                             model::did_you_mean(text, connectors::column_type_names())));
        else
            types[column] = *type;
    }
    return types;
}

std::optional<std::int64_t> SettingsObject::whole_number(const std::string& key) {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer()) {
        fail(fmt::format("`{}` must be a whole number", key));
        return std::nullopt;
    }
    return value->get<std::int64_t>();
}

std::string SettingsObject::one_of(const std::vector<std::string>& keys) {
    std::vector<std::string> there;
    std::ranges::copy_if(keys, std::back_inserter(there), [this](const auto& key) { return has(key); });
    if (there.size() == 1) return there.front();
    fail(fmt::format("wants exactly one of {}; {}", fmt::join(keys, ", "),
                     there.empty() ? "none is there" : fmt::format("{} are there", fmt::join(there, ", "))));
    return "";
}

DatabaseSettings SettingsObject::database() {
    const auto kind = one_of({"postgres", "sqlite"});
    if (kind == "postgres") return reader_.postgres(text(kind));
    return SqliteFile{kind.empty() ? "" : text(kind)};
}

QuerySettings SettingsObject::query() {
    QuerySettings query;
    query.database = database();
    if (one_of({"query", "table"}) == "query")
        query.query = sql("query");
    else if (has("table"))
        query.table = text("table");
    return query;
}

}  // namespace weir::operators
