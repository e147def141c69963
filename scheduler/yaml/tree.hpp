// A YAML file as an own small tree: places on every node, aliases and merge keys resolved, duplicate keys refused.
// tree.cpp builds it; the readers by table walk it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::yaml {

// Line and column count from 1, in bytes; offset from 0, into Tree::text.
struct Place {
    int line = 1;
    int column = 1;
    std::size_t offset = 0;
};

struct Node;
struct Entry;

struct Nothing {};  // `key:` with no value, ~, null
struct Scalar {
    std::string text;
    bool plain = false;  // neither quoted nor a block: YAML may take it for a number or a boolean
};
struct List {
    std::vector<Node> items;
};
struct Map {
    std::vector<Entry> entries;  // keys are unique
    [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct Node {
    std::variant<Nothing, Scalar, List, Map> value;
    Place place;
    bool faulty = false;  // the reader has complained about it: take nothing from it

    [[nodiscard]] const Scalar* scalar() const { return std::get_if<Scalar>(&value); }
    [[nodiscard]] const List* list() const { return std::get_if<List>(&value); }
    [[nodiscard]] const Map* map() const { return std::get_if<Map>(&value); }
    [[nodiscard]] bool nothing() const { return std::holds_alternative<Nothing>(value); }
};

struct Entry {
    std::string key;
    Place place;  // of the key
    Node value;
};

struct Tree {
    std::string text;  // what was parsed: no byte order mark, lines end in \n
    Node root;
};

inline constexpr std::size_t kLargestFile = 8 << 20;  // bytes; more than 100,000 tasks take
inline constexpr int kDeepestNesting = 64;            // yaml-cpp and we recurse
inline constexpr std::size_t kLargestExpansion =
    16 << 20;  // bytes that aliases may copy: a few lines can ask for terabytes

class Problems;
// nullopt when the text is no YAML that can be read on. Duplicate keys and the like are told, and the rest is read.
[[nodiscard]] std::optional<Tree> read_tree(std::string_view text, Problems& problems);

// Where byte `offset` of the scalar's text stands in the file, through quotes, escapes, folding and indentation.
[[nodiscard]] Place place_within(const Tree& tree, const Node& scalar, std::size_t offset);

}  // namespace weir::yaml
