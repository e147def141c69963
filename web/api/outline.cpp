#include "web/api/outline.hpp"

#include <map>

namespace weir::api {

namespace {

class Outline {
   public:
    explicit Outline(const model::Dag& dag) {
        for (const auto& group : dag.groups) groups_[group.id] = &group;
        for (const auto& task : dag.tasks) {
            stand(task.group);
            children_[task.group].push_back({.task = &task, .parent = task.group});
        }
    }

    std::vector<OutlineRow> rows() {
        emit("", 0);
        return std::move(rows_);
    }

   private:
    void stand(std::string_view id) {
        const auto group = groups_.find(id);
        if (group == groups_.end() || children_.contains(id)) return;
        children_[id];
        stand(group->second->parent);
        children_[group->second->parent].push_back({.group = group->second, .parent = group->second->parent});
    }

    void emit(std::string_view parent, int depth) {
        for (auto row : children_[parent]) {
            row.depth = depth;
            rows_.push_back(row);
            if (row.group != nullptr) emit(row.group->id, depth + 1);
        }
    }

    std::map<std::string_view, const model::Group*> groups_;
    std::map<std::string_view, std::vector<OutlineRow>> children_;
    std::vector<OutlineRow> rows_;
};

}  // namespace

std::string OutlineRow::label() const {
    const bool inside = !parent.empty() && id().size() > parent.size() + 1 && id().starts_with(parent);
    return inside ? id().substr(parent.size() + 1) : id();
}

std::vector<OutlineRow> outline_of(const model::Dag& dag) { return Outline(dag).rows(); }

}  // namespace weir::api
