// The keys of a task and of `defaults`, which share those that make sense for all tasks.
#pragma once

#include <string>
#include <vector>

#include "scheduler/model/invariant.hpp"
#include "scheduler/model/states.hpp"
#include "scheduler/yaml/draft.hpp"
#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/table.hpp"

namespace weir::yaml {

[[nodiscard]] const Table<TaskDraft>& task_table();
[[nodiscard]] const Table<TaskDraft>& defaults_table();

// --- values of nodes that passed their check ----------------------------------------------------------------------------

// `needs`, of a task or a group.
[[nodiscard]] ShapePtr needed_tasks();

[[nodiscard]] model::Duration duration_of(const Node& node);
[[nodiscard]] inline const std::string& text_of(const Node& node) { return node.scalar()->text; }
// Of one text or a list; what is faulty is left out.
[[nodiscard]] std::vector<std::string> texts_of(const Node& node);

template <class Int>
[[nodiscard]] Int whole_of(const Node& node) {
    return static_cast<Int>(as_integer(*node.scalar()).value_or(0));
}

template <class Enum>
[[nodiscard]] Enum enum_of(const Node& node) {
    const auto value = model::parse<Enum>(text_of(node));
    model::invariant(value.has_value(), "a choice that passed its check is a name of its enum");
    return *value;
}

template <class Enum>
[[nodiscard]] ShapePtr choice_of() {
    std::vector<std::string> names;
    for (const auto& name : model::enum_names<Enum>()) names.emplace_back(name.text);
    return choice(std::move(names));
}

}  // namespace weir::yaml
