#include "daemon/dag_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace weir::daemon {

namespace fs = std::filesystem;

namespace {

// A longer text of a broken file is not kept: whoever wrote it has better means to look at it than a page.
constexpr std::size_t kMostBrokenText = 256UL * 1024;

}  // namespace

DagFolder::DagFolder(fs::path folder, yaml::Surroundings surroundings)
    : folder_(std::move(folder)), surroundings_(std::move(surroundings)) {}

std::map<std::string, DagFolder::Stamp> DagFolder::list_files() {
    std::map<std::string, Stamp> found;
    folders_ = {folder_};
    std::error_code error;
    // Files come and go while we look; what can't be read now is seen at the next look.
    auto entry = fs::recursive_directory_iterator(
        folder_, fs::directory_options::skip_permission_denied | fs::directory_options::follow_directory_symlink,
        error);
    for (const auto end = fs::recursive_directory_iterator(); !error && entry != end; entry.increment(error)) {
        const auto& path = entry->path();
        struct stat status {};
        const bool there = ::stat(path.c_str(), &status) == 0;
        if (path.filename().string().starts_with('.')) {
            entry.disable_recursion_pending();
        } else if (there && S_ISDIR(status.st_mode)) {
            folders_.push_back(path);
        } else if (there && S_ISREG(status.st_mode) && (path.extension() == ".yaml" || path.extension() == ".yml")) {
            found[path.lexically_relative(folder_).string()] = {
                status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec, status.st_size, status.st_ino};
        }
    }
    return found;
}

void DagFolder::read(const std::string& name, File& file) const {
    const auto path = folder_ / name;
    file.broken_text = nullptr;
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
        file.errors = {{name, 0, 0, fmt::format("can't be read: {}", std::strerror(errno))}};
        file.text = nullptr;
        return;
    }
    auto content = std::move(text).str();
    auto loaded = yaml::load_dag(content, name, path.parent_path().string(), surroundings_);
    file.errors = std::move(loaded.diagnostics);
    file.text = std::move(loaded.dag);
    if (file.text) file.good = file.text;
    if (!file.text && content.size() <= kMostBrokenText)
        file.broken_text = std::make_shared<const std::string>(std::move(content));
}

std::map<std::string, std::string> DagFolder::owners() {
    std::map<std::string, std::string> owner_of;
    for (auto& [name, file] : files_) {
        file.clash.clear();
        if (!file.good) continue;
        const auto [owner, fresh] = owner_of.emplace(file.good->id, name);
        if (!fresh)
            file.clash = {{name, 1, 1,
                           fmt::format("DAG id '{}' is taken by {}; give this file an `id` of its own", file.good->id,
                                       owner->second)}};
    }
    return owner_of;
}

namespace {

// The text without what names the DAG, and without blank lines at its end.
std::string text_but_for_id(const std::string& source) {
    std::istringstream lines(source);
    std::string rest;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("id:")) rest += line + '\n';
    rest.erase(rest.find_last_not_of(" \n") + 1);
    return rest;
}

}  // namespace

void DagFolder::find_renamed(Changes& changes, const std::map<std::string, std::shared_ptr<const model::Dag>>& wanted) {
    std::erase_if(renamed_from_, [&wanted](const auto& entry) { return !wanted.contains(entry.first); });
    if (changes.removed.empty()) return;
    std::map<std::string, std::string> new_ids;  // by text
    for (const auto& dag : changes.loaded)
        if (!current_.contains(dag->id)) new_ids.emplace(text_but_for_id(dag->source), dag->id);
    for (const auto& gone : changes.removed) {
        const auto found = new_ids.find(text_but_for_id(current_.at(gone)->source));
        if (found == new_ids.end()) continue;
        changes.renamed.push_back({gone, found->second});
        renamed_from_[found->second] = gone;
    }
}

DagFolder::Changes DagFolder::scan(model::TimePoint now) {
    const auto on_disk = list_files();
    Changes changes;
    std::map<std::string, std::vector<model::Diagnostic>> errors_before;
    for (const auto& [name, file] : files_)
        if (auto all = file.errors; !all.empty() || !file.clash.empty()) {
            all.insert(all.end(), file.clash.begin(), file.clash.end());
            errors_before[name] = std::move(all);
        }

    std::erase_if(files_, [&on_disk](const auto& entry) { return !on_disk.contains(entry.first); });
    for (const auto& [name, stamp] : on_disk) {
        auto& file = files_[name];
        if (file.stamp == stamp) continue;
        file.stamp = stamp;
        file.since = now;
        read(name, file);
        if (!file.errors.empty() || !file.clash.empty()) changes.edited = true;
    }

    std::map<std::string, std::shared_ptr<const model::Dag>> wanted;
    for (const auto& [dag_id, name] : owners()) wanted[dag_id] = files_[name].good;
    for (const auto& [dag_id, dag] : wanted) {
        const auto before = current_.find(dag_id);
        if (before == current_.end() || before->second->hash != dag->hash || before->second->file != dag->file)
            changes.loaded.push_back(dag);
    }
    for (const auto& [dag_id, dag] : current_)
        if (!wanted.contains(dag_id)) changes.removed.push_back(dag_id);
    find_renamed(changes, wanted);
    current_ = std::move(wanted);

    for (auto& error : import_errors()) {
        const auto before = errors_before.find(error.file);
        const bool same = before != errors_before.end() && before->second == error.diagnostics;
        if (before != errors_before.end()) errors_before.erase(before);
        if (!same) changes.broken.push_back(std::move(error));
    }
    changes.mended = !errors_before.empty();
    return changes;
}

void DagFolder::recall_renamed(const std::map<std::string, std::string>& gone) {
    if (gone.empty()) return;
    std::multimap<std::string, std::string> ids;  // by text
    for (const auto& [dag_id, dag] : current_) ids.emplace(text_but_for_id(dag->source), dag_id);
    for (const auto& [gone_id, source] : gone) {
        const auto [begin, end] = ids.equal_range(text_but_for_id(source));
        for (auto same = begin; same != end; ++same) renamed_from_.emplace(same->second, gone_id);
    }
}

bool DagFolder::adopt(const std::shared_ptr<const model::Dag>& dag) {
    const auto found = files_.find(dag->file);
    if (found == files_.end() || found->second.text || found->second.good) return false;
    found->second.good = dag;
    current_[dag->id] = dag;
    return true;
}

std::map<std::string, ports::CatalogEntry, std::less<>> DagFolder::entries() const {
    std::map<std::string, ports::CatalogEntry, std::less<>> all;
    for (const auto& [dag_id, dag] : current_) {
        const auto file = files_.find(dag->file);
        const auto renamed = renamed_from_.find(dag_id);
        all[dag_id] = {dag, std::nullopt, file != files_.end() && !file->second.errors.empty(),
                       renamed == renamed_from_.end() ? "" : renamed->second};
    }
    return all;
}

std::vector<ports::ImportError> DagFolder::import_errors() const {
    std::vector<ports::ImportError> all;
    for (const auto& [name, file] : files_) {
        if (file.errors.empty() && file.clash.empty()) continue;
        auto diagnostics = file.errors;
        diagnostics.insert(diagnostics.end(), file.clash.begin(), file.clash.end());
        // Where only the id is another file's, the text has loaded.
        auto content = file.text ? std::shared_ptr<const std::string>(file.text, &file.text->source) : file.broken_text;
        all.push_back({name, file.since, std::move(diagnostics), std::move(content)});
    }
    return all;
}

}  // namespace weir::daemon
