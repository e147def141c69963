#include "scheduler/yaml/groups.hpp"

#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

const Table<GroupDraft>& group_table() {
    static const Table<GroupDraft> table(
        {"a group", "Tasks that are shown, cleared and needed as one", {}, {}},
        {
            {{"group", shape("a map of at least one task", Named{"tasks", &tasks_shape}),
              "Its tasks, by id; outside of it their ids begin with its own and a point", true},
             [](GroupDraft& draft, const Node& value) { draft.tasks = &value; }},
            {{"needs", needed_tasks(), "Tasks and groups that come before its first tasks"},
             [](GroupDraft& draft, const Node& value) { draft.needs = &value; }},
            {{"defaults", defaults_table().shape(),
              "Keys that hold for every task in it that does not set them itself"},
             [](GroupDraft& draft, const Node& value) { draft.defaults = &value; }},
            {{"doc", text("a text"), "What the group is for"},
             [](GroupDraft& draft, const Node& value) { draft.group.doc = text_of(value); }},
        });
    return table;
}

bool is_group(const Node& node) { return node.map() != nullptr && node.map()->find("group") != nullptr; }

// Recursive, but no deeper than kDeepestNesting allows.
class Store {
   public:
    explicit Store(DagDraft& draft) : draft_(draft) {}

    void tasks(const Node& node, std::size_t group, const TaskDraft& defaults) {
        const auto prefix = group == kNoGroup ? "" : draft_.groups[group].group.id + ".";
        for (const auto& entry : node.map()->entries) {
            if (is_group(entry.value)) {
                store_group(entry, prefix + entry.key, group, defaults);
                continue;
            }
            auto task = defaults;
            task.task.id = prefix + entry.key;
            if (group != kNoGroup) task.task.group = draft_.groups[group].group.id;
            task.group = group;
            task.task.line = entry.place.line;
            task.place = entry.place;
            task.node = &entry.value;
            task_table().fill(entry.value, task);
            draft_.tasks.push_back(std::move(task));
        }
    }

   private:
    void store_group(const Entry& entry, std::string id, std::size_t parent, TaskDraft defaults) {
        GroupDraft group;
        group.group.id = std::move(id);
        if (parent != kNoGroup) group.group.parent = draft_.groups[parent].group.id;
        group.parent = parent;
        group.place = entry.place;
        group_table().fill(entry.value, group);
        if (group.defaults != nullptr) defaults_table().fill(*group.defaults, defaults);
        group.begin = static_cast<model::TaskIndex>(draft_.tasks.size());
        const auto* within = group.tasks;
        const auto index = draft_.groups.size();
        draft_.groups.push_back(std::move(group));
        if (within != nullptr) tasks(*within, index, defaults);
        draft_.groups[index].end = static_cast<model::TaskIndex>(draft_.tasks.size());
    }

    DagDraft& draft_;
};

}  // namespace

const ShapePtr& tasks_shape() {
    static const auto made = [] {
        auto one = either("a map of a task's keys", {task_table().shape(), group_table().shape()},
                          [](const Node& node) -> std::size_t { return is_group(node) ? 1 : 0; });
        return shape("a map of at least one task", MapOf{task_id_text(), std::move(one), 1});
    }();
    return made;
}

void store_tasks(DagDraft& draft, const Node& tasks) { Store(draft).tasks(tasks, kNoGroup, draft.defaults); }

}  // namespace weir::yaml
