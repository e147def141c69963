#include "scheduler/yaml/names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "scheduler/model/nearest.hpp"
#include "scheduler/model/task_path.hpp"
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
        {"task", {"id", "try_number", "map_index"}},
    };
    return names;
}

// Only of runs that windows have made.
const std::vector<std::string>& window_names() {
    static const std::vector<std::string> names{"key", "assets"};
    return names;
}

// The parts of CloudEvents' own attributes are none; what else there may be, an extension, has none either.
std::optional<std::string> event_fault(std::span<const std::string> path) {
    if (path.size() == 1 || path[1] == "data") return std::nullopt;
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (!std::ranges::all_of(path[1], fits))
        return fmt::format(
            "an event has no '{}'; it has data, id, source, type, subject, time, and other attributes "
            "of small letters and digits",
            path[1]);
    if (path.size() > 2)
        return fmt::format("event.{} is an attribute and has no '{}'; what the event holds is event.data", path[1],
                           path[2]);
    return std::nullopt;
}

}  // namespace

expr::NameCheck names_of_where() {
    return [](std::span<const std::string> path) -> std::optional<std::string> {
        if (path.empty()) return "a name is missing";
        if (path[0] == "event") return event_fault(path);
        return fmt::format("'{}' is not known in `where`, which is decided before there is a run; it sees `event`",
                           path[0]);
    };
}

Names::Names(const DagDraft& draft) : draft_(draft) {
    for (const auto& entry : draft.schedule) {
        has_windows_ = has_windows_ || std::holds_alternative<model::WindowSchedule>(entry.schedule);
        has_events_ = has_events_ || std::holds_alternative<model::EventSchedule>(entry.schedule);
    }
    tasks_.reserve(draft.tasks.size());
    for (model::TaskIndex i = 0; i < draft.tasks.size(); ++i) tasks_.emplace(draft.tasks[i].task.id, i);
}

expr::NameCheck Names::of(std::optional<model::TaskIndex> task, Standing standing) const {
    return [this, asker = Asker{task, standing}](Path path) { return fault(path, asker); };
}

std::optional<std::string> Names::fault(Path path, const Asker& asker) const {
    if (path.empty()) return "a name is missing";
    if (path[0] == "params") return param_fault(path);
    if (path[0] == "tasks") return task_fault(path, asker.task);
    if (path[0] == "item") return item_fault(path, asker);
    if (path[0] == "event" || path[0] == "events") return schedule_fault(path);
    return fixed_fault(path);
}

std::vector<std::string> Names::root_names() const {
    std::vector<std::string> all{"params", "tasks", "item"};
    for (const auto& [name, parts] : fixed_names()) all.push_back(name);
    if (has_events_) all.insert(all.end(), {"event", "events"});
    return all;
}

std::optional<std::string> Names::schedule_fault(Path path) const {
    if (!has_events_)
        return fmt::format("'{}' is known only in a DAG whose `schedule` has an entry of events", path[0]);
    if (path[0] == "event") return event_fault(path);
    if (path.size() == 2 && path[1] == "count") return std::nullopt;
    return path.size() == 1 ? "'events' alone is no value; write events.count"
                            : "events.count is how many events made the run; there is nothing else";
}

std::optional<std::string> Names::fixed_fault(Path path) const {
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
    if (const auto& more = window_names(); name == "window" && std::ranges::find(more, path[1]) != more.end()) {
        if (!has_windows_)
            return fmt::format("window.{} is known only in a DAG whose `schedule` has an entry of windows", path[1]);
    } else if (std::ranges::find(parts, path[1]) == parts.end()) {
        auto known = parts;
        if (name == "window" && has_windows_) known.insert(known.end(), more.begin(), more.end());
        return fmt::format("'{}' has no '{}'{}", name, path[1], model::did_you_mean(path[1], known));
    }
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
    const auto named =
        model::find_task(path.subspan(1), self.task.group, [this](std::string_view id) { return tasks_.contains(id); });
    if (!named) return unknown_task(path);
    const auto found = tasks_.at(named->id);
    const auto rest = path.subspan(1 + named->names);
    if (found == *task) return fmt::format("task '{}' can't ask for what it has yet to do itself", named->id);
    if (!is_upstream(draft_.tasks, found, *task))
        return fmt::format("task '{}' does not come after '{}'; add it to its `needs`", self.task.id, named->id);
    static const std::vector<std::string> kParts{"state", "outputs"};
    const auto written = fmt::format("{}", fmt::join(path.subspan(1, named->names), "."));
    if (rest.empty())
        return fmt::format("'tasks.{}' alone is no value; write tasks.{}.state or tasks.{}.outputs.KEY", written,
                           written, written);
    if (std::ranges::find(kParts, rest[0]) == kParts.end())
        return fmt::format("a task has no '{}'{}", rest[0], model::did_you_mean(rest[0], kParts));
    if (rest[0] == "state" && rest.size() > 1) return fmt::format("a state has no '{}'", rest[1]);
    return std::nullopt;
}

std::string Names::unknown_task(Path path) const {
    std::vector<std::string> known;
    for (const auto& draft : draft_.tasks) known.push_back(draft.task.id);
    // Of tasks.prepare.lod.state the task is prepare.lod: a group's name goes on.
    auto typed = path[1];
    for (std::size_t next = 2;; ++next) {
        const auto group =
            std::ranges::find(draft_.groups, typed, [](const GroupDraft& draft) { return draft.group.id; });
        if (group == draft_.groups.end()) break;
        if (next == path.size()) return fmt::format("'{}' is a group; name a task in it: tasks.{}.NAME", typed, typed);
        typed += "." + path[next];
    }
    return fmt::format("unknown task '{}'{}", typed, model::did_you_mean(typed, known));
}

std::optional<std::string> Names::item_fault(Path path, const Asker& asker) const {
    switch (asker.standing) {
        case Standing::condition:
            return "'item' is not known in `if`, which is decided once, before the instances are made";
        case Standing::foreach:
            return "'item' is not known in `foreach`, which makes the items";
        case Standing::setting:
            break;
    }
    if (!asker.task) return "'item' can't stand in `defaults`: not every task has `foreach`";
    const auto& task = draft_.tasks[*asker.task].task;
    if (!task.foreach) return fmt::format("'item' is not known: task '{}' has no `foreach`", task.id);
    if (path.size() == 1) return std::nullopt;
    const auto& items = task.foreach->items;
    if (items.is_object()) {
        static const std::vector<std::string> kParts{"key", "value"};
        if (std::ranges::find(kParts, path[1]) == kParts.end())
            return fmt::format("'item' has no '{}'; of a map it has key and value", path[1]);
        return std::nullopt;
    }
    if (!items.is_array() || items.empty()) return std::nullopt;
    std::vector<std::string> parts;
    for (const auto& item : items)
        if (item.is_object())
            for (const auto& [part, value] : item.items())
                if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
    if (parts.empty()) return fmt::format("'item' has no '{}'; the items of `foreach` are no maps", path[1]);
    if (std::ranges::find(parts, path[1]) == parts.end())
        return fmt::format("'item' has no '{}'{}", path[1], model::did_you_mean(path[1], parts));
    return std::nullopt;
}

}  // namespace weir::yaml
