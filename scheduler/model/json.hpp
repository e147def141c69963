// JSON values: params, operator settings, task outputs. Parse text from outside with parse_json, which never throws.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace weir::model {

using Json = nlohmann::json;

// Writing, copying and comparing a value recurse: deeper text from outside would overflow the stack.
inline constexpr int kDeepestJson = 200;

// nullopt for anything that is not one whole JSON value in UTF-8, or is nested deeper than kDeepestJson.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);

// Invalid UTF-8 (a task may print any bytes) becomes U+FFFD instead of an exception.
[[nodiscard]] std::string to_text(const Json& value);

}  // namespace weir::model
