#include "web/api/time_text.hpp"

#include <string>

namespace weir::api {

std::optional<model::TimePoint> parse_time(std::string_view text) {
    std::string with_colon(text);
    constexpr std::size_t kOffset = std::string_view{"+0000"}.size();
    if (text.size() > kOffset && (text[text.size() - kOffset] == '+' || text[text.size() - kOffset] == '-') &&
        text.find(':') != std::string_view::npos)
        with_colon.insert(text.size() - 2, 1, ':');
    const auto parsed = model::parse_rfc3339(with_colon);
    return parsed ? std::optional(parsed->time) : std::nullopt;
}

}  // namespace weir::api
