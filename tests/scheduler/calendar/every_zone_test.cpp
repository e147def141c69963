// Every zone of the tz database, 2015 to 2035: the ticks of random expressions by a walk over the wall clock, minute by
// minute (second by second where the expression has seconds), against next_after, previous_before and data_interval.
// The spans walked are the two days to either side of every change of a zone's clocks, and random ones.
//
// The suite tries one expression a span. For the whole product, with N of them (and a change of seed, if wanted):
//
//   WEIR_CRON_EXPRESSIONS=100 [WEIR_CRON_SEED=1] build/release/tests/test_calendar -tc='in every zone*'
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "scheduler/calendar/cron.hpp"
#include "tests/scheduler/calendar/oracle.hpp"

using namespace weir::calendar;
using weir::model::TimePoint;
namespace ch = std::chrono;
using ch::local_days;
using ch::seconds;
using ch::sys_seconds;

namespace {

using Ticks = std::vector<sys_seconds>;

constexpr sys_seconds kFrom = ch::sys_days{ch::year{2015} / 1 / 1};
constexpr sys_seconds kTo = ch::sys_days{ch::year{2036} / 1 / 1};
constexpr ch::days kAround{2};
constexpr seconds kLongestOverlap = ch::hours{3};  // how far clocks are taken to go back at once

int setting(const char* name, int fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : std::atoi(text);
}

// A span of one zone as people saw it on the wall: what the clock showed at each step, and what it left out.
struct Wall {
    struct Moment {
        sys_seconds instant;
        std::int32_t day;          // since 1970, of the local date
        std::int32_t second;       // of the local day
        std::int32_t skipped = 0;  // seconds that the clock jumped over just before
        bool again = false;        // the clock has shown this before
    };
    std::vector<Moment> moments;
    sys_seconds from, to;
    sys_seconds backwards_from, backwards_to;  // where data intervals are looked at too, which are the way back
    seconds step;

