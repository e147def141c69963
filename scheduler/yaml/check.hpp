// Holds a tree against a shape and tells everything that does not fit, with place and remedy.
#pragma once

#include <string_view>
#include <vector>

#include "scheduler/yaml/problems.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

// A text with ${{ }} that must compile, and the map (a task, say) whose names it may use; null: outside of all tasks.
struct TemplateUse {
    const Node* text;
    const Node* scope;
    bool sql = false;  // values are bound to it: they stand where SQL takes a value
};

struct Reading {
    Problems& problems;
    const Surroundings& surroundings;
    std::vector<TemplateUse> templates;  // in the order of the file
    const Node* scope = nullptr;
};

// `key`: under which the node stands, for messages. Marks as faulty what is not to be used.
void check(Node& node, const Shape& shape, std::string_view key, Reading& reading);

}  // namespace weir::yaml
