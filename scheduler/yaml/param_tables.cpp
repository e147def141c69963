#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/params.hpp"
#include "scheduler/yaml/settings.hpp"
#include "scheduler/yaml/table.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

Key schema_key(std::string name, ShapePtr shape, std::string doc) {
    return {std::move(name), std::move(shape), std::move(doc)};
}

// What a map says of a param.
const Table<ParamDraft>& param_table() {
    // The names are JSON Schema's own; each row but the first two goes into the param's schema as it stands.
    constexpr auto kLongest = std::int64_t{1} << 20;
    static const Table<ParamDraft> table(
        {"a param", "A value that a run gets; the form for starting a run is made from it", {}, {}},
        {
            {{"description", text("a text"), "Shown beside the field of the form"},
             [](ParamDraft& draft, const Node& value) { draft.param.description = text_of(value); }},
            {{"default", shape("a value", AnyValue{}),
              "What a run gets that names none; without it a run must name one"},
             [](ParamDraft& draft, const Node& value) { draft.fallback = &value; }},
            {schema_key("type", choice({"string", "integer", "number", "boolean", "array", "object"}),
                        "Type of the value; that of the default unless set"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["type"] = to_json(value); }},
            {schema_key("enum", list_of("a list of values", shape("a text, number or boolean", AnyValue{true}), 1),
                        "All values that are allowed"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["enum"] = to_json(value); }},
            {schema_key("minimum", number(-1e18, 1e18), "Smallest number"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["minimum"] = to_json(value); }},
            {schema_key("maximum", number(-1e18, 1e18), "Largest number"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["maximum"] = to_json(value); }},
            {schema_key("minLength", whole(0, kLongest), "Least number of characters"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["minLength"] = to_json(value); }},
            {schema_key("maxLength", whole(0, kLongest), "Largest number of characters"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["maxLength"] = to_json(value); }},
            {schema_key("pattern", pattern(), "Regular expression that is found in the text"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["pattern"] = to_json(value); }},
        });
    return table;
}

}  // namespace

ShapePtr params_shape(const std::string& what) {
    auto param = either("a value, or a map such as {type: integer, default: 1}",
                        {shape("a text, number or boolean", AnyValue{true}), param_table().shape()});
    return shape("a map of " + what.substr(what.find(' ') + 1) + "s",
                 MapOf{name_text("the name of " + what), std::move(param)});
}

std::vector<ParamDraft> read_params(const Node& map) {
    std::vector<ParamDraft> params;
    for (const auto& entry : map.map()->entries) {
        ParamDraft param;
        param.param.name = entry.key;
        param.param.schema = Json::object();
        param.node = &entry.value;
        if (entry.value.scalar() != nullptr)
            param.fallback = &entry.value;
        else
            param_table().fill(entry.value, param);
        params.push_back(std::move(param));
    }
    return params;
}

}  // namespace weir::yaml
