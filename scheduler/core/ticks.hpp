// The ticks of a DAG's schedule, over all its entries as one row of instants, and the run that stands for one of them.
// Catchup (schedule.cpp) and backfills (backfills.cpp) walk them, so that a date means the same to both.
#pragma once

#include <optional>
#include <vector>

#include "scheduler/core/memory.hpp"

namespace weir::core {

struct Tick {
    TimePoint at;
    const ScheduleEntry* entry = nullptr;  // of an instant in two entries, the first
};

[[nodiscard]] std::optional<Tick> tick_after(const std::vector<ScheduleEntry>& schedule, TimePoint t);
[[nodiscard]] std::optional<Tick> tick_before(const std::vector<ScheduleEntry>& schedule, TimePoint t);

// What a tick says of its run. Name, type, params and who asked for it are the caller's.
[[nodiscard]] model::Run run_of_tick(const Definition& definition, const Tick& tick);

}  // namespace weir::core
