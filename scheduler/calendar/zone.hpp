// IANA time zones, from the system's tz database. The loader finds them, cron arithmetic and the core ask them.
// The first call reads the headers of all zones (30 ms, 0.5 MB); a zone's rules are read when it is first found, and
// kept. Debian's database lists its transitions to the end of 2037; later instants bear the last offset.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/result.hpp"
#include "scheduler/model/time.hpp"

namespace date {
class time_zone;
}

namespace weir::calendar {

class Zone {
   public:
    // "Europe/Berlin", "UTC". Links (old names) are known too. The error proposes the nearest name.
    [[nodiscard]] static model::Result<Zone> find(std::string_view name);
    [[nodiscard]] static std::vector<std::string> names();  // sorted; empty without a tz database

    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] std::chrono::seconds offset_at(model::TimePoint t) const;

    // The stretch of time around `t` without a change of the clocks: start <= t < end.
    struct Period {
        std::chrono::sys_seconds start;
        std::chrono::sys_seconds end;
        std::chrono::seconds utc_offset;
    };
    [[nodiscard]] Period period_at(std::chrono::sys_seconds t) const;

    // A wall-clock time and the instants that bear it: none in a spring gap, two in an autumn overlap.
    struct Instants {
        std::optional<model::TimePoint> first;
        std::optional<model::TimePoint> second;
        model::TimePoint after_gap;  // when there is none: the first instant after the gap
    };
    using LocalTime = std::chrono::local_time<std::chrono::seconds>;
    [[nodiscard]] Instants instants_of(LocalTime local) const;
    [[nodiscard]] LocalTime local_time(model::TimePoint t) const;

   private:
    explicit Zone(const date::time_zone* zone) : zone_(zone) {}
    const date::time_zone* zone_;  // owned by the library, for the life of the process
};

}  // namespace weir::calendar
