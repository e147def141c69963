#include "tests/scheduler/calendar/oracle.hpp"

#include <fmt/format.h>

#include <array>
#include <unordered_set>

namespace weir::calendar::oracle {

namespace ch = std::chrono;

namespace {

int pick(Random& random, int least, int most) { return std::uniform_int_distribution<>(least, most)(random); }
bool chance(Random& random, int percent) { return pick(random, 1, 100) <= percent; }

constexpr std::array<const char*, 12> kMonths{"jan", "FEB", "mar", "Apr", "may", "jun",
                                              "jul", "AUG", "sep", "oct", "nov", "Dec"};
constexpr std::array<const char*, 7> kWeekdays{"sun", "MON", "tue", "Wed", "thu", "FRI", "sat"};

std::string written(Random& random, int value, int least, int most) {
    if (most == 12 && chance(random, 30)) return kMonths[std::size_t(value - 1)];
    if (most == 6 && chance(random, 30)) return kWeekdays[std::size_t(value)];
    if (most == 6 && value == 0 && least == 0 && chance(random, 30)) return "7";
    return fmt::format("{}", value);
}

void add_entry(Random& random, Field& field, int least, int most) {
    const int size = most - least + 1;
    const int kind = pick(random, 0, 9);
    if (!field.text.empty()) field.text += ",";
    const int step = kind % 2 == 0 ? 1 : pick(random, 1, std::min(size, 20));
    const auto step_text = kind % 2 == 0 ? std::string{} : fmt::format("/{}", step);
    field.repeats |= kind % 2 == 1;
    int first = least, count = size;  // of the range that is stepped through
    if (kind < 2) {
        field.text += "*" + step_text;
        field.repeats = true;
    } else if (kind < 6) {
        first = pick(random, least, most);
        // Wrapping ranges, but not of days.
        const int last = most == 31 ? pick(random, first, most) : pick(random, least, most);
        count = (last - first + size) % size + 1;
        field.text += written(random, first, least, most) + "-" + written(random, last, least, most) + step_text;
        // 0-7 and 7-0 are not what (last - first) says: keep to ranges that mean the same however Sunday is written.
        if (most == 6 && (first == 0 || last == 0)) {
            field.text.erase(field.text.rfind(',') == std::string::npos ? 0 : field.text.rfind(',') + 1);
            field.text += fmt::format("{}-{}{}", first, last, step_text);
        }
    } else if (kind % 2 == 1) {
        first = pick(random, least, most);
        count = most - first + 1;
        field.text += written(random, first, least + 1, most) + step_text;  // 7/n is not 0/n
    } else {
        first = pick(random, least, most);
        count = 1;
        field.text += written(random, first, least, most);
    }
    for (int i = 0; i < count; i += step) field.values.set(std::size_t(least + (first - least + i) % size));
}

Field random_field(Random& random, int least, int most, int star_percent) {
    Field field;
    if (chance(random, star_percent)) {
        field.text = "*";
        field.repeats = true;
        for (int n = least; n <= most; ++n) field.values.set(std::size_t(n));
        return field;
    }
    for (int entries = pick(random, 1, 3); entries > 0; --entries) add_entry(random, field, least, most);
    return field;
}

ch::year_month_day date_of(local_days day) { return ch::year_month_day{day}; }
unsigned weekday_of(local_days day) { return ch::weekday{day}.c_encoding(); }
bool is_workday(local_days day) { return weekday_of(day) != 0 && weekday_of(day) != 6; }
bool same_month(local_days a, local_days b) {
    return date_of(a).year() / date_of(a).month() == date_of(b).year() / date_of(b).month();
}
bool is_last(local_days day) { return !same_month(day, day + ch::days{1}); }

// Is `day` the workday nearest to `target`, within the month of target?
bool nearest_workday(local_days day, local_days target) {
    for (const int away : {0, -1, 1, -2, 2}) {
        const auto candidate = target + ch::days{away};
        if (same_month(candidate, target) && is_workday(candidate)) return candidate == day;
    }
    return false;
}

void add_special_day(Random& random, Field& field) {
    const int kind = pick(random, 0, 3), n = pick(random, 1, 31);
    if (!field.text.empty()) field.text += ",";
    if (kind == 0) {
        field.text += "L";
        field.days.emplace_back(is_last);
    } else if (kind == 1) {
        field.text += fmt::format("L-{}", n % 31);
        field.days.emplace_back(
            [n](local_days day) { return same_month(day, day + ch::days{n % 31}) && is_last(day + ch::days{n % 31}); });
    } else if (kind == 2) {
        field.text += "LW";
        field.days.emplace_back([](local_days day) {
            if (!is_workday(day)) return false;
            for (auto later = day + ch::days{1}; same_month(day, later); later += ch::days{1})
                if (is_workday(later)) return false;
            return true;
        });
    } else {
        field.text += fmt::format("{}W", n);
        field.days.emplace_back([n](local_days day) {
            const auto target = date_of(day).year() / date_of(day).month() / n;
            return target.ok() && nearest_workday(day, local_days{target});
        });
    }
}

void add_special_weekday(Random& random, Field& field) {
    const int weekday = pick(random, 0, 6), k = pick(random, 1, 5);
    const auto name = written(random, weekday, 0, 6);
    if (!field.text.empty()) field.text += ",";
    if (chance(random, 50)) {
        field.text += chance(random, 50) ? name + "L" : "L" + name;
        field.days.emplace_back([weekday](local_days day) {
            return int(weekday_of(day)) == weekday && !same_month(day, day + ch::days{7});
        });
    } else {
        field.text += fmt::format("{}#{}", name, k);
        field.days.emplace_back([weekday, k](local_days day) {
            return int(weekday_of(day)) == weekday && (int(unsigned(date_of(day).day())) - 1) / 7 + 1 == k;
        });
    }
}

bool holds(const Field& field, int value, local_days day) {
    if (field.values[std::size_t(value)]) return true;
    for (const auto& is_meant : field.days)
        if (is_meant(day)) return true;
    return false;
}

}  // namespace

std::string Expression::text() const {
    return fmt::format("{}{} {} {} {} {}", has_seconds ? second.text + " " : "", minute.text, hour.text, day.text,
                       month.text, weekday.text);
}

bool Expression::matches_day(local_days local_day) const {
    const auto date = date_of(local_day);
    if (!month.values[unsigned(date.month())]) return false;
    const bool by_day = holds(day, int(unsigned(date.day())), local_day);
    const bool by_week = holds(weekday, int(weekday_of(local_day)), local_day);
    return day.restricted() && weekday.restricted() ? by_day || by_week : by_day && by_week;
}

bool Expression::matches(LocalTime local) const {
    const auto midnight = ch::floor<ch::days>(local);
    const ch::hh_mm_ss clock{local - midnight};
    return second.values[std::size_t(clock.seconds().count())] && minute.values[std::size_t(clock.minutes().count())] &&
           hour.values[std::size_t(clock.hours().count())] && matches_day(midnight);
}

Expression random_expression(Random& random, bool has_seconds, bool busy) {
    Expression expression;
    expression.has_seconds = has_seconds;
    if (has_seconds)
        expression.second = random_field(random, 0, 59, 20);
    else
        expression.second.values.set(0);
    expression.minute = random_field(random, 0, 59, 20);
    expression.hour = random_field(random, 0, 23, 40);
    expression.day = random_field(random, 1, 31, busy ? 90 : 30);
    expression.month = random_field(random, 1, 12, busy ? 100 : 50);
    expression.weekday = random_field(random, 0, 6, busy ? 90 : 30);
    if (!busy && expression.day.text != "*" && chance(random, 50)) add_special_day(random, expression.day);
    if (!busy && expression.weekday.text != "*" && chance(random, 50)) add_special_weekday(random, expression.weekday);
    if (!busy && expression.day.text == "*" && chance(random, 30)) expression.day.text = "?";
    return expression;
}

std::vector<sys_seconds> ticks(const Expression& expression, const Zone& zone, sys_seconds from, sys_seconds to) {
    const seconds step = expression.has_seconds ? seconds{1} : seconds{60};
    const auto local_at = [](sys_seconds t, seconds offset) { return LocalTime{t.time_since_epoch() + offset}; };
    std::vector<sys_seconds> found;
    std::unordered_set<seconds::rep> seen;
    // The clocks may have gone back shortly before: what was seen then counts.
    auto offset = zone.offset_at(from - ch::hours{3} - step);
    for (auto t = from - ch::hours{3}; t < to; t += step) {
        const auto before = offset;
        offset = zone.offset_at(t);
        bool is_tick = false;
        for (auto skipped = local_at(t, before); skipped < local_at(t, offset) && !expression.every_hour();
             skipped += step)
            is_tick = is_tick || expression.matches(skipped);
        const auto local = local_at(t, offset);
        const bool again = !seen.insert(local.time_since_epoch().count()).second;
        is_tick = is_tick || (expression.matches(local) && (expression.repeats() || !again));
        if (is_tick && t >= from) found.push_back(t);
    }
    return found;
}

}  // namespace weir::calendar::oracle
