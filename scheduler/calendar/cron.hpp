// Cron expressions: when is the next tick? Pure arithmetic; the loader parses, the core asks.
// Grammar: five fields, or six with seconds first; `*`, lists, ranges, steps, month and day names, `L`, `LW`, `5L`, `15W`,
// `5#3`; @hourly @daily @midnight @weekly @monthly @yearly @annually; `@every 90s` is not cron and is refused.
// As in Vixie cron, day-of-month and day-of-week are alternatives when both are restricted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace weir::calendar {

class Cron {
   public:
    // The error names the field, what is wrong with it and what it may hold.
    [[nodiscard]] static model::Result<Cron> parse(std::string_view text);

    // Daylight saving: a local time in the gap ticks at the first instant after the gap (once, however many ticks fall
    // in). A local time that exists twice ticks once, the first time, when the fields minute and hour are fixed lists;
    // both times when the tick comes from an interval (`*` or a step in hour or minute).
    // nullopt when there is no tick within kHorizon ("31 2 30 2 *" never comes).
    [[nodiscard]] std::optional<model::TimePoint> next_after(model::TimePoint t, const Zone& zone) const;
    [[nodiscard]] std::optional<model::TimePoint> previous_before(model::TimePoint t, const Zone& zone) const;

    [[nodiscard]] const std::string& text() const;
    // "at 02:15 every day", "every 5 minutes"; the text itself where words would be no clearer.
    [[nodiscard]] std::string describe() const;

    static constexpr std::chrono::years kHorizon{12};  // covers 29 February across a skipped leap year

   private:
    // The implementer's to fill: bit sets per field, say.
};

// A tick at T stands for the data since the tick before: [previous tick, T). nullopt as above.
[[nodiscard]] std::optional<model::Interval> data_interval(const Cron& cron, const Zone& zone, model::TimePoint tick);

}  // namespace weir::calendar
