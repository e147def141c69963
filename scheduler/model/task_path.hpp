// Which task an expression means by the names after `tasks`. The loader asks when it checks them, the core when it looks
// values up.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::model {

struct TaskPath {
    std::string id;
    std::size_t names = 0;  // of the path, that make up the id
};

// The longest id that the names give, as a task of `group` sees them: those in its own group first, then outwards, as `needs`
// does. `known(id)`: is there such a task?
template <class Known>
[[nodiscard]] std::optional<TaskPath> find_task(std::span<const std::string> path, std::string_view group,
                                                const Known& known) {
    for (;;) {
        std::optional<TaskPath> longest;
        std::string id(group);
        for (std::size_t names = 0; names < path.size(); ++names) {
            if (!id.empty()) id += '.';
            id += path[names];
            if (known(id)) longest = TaskPath{id, names + 1};
        }
        if (longest || group.empty()) return longest;
        const auto point = group.rfind('.');
        group = point == std::string_view::npos ? std::string_view{} : group.substr(0, point);
    }
}

}  // namespace weir::model
