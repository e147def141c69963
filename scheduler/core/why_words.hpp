// How why.cpp and why_task.cpp write times, names and lists.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scheduler/core/memory.hpp"

namespace weir::core {

struct Why {
    const Memory& memory;
    TimePoint now;
};

// "2026-11-22T10:00:00Z (in 5m)" or "… (5m ago)".
[[nodiscard]] std::string when(TimePoint t, TimePoint now);
// "since 2026-11-22T10:00:00Z (5m)"
[[nodiscard]] std::string since(TimePoint t, TimePoint now);
// The two largest units: "3h20m".
[[nodiscard]] std::string rough_length(std::chrono::microseconds length);

// "1 run", "3 runs"
[[nodiscard]] std::string count_of(std::size_t count, const char* what);

// "a, b, c and 17 more"
class NameList {
   public:
    void add(std::string name) {
        if (++count_ <= kMostNames) names_.push_back(std::move(name));
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::string text() const;

   private:
    static constexpr std::size_t kMostNames = 5;
    std::vector<std::string> names_;
    std::size_t count_ = 0;
};

// "etl/scheduled__2026-11-22T02:15:00Z/load"
[[nodiscard]] std::string name_of(const LiveRun& run, RecordIndex index);
// Without DAG and run; an instance of `foreach` as "load[3]".
[[nodiscard]] std::string task_name_of(const LiveRun& run, RecordIndex index);

// --- why_waits.cpp -----------------------------------------------------------------------------------------------------
[[nodiscard]] std::vector<std::string> why_deferred(const Why& why, const LiveRun& run, RecordIndex index);
[[nodiscard]] std::vector<std::string> why_between_looks(const Why& why, const LiveRun& run, RecordIndex index);

// --- why_task.cpp ------------------------------------------------------------------------------------------------------
[[nodiscard]] std::vector<std::string> reasons_of(const Why& why, const LiveRun& run, RecordIndex index);

}  // namespace weir::core
