#include "scheduler/yaml/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "scheduler/model/nearest.hpp"
#include "scheduler/yaml/scalar.hpp"

namespace weir::yaml {
namespace {

bool holds_template(const Node& node) {
    const auto* scalar = node.scalar();
    return scalar != nullptr && scalar->text.find("${{") != std::string::npos;
}

class Checker {
   public:
    Checker(Node& node, const Shape& shape, std::string_view key, Reading& reading)
        : node_(node), shape_(shape), key_(key), reading_(reading) {}

    void operator()(const Text& form) const {
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return misfit();
        const bool bare_word = std::ranges::find(form.words, scalar->text) != form.words.end();
        if (!bare_word && type_of(*scalar) != ScalarType::text)
            return misfit(fmt::format("quote it: {}", in_quotes(scalar->text)));
        if (form.filled && scalar->text.empty()) return misfit();
        if (form.fault) told(form.fault(scalar->text, reading_.surroundings));
    }

    void operator()(const Measure& form) const {
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return misfit();
        if (form.fault(scalar->text, reading_.surroundings).empty()) return;
        const std::string_view text = scalar->text;
        if (as_integer(*scalar).has_value() && text.front() != '-')
            return misfit(fmt::format("write it with its unit: {}{}", text, form.unit));
        const auto colon = text.find(':');
        if (form.unit != "s" || colon != text.rfind(':') || type_of(*scalar) != ScalarType::maybe_sexagesimal)
            return misfit();
        misfit(fmt::format("write {0}m{1}s or {0}h{1}m", text.substr(0, colon), text.substr(colon + 1)));
    }

    void operator()(const Whole& form) const {
        const auto value = scalar_as<std::int64_t>(as_integer);
        if (!value) return misfit(number_remedy());
        if (*value < form.least || *value > form.most) misfit();
    }

    void operator()(const Number& form) const {
        const auto value = scalar_as<double>(as_number);
        if (!value) return misfit(number_remedy());
        if (*value < form.least || *value > form.most) misfit();
    }

    void operator()(const Boolean& form) const {
        const auto value = scalar_as<bool>(as_boolean);
        if (!value) return misfit(boolean_remedy());
        if (form.only && *form.only != *value) misfit();
    }

    void operator()(const Choice& form) const {
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return misfit();
        if (std::ranges::find(form.names, scalar->text) != form.names.end()) return;
        const auto meant = switch_word(*scalar);
        if (std::ranges::find(form.names, meant) != form.names.end()) return misfit(fmt::format("write {}", meant));
        const auto near = model::nearest_name(scalar->text, form.names);
        misfit(near ? fmt::format("did you mean '{}'?", *near) : "");
    }

    void operator()(const AnyScalar& /*form*/) const {
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return misfit(node_.nothing() ? "write \"\" for an empty text" : "");
        switch (type_of(*scalar)) {
            case ScalarType::text:
            case ScalarType::integer:
            case ScalarType::boolean:
                return;
            case ScalarType::number:
                if (fmt::format("{}", as_number(*scalar).value_or(0)) == scalar->text) return;
                return misfit(fmt::format("to keep it letter by letter, quote it: {}", in_quotes(scalar->text)));
            case ScalarType::maybe_boolean:
                return misfit(
                    fmt::format("quote it: {}, or write {}", in_quotes(scalar->text), meant_boolean(scalar->text)));
            case ScalarType::maybe_octal:
            case ScalarType::maybe_sexagesimal:
            case ScalarType::maybe_date:
            case ScalarType::not_finite:
                return misfit(fmt::format("quote it: {}", in_quotes(scalar->text)));
        }
    }

