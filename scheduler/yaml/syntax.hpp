// What yaml-cpp's terse complaints mean to the one who wrote the file.
#pragma once

#include <string>
#include <string_view>

#include "scheduler/yaml/tree.hpp"

namespace weir::yaml {

// yaml-cpp's line and column are unset at the end of the file; its offset is right.
[[nodiscard]] Place place_of_fault(std::string_view text, Place reported);
[[nodiscard]] std::string explain(std::string_view text, Place reported, std::string_view fault);

}  // namespace weir::yaml
