// Sees changes of DAG files within a second: inotify wakes it, one scan finds out what changed. A scan every half minute
// covers what inotify misses (network file systems, overflows). Owns a thread.
#pragma once

#include <functional>
#include <thread>

#include "daemon/dag_folder.hpp"

namespace weir::daemon {

class Watcher {
   public:
    using Changed = std::function<void(const DagFolder& folder, const DagFolder::Changes& changes)>;

    // `changed` is called on the watcher's thread. `folder` must not be used elsewhere while the watcher lives.
    Watcher(DagFolder& folder, Changed changed);
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

   private:
    void run();
    void watch_folders();
    void drain_events() const;

    DagFolder& folder_;
    Changed changed_;
    int inotify_ = -1;
    int stop_ = -1;  // eventfd
    std::thread thread_;
};

}  // namespace weir::daemon
