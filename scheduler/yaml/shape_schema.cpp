#include "scheduler/yaml/shape_schema.hpp"

namespace weir::yaml {
namespace {

Json schema_of(const Object& object) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& key : object.keys) {
        auto property = schema_of(*key.shape);
        property["description"] = key.doc;
        if (!key.fallback.is_null()) property["default"] = key.fallback;
        properties[key.name] = std::move(property);
        if (key.required) required.push_back(key.name);
    }
    Json schema = {{"type", "object"},
                   {"description", object.doc},
                   {"properties", std::move(properties)},
                   {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    for (const auto& rule : object.rules) schema["allOf"].push_back(rule.schema);
    return schema;
}

template <class Shapes>
Json any_of(const Shapes& shapes) {
    Json options = Json::array();
    for (const auto& shape : shapes) options.push_back(schema_of(*shape));
    return {{"anyOf", std::move(options)}};
}

struct ToSchema {
    Json operator()(const Text& form) const {
        Json schema = form.schema;
        schema["type"] = "string";
        if (form.filled) schema["minLength"] = 1;
        return schema;
    }
    Json operator()(const Measure& form) const { return form.schema; }
    Json operator()(const Whole& form) const {
        return {{"type", "integer"}, {"minimum", form.least}, {"maximum", form.most}};
    }
    Json operator()(const Number& form) const {
        return {{"type", "number"}, {"minimum", form.least}, {"maximum", form.most}};
    }
    Json operator()(const Boolean& form) const {
        if (form.only) return {{"const", *form.only}};
        return {{"type", "boolean"}};
    }
    Json operator()(const Choice& form) const { return {{"enum", form.names}}; }
    Json operator()(const AnyScalar&) const { return {{"type", {"string", "number", "boolean"}}}; }
    Json operator()(const AnyValue& form) const {
        Json schema = {{"type", {"string", "number", "boolean"}}};
        if (!form.scalar) schema["type"].insert(schema["type"].end(), {"array", "object"});
        if (form.constant) schema["not"] = {{"type", "string"}, {"pattern", "\\$\\{\\{"}};
        return schema;
    }
    Json operator()(const ListOf& form) const {
        Json schema = {{"type", "array"}, {"items", schema_of(*form.item)}};
        if (form.least > 0) schema["minItems"] = form.least;
        if (form.unique) schema["uniqueItems"] = true;
        if (form.most != kAnyNumber) schema["maxItems"] = form.most;
        return schema;
    }
    Json operator()(const MapOf& form) const {
        Json schema = form.schema;
        schema["type"] = "object";
        schema["additionalProperties"] = schema_of(*form.value);
        if (!form.key.schema.empty()) schema["propertyNames"] = form.key.schema;
        if (form.least > 0) schema["minProperties"] = form.least;
        if (form.most != kAnyNumber) schema["maxProperties"] = form.most;
        return schema;
    }
    Json operator()(const ObjectPtr& form) const { return schema_of(*form); }
    Json operator()(const Variants& form) const { return any_of(form.objects); }
    Json operator()(const Either& form) const { return any_of(form.shapes); }
    Json operator()(const Named& form) const { return {{"$ref", "#/$defs/" + form.name}}; }
};

}  // namespace

Json schema_of(const Shape& shape) {
    auto schema = std::visit(ToSchema{}, shape.form);
    if (!shape.templates) return schema;
    return {{"anyOf", {std::move(schema), {{"type", "string"}, {"pattern", "\\$\\{\\{"}}}}};
}

}  // namespace weir::yaml
