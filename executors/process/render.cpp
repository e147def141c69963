#include "executors/process/render.hpp"

namespace weir::process {
namespace {

constexpr std::string_view kLogSuffix = ".log";

void collect_secrets(const model::Json& value, std::set<std::string>& names) {
    if (value.is_object() && value.size() == 1 && value.contains("env") && value["env"].is_string())
        names.insert(value["env"].get<std::string>());
    for (const auto& inner : value)
        if (inner.is_structured()) collect_secrets(inner, names);
}

struct MakeProgram {
    const std::string& weir_program;
    const model::Json& connections;

    Renderer::Program operator()(const model::ShellScript& script) const {
        return {{"/bin/sh", "-e", "-c", script.text}, {}, false};
    }
    Renderer::Program operator()(const model::CommandLine& command) const { return {command.argv, {}, false}; }
    Renderer::Program operator()(const model::OperatorCall& call) const {
        model::Json input{{"settings", call.settings}, {"connections", connections}};
        return {{weir_program, "task", std::string(model::to_text(call.kind))}, model::to_text(input), true};
    }
};

}  // namespace

std::set<std::string> secret_variables(const std::map<std::string, model::Json>& connections) {
    std::set<std::string> names;
    for (const auto& [name, settings] : connections)
        if (settings.is_structured()) collect_secrets(settings, names);
    return names;
}

Renderer::Renderer(const ProcessOptions& options)
    : log_folder_(std::filesystem::absolute(options.log_folder).lexically_normal().string()),
      weir_program_(options.weir_program.string()),
      connections_(model::Json::object()),
      of_operators_(options.environment),
      of_commands_(options.environment),
      notifiers_(options.notifiers),
      notifier_folder_(std::filesystem::absolute(options.notifier_folder).lexically_normal().string()) {
    for (const auto& [name, settings] : options.connections) connections_[name] = settings;
    for (const auto& name : secret_variables(options.connections)) of_commands_.erase(name);
    for (const auto& name : secret_variables(options.notifiers)) of_commands_.erase(name);
}

model::Result<wire::Launch> Renderer::render(const core::Launch& launch) const {
    auto log_path = absolute_log_path(launch.log_path);
    if (!log_path) return log_path.error();
    if (!launch.workdir.starts_with('/'))
        return model::Error{model::ErrorKind::internal,
                            "the task's workdir '" + launch.workdir + "' is not an absolute path"};

    auto workdir = launch.workdir;
    Program program;
    if (launch.deliver) {
        auto delivering = deliver(*launch.deliver);
        if (!delivering) return delivering.error();
        program = std::move(*delivering);
        workdir = notifier_folder_;
    } else {
        program = std::visit(MakeProgram{weir_program_, connections_}, launch.action);
    }
    wire::Launch result;
    result.try_id = launch.id.value;
    result.argv = std::move(program.argv);
    result.stdin_bytes = std::move(program.stdin_bytes);
    result.cwd = workdir;
    result.log_path = *log_path;
    result.output_path = log_path->substr(0, log_path->size() - kLogSuffix.size()) + ".output";
    result.timeout = launch.timeout;
    result.grace = launch.grace;
    result.log_limit = launch.log_limit;

    auto environment = program.is_operator ? of_operators_ : of_commands_;
    for (const auto& [name, value] : core::environment_of(launch)) {
        if (name.empty() || name.find('=') != std::string::npos)
            return model::Error{model::ErrorKind::invalid,
                                "'" + name + "' can't be the name of an environment variable"};
        environment[name] = value;
    }
    environment["WEIR_OUTPUT"] = result.output_path;
    environment["WEIR_LOG_FILE"] = result.log_path;
    result.env.reserve(environment.size());
    for (const auto& [name, value] : environment) result.env.push_back(name + '=' + value);
    return result;
}

// The address of a webhook and its headers may be secrets: they go through stdin, as names, never as arguments.
model::Result<Renderer::Program> Renderer::deliver(const model::Notification& notification) const {
    const auto found = notifiers_.find(notification.notifier);
    if (found == notifiers_.end())
        return model::Error{model::ErrorKind::not_found,
                            "weir.yaml has no notifier '" + notification.notifier + "' any more"};
    const auto& notifier = found->second;
    if (notifier.value("kind", std::string{}) == "run")
        return Program{{"/bin/sh", "-e", "-c", notifier.value("run", std::string{})}, {}, false};
    const model::Json input{{"notifier", notifier}, {"message", notification.message}};
    return Program{{weir_program_, "task", "notify"}, model::to_text(input), true};
}

model::Result<std::string> Renderer::absolute_log_path(const std::string& log_path) const {
    const std::filesystem::path relative(log_path);
    const bool inside = relative.is_relative() && relative.lexically_normal().string() == log_path &&
                        *relative.begin() != ".." && relative.filename() != kLogSuffix &&
                        log_path.ends_with(kLogSuffix);
    if (!inside)
        return model::Error{model::ErrorKind::internal,
                            "the log path '" + log_path + "' is not one below the log folder"};
    return log_folder_ + (log_folder_.ends_with('/') ? "" : "/") + log_path;
}

}  // namespace weir::process
