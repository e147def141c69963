// Follows the names of an expression into a JSON value. The expressions of tasks and those of event filters ask here.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "scheduler/model/json.hpp"

namespace weir::core {

// nullopt where a name is not there, or what it should be in is no object.
[[nodiscard]] inline std::optional<model::Json> value_at(const model::Json& value, std::span<const std::string> path) {
    const auto* at = &value;
    for (const auto& name : path) {
        if (!at->is_object()) return std::nullopt;
        const auto found = at->find(name);
        if (found == at->end()) return std::nullopt;
        at = &*found;
    }
    return *at;
}

}  // namespace weir::core
