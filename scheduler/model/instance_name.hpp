// How a task instance is called where people read or write it: "load", or "load[3]" for an instance of `foreach`.
#pragma once

#include <string>
#include <string_view>

namespace weir::model {

// map_index -1 is no instance of `foreach`.
[[nodiscard]] std::string instance_name(std::string_view task_id, int map_index);

struct InstanceName {
    std::string task_id;
    int map_index = -1;
    bool operator==(const InstanceName&) const = default;
};
// The other way round. What is no name of an instance is a task's id as it stands.
[[nodiscard]] InstanceName parse_instance_name(std::string_view text);

}  // namespace weir::model
