// The keys of weir.yaml.
#pragma once

#include "scheduler/yaml/config.hpp"
#include "scheduler/yaml/table.hpp"

namespace weir::yaml {

struct ConfigDraft {
    std::string folder;
    Config config;
    const Node* connections = nullptr;  // these are made into JSON when nothing was wrong
    const Node* notifiers = nullptr;
    const Node* sources = nullptr;
};

[[nodiscard]] const Table<ConfigDraft>& config_table();
[[nodiscard]] const ShapePtr& connection_shape();
[[nodiscard]] const ShapePtr& notifier_shape();
[[nodiscard]] const ShapePtr& source_shape();
[[nodiscard]] Text source_name();

}  // namespace weir::yaml
