#include "scheduler/model/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace weir::model {
namespace {

// Optimal string alignment distance: insert, delete, replace, or swap two neighbours, each counts one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

constexpr std::size_t kLongestName = 64;  // keeps a pasted page of text from costing a second
constexpr std::size_t kListedNames = 12;

}  // namespace

std::optional<std::string> nearest_name(std::string_view typed, std::span<const std::string> known) {
    if (typed.size() > kLongestName) return std::nullopt;
    std::optional<std::string> best;
    std::size_t best_distance = (typed.size() + 1) / 3 + 1;
    for (const auto& name : known) {
        if (name.size() > kLongestName) continue;
        if (const auto d = distance(typed, name); d < best_distance) {
            best_distance = d;
            best = name;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string> known) {
    if (const auto name = nearest_name(typed, known)) return fmt::format("; did you mean '{}'?", *name);
    if (known.empty() || known.size() > kListedNames) return "";
    return fmt::format("; known are {}", fmt::join(known, ", "));
}

}  // namespace weir::model
