#include "scheduler/yaml/problems.hpp"

#include <algorithm>
#include <tuple>

namespace weir::yaml {

std::vector<model::Diagnostic> Problems::take() {
    std::ranges::stable_sort(diagnostics_, {}, [](const model::Diagnostic& d) { return std::tuple(d.line, d.column); });
    const auto repeated = std::ranges::unique(diagnostics_);
    diagnostics_.erase(repeated.begin(), repeated.end());
    if (found_ > kMostProblems) {
        const auto& last = diagnostics_.back();
        diagnostics_.push_back(
            {file_, last.line, last.column,
             fmt::format("{} more problems are not shown; mend these first", found_ - kMostProblems)});
    }
    return std::exchange(diagnostics_, {});
}

}  // namespace weir::yaml
