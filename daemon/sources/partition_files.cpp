#include "daemon/sources/partition_files.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace weir::daemon::sources {

namespace fs = std::filesystem;
using calendar::Partition;
using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;

namespace {

constexpr std::size_t kFoldersAtOnce = 2000;  // that one poll looks at
constexpr std::size_t kEventsAtOnce = 500;
// Of the newest folders. A user may have some thousand watches, and other programs want theirs.
constexpr std::size_t kMostWatches = 2000;
constexpr const char* kBaselineDone = "";  // part of the position that says so

Error cannot_read(const fs::path& path, int error) {
    return {ErrorKind::unavailable, fmt::format("folder {} cannot be read: {}", path.string(), std::strerror(error))};
}

// Settings have passed the checks of weir.yaml's reader: these values are there.
model::Period period_of(const Json& settings) {
    return model::parse_period(settings.at("every").get<std::string>()).value();
}
Partition pattern_of(const Json& settings) {
    return Partition::parse(settings.at("partition").get<std::string>()).value();
}

}  // namespace

PartitionFiles::PartitionFiles(std::string name, const Json& settings, Positions positions)
    : name_(std::move(name)),
      path_(settings.at("path").get<std::string>()),
      asset_(settings.at("asset").get<std::string>()),
      pattern_(pattern_of(settings)),
      every_(period_of(settings)),
      zone_(calendar::Zone::find(settings.value("timezone", "UTC")).value()),
      marker_(settings.value("marker", "_SUCCESS")),
      rescan_(std::max(model::parse_duration(settings.value("rescan", "30s")).value_or(kShortestLook), kShortestLook)),
      start_new_(settings.value("start", "first") == "new"),
      positions_(std::move(positions)) {}

PartitionFiles::~PartitionFiles() { close(); }

void PartitionFiles::close() {
    if (inotify_ >= 0) ::close(inotify_);
    inotify_ = -1;
    by_watch_.clear();
    watch_of_.clear();
    watched_.clear();
    to_visit_.clear();
}

Result<> PartitionFiles::connect() {
    close();
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) return cannot_read(path_, errno);
    if (!S_ISDIR(status.st_mode))
        return Error{ErrorKind::invalid, fmt::format("{} is no folder; `path` names one", path_.string())};
    told_.clear();
    baseline_ = start_new_;
    for (const auto& position : positions_()) {
        if (position.part == kBaselineDone) {
            baseline_ = false;
            continue;
        }
        std::int64_t changed = 0;
        std::from_chars(position.position.data(), position.position.data() + position.position.size(), changed);
        told_[position.part] = changed;
    }
    inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);  // without it the rescan is all there is
    next_scan_ = {};
    return {};
}

void PartitionFiles::watch(const Visit& visit) {
    if (inotify_ < 0 || watch_of_.contains(visit.folder)) return;
    constexpr auto kChanges = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR;
    const int made = ::inotify_add_watch(inotify_, (path_ / visit.folder).c_str(), kChanges);
    if (made < 0) return;
    by_watch_[made] = visit;
    watch_of_[visit.folder] = made;
    // The top stays; the others are in the order of their names, and so of their windows.
    if (visit.level > 0) watched_.push_back(visit.folder);
    if (watched_.size() <= kMostWatches) return;
    const auto oldest = watch_of_.find(watched_.front());
    watched_.pop_front();
    ::inotify_rm_watch(inotify_, oldest->second);
    by_watch_.erase(oldest->second);
    watch_of_.erase(oldest);
}

// What changed in a watched folder is visited: the marker's folder itself, or a new folder within it.
void PartitionFiles::wait_for_changes(std::chrono::milliseconds patience) {
    pollfd polled{inotify_, POLLIN, 0};
    // Negative descriptors are passed over: without inotify this just waits.
    if (::poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(patience.count(), 0))) <= 0) return;
    alignas(inotify_event) std::array<char, 16384> buffer;
    while (true) {
        const auto size = ::read(inotify_, buffer.data(), buffer.size());
        if (size <= 0) break;
        for (ssize_t at = 0; at < size;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const std::string name = event.len > 0 ? buffer.data() + at + sizeof event : "";
            at += static_cast<ssize_t>(sizeof event + event.len);
            if ((event.mask & IN_Q_OVERFLOW) != 0) next_scan_ = {};
            const auto found = by_watch_.find(event.wd);
            if (found == by_watch_.end()) continue;
            if ((event.mask & IN_IGNORED) != 0) {  // the folder is gone; one of the same name is watched anew
                std::erase(watched_, found->second.folder);
                watch_of_.erase(found->second.folder);
                by_watch_.erase(found);
                continue;
            }
            auto visit = found->second;
            if (visit.level == pattern_.depth()) {
                if (name != marker_) continue;
            } else {
                if (!pattern_.read(visit.level, name, visit.start)) continue;
                visit.folder += (visit.folder.empty() ? "" : "/") + name;
                ++visit.level;
            }
            if (to_visit_.empty() || to_visit_.back().folder != visit.folder) to_visit_.push_back(std::move(visit));
        }
    }
}

