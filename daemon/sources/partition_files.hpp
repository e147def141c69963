// A folder in which each window of an asset has a folder of its own, as Flink, Spark and Hive lay out tables. A marker
// file says that the window is complete; one that was written again says that it was corrected. Its time of change in
// microseconds is the window's revision: it grows with each rewriting, and nobody has to count.
//
// What was told is remembered by folder, with the marker's time. inotify wakes the source; a rescan finds what inotify
// does not see: network file systems, rewritten markers beyond the watches. Of a huge tree each poll looks at a part.
#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/sources/source.hpp"
#include "scheduler/calendar/partition.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/json.hpp"

namespace weir::daemon::sources {

class PartitionFiles : public Source {
   public:
    // As yaml::Config has them: {"path", "asset", "partition", "every", "timezone", "marker", "rescan", "start"}.
    PartitionFiles(std::string name, const model::Json& settings, Positions positions);
    ~PartitionFiles() override;
    PartitionFiles(const PartitionFiles&) = delete;
    PartitionFiles& operator=(const PartitionFiles&) = delete;

    [[nodiscard]] model::Result<> connect() override;
    [[nodiscard]] model::Result<Batch> poll(std::chrono::milliseconds patience) override;
    [[nodiscard]] model::Result<> acknowledge(const Batch& batch) override;
    [[nodiscard]] std::optional<std::int64_t> lag() override;

   private:
    // A folder that is to be looked at.
    struct Visit {
        std::string folder;     // relative; empty: the whole tree
        std::size_t level = 0;  // as deep as the pattern: its window's
        calendar::Partition::Fields start;
    };

    [[nodiscard]] model::Result<> visit(const Visit& visit, std::size_t& budget, Batch& batch);
    void look_for_marker(const Visit& visit, Batch& batch);
    [[nodiscard]] core::IncomingEvent event_of(const Visit& visit, std::int64_t changed) const;
    void watch(const Visit& visit);
    void wait_for_changes(std::chrono::milliseconds patience);
    void close();

    std::string name_;
    std::filesystem::path path_;
    std::string asset_;
    calendar::Partition pattern_;
    model::Period every_;
    calendar::Zone zone_;
    std::string marker_;
    std::chrono::milliseconds rescan_;
    bool start_new_;
    Positions positions_;

    std::unordered_map<std::string, std::int64_t> told_;  // by folder: its marker's time of change
    bool baseline_ = false;                               // of `start: new`: what is there now is not told
    std::vector<Visit> to_visit_;                         // the next at the end
    std::chrono::steady_clock::time_point next_scan_{};
    int inotify_ = -1;
    std::unordered_map<int, Visit> by_watch_;
    std::unordered_map<std::string, int> watch_of_;
    std::deque<std::string> watched_;  // oldest first
};

}  // namespace weir::daemon::sources
