// What starts a DAG's runs, as its file says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::model {

struct CronSchedule {
    std::string cron;      // known to parse
    std::string timezone;  // IANA name, known to exist
    Catchup catchup = Catchup::latest;
    bool operator==(const CronSchedule&) const = default;
};

// A length of time that tiles the calendar. Up to hours it is `length` long and counted from 1970-01-01T00:00Z; days, weeks
// (from Monday) and months are those of a time zone, so a day has 23, 24 or 25 hours.
struct Period {
    enum class Unit : std::uint8_t { fixed, day, week, month };
    Unit unit = Unit::fixed;
    Duration length{0};  // only of `fixed`
    bool operator==(const Period&) const = default;
};
// "5m", "1h30m": fixed, at most 12 hours; "1d", "1w", "1mo".
[[nodiscard]] std::optional<Period> parse_period(std::string_view text);
[[nodiscard]] std::string format_period(const Period& period);

// A run for each interval of `cover` that is complete: every moment of it lies in a completed window of the asset, or before
// its watermark.
struct WindowSchedule {
    // "views", "views/eu" (one key of it), or "views/*": a run for each key; of all or of none of the assets.
    std::vector<std::string> assets;
    Period every;  // a window's length
    Period cover;  // of a run's data interval; `every` unless set
    std::string timezone;
    int at_least = 0;                  // so many of the assets are enough; 0 is all
    std::optional<Duration> deadline;  // after the interval's end
    OnDeadline on_deadline = OnDeadline::fail;
    OnRevision on_revision = OnRevision::rerun;
    Duration debounce = std::chrono::minutes{1};  // a rerun waits so long for further corrections
    bool operator==(const WindowSchedule&) const = default;
};

// A run for other events.
struct EventSchedule {
    std::string type;       // equal to the event's; a `*` at the end stands for any rest
    std::string source;     // the same; empty: any
    std::string subject;    // the same; empty: any
    std::string condition;  // `where`: the expression between ${{ and }}, or empty
    Batch batch = Batch::one;
    int count = 1;           // so many events make a run …
    Duration within{0};      // … when no more than this lies between first and last; 0 is any time
    Duration debounce{0};    // a run only when no further event has come for so long; 0: at once
    int max_pending = 1000;  // queued runs, or events that wait; beyond them the sources wait
    bool operator==(const EventSchedule&) const = default;
};

using Schedule = std::variant<CronSchedule, WindowSchedule, EventSchedule>;

// "15 2 * * *"; "views every 5m, cover 1d"; "event shop.order.paid".
[[nodiscard]] std::string summary_of(const Schedule& schedule);
// With its zone, where it has one.
[[nodiscard]] std::string description_of(const Schedule& schedule);
[[nodiscard]] std::string timezone_of(const Schedule& schedule);

}  // namespace weir::model
