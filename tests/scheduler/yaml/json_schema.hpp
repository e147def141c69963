// The part of JSON Schema (draft 2020-12) that our schemas use, to hold the loader and its schema against each other.
// A keyword that is not known here fails the test: it would go unchecked.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>

#include "scheduler/model/json.hpp"

namespace weir::yaml {

using model::Json;

inline bool accepts(const Json& schema, const Json& value);

// That "$ref" is looked up in: the last one with "$defs" that was asked.
inline Json& whole_schema() {
    static Json schema;
    return schema;
}

inline bool has_json_type(const Json& value, const std::string& type) {
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    FAIL("unknown type " << type);
    return false;
}

inline bool satisfies(const Json& schema, const std::string& keyword, const Json& says, const Json& value) {
    static const std::set<std::string> kNotes{"$schema", "$defs",  "title", "description",
                                              "default", "format", "then",  "else"};
    const auto all = [&says](auto holds) { return std::ranges::all_of(says, holds); };
    const auto count = [&says, &value] {
        return std::ranges::count_if(says, [&value](const Json& one) { return accepts(one, value); });
    };
    if (kNotes.contains(keyword)) return true;
    if (keyword == "$ref") {
        const auto& reference = says.get_ref<const std::string&>();
        return accepts(whole_schema().at(Json::json_pointer(reference.substr(1))), value);  // "#/$defs/…"
    }
    if (keyword == "type") {
        if (says.is_string()) return has_json_type(value, says);
        return std::ranges::any_of(says, [&value](const Json& type) { return has_json_type(value, type); });
    }
    if (keyword == "const") return value == says;
    if (keyword == "enum") return std::ranges::find(says, value) != says.end();
    if (keyword == "anyOf") return count() > 0;
    if (keyword == "oneOf") return count() == 1;
    if (keyword == "allOf") return all([&value](const Json& one) { return accepts(one, value); });
    if (keyword == "not") return !accepts(says, value);
    if (keyword == "if") {
        const auto* const branch = accepts(says, value) ? "then" : "else";
        return !schema.contains(branch) || accepts(schema.at(branch), value);
    }
    if (keyword == "minimum") return !value.is_number() || value >= says;
    if (keyword == "maximum") return !value.is_number() || value <= says;
    if (keyword == "minLength") return !value.is_string() || value.get<std::string>().size() >= says;
    if (keyword == "maxLength") return !value.is_string() || value.get<std::string>().size() <= says;
    if (keyword == "pattern")
        return !value.is_string() || std::regex_search(value.get<std::string>(), std::regex(says.get<std::string>()));
    if (keyword == "minItems") return !value.is_array() || value.size() >= says;
    if (keyword == "maxItems") return !value.is_array() || value.size() <= says;
    if (keyword == "uniqueItems")
        return !value.is_array() || std::set<Json>(value.begin(), value.end()).size() == value.size();
    if (keyword == "items")
        return !value.is_array() ||
               std::ranges::all_of(value, [&says](const Json& item) { return accepts(says, item); });
    if (!value.is_object()) return true;
    if (keyword == "required") return all([&value](const Json& key) { return value.contains(key.get<std::string>()); });
    if (keyword == "minProperties") return value.size() >= says;
    if (keyword == "maxProperties") return value.size() <= says;
    if (keyword == "properties")
        return std::ranges::all_of(value.items(), [&says](const auto& entry) {
            return !says.contains(entry.key()) || accepts(says.at(entry.key()), entry.value());
        });
    if (keyword == "additionalProperties")
        return std::ranges::all_of(value.items(), [&says, &schema](const auto& entry) {
            return (schema.contains("properties") && schema.at("properties").contains(entry.key())) ||
                   accepts(says, entry.value());
        });
    if (keyword == "propertyNames")
        return std::ranges::all_of(value.items(),
                                   [&says](const auto& entry) { return accepts(says, Json(entry.key())); });
    FAIL("the keyword " << keyword << " is not known to this check");
    return false;
}

inline bool accepts(const Json& schema, const Json& value) {
    if (schema.is_boolean()) return schema.get<bool>();
    if (schema.contains("$defs") && &schema != &whole_schema()) whole_schema() = schema;
    for (const auto& [keyword, says] : schema.items())
        if (!satisfies(schema, keyword, says, value)) return false;
    return true;
}

}  // namespace weir::yaml