    Wall(const Zone& zone, sys_seconds begin, sys_seconds end, seconds width, bool whole)
        : from(begin),
          to(end),
          backwards_from(whole ? begin : begin + (end - begin) * 3 / 8),
          backwards_to(whole ? end : end - (end - begin) * 3 / 8),
          step(width) {
        std::int64_t shown_latest = INT64_MIN;
        std::optional<seconds> before;
        for (auto t = from - kLongestOverlap; t < to;) {
            const auto period = zone.period_at(t);
            // What the clock shows again is what it has shown as late as before it went back.
            for (const auto until = std::min(period.end, to); t < until; t += step) {
                const auto local = (t.time_since_epoch() + period.utc_offset).count();
                const auto day = local / 86'400;
                Moment moment{t, static_cast<std::int32_t>(day), static_cast<std::int32_t>(local - day * 86'400)};
                if (before && period.utc_offset > *before)
                    moment.skipped = static_cast<std::int32_t>((period.utc_offset - *before).count());
                moment.again = local <= shown_latest;
                shown_latest = std::max(shown_latest, local);
                before = period.utc_offset;
                moments.push_back(moment);
            }
        }
    }
};

// The definition, applied to each moment of the span.
class Definition {
   public:
    explicit Definition(const oracle::Expression& expression)
        : expression_(expression), repeats_(expression.repeats()), every_hour_(expression.every_hour()) {}

    [[nodiscard]] Ticks ticks(const Wall& wall) {
        Ticks found;
        for (const auto& moment : wall.moments) {
            if (moment.instant < wall.from) continue;
            const bool shown = (repeats_ || !moment.again) && matches(moment.day, moment.second);
            if (shown || (moment.skipped > 0 && !every_hour_ && skipped_a_match(moment, wall.step)))
                found.push_back(moment.instant);
        }
        return found;
    }

   private:
    [[nodiscard]] bool matches(std::int32_t day, std::int32_t second) {
        if (!expression_.hour.values[std::size_t(second / 3600)] ||
            !expression_.minute.values[std::size_t(second / 60 % 60)] ||
            !expression_.second.values[std::size_t(second % 60)])
            return false;
        const auto [known, is_new] = days_.try_emplace(day);
        if (is_new) known->second = expression_.matches_day(local_days{ch::days{day}});
        return known->second;
    }
    [[nodiscard]] bool skipped_a_match(const Wall::Moment& moment, seconds step) {
        for (auto back = step.count(); back <= moment.skipped; back += step.count()) {
            const auto local = std::int64_t{moment.day} * 86'400 + moment.second - back;
            if (matches(static_cast<std::int32_t>(local / 86'400), static_cast<std::int32_t>(local % 86'400)))
                return true;
        }
        return false;
    }

    const oracle::Expression& expression_;
    bool repeats_, every_hour_;
    std::unordered_map<std::int32_t, bool> days_;
};

struct Effort {
    bool whole = false;
    int expressions = 1;
};

struct Totals {
    std::size_t expressions = 0, ticks = 0;
};

// From just before the span on: no tick is left out, doubled or gone round to again, in either direction. What is wrong,
// or nothing.
std::string difference(const Cron& cron, const Zone& zone, const Wall& wall, const Ticks& wanted) {
    const auto text = [](std::optional<TimePoint> t) { return t ? weir::model::format_rfc3339(*t) : "none"; };
    TimePoint t = wall.from - ch::microseconds{1};
    std::optional<TimePoint> before;
    for (const auto tick : wanted) {
        const auto next = cron.next_after(t, zone);
        if (next != tick) return fmt::format("after {} comes {}, wanted {}", text(t), text(next), text(tick));
        if (tick >= wall.backwards_from && tick < wall.backwards_to) {
            const auto interval = data_interval(cron, zone, tick);
            if (!interval || interval->end != tick || interval->start >= tick || (before && interval->start != *before))
                return fmt::format("the data interval of {} is wrong", text(tick));
        }
        before = t = tick;
    }
    if (const auto next = cron.next_after(t, zone); next && *next < wall.to)
        return fmt::format("after {} comes {}, wanted none", text(t), text(next));
    const auto last = cron.previous_before(wall.to, zone);
    if (wanted.empty() ? last && *last >= wall.from : last != wanted.back())
        return fmt::format("before {} comes {}, wanted {}", text(wall.to), text(last), text(before));
    return "";
}

void compare(const oracle::Expression& expression, const Zone& zone, const Wall& wall, Totals& totals) {
    const auto cron = Cron::parse(expression.text());
    REQUIRE_MESSAGE(cron.has_value(), cron.error().message);
    const auto wanted = Definition(expression).ticks(wall);
    if (const auto wrong = difference(*cron, zone, wall, wanted); !wrong.empty())
        FAIL_CHECK(fmt::format("'{}' in {}: {}", expression.text(), zone.name(), wrong));
    ++totals.expressions;
    totals.ticks += wanted.size();
}

// Where the offset changes; changes of the name alone are none.
std::vector<sys_seconds> changes(const Zone& zone) {
    std::vector<sys_seconds> found;
    auto period = zone.period_at(kFrom);
    while (period.end < kTo) {
        const auto next = zone.period_at(period.end);
        if (next.utc_offset != period.utc_offset) found.push_back(next.start);
        period = next;
    }
    return found;
}

void walk(const Zone& zone, sys_seconds from, sys_seconds to, bool with_seconds, const Effort& effort,
          oracle::Random& random, Totals& totals) {
    const Wall wall(zone, from, to, with_seconds ? seconds{1} : seconds{60}, effort.whole);
    for (int i = 0; i < effort.expressions; ++i) {
        const bool busy = std::uniform_int_distribution<>(1, 4)(random) != 1;
        compare(oracle::random_expression(random, with_seconds, busy), zone, wall, totals);
    }
}

}  // namespace

TEST_CASE("in every zone from 2015 to 2035 ticks are those that a walk over the wall clock finds") {
    const Effort effort{std::getenv("WEIR_CRON_EXPRESSIONS") != nullptr, setting("WEIR_CRON_EXPRESSIONS", 1)};
    const auto seed = static_cast<unsigned>(setting("WEIR_CRON_SEED", 20151235));
    oracle::Random random{seed};
    Totals around_changes, anywhere, by_seconds;
    const auto names = Zone::names();
    std::size_t seen_changes = 0;
    for (const auto& name : names) {
        const auto zone = Zone::find(name);
        REQUIRE(zone.has_value());
        for (const auto change : changes(*zone)) {
            ++seen_changes;
            walk(*zone, change - kAround, change + kAround, false, effort, random, around_changes);
            // A walk by seconds takes sixty times as long as one by minutes: over fewer hours, and the suite does some only.
            if (effort.whole || seen_changes % 50 == 0)
                walk(*zone, change - ch::hours{2}, change + ch::hours{2}, true, {true, 1 + effort.expressions / 20},
                     random, by_seconds);
        }
        const auto anywhere_in = [&random](sys_seconds from, sys_seconds to) {
            const auto minutes = ch::floor<ch::minutes>(to - from).count();
            return from + ch::minutes{std::uniform_int_distribution<std::int64_t>(0, minutes)(random)};
        };
        if (!effort.whole) {
            const auto from = anywhere_in(kFrom, kTo);
            walk(*zone, from, from + kAround, false, effort, random, anywhere);
            continue;
        }
        for (auto year = kFrom; year < kTo; year += ch::days{365}) {
            const auto from = anywhere_in(year, year + ch::days{365});
            walk(*zone, from, from + kAround, false, effort, random, anywhere);
        }
    }
    MESSAGE(
        fmt::format("seed {}: {} zones, {} changes of the clocks; around them {} walks of an expression with {} "
                    "ticks; elsewhere {} with {}; by seconds {} with {}",
                    seed, names.size(), seen_changes, around_changes.expressions, around_changes.ticks,
                    anywhere.expressions, anywhere.ticks, by_seconds.expressions, by_seconds.ticks));
    CHECK(around_changes.expressions > 5000);
    CHECK(anywhere.expressions > 400);
    CHECK(by_seconds.expressions > 100);
}