core::IncomingEvent PartitionFiles::event_of(const Visit& visit, std::int64_t changed) const {
    const auto window = calendar::window_at(visit.start, every_, zone_);
    if (!window) return unreadable(visit.folder, window.error().message, (path_ / visit.folder / marker_).string());
    model::CloudEvent event;
    event.id = fmt::format("{}@{}", visit.folder, changed);
    event.source = "weir:files/" + name_;
    event.type = model::kWindowCompleted;
    event.subject = asset_;
    event.time = model::TimePoint{std::chrono::microseconds{changed}};
    event.attributes = {{"windowstart", model::format_rfc3339(window->start)},
                        {"windowend", model::format_rfc3339(window->end)},
                        {"revision", std::to_string(changed)}};
    event.data = {{"path", (path_ / visit.folder).string()}};
    return {std::move(event), visit.folder};
}

void PartitionFiles::look_for_marker(const Visit& visit, Batch& batch) {
    struct stat status {};
    if (::stat((path_ / visit.folder / marker_).c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    const auto changed = std::int64_t{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1000;
    auto& told = told_[visit.folder];
    if (changed <= told) return;
    told = changed;
    batch.positions.push_back({name_, visit.folder, std::to_string(changed)});
    if (!baseline_) batch.events.push_back(event_of(visit, changed));
}

Result<> PartitionFiles::visit(const Visit& visit, std::size_t& budget, Batch& batch) {
    // First watched, then looked at: what is made in between is seen twice rather than never.
    watch(visit);
    if (visit.level == pattern_.depth()) {
        look_for_marker(visit, batch);
        return {};
    }
    std::error_code error;
    std::vector<Visit> below;
    fs::directory_iterator entries(path_ / visit.folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        const auto name = entries->path().filename().string();
        Visit inner{visit.folder, visit.level + 1, visit.start};
        std::error_code ignored;
        if (!pattern_.read(visit.level, name, inner.start) || !entries->is_directory(ignored)) continue;
        inner.folder += (inner.folder.empty() ? "" : "/") + name;
        below.push_back(std::move(inner));
    }
    // A folder may go at any time, but without the top there is nothing to wait for.
    if (error && visit.level == 0) return cannot_read(path_, error.value());
    budget -= std::min(budget, below.size());
    std::ranges::sort(below, std::greater<>(), &Visit::folder);
    to_visit_.insert(to_visit_.end(), std::make_move_iterator(below.begin()), std::make_move_iterator(below.end()));
    return {};
}

Result<Batch> PartitionFiles::poll(std::chrono::milliseconds patience) {
    const auto now = std::chrono::steady_clock::now();
    if (to_visit_.empty() && now < next_scan_)
        wait_for_changes(std::min(patience, std::chrono::ceil<std::chrono::milliseconds>(next_scan_ - now)));
    if (to_visit_.empty() && std::chrono::steady_clock::now() >= next_scan_) {
        to_visit_.push_back({});
        next_scan_ = std::chrono::steady_clock::now() + rescan_;
    }
    Batch batch;
    for (std::size_t budget = kFoldersAtOnce;
         !to_visit_.empty() && budget > 0 && batch.positions.size() < kEventsAtOnce; --budget) {
        const auto next = std::move(to_visit_.back());
        to_visit_.pop_back();
        if (const auto looked = visit(next, budget, batch); !looked) return looked.error();
        if (budget == 0) break;
    }
    if (baseline_ && to_visit_.empty()) {
        baseline_ = false;
        batch.positions.push_back({name_, kBaselineDone, "told"});
    }
    return batch;
}

// The positions were committed with the events.
Result<> PartitionFiles::acknowledge(const Batch&) { return {}; }

std::optional<std::int64_t> PartitionFiles::lag() { return std::nullopt; }

}  // namespace weir::daemon::sources
