// The filters, as one table: `value | name(arguments)`. The parser looks them up, the evaluator applies them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/expr/outcome.hpp"

namespace weir::expr {

struct Filter {
    std::string_view name;
    std::size_t least_arguments;
    std::size_t most_arguments;
    // What is wrong with the first argument, if anything. Literal ones are held against it at compile time.
    std::optional<std::string> (*check)(const model::Json& argument);
    // Null for `default`, which decides whether its value is evaluated at all: evaluate.cpp knows it.
    Outcome (*apply)(const model::Json& value, std::span<const model::Json> arguments);

    [[nodiscard]] bool is_default() const { return apply == nullptr; }
};

[[nodiscard]] const Filter* find_filter(std::string_view name);
[[nodiscard]] std::vector<std::string> filter_names();

}  // namespace weir::expr
