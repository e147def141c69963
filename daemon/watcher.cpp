#include "daemon/watcher.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "scheduler/model/invariant.hpp"

namespace weir::daemon {
namespace {

constexpr int kRescanMilliseconds = 30'000;
// Editors write a file in several steps, `git pull` many files: one scan for all of it.
constexpr int kSettleMilliseconds = 50;

model::TimePoint now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

}  // namespace

Watcher::Watcher(DagFolder& folder, Changed changed)
    : folder_(folder),
      changed_(std::move(changed)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
    model::invariant(stop_ >= 0, "an eventfd can be made");
    if (inotify_ < 0)
        spdlog::warn("inotify is not available ({}); DAG files are looked at every 30 s", std::strerror(errno));
    watch_folders();
    thread_ = std::thread([this] { run(); });
}

Watcher::~Watcher() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
    thread_.join();
    if (inotify_ >= 0) ::close(inotify_);
    ::close(stop_);
}

void Watcher::watch_folders() {
    if (inotify_ < 0) return;
    for (const auto& path : folder_.folders()) {
        constexpr auto kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                 IN_DELETE_SELF | IN_MOVE_SELF | IN_EXCL_UNLINK;
        // Watching a folder again is no harm: the kernel gives the same watch back.
        if (::inotify_add_watch(inotify_, path.c_str(), kEvents) < 0 && errno == ENOSPC) {
            spdlog::warn("no more inotify watches (fs.inotify.max_user_watches); {} is looked at every 30 s",
                         path.string());
            return;
        }
    }
}

void Watcher::drain_events() const {
    alignas(inotify_event) std::array<char, 16384> buffer;
    while (inotify_ >= 0 && ::read(inotify_, buffer.data(), buffer.size()) > 0) {
    }
}

void Watcher::run() {
    std::array<pollfd, 2> polled{pollfd{stop_, POLLIN, 0}, pollfd{inotify_, POLLIN, 0}};
    while (true) {
        const int ready = ::poll(polled.data(), polled.size(), kRescanMilliseconds);
        if (ready < 0 && errno == EINTR) continue;
        if (polled[0].revents != 0) return;
        if (ready > 0) {
            // Wait for quiet, but stop at once when asked to.
            if (::poll(polled.data(), 1, kSettleMilliseconds) > 0) return;
            drain_events();
        }
        const auto changes = folder_.scan(now());
        watch_folders();
        if (changes.any()) changed_(folder_, changes);
    }
}

}  // namespace weir::daemon
