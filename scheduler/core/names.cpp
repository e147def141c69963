#include <array>
#include <functional>

#include "scheduler/core/json_path.hpp"
#include "scheduler/core/launch.hpp"
#include "scheduler/model/task_path.hpp"

namespace weir::core {

using model::Json;

namespace {

using Path = std::span<const std::string>;

std::string local_text(const model::Run& run, TimePoint t) {
    if (run.timezone == "UTC") return model::format_rfc3339(t);
    const auto zone = calendar::Zone::find(run.timezone);
    return zone ? model::format_rfc3339(t, zone->offset_at(t)) : model::format_rfc3339(t);
}

struct Names {
    const LiveRun& run;
    RecordIndex index;

    [[nodiscard]] std::optional<Json> interval() const {
        const auto& given = run.row.data_interval;
        if (!given) return std::nullopt;
        auto names = Json{{"start", local_text(run.row, given->start)}, {"end", local_text(run.row, given->end)}};
        for (const auto* name : {"key", "assets"})
            if (const auto known = value_at(run.row.cause, std::vector<std::string>{name})) names[name] = *known;
        return names;
    }
    [[nodiscard]] std::optional<Json> logical_date() const {
        return local_text(run.row, run.row.logical_date.value_or(run.row.run_after));
    }
    [[nodiscard]] std::optional<Json> run_names() const {
        const auto& row = run.row;
        return Json{{"id", row.run_id},
                    {"run_id", row.run_id},
                    {"type", to_text(row.type)},
                    {"state", run.failed > 0 ? "failed" : "success"},
                    {"run_after", local_text(row, row.run_after)},
                    {"triggered_by", to_text(row.triggered_by)},
                    {"user", row.triggering_user},
                    {"note", row.note}};
    }
    [[nodiscard]] std::optional<Json> dag_names() const {
        const auto& dag = *run.plan->dag;
        return Json{{"id", dag.id}, {"owner", dag.owner}, {"description", dag.description}, {"file", dag.file}};
    }
    [[nodiscard]] std::optional<Json> task_names() const {
        // While it is being rendered, its next try; when it is launched again after a restart, that same try.
        const auto& record = run.tasks[index];
        const bool has_begun = is_active(record.state) || record.state == model::TaskState::deferred;
        return Json{{"id", run.task(index).id},
                    {"try_number", has_begun ? record.try_number : next_try_number(run, index)},
                    {"map_index", record.map_index}};
    }
    [[nodiscard]] std::optional<Json> item() const {
        const auto& record = run.tasks[index];
        if (record.map_index < 0) return std::nullopt;
        return run.mapped.at(record.task).items[static_cast<std::size_t>(record.map_index)];
    }
    // Of a mapped task: by name a list with the values of all instances, null where one has none.
    [[nodiscard]] Json outputs_of(TaskIndex other) const {
        const auto* mapped = run.instances_of(other);
        const auto& own = run.tasks[other].outputs;
        if (mapped == nullptr) return own.is_object() ? own : Json::object();
        auto all = Json::object();
        for (std::uint32_t i = 0; i < mapped->count; ++i)
            if (const auto& outputs = run.tasks[mapped->instances[i]].outputs; outputs.is_object())
                for (const auto& [name, value] : outputs.items()) {
                    auto& values = all[name];
                    if (values.is_null()) values = Json(mapped->count, nullptr);
                    values[i] = value;
                }
        return all;
    }
    [[nodiscard]] Json other_task(TaskIndex other) const {
        const auto& record = run.tasks[other];
        return Json{{"state", to_text(record.state)},
                    {"outputs", outputs_of(other)},
                    {"reason", record.reason},
                    {"try_number", record.try_number}};
    }
    // `tasks` alone (as in tasks[params.which]) holds the direct upstream tasks.
    [[nodiscard]] std::optional<Json> tasks(Path path) const {
        if (path.empty()) {
            auto all = Json::object();
            for (const auto upstream : run.task(index).upstream) all[run.task(upstream).id] = other_task(upstream);
            return all;
        }
        const auto named = model::find_task(path, run.task(index).group,
                                            [this](const std::string& id) { return run.plan->find(id).has_value(); });
        return named ? value_at(other_task(*run.plan->find(named->id)), path.subspan(named->names)) : std::nullopt;
    }

    [[nodiscard]] std::optional<Json> operator()(Path path) const {
        if (path.empty()) return std::nullopt;
        const auto& first = path.front();
        const auto rest = path.subspan(1);
        const auto within = [rest](const std::optional<Json>& value) {
            return value ? value_at(*value, rest) : std::nullopt;
        };
        if (first == "params") return value_at(run.row.params, rest);
        if (first == "tasks") return tasks(rest);
        if (first == "window" || first == "data_interval") return within(interval());
        if (first == "logical_date") return within(logical_date());
        if (first == "run") return within(run_names());
        if (first == "dag") return within(dag_names());
        if (first == "task") return within(task_names());
        if (first == "item") return within(item());
        if (first == "event") return value_at(run.row.cause, path);
        if (first == "events") return value_at(run.row.cause, rest);
        return std::nullopt;
    }
};

}  // namespace

expr::Lookup names_of(const LiveRun& run, RecordIndex index) { return Names{run, index}; }

}  // namespace weir::core
