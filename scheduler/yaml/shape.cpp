#include "scheduler/yaml/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace weir::yaml {

const Key* Object::find(std::string_view key) const {
    const auto found = std::ranges::find(keys, key, &Key::name);
    return found == keys.end() ? nullptr : &*found;
}

ShapePtr text(std::string wanted, TextFault fault, Json schema) {
    return shape(std::move(wanted), Text{std::move(fault), std::move(schema), false, {}, false});
}

ShapePtr filled_text(std::string wanted, TextFault fault, Json schema) {
    return shape(std::move(wanted), Text{std::move(fault), std::move(schema), false, {}, true});
}

ShapePtr whole(std::int64_t least, std::int64_t most) {
    return shape(fmt::format("a whole number from {} to {}", least, most), Whole{least, most});
}

ShapePtr number(double least, double most) {
    return shape(fmt::format("a number from {} to {}", least, most), Number{least, most});
}

ShapePtr boolean() { return shape("true or false", Boolean{}); }

ShapePtr choice(std::vector<std::string> names) {
    auto wanted = fmt::format("one of {}", fmt::join(names, ", "));
    return shape(std::move(wanted), Choice{std::move(names)});
}

ShapePtr list_of(std::string wanted, ShapePtr item, std::size_t least, bool unique) {
    return shape(std::move(wanted), ListOf{std::move(item), least, unique});
}

ShapePtr one_or_more(std::string wanted, ShapePtr item) {
    auto list = list_of(wanted, item, 1, true);
    return either(std::move(wanted), {std::move(item), std::move(list)});
}

ShapePtr object(Object object) {
    auto wanted = fmt::format("a map of {}'s keys", object.name);
    return shape(std::move(wanted), std::make_shared<const Object>(std::move(object)));
}

ShapePtr either(std::string wanted, std::vector<ShapePtr> shapes, std::function<std::size_t(const Node&)> pick) {
    return shape(std::move(wanted), Either{std::move(shapes), std::move(pick)});
}

ShapePtr with_templates(const ShapePtr& shape) {
    auto copy = *shape;
    copy.templates = true;
    return std::make_shared<const Shape>(std::move(copy));
}

namespace {

std::vector<std::string> present(const Map& map, const std::vector<std::string>& keys) {
    std::vector<std::string> found;
    for (const auto& key : keys)
        if (map.find(key) != nullptr) found.push_back(key);
    return found;
}

Json required_one_of(const char* how, const std::vector<std::string>& keys) {
    Json options = Json::array();
    for (const auto& key : keys) options.push_back({{"required", Json::array({key})}});
    return {{how, std::move(options)}};
}

}  // namespace

Rule exactly_one_of(std::vector<std::string> keys, std::string what) {
    auto schema = required_one_of("oneOf", keys);
    return {[keys = std::move(keys), what = std::move(what)](const Map& map) -> std::optional<RuleFault> {
                const auto found = present(map, keys);
                if (found.size() == 1) return std::nullopt;
                auto message = fmt::format("{} exactly one of {}", what, fmt::join(keys, ", "));
                if (found.empty()) return RuleFault{nullptr, message + "; found none"};
                return RuleFault{&map.find(found[1])->value,
                                 message + fmt::format("; found {}", fmt::join(found, " and "))};
            },
            std::move(schema)};
}

Rule at_least_one_of(std::vector<std::string> keys, std::string what) {
    auto schema = required_one_of("anyOf", keys);
    return {[keys = std::move(keys), what = std::move(what)](const Map& map) -> std::optional<RuleFault> {
                if (!present(map, keys).empty()) return std::nullopt;
                return RuleFault{nullptr, fmt::format("{} at least one of {}", what, fmt::join(keys, ", "))};
            },
            std::move(schema)};
}

Rule only_with(std::vector<std::string> keys, std::string other) {
    Json options = Json::array({{{"required", Json::array({other})}}});
    Json any = Json::array();
    for (const auto& key : keys) any.push_back({{"required", Json::array({key})}});
    options.push_back({{"not", {{"anyOf", std::move(any)}}}});
    return {[keys = std::move(keys), other = std::move(other)](const Map& map) -> std::optional<RuleFault> {
                const auto found = present(map, keys);
                if (found.empty() || map.find(other) != nullptr) return std::nullopt;
                return RuleFault{&map.find(found.front())->value,
                                 fmt::format("'{}' says nothing without '{}'", found.front(), other)};
            },
            {{"anyOf", std::move(options)}}};
}

Rule not_together(std::string key, std::vector<std::string> others) {
    Json banned = Json::array();
    for (const auto& other : others) banned.push_back({{"required", Json::array({key, other})}});
    return {[key = std::move(key), others = std::move(others)](const Map& map) -> std::optional<RuleFault> {
                const auto* entry = map.find(key);
                const auto found = present(map, others);
                if (entry == nullptr || found.empty()) return std::nullopt;
                return RuleFault{&entry->value, fmt::format("'{}' can't stand together with '{}'", key, found.front())};
            },
            {{"not", {{"anyOf", std::move(banned)}}}}};
}

namespace {

// Objects by map, lists by list, the rest by scalar. Nothing fits nothing.
bool takes(const Shape& shape, const Node& node) {
    struct Takes {
        const Node& node;
        bool operator()(const ListOf&) const { return node.list() != nullptr; }
        bool operator()(const MapOf&) const { return node.map() != nullptr; }
        bool operator()(const ObjectPtr&) const { return node.map() != nullptr; }
        bool operator()(const Variants&) const { return node.map() != nullptr; }
        bool operator()(const AnyValue& any) const { return any.scalar ? node.scalar() != nullptr : !node.nothing(); }
        bool operator()(const Either& either) const { return pick(either, node) != nullptr; }
        bool operator()(const Named& named) const { return takes(*named.shape(), node); }
        bool operator()(const Text&) const { return node.scalar() != nullptr; }
        bool operator()(const Measure&) const { return node.scalar() != nullptr; }
        bool operator()(const Whole&) const { return node.scalar() != nullptr; }
        bool operator()(const Number&) const { return node.scalar() != nullptr; }
        bool operator()(const Boolean&) const { return node.scalar() != nullptr; }
        bool operator()(const Choice&) const { return node.scalar() != nullptr; }
        bool operator()(const AnyScalar&) const { return node.scalar() != nullptr; }
    };
    return std::visit(Takes{node}, shape.form);
}

}  // namespace

const Shape* pick(const Either& either, const Node& node) {
    if (either.pick)
        return takes(*either.shapes[either.pick(node)], node) ? either.shapes[either.pick(node)].get() : nullptr;
    for (const auto& candidate : either.shapes)
        if (takes(*candidate, node)) return candidate.get();
    return nullptr;
}

const Object* pick(const Variants& variants, const Map& map) {
    const Object* picked = nullptr;
    for (const auto& candidate : variants.objects) {
        if (map.find(candidate->keys.front().name) == nullptr) continue;
        if (picked != nullptr) return nullptr;
        picked = candidate.get();
    }
    return picked;
}

}  // namespace weir::yaml
