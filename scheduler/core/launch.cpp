#include "scheduler/core/launch.hpp"

#include <fmt/format.h>

#include "scheduler/core/mixing.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::Json;
using model::Result;

namespace {

constexpr std::size_t kLongestLogName = 200;  // of the 255 bytes that a file's name may have

std::string as_text(const Json& value) {
    if (value.is_null()) return "";
    return value.is_string() ? value.get<std::string>() : model::to_text(value);
}

model::Error failed_at(const std::string& place, const std::string& message) {
    return {model::ErrorKind::invalid, fmt::format("{}: {}", place, message)};
}

// Names were checked when the file was loaded.
std::optional<std::string> any_name(std::span<const std::string>) { return std::nullopt; }

Result<std::string> render_text(const std::string& text, const expr::Lookup& names, const std::string& place) {
    if (!expr::Template::has_expressions(text)) return text;
    const auto compiled = expr::Template::compile(text, any_name);
    if (!compiled) return failed_at(place, compiled.error().message);
    const auto value = compiled->render(names);
    if (!value) return failed_at(place, value.error().message);
    return as_text(*value);
}

struct Renderer {
    const expr::Lookup& names;

    Result<model::Action> operator()(const model::ShellScript& script) const { return model::Action{script}; }
    Result<model::Action> operator()(const model::CommandLine& command) const {
        model::CommandLine rendered;
        for (std::size_t i = 0; i < command.argv.size(); ++i) {
            auto text = render_text(command.argv[i], names, fmt::format("run[{}]", i));
            if (!text) return text.error();
            rendered.argv.push_back(std::move(*text));
        }
        return model::Action{std::move(rendered)};
    }
    Result<model::Action> operator()(const model::OperatorCall& call) const {
        auto settings = expr::render(call.settings, names);
        if (!settings) return failed_at(std::string(to_text(call.kind)), settings.error().message);
        return model::Action{model::OperatorCall{call.kind, std::move(*settings)}};
    }
};

std::string at(const expr::Lookup& names, std::vector<std::string> path) {
    const auto value = names(path);
    return value ? as_text(*value) : "";
}

Environment run_environment(const LiveRun& run, const expr::Lookup& names) {
    const auto start = at(names, {"window", "start"});
    const auto end = at(names, {"window", "end"});
    return {{"WEIR_DAG_ID", run.row.dag_id},
            {"WEIR_RUN_ID", run.row.run_id},
            {"WEIR_LOGICAL_DATE", at(names, {"logical_date"})},
            {"WEIR_DATA_INTERVAL_START", start},
            {"WEIR_DATA_INTERVAL_END", end},
            {"WEIR_WINDOW_START", start},
            {"WEIR_WINDOW_END", end}};
}

}  // namespace

Result<bool> condition_holds(const LiveRun& run, RecordIndex index) {
    const auto& condition = run.task(index).condition;
    if (condition.empty()) return true;
    const auto compiled = expr::Expression::compile(condition, any_name);
    if (!compiled) return failed_at("if", compiled.error().message);
    const auto value = compiled->evaluate(names_of(run, index));
    if (!value) return failed_at("if", value.error().message);
    return expr::truth(*value);
}

Result<std::vector<Json>> items_of(const LiveRun& run, RecordIndex index) {
    Json items = run.task(index).foreach->items;
    if (items.is_string()) {
        const auto compiled = expr::Template::compile(items.get<std::string>(), any_name);
        if (!compiled) return failed_at("foreach", compiled.error().message);
        auto value = compiled->render(names_of(run, index));
        if (!value) return failed_at("foreach", value.error().message);
        items = std::move(*value);
        // A task that writes name=value lines has texts for outputs.
        if (items.is_string())
            if (auto parsed = model::parse_json(items.get<std::string>())) items = std::move(*parsed);
    }
    std::vector<Json> list;
    if (items.is_object())
        for (const auto& [key, value] : items.items()) list.push_back(Json{{"key", key}, {"value", value}});
    else if (items.is_array())
        list = items.get<std::vector<Json>>();
    else
        return failed_at("foreach", fmt::format("expected a list or an object, found {}", model::to_text(items)));
    if (list.size() > model::kMostItems)
        return failed_at("foreach", fmt::format("{} items; the most is {}", list.size(), model::kMostItems));
    return list;
}

