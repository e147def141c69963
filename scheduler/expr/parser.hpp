// Text of one expression to its tree. Precedence climbing (Pratt): binary operators stand in one table.
#pragma once

#include <string_view>

#include "scheduler/expr/node.hpp"

namespace weir::expr {

[[nodiscard]] Compiled<NodePtr> parse(std::string_view text, const NameCheck& check);

}  // namespace weir::expr
