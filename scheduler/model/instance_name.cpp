#include "scheduler/model/instance_name.hpp"

#include <fmt/format.h>

#include <charconv>

namespace weir::model {

std::string instance_name(std::string_view task_id, int map_index) {
    return map_index < 0 ? std::string(task_id) : fmt::format("{}[{}]", task_id, map_index);
}

InstanceName parse_instance_name(std::string_view text) {
    const auto bracket = text.find('[');
    if (bracket == std::string_view::npos || !text.ends_with(']')) return {std::string(text)};
    int index = -1;
    const auto* end = text.data() + text.size() - 1;
    const auto parsed = std::from_chars(text.data() + bracket + 1, end, index);
    if (parsed.ec != std::errc() || parsed.ptr != end || index < 0) return {std::string(text)};
    return {std::string(text.substr(0, bracket)), index};
}

}  // namespace weir::model
