// weir validate: are these files right? Says everything that is wrong, touches nothing.
#include <fmt/format.h>

#include <filesystem>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/dag_folder.hpp"
#include "daemon/settings.hpp"

namespace weir::daemon::cli {
namespace {

namespace fs = std::filesystem;
using model::Json;

struct Verdict {
    std::size_t files = 0;
    std::vector<model::Diagnostic> diagnostics;
};

// A whole folder, as the daemon would read it: the same DAG id in two files is found too.
void check_folder(const fs::path& folder, const yaml::Surroundings& surroundings, Verdict& verdict) {
    DagFolder dags(folder, surroundings);
    const auto changes = dags.scan({});
    verdict.files += dags.entries().size() + changes.broken.size();
    for (const auto& error : changes.broken)
        for (auto diagnostic : error.diagnostics) {
            diagnostic.file = (folder / diagnostic.file).lexically_normal().string();
            verdict.diagnostics.push_back(std::move(diagnostic));
        }
}

void check_file(const fs::path& path, const yaml::Surroundings& surroundings, Verdict& verdict) {
    ++verdict.files;
    const auto text = read_file(path);
    if (!text) {
        verdict.diagnostics.push_back({path.string(), 0, 0, text.error().message});
        return;
    }
    const auto folder = fs::absolute(path).parent_path().string();
    auto found = path.filename() == "weir.yaml"
                     ? yaml::load_config(*text, path.string(), folder).diagnostics
                     : yaml::load_dag(*text, path.string(), folder, surroundings).diagnostics;
    verdict.diagnostics.insert(verdict.diagnostics.end(), found.begin(), found.end());
}

}  // namespace

int validate(const Common& common, const std::vector<std::string>& paths) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    // Connections can only be held against a weir.yaml that is there.
    auto surroundings = settings->surroundings();
    surroundings.complete = surroundings.complete && !settings->connections.empty();

    Verdict verdict;
    for (const auto& path : paths.empty() ? std::vector{settings->dag_folder} : paths) {
        std::error_code error;
        if (fs::is_directory(path, error))
            check_folder(path, surroundings, verdict);
        else
            check_file(path, surroundings, verdict);
    }
    if (common.json) {
        auto list = Json::array();
        for (const auto& d : verdict.diagnostics)
            list.push_back({{"file", d.file}, {"line", d.line}, {"column", d.column}, {"message", d.message}});
        print_json({{"files", verdict.files}, {"diagnostics", list}});
    } else {
        for (const auto& diagnostic : verdict.diagnostics) fmt::print("{}\n", to_text(diagnostic));
        if (verdict.diagnostics.empty())
            fmt::print("{} {} file(s)\n", paint("valid:", Colour::green), verdict.files);
        else
            fmt::print("{} {} problem(s) in {} file(s)\n", paint("invalid:", Colour::red), verdict.diagnostics.size(),
                       verdict.files);
    }
    return verdict.diagnostics.empty() ? kOk : kInvalid;
}

}  // namespace weir::daemon::cli
