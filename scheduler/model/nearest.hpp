// "did you mean": the known name that is closest to what was typed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::model {

// nullopt when nothing is close enough to be a likely slip (more than a third of the letters differ).
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view typed, std::span<const std::string> known);

// "; did you mean 'extract'?", or "; known are a, b, c" when nothing is near and the list is short, else "".
[[nodiscard]] std::string did_you_mean(std::string_view typed, std::span<const std::string> known);

}  // namespace weir::model
