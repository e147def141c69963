#include "scheduler/yaml/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "scheduler/model/nearest.hpp"
#include "scheduler/yaml/graph.hpp"

namespace weir::yaml {
namespace {

// Names with a fixed set of parts. Those of `params` and `tasks` are the file's.
const std::map<std::string, std::vector<std::string>, std::less<>>& fixed_names() {
    static const std::map<std::string, std::vector<std::string>, std::less<>> names{
        {"window", {"start", "end"}},
        {"data_interval", {"start", "end"}},
        {"logical_date", {}},
        {"run", {"id", "type", "state", "note"}},
        {"dag", {"id"}},
        {"task", {"id", "try_number"}},
    };
    return names;
}

const std::vector<std::string>& root_names() {
    static const auto names = [] {
        std::vector<std::string> all{"params", "tasks"};
        for (const auto& [name, parts] : fixed_names()) all.push_back(name);
        return all;
    }();
    return names;
}

}  // namespace

Names::Names(const DagDraft& draft) : draft_(draft) {
    tasks_.reserve(draft.tasks.size());
    for (model::TaskIndex i = 0; i < draft.tasks.size(); ++i) tasks_.emplace(draft.tasks[i].task.id, i);
}

expr::NameCheck Names::of(std::optional<model::TaskIndex> task) const {
    return [this, task](Path path) { return fault(path, task); };
}

std::optional<std::string> Names::fault(Path path, std::optional<model::TaskIndex> task) const {
    if (path.empty()) return "a name is missing";
    if (path[0] == "params") return param_fault(path);
    if (path[0] == "tasks") return task_fault(path, task);
    const auto found = fixed_names().find(path[0]);
    if (found == fixed_names().end())
        return fmt::format("unknown name '{}'{}", path[0], model::did_you_mean(path[0], root_names()));
    const auto& [name, parts] = *found;
    if (parts.empty())
        return path.size() == 1 ? std::nullopt
                                : std::optional(fmt::format("{} is a time and has no '{}'", name, path[1]));
    if (path.size() == 1)
        return fmt::format("'{}' alone is no value; write {}.{}", name, name,
                           fmt::join(parts, fmt::format(" or {}.", name)));
    if (std::ranges::find(parts, path[1]) == parts.end())
        return fmt::format("'{}' has no '{}'{}", name, path[1], model::did_you_mean(path[1], parts));
    if (path.size() > 2) return fmt::format("{}.{} has no '{}'", name, path[1], path[2]);
    return std::nullopt;
}

std::optional<std::string> Names::param_fault(Path path) const {
    std::vector<std::string> known;
    for (const auto& draft : draft_.params) known.push_back(draft.param.name);
    if (known.empty()) return "this DAG declares no params";
    if (path.size() == 1) return fmt::format("'params' alone is no value; write params.{}", known.front());
    const auto found =
        std::ranges::find(draft_.params, path[1], [](const ParamDraft& draft) { return draft.param.name; });
    if (found == draft_.params.end())
        return fmt::format("unknown param '{}'{}", path[1], model::did_you_mean(path[1], known));
    if (path.size() == 2) return std::nullopt;
    const auto& schema = found->param.schema;
    if (!schema.contains("type") || schema["type"] == "object") return std::nullopt;
    return fmt::format("param '{}' is of type {} and has no '{}'", path[1], schema["type"].get<std::string>(), path[2]);
}

std::optional<std::string> Names::task_fault(Path path, std::optional<model::TaskIndex> task) const {
    if (!task) return "'tasks' can't stand in `defaults`: not every task comes after others";
    if (path.size() == 1) return "'tasks' alone is no value; write tasks.NAME.state or tasks.NAME.outputs.KEY";
    const auto& self = draft_.tasks[*task];
    const auto found = tasks_.find(path[1]);
    if (found == tasks_.end()) {
        std::vector<std::string> known;
        for (const auto& draft : draft_.tasks) known.push_back(draft.task.id);
        return fmt::format("unknown task '{}'{}", path[1], model::did_you_mean(path[1], known));
    }
    if (found->second == *task) return fmt::format("task '{}' can't ask for what it has yet to do itself", path[1]);
    if (!is_upstream(draft_.tasks, found->second, *task))
        return fmt::format("task '{}' does not come after '{}'; add it to its `needs`", self.task.id, path[1]);
    static const std::vector<std::string> kParts{"state", "outputs"};
    if (path.size() == 2)
        return fmt::format("'tasks.{}' alone is no value; write tasks.{}.state or tasks.{}.outputs.KEY", path[1],
                           path[1], path[1]);
    if (std::ranges::find(kParts, path[2]) == kParts.end())
        return fmt::format("a task has no '{}'{}", path[2], model::did_you_mean(path[2], kParts));
    if (path[2] == "state" && path.size() > 3) return fmt::format("a state has no '{}'", path[3]);
    return std::nullopt;
}

}  // namespace weir::yaml
