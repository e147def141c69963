// The tasks of a DAG as a drawing, with the states that they have in a run. What stands where depends on the DAG's version and
// the folded groups alone, and is kept.
#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <set>

#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/outline.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/task_codes.hpp"
#include "web/layout/layout.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::size_t kMostKept = 64;  // drawings

// One drawing, and what each of its parts is.
struct Picture {
    std::shared_ptr<const model::Dag> dag;  // the rows point into it
    std::vector<OutlineRow> rows;
    std::vector<std::size_t> shown_as;  // of each row, the folded group that it lies in, or itself
    std::vector<int> node_of;           // of each row its node, or kNone
    std::vector<int> box_of;            // of each row its open group's box, or kNone
    std::vector<std::size_t> row_of_node;
    layout::Graph graph;
    layout::Drawing drawing;
};

using Folded = std::set<std::string>;

class Painter {
   public:
    Painter(std::shared_ptr<const model::Dag> dag, const Folded& folded) {
        picture_.dag = std::move(dag);
        picture_.rows = outline_of(*picture_.dag);
        for (std::size_t i = 0; i < picture_.rows.size(); ++i) add_row(i, folded);
        add_edges();
        picture_.drawing = layout::lay_out(picture_.graph);
    }

    Picture take() { return std::move(picture_); }

   private:
    void add_row(std::size_t index, const Folded& folded) {
        const auto& row = picture_.rows[index];
        row_of_[row.id()] = index;
        const auto parent = row.parent.empty() ? row_of_.end() : row_of_.find(row.parent);
        const auto hidden_in = parent == row_of_.end() ? std::nullopt : folded_in_[parent->second];
        const bool folds =
            row.group != nullptr && (folded.contains(row.group->id) || folded.contains(std::string(kAny)));
        folded_in_.push_back(hidden_in ? hidden_in : folds ? std::optional(index) : std::nullopt);
        picture_.shown_as.push_back(hidden_in ? *hidden_in : index);
        picture_.node_of.push_back(layout::kNone);
        picture_.box_of.push_back(layout::kNone);
        if (hidden_in) return;
        const int around = parent == row_of_.end() ? layout::kNone : picture_.box_of[parent->second];
        if (row.group != nullptr && !folds) {
            picture_.box_of[index] = static_cast<int>(picture_.graph.parent_of.size());
            picture_.graph.parent_of.push_back(around);
            return;
        }
        picture_.node_of[index] = static_cast<int>(picture_.graph.group_of.size());
        picture_.graph.group_of.push_back(around);
        picture_.row_of_node.push_back(index);
    }

    // Those of tasks in a folded group are the group's.
    void add_edges() {
        std::set<std::pair<int, int>> drawn;
        for (const auto& row : picture_.rows) {
            if (row.task == nullptr) continue;
            const int to = node_of(row.task->id);
            for (const auto upstream : row.task->upstream) {
                const int from = node_of(picture_.dag->tasks[upstream].id);
                if (from != to && drawn.insert({from, to}).second) picture_.graph.edges.push_back({from, to});
            }
        }
    }

    [[nodiscard]] int node_of(const std::string& id) const {
        return picture_.node_of[picture_.shown_as[row_of_.find(id)->second]];
    }

    Picture picture_;
    std::map<std::string_view, std::size_t> row_of_;
    std::vector<std::optional<std::size_t>> folded_in_;
};

// The pictures that were asked for last.
class Pictures {
   public:
    std::shared_ptr<const Picture> get(const std::shared_ptr<const model::Dag>& dag, const Folded& folded) {
        auto key = std::tuple(dag->id, dag->hash, folded);
        {
            const std::lock_guard lock(mutex_);
            for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
                if (kept->first != key) continue;
                kept_.splice(kept_.begin(), kept_, kept);
                return kept->second;
            }
        }
        auto picture = std::make_shared<const Picture>(Painter(dag, folded).take());
        const std::lock_guard lock(mutex_);
        kept_.emplace_front(std::move(key), picture);
        if (kept_.size() > kMostKept) kept_.pop_back();
        return picture;
    }

   private:
    std::mutex mutex_;
    std::list<std::pair<std::tuple<std::string, std::string, Folded>, std::shared_ptr<const Picture>>> kept_;
};

struct Counts {
    std::map<model::TaskState, int> states;
    int mapped = 0;
};

