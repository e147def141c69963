// Text to CronFields. Every error names the field, the entry, and what the field may hold.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <vector>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::calendar {
namespace {

using model::Error;
using model::ErrorKind;
using model::Result;

constexpr std::size_t kLongestText = 1024;

struct Macro {
    std::string_view name;
    std::string_view meaning;
};
constexpr std::array kMacros{Macro{"@hourly", "0 * * * *"},   Macro{"@daily", "0 0 * * *"},
                             Macro{"@midnight", "0 0 * * *"}, Macro{"@weekly", "0 0 * * 0"},
                             Macro{"@monthly", "0 0 1 * *"},  Macro{"@yearly", "0 0 1 1 *"},
                             Macro{"@annually", "0 0 1 1 *"}};

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// One of the six positions: its values and how its errors speak of it.
struct Position {
    std::string_view name;
    int least;
    int most;
    std::span<const std::string_view> names;  // names[0] is `least`
    std::string_view allowed;
};
constexpr Position kSecond{"second", 0, 59, {}, "0-59"};
constexpr Position kMinute{"minute", 0, 59, {}, "0-59"};
constexpr Position kHour{"hour", 0, 23, {}, "0-23"};
constexpr Position kDay{"day of month", 1, 31, {}, "1-31, L, L-3, LW or 15W"};
constexpr Position kMonth{"month", 1, 12, kMonths, "1-12 or jan-dec"};
constexpr Position kWeekday{"day of week", 0, 6, kWeekdays, "0-7 (0 and 7 are Sunday), sun-sat, 5L or 5#3"};

std::string lowered(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> words_of(std::string_view text) {
    auto words = split(text, " \t\r\n");
    std::erase(words, std::string_view{});
    return words;
}

std::optional<int> number(std::string_view text) {
    if (text.empty() || text.size() > 4) return std::nullopt;  // no field counts further than 59
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// The values of one field, as entries are read into it.
class FieldReader {
   public:
    FieldReader(const Position& position, std::string_view text) : position_(position), text_(text) {}

    std::uint64_t bits = 0;
    bool repeats = false;  // `*` or a step occurred

    [[nodiscard]] bool restricted() const { return text_.front() != '*' && text_.front() != '?'; }

    [[nodiscard]] Error error(std::string_view entry, std::string_view what) const {
        return Error{ErrorKind::invalid, fmt::format("{} '{}': {}; it may hold *, {}, lists, ranges and steps",
                                                     position_.name, entry, what, position_.allowed)};
    }

    [[nodiscard]] Result<int> value(std::string_view entry, std::string_view text) const {
        const bool is_weekday = !position_.names.empty() && position_.least == 0;
        if (const auto n = number(text)) {
            if (*n >= position_.least && *n <= position_.most + (is_weekday ? 1 : 0)) return *n;
            return error(entry, fmt::format("{} is out of range", text));
        }
        const auto name = lowered(text);
        const auto found = std::ranges::find(position_.names, name);
        if (found != position_.names.end()) return position_.least + int(found - position_.names.begin());
        if (text.empty()) return error(entry, "a value is missing");
        const std::vector<std::string> known(position_.names.begin(), position_.names.end());
        const auto near = model::nearest_name(name.substr(0, 3), known);
        return error(entry, fmt::format("'{}' is not a value{}", text,
                                        near ? fmt::format(" (did you mean '{}'?)", *near) : std::string{}));
    }

    // `*`, a, a-b, each with an optional /step.
    [[nodiscard]] Result<void> read(std::string_view entry) {
        const auto slash = entry.find('/');
        const auto range = entry.substr(0, slash);
        const int size = position_.most - position_.least + 1;
        int step = 1;
        if (slash != std::string_view::npos) {
            const auto n = number(entry.substr(slash + 1));
            if (!n || *n < 1 || *n > size)
                return error(entry, fmt::format("the step must be a number from 1 to {}", size));
            step = *n;
            repeats = true;
        }
        int first = position_.least, last = position_.most;
        if (range == "*") {
            repeats = true;
        } else {
            const auto dash = range.find('-');
            const auto from = value(entry, range.substr(0, dash));
            if (!from) return from.error();
            first = *from;
            if (dash != std::string_view::npos) {
                const auto to = value(entry, range.substr(dash + 1));
                if (!to) return to.error();
                last = *to;
            } else if (slash == std::string_view::npos) {
                last = first;
            }
        }
        if (first > position_.most) {  // Sunday as 7
            first -= size;
            if (last > position_.most) last -= size;
        }
        if (first > last) {
            if (&position_ == &kDay)
                return error(
                    entry,
                    fmt::format("months differ in length, so a range cannot run over their end; write {}-31,1-{}",
                                first, last));
            last += size;
        }
        for (int n = first; n <= last; n += step)
            bits |= std::uint64_t{1} << (position_.least + (n - position_.least) % size);
        return {};
    }

   private:
    const Position& position_;
    std::string_view text_;
};

// Reads L, L-n, LW and nW; false when the entry is none of them.
Result<bool> read_special_day(CronFields& fields, const FieldReader& reader, std::string_view entry) {
    const auto upper_l = [](char c) { return c == 'L' || c == 'l'; };
    const auto text = lowered(entry);
    if (text == "l") {
        fields.days_from_end |= 1;
    } else if (text == "lw") {
        fields.last_workday = true;
    } else if (upper_l(entry.front()) && text.starts_with("l-")) {
        const auto back = number(text.substr(2));
        if (!back || *back > 30) return reader.error(entry, "L- takes the number of days before the last, 0 to 30");
        fields.days_from_end |= std::uint32_t{1} << *back;
    } else if (text.ends_with('w')) {
        const auto day = number(std::string_view(text).substr(0, text.size() - 1));
        if (!day || *day < 1 || *day > 31) return reader.error(entry, "W follows one day, 1 to 31");
        fields.nearest_workdays |= std::uint32_t{1} << *day;
    } else {
        return false;
    }
    return true;
}

// Reads nL, Ln and n#k.
Result<bool> read_special_weekday(CronFields& fields, const FieldReader& reader, std::string_view entry) {
    const auto text = lowered(entry);
    if (text == "l") return reader.error(entry, "L needs a day here: 5L is the last Friday of the month");
    if (const auto hash = text.find('#'); hash != std::string::npos) {
        const auto weekday = reader.value(entry, std::string_view(text).substr(0, hash));
        if (!weekday) return weekday.error();
        const auto k = number(std::string_view(text).substr(hash + 1));
        if (!k || *k < 1 || *k > 5) return reader.error(entry, "# is followed by 1 to 5, the week of the month");
        fields.nth_weekdays[static_cast<std::size_t>(*weekday % 7)] |= static_cast<std::uint8_t>(1U << *k);
        return true;
    }
    if (!text.starts_with('l') && !text.ends_with('l')) return false;
    const auto day =
        text.starts_with('l') ? std::string_view(text).substr(1) : std::string_view(text).substr(0, text.size() - 1);
    const auto weekday = reader.value(entry, day);
    if (!weekday) return weekday.error();
    fields.last_weekdays |= static_cast<std::uint8_t>(1U << (*weekday % 7));
    return true;
}

using ReadSpecial = Result<bool> (*)(CronFields&, const FieldReader&, std::string_view);

Result<FieldReader> read_field(CronFields& fields, const Position& position, std::string_view text,
                               ReadSpecial read_special = nullptr) {
    FieldReader reader(position, text);
    if (text == "?" && read_special != nullptr) text = "*";
    for (const auto entry : split(text, ",")) {
        if (entry.empty()) return reader.error(text, "an entry of the list is empty");
        if (read_special != nullptr) {
            const auto special = read_special(fields, reader, entry);
            if (!special) return special.error();
            if (*special) continue;
        }
        if (const auto read = reader.read(entry); !read) return read.error();
    }
    return reader;
}

Result<std::string_view> macro_meaning(std::string_view name) {
    const auto found = std::ranges::find(kMacros, lowered(name), &Macro::name);
    if (found != kMacros.end()) return found->meaning;
    if (lowered(name).starts_with("@every"))
        return Error{ErrorKind::invalid,
                     "@every is not cron: it has no fixed points in time to catch up on; write a step, */5 * * * *"};
    std::vector<std::string> known;
    for (const auto& macro : kMacros) known.emplace_back(macro.name);
    return Error{ErrorKind::invalid, fmt::format("unknown '{}'{}", name, model::did_you_mean(name, known))};
}

Result<CronFields> read_fields(std::string_view text) {
    auto words = words_of(text);
    if (!words.empty() && words.front().starts_with('@')) {
        const auto meaning = macro_meaning(words.front());
        if (!meaning) return meaning.error();
        if (words.size() > 1) return Error{ErrorKind::invalid, fmt::format("{} stands alone", words.front())};
        words = words_of(*meaning);
    }
    if (words.size() != 5 && words.size() != 6)
        return Error{
            ErrorKind::invalid,
            fmt::format("has {} fields; it needs five (minute, hour, day of month, month, day of week), or six "
                        "with seconds first",
                        words.size())};
    CronFields fields;
    fields.has_seconds = words.size() == 6;
    if (fields.has_seconds) {
        const auto second = read_field(fields, kSecond, words.front());
        if (!second) return second.error();
        fields.seconds = second->bits;
        words.erase(words.begin());
    }
    const auto minute = read_field(fields, kMinute, words[0]);
    if (!minute) return minute.error();
    const auto hour = read_field(fields, kHour, words[1]);
    if (!hour) return hour.error();
    const auto day = read_field(fields, kDay, words[2], read_special_day);
    if (!day) return day.error();
    const auto month = read_field(fields, kMonth, words[3]);
    if (!month) return month.error();
    const auto weekday = read_field(fields, kWeekday, words[4], read_special_weekday);
    if (!weekday) return weekday.error();

    fields.minutes = minute->bits;
    fields.hours = static_cast<std::uint32_t>(hour->bits);
    fields.days = static_cast<std::uint32_t>(day->bits);
    fields.months = static_cast<std::uint16_t>(month->bits);
    fields.weekdays = static_cast<std::uint8_t>(weekday->bits);
    fields.days_restricted = day->restricted();
    fields.weekdays_restricted = weekday->restricted();
    fields.repeats = minute->repeats || hour->repeats;
    fields.every_hour = hour->repeats && fields.hours == (1U << 24) - 1;
    return fields;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
    if (text.size() > kLongestText)
        return Error{ErrorKind::invalid, fmt::format("a cron expression has at most {} bytes", kLongestText)};
    const auto fields = read_fields(text);
    if (!fields) return Error{ErrorKind::invalid, fmt::format("cron '{}': {}", text, fields.error().message)};
    return Cron(std::string(text), *fields);
}

}  // namespace weir::calendar
