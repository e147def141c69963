// What an expression may cost. Beyond these it is an error, at compile time where that can be known.
#pragma once

#include <cstddef>

namespace weir::expr {

inline constexpr std::size_t kLongestExpression = 16 << 10;  // bytes between ${{ and }}
inline constexpr int kDeepest = 200;                         // of nesting: evaluation recurses this far, and no further
inline constexpr std::size_t kLongestText = 1 << 20;         // bytes of any text (or list, roughly) that is made
inline constexpr std::size_t kMostElements = 1 << 16;        // of a list that is made

}  // namespace weir::expr
