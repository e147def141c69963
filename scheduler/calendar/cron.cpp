#include "scheduler/calendar/cron.hpp"

#include <algorithm>

namespace weir::calendar {

namespace ch = std::chrono;
using ch::sys_seconds;

namespace {

// What RFC 3339 can write; beyond, calendar arithmetic would leave its range of years.
constexpr model::TimePoint kEarliest{ch::sys_days{ch::year{0} / 1 / 1}};
constexpr model::TimePoint kLatest{ch::sys_days{ch::year{9999} / 12 / 31}};

Zone::LocalTime local_at(sys_seconds t, ch::seconds utc_offset) {
    return Zone::LocalTime{t.time_since_epoch() + utc_offset};
}
sys_seconds instant_at(Zone::LocalTime local, ch::seconds utc_offset) {
    return sys_seconds{local.time_since_epoch() - utc_offset};
}

// No clock has ever gone back further. What is later in its period than this needs no thought of the period before.
constexpr ch::days kLongestOverlap{2};

// The ticks within one period between two changes of the clocks.
class PeriodTicks {
   public:
    PeriodTicks(const CronFields& fields, const Zone& zone, const Zone::Period& period)
        : fields_(fields), zone_(zone), period_(period) {}

    [[nodiscard]] std::optional<sys_seconds> first(sys_seconds from, sys_seconds before) const {
        if (from == period_.start && gap_swallowed_a_match()) return from;
        const auto least = from - period_.start < kLongestOverlap
                               ? std::max(local_at(from, period_.utc_offset), first_local())
                               : local_at(from, period_.utc_offset);
        const auto match = fields_.first_match(least, local_at(before, period_.utc_offset));
        if (!match) return std::nullopt;
        return instant_at(*match, period_.utc_offset);
    }

    [[nodiscard]] std::optional<sys_seconds> last(sys_seconds from, sys_seconds to) const {
        const auto match = fields_.last_match(local_at(from, period_.utc_offset), local_at(to, period_.utc_offset));
        if (match) {
            const auto instant = instant_at(*match, period_.utc_offset);
            if (instant - period_.start >= kLongestOverlap || *match >= first_local()) return instant;
        }
        if (from <= period_.start && gap_swallowed_a_match()) return period_.start;
        return std::nullopt;
    }

   private:
    // How far the clocks went forwards when the period began.
    [[nodiscard]] ch::seconds jump() const {
        return period_.utc_offset - zone_.period_at(period_.start - ch::seconds{1}).utc_offset;
    }

    // An entry of every hour ticks in each hour that there is. Any other names an hour, which must not be left out.
    [[nodiscard]] bool gap_swallowed_a_match() const {
        if (fields_.every_hour) return false;
        const auto after_gap = local_at(period_.start, period_.utc_offset);
        const auto gap = jump();
        return gap > ch::seconds{0} && fields_.first_match(after_gap - gap, after_gap).has_value();
    }

    // Fixed times have had their tick in the period before, as far as the clocks went back.
    [[nodiscard]] Zone::LocalTime first_local() const {
        const auto repeated = fields_.repeats ? ch::seconds{0} : std::max(-jump(), ch::seconds{0});
        return local_at(period_.start, period_.utc_offset) + repeated;
    }

    const CronFields& fields_;
    const Zone& zone_;
    Zone::Period period_;
};

}  // namespace

std::optional<model::TimePoint> Cron::next_after(model::TimePoint t, const Zone& zone) const {
    if (t < kEarliest || t > kLatest) return std::nullopt;
    const auto horizon = ch::floor<ch::seconds>(t) + kHorizon;
    for (auto from = ch::floor<ch::seconds>(t) + ch::seconds{1}; from <= horizon;) {
        const auto period = zone.period_at(from);
        const auto end = std::min(period.end, horizon + ch::seconds{1});
        if (const auto tick = PeriodTicks(fields_, zone, period).first(from, end)) return *tick;
        from = end;
    }
    return std::nullopt;
}

std::optional<model::TimePoint> Cron::previous_before(model::TimePoint t, const Zone& zone) const {
    if (t < kEarliest || t > kLatest) return std::nullopt;
    const auto horizon = ch::ceil<ch::seconds>(t) - kHorizon;
    for (auto to = ch::ceil<ch::seconds>(t) - ch::seconds{1}; to >= horizon;) {
        const auto period = zone.period_at(to);
        const auto start = std::max(period.start, horizon);
        if (const auto tick = PeriodTicks(fields_, zone, period).last(start, to)) return *tick;
        to = start - ch::seconds{1};
    }
    return std::nullopt;
}

std::optional<Zone::LocalTime> Cron::left_out(model::TimePoint tick, const Zone& zone) const {
    const auto local = zone.local_time(tick);
    if (fields_.first_match(local, local + ch::seconds{1})) return std::nullopt;
    const auto period = zone.period_at(ch::floor<ch::seconds>(tick));
    const auto gap = period.utc_offset - zone.period_at(period.start - ch::seconds{1}).utc_offset;
    if (tick != period.start || gap <= ch::seconds{0}) return std::nullopt;
    return fields_.first_match(local - gap, local);
}

const std::string& Cron::text() const { return text_; }

std::optional<model::Interval> data_interval(const Cron& cron, const Zone& zone, model::TimePoint tick) {
    const auto previous = cron.previous_before(tick, zone);
    if (!previous) return std::nullopt;
    return model::Interval{*previous, tick};
}

}  // namespace weir::calendar
