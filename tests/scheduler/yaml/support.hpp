// Short ways to read YAML in the tests of this folder.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/yaml/config.hpp"
#include "scheduler/yaml/loader.hpp"

namespace weir::yaml {

inline std::string lines_of(const std::vector<model::Diagnostic>& diagnostics) {
    std::string lines;
    for (const auto& diagnostic : diagnostics) lines += (lines.empty() ? "" : "\n") + to_text(diagnostic);
    return lines;
}

inline Surroundings known_surroundings() {
    Surroundings known;
    known.connections = {{"cache", "redis"}, {"warehouse", "postgres"}};
    known.pools = {"default_pool", "narrow"};
    known.notifiers = {"team", "desk"};
    known.complete = true;
    return known;
}

// All messages, one a line; "" when the file loads.
inline std::string faults(std::string_view text, const Surroundings& surroundings = known_surroundings()) {
    const auto loaded = load_dag(text, "etl.yaml", "/dags", surroundings);
    CHECK((loaded.dag == nullptr) == !loaded.diagnostics.empty());
    return lines_of(loaded.diagnostics);
}

inline std::string config_faults(std::string_view text) {
    const auto loaded = load_config(text, "weir.yaml", "/etc/weir");
    CHECK(loaded.config.has_value() == loaded.diagnostics.empty());
    return lines_of(loaded.diagnostics);
}

// A file that must load.
inline std::shared_ptr<const model::Dag> dag_of(std::string_view text) {
    const auto loaded = load_dag(text, "etl.yaml", "/dags", known_surroundings());
    REQUIRE_MESSAGE(loaded.dag != nullptr, lines_of(loaded.diagnostics));
    return loaded.dag;
}

// The file with one task `t`, whose keys these lines are, from line 3 on in column 5.
inline std::string with_task(std::string_view lines) {
    std::string text = "tasks:\n  t:\n";
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size() - 1) + 1;
        text += "    " + std::string(lines.substr(0, end));
        lines.remove_prefix(end);
    }
    return text;
}

struct Example {
    std::string_view yaml;
    std::string_view faults;
};

}  // namespace weir::yaml
