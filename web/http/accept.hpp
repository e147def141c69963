// What kind of answer a client would rather have: its Accept header (RFC 9110, 12.5.1). Asked by handlers that can give several.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace weir::http {

// The place in `types` of the one that the header weighs most; among equals one that it names goes before one that a wildcard
// takes, then what it names first. 0 when it takes none of them: an answer of the usual kind says more than a refusal.
[[nodiscard]] std::size_t preferred(std::string_view accept, std::span<const std::string_view> types);

}  // namespace weir::http
