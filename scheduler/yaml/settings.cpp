#include "scheduler/yaml/settings.hpp"

#include "scheduler/model/invariant.hpp"
#include "scheduler/yaml/scalar.hpp"

namespace weir::yaml {
namespace {

struct ToSettings {
    const Node& node;
    const Shape& shape;

    Json operator()(const Text& form) const {
        Json value = node.scalar()->text;
        if (form.sql) return {{"$sql", std::move(value)}};
        return value;
    }
    Json operator()(const Measure&) const { return node.scalar()->text; }
    Json operator()(const Choice&) const { return node.scalar()->text; }
    Json operator()(const AnyScalar&) const { return canonical_text(*node.scalar()); }
    Json operator()(const Whole&) const { return to_json(node); }
    Json operator()(const Number&) const { return to_json(node); }
    Json operator()(const Boolean&) const { return to_json(node); }
    Json operator()(const AnyValue&) const { return to_json(node); }
    Json operator()(const ListOf& form) const {
        Json list = Json::array();
        for (const auto& item : node.list()->items) list.push_back(to_settings(item, *form.item));
        return list;
    }
    Json operator()(const MapOf& form) const {
        Json map = Json::object();
        for (const auto& entry : node.map()->entries) map[entry.key] = to_settings(entry.value, *form.value);
        return map;
    }
    Json operator()(const ObjectPtr& form) const { return of_object(*form); }
    Json operator()(const Variants& form) const {
        const auto* picked = pick(form, *node.map());
        model::invariant(picked != nullptr, "settings are made of checked trees only");
        return of_object(*picked);
    }
    Json operator()(const Either& form) const {
        const auto* picked = pick(form, node);
        model::invariant(picked != nullptr, "settings are made of checked trees only");
        return to_settings(node, *picked);
    }
    Json operator()(const Named& form) const { return to_settings(node, *form.shape()); }

    Json of_object(const Object& object) const {
        Json map = Json::object();
        for (const auto& entry : node.map()->entries)
            if (const auto* key = object.find(entry.key)) map[entry.key] = to_settings(entry.value, *key->shape);
        return map;
    }
};

}  // namespace

Json to_settings(const Node& node, const Shape& shape) { return std::visit(ToSettings{node, shape}, shape.form); }

Json to_json(const Node& node) {
    if (const auto* scalar = node.scalar()) return to_json(*scalar);
    if (const auto* list = node.list()) {
        Json items = Json::array();
        for (const auto& item : list->items) items.push_back(to_json(item));
        return items;
    }
    if (const auto* map = node.map()) {
        Json entries = Json::object();
        for (const auto& entry : map->entries) entries[entry.key] = to_json(entry.value);
        return entries;
    }
    return nullptr;
}

}  // namespace weir::yaml
