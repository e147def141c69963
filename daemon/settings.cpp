#include "daemon/settings.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace weir::daemon {

namespace fs = std::filesystem;
using model::Error;
using model::ErrorKind;

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const auto port_text = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (host.empty() || error != std::errc{} || end != port_text.data() + port_text.size()) return std::nullopt;
    return Endpoint{std::string(host), port};
}

model::Result<std::string> read_file(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return Error{ErrorKind::invalid, fmt::format("{} is a folder", path.string())};
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (stream && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    if (!stream && !stream.eof())
        return Error{ErrorKind::not_found, fmt::format("{} can't be read: {}", path.string(), std::strerror(errno))};
    return std::move(text).str();
}

model::Result<Settings> read_settings(const std::string& path) {
    fs::path file = path;
    if (file.empty())
        if (const char* named = std::getenv("WEIR_CONFIG"); named != nullptr && *named != '\0') file = named;
    const bool must_exist = !file.empty();
    if (file.empty()) file = "weir.yaml";
    std::error_code error;
    if (!must_exist && !fs::exists(file, error)) return Settings{yaml::default_config(fs::current_path().string()), ""};

    const auto text = read_file(file);
    if (!text) return text.error();
    auto loaded = yaml::load_config(*text, file.string(), fs::absolute(file).parent_path().string());
    if (loaded.config) return Settings{std::move(*loaded.config), fs::absolute(file).string()};
    std::string all;
    for (const auto& diagnostic : loaded.diagnostics) all += (all.empty() ? "" : "\n") + to_text(diagnostic);
    return Error{ErrorKind::invalid, all};
}

}  // namespace weir::daemon
