// Finds and reads weir.yaml for every verb.
#pragma once

#include <filesystem>
#include <string>

#include "scheduler/model/result.hpp"
#include "scheduler/ports/store.hpp"
#include "scheduler/yaml/config.hpp"

namespace weir::daemon {

struct Settings : yaml::Config {
    std::string file;  // absolute; empty without weir.yaml

    // Derived places, all absolute.
    // What retention may remove now.
    [[nodiscard]] ports::PruneLimits prune_limits(model::TimePoint now) const {
        return {now - keep_runs, keep_last, now - keep_events, now - keep_windows, now - keep_audit, now};
    }
    [[nodiscard]] std::filesystem::path database() const { return std::filesystem::path(data_folder) / "weir.db"; }
    [[nodiscard]] std::filesystem::path logs() const { return std::filesystem::path(data_folder) / "logs"; }
    [[nodiscard]] std::filesystem::path socket() const { return std::filesystem::path(data_folder) / "weir.sock"; }
};

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:8080", "localhost:0".
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

// `path` empty: $WEIR_CONFIG, else ./weir.yaml, else the defaults around the current folder.
// The error holds every diagnostic, a line each.
[[nodiscard]] model::Result<Settings> read_settings(const std::string& path);

// A whole file, or why not in words.
[[nodiscard]] model::Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace weir::daemon
