// The bytes of a file, before YAML: what is no text in UTF-8 is refused here, with its place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::yaml {

class Problems;
// The text without byte order mark and with \n for every end of line; nullopt when it was refused.
[[nodiscard]] std::optional<std::string> decode(std::string_view bytes, Problems& problems);

}  // namespace weir::yaml
