// Bytes from outside as text: what is UTF-8, and base64 both ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::model {

// UTF-8 as in Unicode's table 3-7: no surrogates, nothing overlong, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);
// The longest beginning of at most `bytes` bytes that cuts no character of a UTF-8 text in two.
[[nodiscard]] std::string_view utf8_beginning(std::string_view text, std::size_t bytes);

// RFC 4648 §4, with padding. Reading refuses everything else, line ends too.
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace weir::model
