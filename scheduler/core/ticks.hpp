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
    // Set where no tick but the end of this interval of a window schedule is meant.
    std::optional<model::Interval> window = std::nullopt;
};

[[nodiscard]] std::optional<Tick> tick_after(const std::vector<ScheduleEntry>& schedule, TimePoint t);
[[nodiscard]] std::optional<Tick> tick_before(const std::vector<ScheduleEntry>& schedule, TimePoint t);

// Every date that the DAG may have a run for: its ticks, and the ends of the intervals of its window schedule. Backfills
// walk them. Runs for each key have no dates.
[[nodiscard]] std::optional<Tick> date_after(const Definition& definition, TimePoint t);
[[nodiscard]] std::optional<Tick> date_before(const Definition& definition, TimePoint t);
[[nodiscard]] bool has_dates(const Definition& definition);

// What a tick says of its run. Name, type, params and who asked for it are the caller's.
[[nodiscard]] model::Run run_of_tick(const Definition& definition, const Tick& tick);

}  // namespace weir::core