    void operator()(const AnyValue& form) const {
        if (form.scalar && node_.scalar() == nullptr) return misfit();
        if (node_.nothing()) return misfit();
        if (auto* list = std::get_if<List>(&node_.value))
            for (auto& item : list->items) check(item, shape_, key_, reading_);
        if (auto* map = std::get_if<Map>(&node_.value))
            for (auto& entry : map->entries) check(entry.value, shape_, entry.key, reading_);
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return;
        if (form.constant && holds_template(node_))
            return told(fmt::format("{}: no ${{{{ }}}} may stand in these values", key_));
        switch (type_of(*scalar)) {
            case ScalarType::text:
            case ScalarType::integer:
            case ScalarType::number:
            case ScalarType::boolean:
                return;
            case ScalarType::maybe_boolean:
                return misfit(
                    fmt::format("write {}, or quote it: {}", meant_boolean(scalar->text), in_quotes(scalar->text)));
            case ScalarType::maybe_octal:
            case ScalarType::maybe_sexagesimal:
            case ScalarType::maybe_date:
            case ScalarType::not_finite:
                return misfit(fmt::format("quote it: {}", in_quotes(scalar->text)));
        }
    }

    void operator()(const ListOf& form) const {
        auto* list = std::get_if<List>(&node_.value);
        if (list == nullptr) return misfit();
        if (list->items.size() < form.least)
            told(fmt::format("{}: expected {}, found an empty list", key_, shape_.wanted));
        if (list->items.size() > form.most)
            told(fmt::format("{}: {} items; at most {} may stand here", key_, list->items.size(), form.most));
        std::unordered_set<std::string_view> seen;
        for (auto& item : list->items) {
            check(item, *form.item, key_, reading_);
            const auto* scalar = item.scalar();
            if (form.unique && scalar != nullptr && !item.faulty && !seen.insert(scalar->text).second) {
                reading_.problems.add(item.place, "{}: '{}' stands here twice", key_, scalar->text);
                item.faulty = true;
            }
        }
    }

    void operator()(const MapOf& form) const {
        auto* map = std::get_if<Map>(&node_.value);
        if (map == nullptr) return misfit();
        if (map->entries.size() < form.least) told(fmt::format("{}: expected {}, found none", key_, shape_.wanted));
        if (map->entries.size() > form.most)
            told(fmt::format("{}: {} entries; at most {} may stand here", key_, map->entries.size(), form.most));
        for (auto& entry : map->entries) {
            if (form.key.fault)
                if (const auto fault = form.key.fault(entry.key, reading_.surroundings); !fault.empty()) {
                    reading_.problems.add(entry.place, "{}", fault);
                    entry.value.faulty = true;
                }
            check(entry.value, *form.value, entry.key, reading_);
        }
    }

    void operator()(const ObjectPtr& form) const { check_object(*form); }

    void operator()(const Variants& form) const {
        const auto* map = node_.map();
        if (map == nullptr) return misfit();
        if (const auto* picked = pick(form, *map)) return check_object(*picked);
        std::vector<std::string> names;
        std::vector<std::string> found;
        for (const auto& candidate : form.objects) {
            names.push_back(candidate->keys.front().name);
            if (map->find(names.back()) != nullptr) found.push_back(names.back());
        }
        const auto expected = fmt::format("{}: expected exactly one of the keys {}", key_, fmt::join(names, ", "));
        if (!found.empty()) return told(fmt::format("{}; found {}", expected, fmt::join(found, " and ")));
        if (map->entries.empty()) return told(expected + "; found none");
        const auto& typed = map->entries.front().key;
        const auto near = model::nearest_name(typed, names);
        told(fmt::format("{}; found '{}'{}", expected, typed, near ? fmt::format(", did you mean '{}'?", *near) : ""));
    }

    void operator()(const Either& form) const {
        if (const auto* picked = pick(form, node_)) return check(node_, *picked, key_, reading_);
        misfit();
    }

    void operator()(const Named& form) const { check(node_, *form.shape(), key_, reading_); }

   private:
    template <class T>
    std::optional<T> scalar_as(std::optional<T> (*convert)(const Scalar&)) const {
        const auto* scalar = node_.scalar();
        return scalar == nullptr ? std::nullopt : convert(*scalar);
    }

