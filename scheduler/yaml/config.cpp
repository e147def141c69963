#include "scheduler/yaml/config.hpp"

#include "scheduler/yaml/check.hpp"
#include "scheduler/yaml/config_tables.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/settings.hpp"

namespace weir::yaml {
namespace {

// Tasks run in folders of their own: what a path is relative to must be written out.
void make_absolute(Json& secret, const std::string& folder) {
    if (secret.is_object() && secret.contains("file"))
        secret["file"] = absolute_path(folder, secret["file"].get<std::string>());
}

// {redis: {…}} -> {"kind": "redis", …}
Json connection_settings(const Node& node, const std::string& folder) {
    const auto kinds = to_settings(node, *connection_shape());
    const auto kind = kinds.begin();
    Json settings = kind.value();
    settings["kind"] = kind.key();
    if (settings.contains("socket")) settings["socket"] = absolute_path(folder, settings["socket"].get<std::string>());
    if (settings.contains("ssl_ca")) settings["ssl_ca"] = absolute_path(folder, settings["ssl_ca"].get<std::string>());
    if (settings.contains("password")) make_absolute(settings["password"], folder);
    return settings;
}

Json source_settings(const Node& node, const std::string& folder) {
    const auto kinds = to_settings(node, *source_shape());
    const auto kind = kinds.begin();
    Json settings = kind.value();
    settings["kind"] = kind.key();
    if (settings.contains("path")) settings["path"] = absolute_path(folder, settings["path"].get<std::string>());
    return settings;
}

// What the file's own sources may name, before anything of it is known to be right.
Surroundings connections_of(const Node& root) {
    Surroundings around;
    around.complete = true;
    const auto* top = root.map();
    const auto* entry = top == nullptr ? nullptr : top->find("connections");
    const auto* connections = entry == nullptr ? nullptr : entry->value.map();
    if (connections == nullptr) return around;
    for (const auto& connection : connections->entries)
        if (const auto* kinds = connection.value.map(); kinds != nullptr && kinds->entries.size() == 1)
            around.connections[connection.key] = kinds->entries.front().key;
    return around;
}

Json notifier_settings(const Node& node, const std::string& folder) {
    auto settings = to_settings(node, *notifier_shape());
    if (settings.contains("run")) {
        settings["kind"] = "run";
        return settings;
    }
    settings["kind"] = "webhook";
    make_absolute(settings["webhook"], folder);
    if (!settings.contains("headers")) settings["headers"] = Json::object();
    for (auto& header : settings["headers"]) make_absolute(header, folder);
    return settings;
}

}  // namespace

Surroundings Config::surroundings() const {
    Surroundings surroundings;
    for (const auto& [name, settings] : connections)
        surroundings.connections[name] = settings.at("kind").get<std::string>();
    for (const auto& pool : pools) surroundings.pools.insert(pool.name);
    for (const auto& [name, settings] : notifiers) surroundings.notifiers.insert(name);
    surroundings.timezone = timezone;
    surroundings.complete = true;
    return surroundings;
}

Config default_config(const std::string& folder) {
    Config config;
    config.dag_folder = absolute_path(folder, config.dag_folder);
    config.data_folder = absolute_path(folder, config.data_folder);
    config.pools.push_back({model::kDefaultPool, model::kDefaultPoolSlots, ""});
    return config;
}

LoadedConfig load_config(std::string_view text, const std::string& file, const std::string& folder) {
    Problems problems(file);
    auto tree = read_tree(text, problems);
    if (!tree) return {std::nullopt, problems.take()};
    ConfigDraft draft{folder, default_config(folder), nullptr, nullptr, nullptr};
    if (tree->root.nothing()) return {std::move(draft.config), {}};  // all defaults, as without the file

    const auto around = connections_of(tree->root);
    Reading reading{problems, around, {}, nullptr};
    check(tree->root, *config_table().shape(), "the file", reading);
    if (!problems.empty()) return {std::nullopt, problems.take()};

    config_table().fill(tree->root, draft);
    if (draft.connections != nullptr)
        for (const auto& entry : draft.connections->map()->entries)
            draft.config.connections[entry.key] = connection_settings(entry.value, folder);
    if (draft.notifiers != nullptr)
        for (const auto& entry : draft.notifiers->map()->entries)
            draft.config.notifiers[entry.key] = notifier_settings(entry.value, folder);
    if (draft.sources != nullptr)
        for (const auto& entry : draft.sources->map()->entries)
            draft.config.sources[entry.key] = source_settings(entry.value, folder);
    return {std::move(draft.config), {}};
}

}  // namespace weir::yaml
