// invariant(condition, what): a broken invariant ends the process, in release too, because what
// follows from a false belief about state is worse than a restart, which recovers.
#pragma once

#include <source_location>
#include <string_view>

namespace weir::model {

[[noreturn]] void broken_invariant(std::string_view what, std::source_location where);

inline void invariant(bool holds, std::string_view what, std::source_location where = std::source_location::current()) {
    if (!holds) [[unlikely]]
        broken_invariant(what, where);
}

}  // namespace weir::model
