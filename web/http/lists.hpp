// The lists that header values are: "a, b;q=0.5, c".
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace weir::http {

// The parts between the separators, without the blanks around them; empty ones are left out.
[[nodiscard]] inline std::vector<std::string_view> split_list(std::string_view text, char separator) {
    constexpr std::string_view kBlanks = " \t";
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        auto part = text.substr(0, text.find(separator));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        part.remove_prefix(std::min(part.find_first_not_of(kBlanks), part.size()));
        part = part.substr(0, part.find_last_not_of(kBlanks) + 1);
        if (!part.empty()) parts.push_back(part);
    }
    return parts;
}

}  // namespace weir::http
