// The target of a request line, taken apart and decoded exactly once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/http/message.hpp"

namespace weir::http {

enum class Plus { stays, is_blank };  // "+" is a blank in a query, and itself in a path

// nullopt for "%" without two hex digits after it, and for %00.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, Plus plus);
// Everything but letters, digits and -._~ becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

struct Target {
    std::string authority;  // of "http://host:port/path"; empty for "/path"
    std::string path;       // not decoded
    Query query;            // decoded
};

// nullopt for what is neither "/…" nor "http://…" nor "https://…", or decodes wrongly.
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

}  // namespace weir::http
