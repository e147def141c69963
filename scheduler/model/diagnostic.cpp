#include "scheduler/model/diagnostic.hpp"

#include <fmt/format.h>

namespace weir::model {

std::string to_text(const Diagnostic& diagnostic) {
    if (diagnostic.line == 0) return fmt::format("{}: {}", diagnostic.file, diagnostic.message);
    return fmt::format("{}:{}:{}: {}", diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.message);
}

}  // namespace weir::model
