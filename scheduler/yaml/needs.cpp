#include "scheduler/yaml/needs.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "scheduler/model/nearest.hpp"

namespace weir::yaml {
namespace {

using model::TaskIndex;
using Tasks = std::vector<TaskIndex>;

// A task, or a group as a whole.
struct Part {
    bool is_group = false;
    std::size_t index = 0;
    bool operator==(const Part&) const = default;
};

struct Need {
    Part who;
    Part whom;
    std::size_t scope = kNoGroup;  // the innermost group around both
    Place place;
};

class Resolver {
   public:
    Resolver(DagDraft& draft, Problems& problems)
        : draft_(draft), problems_(problems), first_(draft.groups.size()), last_(draft.groups.size()) {
        for (std::size_t i = 0; i < draft.tasks.size(); ++i) parts_.emplace(draft.tasks[i].task.id, Part{false, i});
        for (std::size_t i = 0; i < draft.groups.size(); ++i) parts_.emplace(draft.groups[i].group.id, Part{true, i});
    }

    void run() {
        for (std::size_t i = 0; i < draft_.tasks.size(); ++i) {
            read({false, i}, draft_.tasks[i].needs);
            read_teardown(i);
        }
        for (std::size_t i = 0; i < draft_.groups.size(); ++i) read({true, i}, draft_.groups[i].needs);
        // Inside out: the first and last tasks of a group follow from what is within it. An outer group stands before
        // those in it.
        std::ranges::stable_sort(needs_, [](const Need& a, const Need& b) { return a.scope + 1 > b.scope + 1; });
        for (const auto& need : needs_)
            if (!connect(need)) break;
        for (auto& task : draft_.tasks) without_repetitions(task.upstream);
    }

   private:
    [[nodiscard]] const std::string& id_of(Part part) const {
        return part.is_group ? draft_.groups[part.index].group.id : draft_.tasks[part.index].task.id;
    }
    [[nodiscard]] std::size_t group_around(Part part) const {
        return part.is_group ? draft_.groups[part.index].parent : draft_.tasks[part.index].group;
    }
    [[nodiscard]] bool is_within(Part part, std::size_t group) const {
        for (auto at = group_around(part); at != kNoGroup; at = draft_.groups[at].parent)
            if (at == group) return true;
        return false;
    }
    [[nodiscard]] std::string words(Part part) const {
        return fmt::format("{} '{}'", part.is_group ? "group" : "task", id_of(part));
    }

    // The part of this name in the innermost group around `who` that has one.
    [[nodiscard]] std::optional<Part> find(Part who, const std::string& name) const {
        for (auto scope = group_around(who);; scope = draft_.groups[scope].parent) {
            const auto found =
                parts_.find(scope == kNoGroup ? name : fmt::format("{}.{}", draft_.groups[scope].group.id, name));
            if (found != parts_.end()) return found->second;
            if (scope == kNoGroup) return std::nullopt;
        }
    }

    // What could have been meant: the names beside `who`, and beside the groups around it.
    [[nodiscard]] std::string hint(Part who, std::string_view typed) const {
        if (problems_.full()) return "";
        std::vector<std::string> known;
        const auto add = [this, &known, who](Part part) {
            const auto around = group_around(part);
            const auto& id = id_of(part);
            if (around == kNoGroup)
                known.push_back(id);
            else if (group_around(who) == around || is_within(who, around))
                known.push_back(id.substr(draft_.groups[around].group.id.size() + 1));
            else
                known.push_back(id);
        };
        for (std::size_t i = 0; i < draft_.tasks.size(); ++i) add({false, i});
        for (std::size_t i = 0; i < draft_.groups.size(); ++i) add({true, i});
        return model::did_you_mean(typed, known);
    }

    template <class Use>
    void each_name(const Node* names, const Use& use) {
        if (names == nullptr) return;
        const auto one = [&use](const Node& name) {
            if (!name.faulty && name.scalar() != nullptr) use(name, name.scalar()->text);
        };
        if (const auto* list = names->list())
            for (const auto& name : list->items) one(name);
        else
            one(*names);
    }

    void read(Part who, const Node* names) {
        each_name(names, [this, who](const Node& name, const std::string& text) {
            const auto whom = find(who, text);
            if (!whom)
                problems_.add(name.place, "{} needs unknown '{}'{}", words(who), text, hint(who, text));
            else if (*whom == who)
                problems_.add(name.place, "{} needs itself", words(who));
            else if (whom->is_group && is_within(who, whom->index))
                problems_.add(name.place, "{} needs the group '{}', which it is in", words(who), id_of(*whom));
            else if (who.is_group && is_within(*whom, who.index))
                problems_.add(name.place, "{} needs {}, which is in it", words(who), words(*whom));
            else
                add_need(who, *whom, name.place);
        });
    }

