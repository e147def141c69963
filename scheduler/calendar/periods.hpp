// Periods as they tile the calendar: the intervals of a window schedule.
#pragma once

#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/schedules.hpp"
#include "scheduler/model/time.hpp"

namespace weir::calendar {

// A day begins at its local midnight; where the clock leaves that out, at the first instant after the gap; where midnight
// comes twice, at the first. So every instant lies in exactly one period, whatever the zone does.
[[nodiscard]] model::Interval period_containing(model::TimePoint t, const model::Period& period, const Zone& zone);
// Those that follow and precede one that this function or the other has given.
[[nodiscard]] model::Interval period_after(const model::Interval& interval, const model::Period& period,
                                           const Zone& zone);
[[nodiscard]] model::Interval period_before(const model::Interval& interval, const model::Period& period,
                                            const Zone& zone);

}  // namespace weir::calendar