// Of each row; a group's are those of all tasks in it.
std::vector<Counts> counts_of(const Picture& picture, const std::vector<ports::TaskStates>& states) {
    std::map<std::string_view, const ports::TaskStates*> by_task;
    for (const auto& task : states) by_task.emplace(task.task_id, &task);
    std::map<std::string_view, std::size_t> row_of;
    for (std::size_t i = 0; i < picture.rows.size(); ++i) row_of[picture.rows[i].id()] = i;
    std::vector<Counts> counts(picture.rows.size());
    for (auto i = picture.rows.size(); i-- > 0;) {
        const auto& row = picture.rows[i];
        if (const auto found = by_task.find(row.id()); row.task != nullptr && found != by_task.end())
            counts[i] = {found->second->counts, found->second->mapped};
        if (row.parent.empty()) continue;
        auto& around = counts[row_of[row.parent]];
        for (const auto& [state, count] : counts[i].states) around.states[state] += count;
    }
    return counts;
}

Json node_json(const OutlineRow& row, const layout::Box& box, bool folded, const Counts* counts) {
    const auto* task = row.task;
    const auto state =
        counts == nullptr ? model::TaskState::none : worst_of(counts->states).value_or(model::TaskState::none);
    auto by_state = Json::object();
    if (counts != nullptr)
        for (const auto& [each, count] : counts->states) by_state[std::string(word_of(each))] = count;
    const bool mapped = task != nullptr && task->foreach.has_value();
    return {{"id", row.id()},
            {"kind", task != nullptr ? "task" : "group"},
            {"label", row.label()},
            {"parent", row.parent.empty() ? Json() : Json(row.parent)},
            {"x", box.x},
            {"y", box.y},
            {"width", box.width},
            {"height", box.height},
            {"collapsed", folded},
            {"operator", task != nullptr ? Json(operator_of(task->action)) : Json()},
            {"mapped", mapped ? Json(counts == nullptr ? 0 : counts->mapped) : Json()},
            {"trigger_rule", task != nullptr ? Json(model::to_text(task->trigger_rule)) : Json()},
            {"state", state == model::TaskState::none ? Json() : Json(model::to_text(state))},
            {"counts", counts == nullptr ? Json() : std::move(by_state)},
            {"setup", task != nullptr && task->setup},
            {"teardown", task != nullptr && task->teardown}};
}

Json nodes_json(const Picture& picture, const std::vector<Counts>& counts) {
    auto nodes = Json::array();
    for (std::size_t i = 0; i < picture.rows.size(); ++i) {
        const auto* of_run = counts.empty() ? nullptr : &counts[i];
        if (const int box = picture.box_of[i]; box != layout::kNone)
            nodes.push_back(
                node_json(picture.rows[i], picture.drawing.groups[static_cast<std::size_t>(box)], false, of_run));
        else if (const int node = picture.node_of[i]; node != layout::kNone)
            nodes.push_back(node_json(picture.rows[i], picture.drawing.nodes[static_cast<std::size_t>(node)],
                                      picture.rows[i].group != nullptr, of_run));
    }
    return nodes;
}

Json edges_json(const Picture& picture) {
    auto edges = Json::array();
    for (std::size_t i = 0; i < picture.graph.edges.size(); ++i) {
        const auto& edge = picture.graph.edges[i];
        auto points = Json::array();
        for (const auto& point : picture.drawing.edges[i]) {
            points.push_back(point.x);
            points.push_back(point.y);
        }
        edges.push_back({{"from", picture.rows[picture.row_of_node[static_cast<std::size_t>(edge.from)]].id()},
                         {"to", picture.rows[picture.row_of_node[static_cast<std::size_t>(edge.to)]].id()},
                         {"points", std::move(points)}});
    }
    return edges;
}

http::Response get_graph(const Services& services, Pictures& pictures, const http::Request& request) {
    Parameters parameters(request);
    const auto run_id = parameters.text("run_id");
    // A group that an older version had is no fault: pages remember what was folded.
    const auto names = parameters.texts("collapsed");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const auto dag = loaded_dag(services, dag_id);
    if (!dag) return dag_not_found(dag_id);
    const auto run = run_id.empty() ? std::nullopt : services.history.run(dag_id, run_id);
    if (!run_id.empty() && !run) return run_not_found(dag_id, run_id);

    Folded folded;
    for (const auto& name : names)
        if (name == kAny || std::ranges::find(dag->groups, name, &model::Group::id) != dag->groups.end())
            folded.insert(name);
    const auto picture = pictures.get(dag, folded);
    const auto counts =
        run ? counts_of(*picture, services.history.task_states(std::vector{run->id})) : std::vector<Counts>{};
    return json_answer({{"dag_id", dag_id},
                        {"run_id", run ? Json(run_id) : Json()},
                        {"width", picture->drawing.width},
                        {"height", picture->drawing.height},
                        {"nodes", nodes_json(*picture, counts)},
                        {"edges", edges_json(*picture)}});
}

}  // namespace

void add_graph(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/graph",
               [services, pictures = std::make_shared<Pictures>()](const http::Request& request) {
                   return get_graph(services, *pictures, request);
               });
}

}  // namespace weir::api
