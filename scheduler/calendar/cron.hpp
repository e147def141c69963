// Cron expressions: when is the next tick? Pure arithmetic; the loader parses, the core asks.
// Grammar: five fields, or six with seconds first; `*`, lists, ranges, steps, month and day names, `L`, `LW`, `5L`,
// `15W`, `5#3`; @hourly @daily @midnight @weekly @monthly @yearly @annually. `@every 90s` is not cron and is refused.
//   day of month  L the last day, L-2 two days before it, LW the last Monday-to-Friday day, 15W the Monday-to-Friday
//                 day nearest to the 15th in the same month (none in months without that day); `?` is `*`
//   day of week   0 and 7 are Sunday; 5L (or L5) the last Friday, 5#3 the third Friday; `?` is `*`
//   ranges        may wrap round (22-2, FRI-MON, NOV-FEB), but not in the day of month; 5/15 is from 5 to the end by 15
// As in Vixie cron, day-of-month and day-of-week are alternatives when both are restricted, that is when neither starts
// with `*` or `?`; else both must hold.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "scheduler/calendar/cron_fields.hpp"
#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace weir::calendar {

class Cron {
   public:
    // The error names the field, what is wrong with it and what it may hold.
    [[nodiscard]] static model::Result<Cron> parse(std::string_view text);

    // The ticks of an expression in a zone are one set of instants, which both functions walk:
    //   - each instant whose local time matches the fields. Where a local time exists twice (autumn), both instants are
    //     ticks if minute or hour has an interval (`*` or a step), else (values, lists, ranges) only the first is;
    //   - the first instant after each gap (spring) into which at least one matching local time falls, unless the hour
    //     is `*`: an hour that the clock leaves out is none of "every hour".
    // A tick is a whole second; next_after is strictly after t, previous_before strictly before.
    // nullopt when there is no tick within kHorizon ("31 2 30 2 *" never comes).
    [[nodiscard]] std::optional<model::TimePoint> next_after(model::TimePoint t, const Zone& zone) const;
    [[nodiscard]] std::optional<model::TimePoint> previous_before(model::TimePoint t, const Zone& zone) const;

    // The local time that a tick stands for when the clock has left it out (spring); nullopt for any other tick.
    [[nodiscard]] std::optional<Zone::LocalTime> left_out(model::TimePoint tick, const Zone& zone) const;

    [[nodiscard]] const std::string& text() const;
    // "at 02:15 every day", "every 5 minutes"; the text itself where words would be no clearer.
    [[nodiscard]] std::string describe() const;

    static constexpr std::chrono::years kHorizon{12};  // covers 29 February across a skipped leap year

   private:
    Cron(std::string text, const CronFields& fields) : text_(std::move(text)), fields_(fields) {}
    std::string text_;
    CronFields fields_;
};

// A tick at T stands for the data since the tick before: [previous tick, T). nullopt as above.
[[nodiscard]] std::optional<model::Interval> data_interval(const Cron& cron, const Zone& zone, model::TimePoint tick);

}  // namespace weir::calendar
