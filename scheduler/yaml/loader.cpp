// The steps of reading a DAG file: tree, shapes, drafts, then what only the whole file can tell.
#include "scheduler/yaml/loader.hpp"

#include <filesystem>
#include <unordered_map>

#include "scheduler/yaml/check.hpp"
#include "scheduler/yaml/dag_tables.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/graph.hpp"
#include "scheduler/yaml/judge.hpp"
#include "scheduler/yaml/judge_schedules.hpp"
#include "scheduler/yaml/names.hpp"
#include "scheduler/yaml/needs.hpp"
#include "scheduler/yaml/params.hpp"
#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/wait_tables.hpp"

namespace weir::yaml {
namespace {

__extension__ using Wide = unsigned __int128;

// FNV-1a with 128 bits. It tells one version of a file from the next, at a few hundred MB/s and without a library;
// who could forge a collision may edit the file anyway.
std::string hash_of(std::string_view source) {
    constexpr Wide kPrime = (Wide{1} << 88) + 0x13b;
    Wide hash = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
    for (const char c : source) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(hash >> 64), static_cast<std::uint64_t>(hash));
}

class Loader {
   public:
    Loader(const Tree& tree, Problems& problems, DagDraft& draft) : tree_(tree), problems_(problems), draft_(draft) {}

    void judge(const std::vector<TemplateUse>& templates) {
        finish_params(draft_.params, problems_);
        resolve_needs(draft_, problems_);
        for (auto& task : draft_.tasks) judge_task(task, problems_);
        judge_dag(draft_, tree_.root, problems_);
        judge_schedules(draft_, problems_);
        order_ = order_tasks(draft_.tasks, problems_);
        judge_teardowns(draft_.tasks, problems_);
        compile(templates);
    }

    // Only when nothing was wrong.
    void build() {
        auto& dag = draft_.dag;
        for (auto& entry : draft_.schedule) dag.schedule.push_back(std::move(entry.schedule));
        for (auto& param : draft_.params) dag.params.push_back(std::move(param.param));
        for (auto& group : draft_.groups) dag.groups.push_back(std::move(group.group));
        std::vector<model::TaskIndex> position(order_.size());
        for (model::TaskIndex i = 0; i < order_.size(); ++i) position[order_[i]] = i;
        dag.tasks.reserve(order_.size());
        for (const auto index : order_) {
            auto& draft = draft_.tasks[index];
            auto& task = dag.tasks.emplace_back(std::move(draft.task));
            if (draft.settings != nullptr)
                task.action = model::OperatorCall{
                    draft.kind, finished_settings(draft.kind, *draft.settings, settings_shape(draft.kind))};
            if (task.workdir.empty()) task.workdir = draft_.folder;
            const auto self = static_cast<model::TaskIndex>(dag.tasks.size() - 1);
            for (const auto above : draft.upstream) {
                task.upstream.push_back(position[above]);
                dag.tasks[position[above]].downstream.push_back(self);
            }
        }
    }

   private:
    void compile(const std::vector<TemplateUse>& templates) {
        const Names names(draft_);
        std::unordered_map<const Node*, model::TaskIndex> tasks;  // by their maps
        for (model::TaskIndex i = 0; i < draft_.tasks.size(); ++i) tasks.emplace(draft_.tasks[i].node, i);
        for (const auto& use : templates) {
            const auto found = tasks.find(use.scope);
            const auto task = found == tasks.end() ? std::nullopt : std::optional(found->second);
            const bool makes_items = task && draft_.tasks[*task].foreach == use.text;
            const auto check = names.of(task, makes_items ? Standing::foreach : Standing::setting);
            const auto& text = use.text->scalar()->text;
            const auto compiled =
                use.sql ? expr::Template::compile_sql(text, check) : expr::Template::compile(text, check);
            if (!compiled) tell(*use.text, compiled.error(), 0);
        }
        for (model::TaskIndex i = 0; i < draft_.tasks.size(); ++i)
            if (auto& task = draft_.tasks[i]; task.condition != nullptr)
                task.task.condition = compile_whole("if", *task.condition, names.of(i, Standing::condition));
        for (auto& entry : draft_.schedule)
            if (entry.where != nullptr)
                std::get<model::EventSchedule>(entry.schedule).condition =
                    compile_whole("where", *entry.where, names_of_where());
    }

    // `if: ${{ expression }}` or `if: expression`; the expression, or empty when something is wrong.
    std::string compile_whole(const char* key, const Node& node, const expr::NameCheck& check) {
        const auto text = canonical_text(*node.scalar());
        std::string_view expression = text;
        const auto trim = [](std::string_view& view) {
            view.remove_prefix(std::min(view.find_first_not_of(" \n\t"), view.size()));
            view = view.substr(0, view.find_last_not_of(" \n\t") + 1);
        };
        trim(expression);
        if (expression.starts_with("${{") && expression.ends_with("}}")) {
            expression.remove_prefix(3);
            expression.remove_suffix(2);
            trim(expression);
        }
        if (expression.find("${{") != std::string_view::npos) {
            problems_.add(node.place,
                          "{}: expected one expression; write ${{{{ … }}}} around all of it, or around nothing", key);
            return "";
        }
        const auto offset = static_cast<std::size_t>(expression.data() - text.data());
        const auto compiled = expr::Expression::compile(expression, check);
        if (compiled) return std::string(expression);
        tell(node, compiled.error(), offset);
        return "";
    }

    void tell(const Node& text, const expr::Fault& fault, std::size_t offset) {
        if (problems_.full()) return;
        problems_.add(place_within(tree_, text, offset + fault.offset), "{}", fault.message);
    }

    const Tree& tree_;
    Problems& problems_;
    DagDraft& draft_;
    std::vector<model::TaskIndex> order_;
};

void find_id(DagDraft& draft, const Node& root, const std::string& file, Problems& problems) {
    if (root.map() == nullptr || root.map()->find("id") != nullptr) return;
    draft.dag.id = std::filesystem::path(file).stem().string();
    if (const auto fault = id_fault(draft.dag.id, "a DAG id"); !fault.empty())
        problems.add(Place{0, 0, 0}, "the file's name gives the id: {}; rename it, or set `id`", fault);
}

}  // namespace

Loaded load_dag(std::string_view text, const std::string& file, const std::string& folder,
                const Surroundings& surroundings) {
    Problems problems(file);
    auto tree = read_tree(text, problems);
    if (!tree) return {nullptr, problems.take()};
    if (tree->root.nothing()) {
        problems.add(tree->root.place, "the file is empty; a DAG has at least the key 'tasks'");
        return {nullptr, problems.take()};
    }
    Reading reading{problems, surroundings, {}, nullptr};
    check(tree->root, *dag_table().shape(), "the file", reading);

    DagDraft draft;
    draft.folder = folder;
    draft.timezone = surroundings.timezone;
    draft.defaults.folder = &draft.folder;
    draft.defaults.range_items_left = &draft.range_items_left;
    dag_table().fill(tree->root, draft);
    find_id(draft, tree->root, file, problems);
    Loader loader(*tree, problems, draft);
    loader.judge(reading.templates);
    if (!problems.empty()) return {nullptr, problems.take()};

    loader.build();
    draft.dag.file = file;
    draft.dag.source = std::string(text);
    draft.dag.folder = folder;
    draft.dag.hash = hash_of(text);
    return {std::make_shared<const model::Dag>(std::move(draft.dag)), {}};
}

}  // namespace weir::yaml
