// The names that an expression of a DAG file may use, and what to say of others.
#pragma once

#include <unordered_map>

#include "scheduler/expr/expression.hpp"
#include "scheduler/yaml/draft.hpp"

namespace weir::yaml {

// Where in a task an expression stands. What comes before its instances knows no item.
enum class Standing { setting, condition, foreach };

// For `where` of an event schedule, which is decided before there is a run: it sees the event alone.
[[nodiscard]] expr::NameCheck names_of_where();

class Names {
   public:
    // The draft's tasks have their `upstream`.
    explicit Names(const DagDraft& draft);

    // For the expressions of one task; without one, for those of `defaults`.
    [[nodiscard]] expr::NameCheck of(std::optional<model::TaskIndex> task, Standing standing) const;

   private:
    using Path = std::span<const std::string>;
    struct Asker {
        std::optional<model::TaskIndex> task;
        Standing standing;
    };
    [[nodiscard]] std::optional<std::string> fault(Path path, const Asker& asker) const;
    [[nodiscard]] std::optional<std::string> fixed_fault(Path path) const;
    [[nodiscard]] std::optional<std::string> param_fault(Path path) const;
    [[nodiscard]] std::optional<std::string> task_fault(Path path, std::optional<model::TaskIndex> task) const;
    [[nodiscard]] std::string unknown_task(Path path) const;
    [[nodiscard]] std::optional<std::string> item_fault(Path path, const Asker& asker) const;
    [[nodiscard]] std::optional<std::string> schedule_fault(Path path) const;
    [[nodiscard]] std::vector<std::string> root_names() const;

    const DagDraft& draft_;
    bool has_windows_ = false;  // a schedule entry of windows
    bool has_events_ = false;
    std::unordered_map<std::string_view, model::TaskIndex> tasks_;
};

}  // namespace weir::yaml
