// SQL's LIKE for lists that are filtered in memory: % is any text, _ is any one byte, letters without regard to case, as
// SQLite has it.
#pragma once

#include <string_view>

namespace weir::api {

[[nodiscard]] bool matches_like(std::string_view text, std::string_view pattern);

}  // namespace weir::api
