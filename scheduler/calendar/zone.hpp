// IANA time zones, from the system's tz database.
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
    [[nodiscard]] static std::vector<std::string> names();

    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] std::chrono::seconds offset_at(model::TimePoint t) const;

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