    std::string number_remedy() const {
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return "";
        switch (type_of(*scalar)) {
            case ScalarType::maybe_octal:
                return "write it without the leading zero";
            case ScalarType::text:
                return as_number({scalar->text, true}) ? "remove the quotes" : "";
            case ScalarType::integer:
            case ScalarType::number:
            case ScalarType::boolean:
            case ScalarType::maybe_boolean:
            case ScalarType::maybe_sexagesimal:
            case ScalarType::maybe_date:
            case ScalarType::not_finite:
                return "";
        }
        return "";
    }

    // Of what YAML 1.1 takes for a boolean: `no` means `off`, though `on` is nearer by its letters. "" of anything else.
    static std::string_view switch_word(const Scalar& scalar) {
        const Scalar plain{scalar.text, true};
        if (const auto truth = as_boolean(plain)) return *truth ? "on" : "off";
        if (type_of(plain) != ScalarType::maybe_boolean) return "";
        return meant_boolean(plain.text) == "true" ? "on" : "off";
    }

    std::string boolean_remedy() const {
        const auto* scalar = node_.scalar();
        if (scalar == nullptr) return "";
        const auto type = type_of({scalar->text, true});
        if (type == ScalarType::boolean) return "remove the quotes";
        return type == ScalarType::maybe_boolean ? fmt::format("write {}", meant_boolean(scalar->text)) : "";
    }

    void misfit(std::string_view remedy = "") const {
        const bool hide = shape_.secret && node_.scalar() != nullptr;
        auto message = fmt::format("{}: expected {}, found {}", key_, shape_.wanted, hide ? "a text" : describe(node_));
        if (!hide && !remedy.empty()) message += fmt::format("; {}", remedy);
        if (node_.scalar() != nullptr && !shape_.remedy.empty()) message += fmt::format("; {}", shape_.remedy);
        told(message);
    }

    void told(std::string_view message) const {
        if (message.empty()) return;
        node_.faulty = true;
        reading_.problems.add(node_.place, "{}", message);
    }

    void check_object(const Object& object) const {
        auto* map = std::get_if<Map>(&node_.value);
        if (map == nullptr) return misfit();
        const auto* const outer = reading_.scope;
        if (object.scope) reading_.scope = &node_;
        bool all_known = true;
        for (auto& entry : map->entries) {
            if (const auto* key = object.find(entry.key)) {
                check(entry.value, *key->shape, entry.key, reading_);
            } else {
                unknown_key(entry, object);
                all_known = false;
            }
        }
        reading_.scope = outer;
        if (!all_known) return;  // what seems to be missing is likely there, misspelt
        for (const auto& key : object.keys)
            if (key.required && map->find(key.name) == nullptr)
                reading_.problems.add(node_.place, "{} needs the key '{}'", object.name, key.name);
        for (const auto& rule : object.rules)
            if (const auto fault = rule.broken(*map))
                reading_.problems.add(fault->where != nullptr ? fault->where->place : node_.place, "{}",
                                      fault->message);
    }

    void unknown_key(const Entry& entry, const Object& object) const {
        if (reading_.problems.full()) return reading_.problems.add(entry.place, "unknown key");
        std::vector<std::string> known;
        for (const auto& key : object.keys) known.push_back(key.name);
        const auto near = model::nearest_name(entry.key, known);
        const auto hint =
            near ? fmt::format("did you mean '{}'?", *near) : fmt::format("known are {}", fmt::join(known, ", "));
        reading_.problems.add(entry.place, "unknown key '{}' in {}; {}", entry.key, object.name, hint);
    }

    Node& node_;
    const Shape& shape_;
    std::string_view key_;
    Reading& reading_;
};

}  // namespace

void check(Node& node, const Shape& shape, std::string_view key, Reading& reading) {
    if (shape.templates && holds_template(node)) {
        const auto* text = std::get_if<Text>(&shape.form);
        reading.templates.push_back({&node, reading.scope, text != nullptr && text->sql});
        return;
    }
    std::visit(Checker(node, shape, key, reading), shape.form);
}

}  // namespace weir::yaml
