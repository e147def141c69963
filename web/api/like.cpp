#include "web/api/like.hpp"

#include <cctype>

namespace weir::api {

// Greedy with one point to go back to: linear for the patterns people write, never exponential.
bool matches_like(std::string_view text, std::string_view pattern) {
    const auto equal = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    std::size_t at = 0;
    std::size_t in_pattern = 0;
    std::size_t after_percent = std::string_view::npos;
    std::size_t retry_at = 0;
    while (at < text.size()) {
        if (in_pattern < pattern.size() && pattern[in_pattern] == '%') {
            after_percent = ++in_pattern;
            retry_at = at;
        } else if (in_pattern < pattern.size() &&
                   (pattern[in_pattern] == '_' || equal(pattern[in_pattern], text[at]))) {
            ++in_pattern;
            ++at;
        } else if (after_percent != std::string_view::npos) {
            in_pattern = after_percent;
            at = ++retry_at;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('%', in_pattern) == std::string_view::npos;
}

}  // namespace weir::api
