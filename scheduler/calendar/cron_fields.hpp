// What a cron expression says, as bit sets, and the search for matching wall-clock times. Knows nothing of zones.
// Made by cron_parse.cpp, walked by cron.cpp, put into words by cron_describe.cpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace weir::calendar {

struct CronFields {
    using LocalTime = std::chrono::local_time<std::chrono::seconds>;

    // Bit n stands for the value n.
    std::uint64_t seconds = 1;  // second 0, where the expression has five fields
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint32_t days = 0;
    std::uint16_t months = 0;
    std::uint8_t weekdays = 0;  // Sunday is 0

    std::uint32_t days_from_end = 0;             // bit n: n days before the last (L, L-n)
    std::uint32_t nearest_workdays = 0;          // bit n: the Monday-to-Friday day nearest to day n (nW)
    bool last_workday = false;                   // LW
    std::uint8_t last_weekdays = 0;              // bit n: the last weekday n of the month (nL)
    std::array<std::uint8_t, 7> nth_weekdays{};  // [weekday], bit k: the k-th of the month (n#k)

    bool has_seconds = false;
    bool days_restricted = false;  // the field does not start with `*` or `?`
    bool weekdays_restricted = false;
    bool repeats = false;     // `*` or a step in minute or hour
    bool every_hour = false;  // `*` (or a step of one) in the hour

    // Bit n: day n of that month matches.
    [[nodiscard]] std::uint32_t days_of(std::chrono::year_month month) const;

    // The first match with from <= match < before; the last with from <= match <= to.
    [[nodiscard]] std::optional<LocalTime> first_match(LocalTime from, LocalTime before) const;
    [[nodiscard]] std::optional<LocalTime> last_match(LocalTime from, LocalTime to) const;

   private:
    [[nodiscard]] std::optional<std::chrono::seconds> first_time(std::chrono::seconds from) const;
    [[nodiscard]] std::optional<std::chrono::seconds> last_time(std::chrono::seconds to) const;
};

}  // namespace weir::calendar
