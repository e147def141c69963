// Folders that are named by the time of what is in them: "dt=2026-11-22/hour=07". The loader checks the pattern of weir.yaml
// with this; the files source reads folders' names by it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/schedules.hpp"

namespace weir::calendar {

class Partition {
   public:
    // "dt=%Y-%m-%d/hour=%H": %Y, and %m %d %H %M each with those above it. %% is a percent sign.
    [[nodiscard]] static model::Result<Partition> parse(std::string_view pattern);

    // Folders below each other.
    [[nodiscard]] std::size_t depth() const { return segments_.size(); }

    struct Fields {
        int year = 1970;
        unsigned month = 1, day = 1, hour = 0, minute = 0;
    };
    // Whether this can be the name of a folder so deep; its numbers go into `fields`.
    [[nodiscard]] bool read(std::size_t level, std::string_view name, Fields& fields) const;
    // What is wrong with a windows' length for this pattern: folders by day can't hold windows of an hour.
    [[nodiscard]] std::string fault_of(const model::Period& every) const;

   private:
    // A literal text, or one of "YmdHM".
    struct Piece {
        char field = 0;
        std::string literal;
    };
    std::vector<std::vector<Piece>> segments_;
    char finest_ = 'Y';
};

// The window that begins at this wall-clock time. An hour that the clocks go through twice is one window of two hours.
// Refused: a time that does not exist, and a window shorter than the stretch that is repeated.
[[nodiscard]] model::Result<model::Interval> window_at(const Partition::Fields& start, const model::Period& every,
                                                       const Zone& zone);

}  // namespace weir::calendar
