#include "scheduler/model/json.hpp"

namespace weir::model {

namespace {

// Looks at brackets only; whether they fit is the parser's to say.
bool nested_too_deeply(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\') ++i;
        if (quoted) continue;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (depth > kDeepestJson) return true;
    }
    return false;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
    if (nested_too_deeply(text)) return std::nullopt;
    auto value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

std::string to_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace weir::model
