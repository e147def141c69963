// A cron expression in English, where that is shorter to understand than the expression itself.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <span>
#include <vector>

#include "scheduler/calendar/cron.hpp"

namespace weir::calendar {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 6> kOrdinals{"", "first", "second", "third", "fourth", "fifth"};

constexpr std::size_t kMostTimes = 4;  // "at 06:00, 12:00, 18:00 and 22:00": more are no clearer than the fields
constexpr std::size_t kMostEntries = 6;

std::vector<int> values_of(std::uint64_t bits) {
    std::vector<int> values;
    for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
    return values;
}

constexpr std::uint64_t all_from_zero(int size) { return (std::uint64_t{1} << size) - 1; }

// n where the values are 0, n, 2n … through the whole field (and so stay in step across its end); else 0.
int even_step(std::uint64_t bits, int size) {
    for (int step = 1; step < size; ++step) {
        if (size % step != 0) continue;
        std::uint64_t wanted = 0;
        for (int n = 0; n < size; n += step) wanted |= std::uint64_t{1} << n;
        if (bits == wanted) return step;
    }
    return 0;
}

std::string every(int count, std::string_view unit) {
    return count == 1 ? fmt::format("every {}", unit) : fmt::format("every {} {}s", count, unit);
}

std::string ordinal(int n) {
    const bool teen = n % 100 >= 11 && n % 100 <= 13;
    const std::string_view ending = teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
    return fmt::format("{}{}", n, ending);
}

std::string joined(const std::vector<std::string>& words) {
    if (words.size() < 2) return words.empty() ? "" : words.front();
    return fmt::format("{} and {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

// "Monday to Friday", "January and July"; "" where the list is too long. `first` is the value of names[0].
std::string named(std::uint64_t bits, std::span<const std::string_view> names, int first) {
    const auto values = values_of(bits);
    const auto name = [&names, first](int value) {
        return std::string(names[static_cast<std::size_t>(value - first)]);
    };
    const bool run = values.size() > 2 && values.back() - values.front() + 1 == int(values.size());
    if (run) return fmt::format("{} to {}", name(values.front()), name(values.back()));
    if (values.size() > kMostEntries) return "";
    std::vector<std::string> words;
    for (const int value : values) words.push_back(name(value));
    return joined(words);
}

struct Phrase {
    std::string text;              // "" where words would be no clearer
    bool tells_frequency = false;  // "every 5 minutes" says it all; "at 02:15" wants "every day" after it
};

Phrase time_phrase(const CronFields& fields) {
    const int seconds = even_step(fields.seconds, 60), minutes = even_step(fields.minutes, 60),
              hours = even_step(fields.hours, 24);
    const bool on_the_minute = fields.seconds == 1, on_the_hour = fields.minutes == 1;
    const auto minute_list = values_of(fields.minutes), hour_list = values_of(fields.hours);
    if (seconds != 0 && minutes == 1 && hours == 1) return {every(seconds, "second"), true};
    if (on_the_minute && minutes != 0 && hours == 1) return {every(minutes, "minute"), true};
    if (on_the_minute && on_the_hour && hours != 0) return {every(hours, "hour"), true};
    if (on_the_minute && minute_list.size() == 1) {
        if (hours == 1) return {fmt::format("every hour at minute {}", minute_list.front()), true};
        if (hours != 0) return {fmt::format("{} at minute {}", every(hours, "hour"), minute_list.front()), true};
    }
    if (on_the_minute && minutes != 0) {
        const bool run = hour_list.back() - hour_list.front() + 1 == int(hour_list.size());
        if (run)
            return {fmt::format("{} from {:02}:00 to {:02}:59", every(minutes, "minute"), hour_list.front(),
                                hour_list.back()),
                    true};
    }
    const auto second_list = values_of(fields.seconds);
    if (second_list.size() * minute_list.size() * hour_list.size() > kMostTimes) return {};
    std::vector<std::string> times;
    for (const int hour : hour_list)
        for (const int minute : minute_list)
            for (const int second : second_list)
                times.push_back(on_the_minute ? fmt::format("{:02}:{:02}", hour, minute)
                                              : fmt::format("{:02}:{:02}:{:02}", hour, minute, second));
    return {"at " + joined(times), false};
}

std::vector<std::string> special_days(const CronFields& fields) {
    std::vector<std::string> words;
    for (const int back : values_of(fields.days_from_end)) {
        if (back == 0)
            words.emplace_back("the last day");
        else
            words.push_back(fmt::format("{} before the last", back == 1 ? "the day" : fmt::format("{} days", back)));
    }
    if (fields.last_workday) words.emplace_back("the last workday");
    for (const int day : values_of(fields.nearest_workdays))
        words.push_back(fmt::format("the workday nearest the {}", ordinal(day)));
    return words;
}

std::vector<std::string> special_weekdays(const CronFields& fields) {
    std::vector<std::string> words;
    for (std::size_t weekday = 0; weekday < kWeekdays.size(); ++weekday) {
        for (const int k : values_of(fields.nth_weekdays[weekday]))
            words.push_back(fmt::format("the {} {}", kOrdinals[static_cast<std::size_t>(k)], kWeekdays[weekday]));
        if ((fields.last_weekdays >> weekday & 1) != 0) words.push_back(fmt::format("the last {}", kWeekdays[weekday]));
    }
    return words;
}

// "on the 1st and 15th of the month"; "" for every day; nullopt where words would be no clearer.
std::optional<std::string> day_phrase(const CronFields& fields) {
    constexpr std::uint64_t kEveryDay = all_from_zero(31) << 1;
    std::vector<std::string> alternatives;
    if (fields.days != kEveryDay) {
        auto words = special_days(fields);
        std::vector<std::string> days;
        for (const int day : values_of(fields.days)) days.push_back(ordinal(day));
        if (!days.empty()) words.insert(words.begin(), "the " + joined(days));
        if (days.size() + words.size() > kMostEntries) return std::nullopt;
        alternatives.push_back(fmt::format("on {} of the month", joined(words)));
    }
    if (fields.weekdays != all_from_zero(7)) {
        auto words = special_weekdays(fields);
        const bool monthly = !words.empty();
        const auto plain = named(fields.weekdays, kWeekdays, 0);
        if (fields.weekdays != 0 && (plain.empty() || monthly)) return std::nullopt;
        alternatives.push_back(monthly ? fmt::format("on {} of the month", joined(words)) : "on " + plain);
    }
    if (alternatives.empty()) return "";
    if (alternatives.size() == 1) return alternatives.front();
    const bool either = fields.days_restricted && fields.weekdays_restricted;
    return fmt::format("{} {} {}", alternatives[0], either ? "or" : "and", alternatives[1]);
}

}  // namespace

std::string Cron::describe() const {
    const auto time = time_phrase(fields_);
    const auto days = day_phrase(fields_);
    constexpr std::uint64_t kEveryMonth = all_from_zero(12) << 1;
    const auto months = fields_.months == kEveryMonth ? std::string{} : named(fields_.months, kMonths, 1);
    if (time.text.empty() || !days || (fields_.months != kEveryMonth && months.empty())) return text_;
    std::string text = time.text;
    if (!days->empty())
        text += " " + *days;
    else if (!time.tells_frequency)
        text += " every day";
    if (!months.empty()) text += " in " + months;
    return text;
}

}  // namespace weir::calendar