std::string label_of(const LiveRun& run, RecordIndex index) {
    const auto& label = run.task(index).foreach->label;
    if (label.empty()) return "";
    const auto text = render_text(label, names_of(run, index), "label");
    return text ? *text : "";
}

Result<Json> rendered_settings(const LiveRun& run, RecordIndex index) {
    const auto& call = std::get<model::OperatorCall>(run.task(index).action);
    auto settings = expr::render(call.settings, names_of(run, index));
    if (!settings) return failed_at(std::string(to_text(call.kind)), settings.error().message);
    return settings;
}

int next_try_number(const LiveRun& run, RecordIndex index) {
    return run.tasks[index].try_number + (looks_again(run, index) ? 0 : 1);
}

Result<Launch> make_launch(LiveRun& run, RecordIndex index, const model::Try& row) {
    const auto& task = run.task(index);
    const auto names = names_of(run, index);
    Launch launch;
    launch.id = row.id;
    launch.executor = row.executor;
    launch.dag_id = run.row.dag_id;
    launch.run_id = run.row.run_id;
    launch.task_id = task.id;
    launch.map_index = row.map_index;
    launch.try_number = row.number;
    auto action = std::visit(Renderer{names}, task.action);
    if (!action) return action.error();
    launch.action = std::move(*action);
    if (!run.environment) run.environment = std::make_shared<const Environment>(run_environment(run, names));
    launch.run_env = run.environment;
    launch.env = {{"WEIR_TASK_ID", task.id},
                  {"WEIR_TRY", std::to_string(row.number)},
                  {"TRACEPARENT", traceparent(run.row, row.id)}};
    if (row.map_index >= 0) {
        launch.env.emplace("WEIR_MAP_INDEX", std::to_string(row.map_index));
        launch.env.emplace("WEIR_ITEM", at(names, {"item"}));
    }
    for (const auto& [name, text] : task.env) {
        auto value = render_text(text, names, "env." + name);
        if (!value) return value.error();
        launch.env.insert_or_assign(name, std::move(*value));
    }
    launch.workdir = task.workdir;
    launch.log_path = row.log_path;
    launch.timeout = time_for(run, index, row.created_at);
    launch.grace = task.grace;
    launch.log_limit = task.log_limit;
    launch.epoch = row.epoch;
    return launch;
}

// All in the run's folder: one of its own for each task would cost as much as the rest of its launch.
std::string log_path(const LiveRun& run, RecordIndex index, int try_number) {
    const auto& task = run.task(index);
    auto name = task.id.size() <= kLongestLogName
                    ? task.id
                    : fmt::format("{}~{}", task.id.substr(0, kLongestLogName), run.tasks[index].task);
    auto path = run.row.dag_id + '/' + run.row.run_id + '/' + name;
    if (run.is_instance(index)) path += ".foreach/" + std::to_string(run.tasks[index].map_index);
    return path + '.' + std::to_string(try_number) + ".log";
}

namespace {

void append_hex(std::string& text, std::uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[value >> shift & 15];
}

}  // namespace

std::string traceparent(const model::Run& run, model::TryId id) {
    const auto seed = static_cast<std::uint64_t>(run.id.value);
    const auto high = mix(run.dag_id, seed);
    const auto low = mix(run.run_id, high) | 1;  // all zeros are not a valid id
    const auto span = mix(low + static_cast<std::uint64_t>(id.value)) | 1;
    std::string text = "00-";
    append_hex(text, high);
    append_hex(text, low);
    text += '-';
    append_hex(text, span);
    return text += "-01";
}

}  // namespace weir::core