    void read_teardown(std::size_t task) {
        const Part who{false, task};
        each_name(draft_.tasks[task].teardown, [this, who](const Node& name, const std::string& text) {
            const auto whom = find(who, text);
            if (!whom) {
                problems_.add(name.place, "{} cleans up after unknown '{}'{}", words(who), text, hint(who, text));
            } else if (*whom == who) {
                problems_.add(name.place, "{} cleans up after itself", words(who));
            } else if (whom->is_group || !draft_.tasks[whom->index].task.setup) {
                problems_.add(name.place, "teardown: {} is no setup{}", words(*whom),
                              whom->is_group ? "; name the tasks in it that are" : "; write `setup: true` there");
            } else {
                draft_.tasks[who.index].setups.push_back(static_cast<TaskIndex>(whom->index));
                add_need(who, *whom, name.place);
            }
        });
    }

    void add_need(Part who, Part whom, Place place) {
        auto scope = group_around(who);
        while (scope != kNoGroup && !is_within(whom, scope)) scope = draft_.groups[scope].parent;
        needs_.push_back({who, whom, scope, place});
    }

    // False once there are too many.
    bool connect(const Need& need) {
        const auto& later = need.who.is_group ? first_of(need.who.index) : alone(need.who);
        const auto above = need.whom.is_group ? last_of(need.whom.index) : alone(need.whom);
        if (need.who.is_group || need.whom.is_group) {
            group_needs_ += later.size() * above.size();
            if (group_needs_ > kMostGroupNeeds) {
                problems_.add(
                    need.place,
                    "every first task of a group needs every last task of the group before it, and that makes "
                    "more than {} pairs; put one task between the groups",
                    kMostGroupNeeds);
                return false;
            }
        }
        for (const auto task : later)
            draft_.tasks[task].upstream.insert(draft_.tasks[task].upstream.end(), above.begin(), above.end());
        return true;
    }

    [[nodiscard]] static Tasks alone(Part task) { return {static_cast<TaskIndex>(task.index)}; }

    // Those that need nothing in the group.
    Tasks first_of(std::size_t index) {
        if (first_[index]) return *first_[index];
        const auto& group = draft_.groups[index];
        Tasks first;
        for (auto task = group.begin; task < group.end; ++task)
            if (std::ranges::none_of(draft_.tasks[task].upstream,
                                     [&group](TaskIndex above) { return above >= group.begin && above < group.end; }))
                first.push_back(task);
        return *(first_[index] = std::move(first));
    }

    // Those that nothing in the group needs. Who waits for a group does not wait until it is cleaned up.
    Tasks last_of(std::size_t index) {
        if (last_[index]) return *last_[index];
        const auto& group = draft_.groups[index];
        const auto cleans_up = [this](TaskIndex task) { return draft_.tasks[task].teardown != nullptr; };
        bool only_teardowns = true;
        for (auto task = group.begin; task < group.end; ++task) only_teardowns = only_teardowns && cleans_up(task);
        std::vector<bool> needed(group.end - group.begin);
        for (auto task = group.begin; task < group.end; ++task) {
            if (cleans_up(task) && !only_teardowns) continue;
            for (const auto above : draft_.tasks[task].upstream)
                if (above >= group.begin && above < group.end) needed[above - group.begin] = true;
        }
        Tasks last;
        for (auto task = group.begin; task < group.end; ++task)
            if (!needed[task - group.begin] && (only_teardowns || !cleans_up(task))) last.push_back(task);
        return *(last_[index] = std::move(last));
    }

    // A group may stand for a task that is named as well.
    void without_repetitions(Tasks& tasks) {
        seen_.resize(draft_.tasks.size());
        ++stamp_;
        std::erase_if(tasks, [this](TaskIndex task) { return std::exchange(seen_[task], stamp_) == stamp_; });
    }

    DagDraft& draft_;
    Problems& problems_;
    std::unordered_map<std::string_view, Part> parts_;
    std::vector<Need> needs_;
    std::vector<std::optional<Tasks>> first_;
    std::vector<std::optional<Tasks>> last_;
    std::size_t group_needs_ = 0;
    std::vector<std::size_t> seen_;
    std::size_t stamp_ = 0;
};

}  // namespace

void resolve_needs(DagDraft& draft, Problems& problems) { Resolver(draft, problems).run(); }

}  // namespace weir::yaml
