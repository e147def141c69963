// What a value in a file may look like. Tables of keys (dag_tables.cpp, operator_tables.cpp, config.cpp) are made of
// shapes; check.cpp reads files by them, schema.cpp turns them into the JSON Schema, settings.cpp into JSON. A key
// that is in the table is read, documented and offered by editors; there is no other list.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/yaml/loader.hpp"
#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {

using model::Json;

// What is wrong with a text, whole ("'a b' is no id: …"), or "" when it fits.
using TextFault = std::function<std::string(std::string_view text, const Surroundings& surroundings)>;

struct Shape;
using ShapePtr = std::shared_ptr<const Shape>;

struct Text {
    TextFault fault;                 // may be empty
    Json schema = Json::object();    // what a JSON Schema can say of it: a pattern, say
    bool sql = false;                // becomes {"$sql": text} in settings
    std::vector<std::string> words;  // that may stand bare though YAML 1.1 takes them for booleans: off
    bool filled = false;             // may not be empty
};
// A text with a unit: 30s, 256MiB. A bare number is refused with the unit named.
struct Measure {
    TextFault fault;
    Json schema;
    std::string unit;
};
struct Whole {
    std::int64_t least;
    std::int64_t most;
};
struct Number {
    double least;
    double most;
};
struct Boolean {
    std::optional<bool> only;
};
struct Choice {
    std::vector<std::string> names;
};
// A text, or a number or boolean that is taken as its text: what an environment variable or an argument may be.
struct AnyScalar {};
// Whatever JSON can say, but not null.
struct AnyValue {
    bool scalar = false;
    bool constant = false;  // no ${{ }} in it, at any depth
};
inline constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
struct ListOf {
    ShapePtr item;
    std::size_t least = 0;
    bool unique = false;
    std::size_t most = kAnyNumber;
};
struct MapOf {
    Text key;
    ShapePtr value;
    std::size_t least = 0;
    std::size_t most = kAnyNumber;
    Json schema = Json::object();  // what else a JSON Schema can say of it
};
// A shape that is known by a name, because it stands within itself: tasks hold groups, which hold tasks.
struct Named {
    std::string name;  // in the JSON Schema's $defs
    const ShapePtr& (*shape)();
};

struct Key {
    std::string name;
    ShapePtr shape;
    std::string doc;
    bool required = false;
    Json fallback = nullptr;  // what holds without the key, for editors
};

// A constraint between keys: how it is checked, and what the JSON Schema says.
struct RuleFault {
    const Node* where = nullptr;  // null: the whole map
    std::string message;
};
struct Rule {
    std::function<std::optional<RuleFault>(const Map& map)> broken;
    Json schema;
};

struct Object {
    std::string name;  // in messages, with its article: "a task"
    std::string doc;
    std::vector<Key> keys;
    std::vector<Rule> rules;
    bool scope = false;  // templates inside are told apart by this map: each task sees its own names

    [[nodiscard]] const Key* find(std::string_view key) const;
};
using ObjectPtr = std::shared_ptr<const Object>;

// One of several objects; the first key of each tells it: {redis: …} or {csv: …}.
struct Variants {
    std::vector<ObjectPtr> objects;
};
// One of several shapes, told apart by the value's own form.
struct Either {
    std::vector<ShapePtr> shapes;
    std::function<std::size_t(const Node&)> pick;  // empty: the first that takes this kind of node
};

struct Shape {
    std::string wanted;  // "expected …"
    std::variant<Text, Measure, Whole, Number, Boolean, Choice, AnyScalar, AnyValue, ListOf, MapOf, ObjectPtr, Variants,
                 Either, Named>
        form;
    bool templates = false;  // ${{ }} may stand in it, in place of any scalar
    bool secret = false;     // messages never repeat the value
    std::string remedy;      // added to "expected …, found …"
};

// --- builders --------------------------------------------------------------------------------------------------------

template <class Form>
[[nodiscard]] ShapePtr shape(std::string wanted, Form form) {
    return std::make_shared<const Shape>(Shape{std::move(wanted), std::move(form), false, false, ""});
}
[[nodiscard]] ShapePtr text(std::string wanted, TextFault fault = {}, Json schema = Json::object());
[[nodiscard]] ShapePtr filled_text(std::string wanted, TextFault fault = {}, Json schema = Json::object());
[[nodiscard]] ShapePtr whole(std::int64_t least, std::int64_t most);
[[nodiscard]] ShapePtr number(double least, double most);
[[nodiscard]] ShapePtr boolean();
[[nodiscard]] ShapePtr choice(std::vector<std::string> names);
[[nodiscard]] ShapePtr list_of(std::string wanted, ShapePtr item, std::size_t least = 0, bool unique = false);
// The item itself, or a list of at least one.
[[nodiscard]] ShapePtr one_or_more(std::string wanted, ShapePtr item);
[[nodiscard]] ShapePtr object(Object object);
[[nodiscard]] ShapePtr either(std::string wanted, std::vector<ShapePtr> shapes,
                              std::function<std::size_t(const Node&)> pick = {});
// The same shape, in which ${{ }} may stand.
[[nodiscard]] ShapePtr with_templates(const ShapePtr& shape);

[[nodiscard]] Rule exactly_one_of(std::vector<std::string> keys, std::string what);
[[nodiscard]] Rule at_least_one_of(std::vector<std::string> keys, std::string what);
// Each of `keys` says nothing where `other` is missing.
[[nodiscard]] Rule only_with(std::vector<std::string> keys, std::string other);
// `key` and any of `others` exclude each other.
[[nodiscard]] Rule not_together(std::string key, std::vector<std::string> others);

// Which alternative this node is read by; nullptr when none takes such a node.
[[nodiscard]] const Shape* pick(const Either& either, const Node& node);
// Which object: exactly one whose first key is there, else nullptr.
[[nodiscard]] const Object* pick(const Variants& variants, const Map& map);

}  // namespace weir::yaml
