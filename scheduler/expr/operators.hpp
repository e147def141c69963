// What the binary operators do with two values. evaluate.cpp calls them, and decides on `and`, `or` and the
// conditional itself: those leave an operand out.
#pragma once

#include "scheduler/expr/outcome.hpp"

namespace weir::expr {

enum class Operator {
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    not_in,
    join,
    add,
    subtract,
    multiply,
    divide,
    remainder,
};

[[nodiscard]] Outcome apply(Operator op, const model::Json& left, const model::Json& right);
[[nodiscard]] Outcome negated(const model::Json& value);

}  // namespace weir::expr
