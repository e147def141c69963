#include "scheduler/model/invariant.hpp"

#include <cstdio>
#include <cstdlib>

namespace weir::model {

void broken_invariant(std::string_view what, std::source_location where) {
    std::fprintf(stderr, "weir: broken invariant at %s:%u: %.*s\n", where.file_name(), where.line(),
                 static_cast<int>(what.size()), what.data());
    std::abort();
}

}  // namespace weir::model
