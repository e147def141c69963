#include "scheduler/model/time.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>

namespace weir::model {

using std::chrono::seconds;

std::string format_rfc3339(TimePoint t, seconds utc_offset) {
    namespace ch = std::chrono;
    // RFC 3339 writes offsets in minutes; the old ones with seconds are cut, so that text and instant agree.
    const auto written_offset = ch::duration_cast<ch::minutes>(utc_offset);
    const auto local = t + written_offset;
    const auto day = ch::floor<ch::days>(local);
    const ch::year_month_day date{day};
    const ch::hh_mm_ss time{local - day};
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                            unsigned(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
    if (const auto fraction = time.subseconds().count(); fraction != 0) text += fmt::format(".{:06}", fraction);
    if (written_offset == ch::minutes{0}) return text + "Z";
    const auto minutes = std::abs(written_offset.count());
    return text + fmt::format("{}{:02}:{:02}", written_offset < ch::minutes{0} ? '-' : '+', minutes / 60, minutes % 60);
}

std::string format_rfc3339(TimePoint t) { return format_rfc3339(t, seconds{0}); }

namespace {

// Reads exactly `width` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(width);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::optional<OffsetTime> parse_rfc3339(std::string_view text) {
    namespace ch = std::chrono;
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second) return std::nullopt;
    const ch::year_month_day date{ch::year{*year}, ch::month(unsigned(*month)), ch::day(unsigned(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

    ch::microseconds fraction{0};
    if (take(text, '.')) {
        int scale = 100'000;
        if (text.empty() || !std::isdigit(static_cast<unsigned char>(text.front()))) return std::nullopt;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            fraction += ch::microseconds{(text.front() - '0') * scale};
            scale /= 10;
            text.remove_prefix(1);
        }
    }
    seconds offset{0};
    if (!take(text, 'Z') && !take(text, 'z')) {
        const bool west = !text.empty() && text.front() == '-';
        if (!take(text, '+') && !take(text, '-')) return std::nullopt;
        const auto hours = take_digits(text, 2);
        if (!hours || !take(text, ':')) return std::nullopt;
        const auto minutes = take_digits(text, 2);
        if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
        offset = ch::hours{*hours} + ch::minutes{*minutes};
        if (west) offset = -offset;
    }
    if (!text.empty()) return std::nullopt;
    const TimePoint local =
        ch::sys_days{date} + ch::hours{*hour} + ch::minutes{*minute} + ch::seconds{*second} + fraction;
    return OffsetTime{local - offset, offset};
}

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array kUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                            Unit{"ms", 1}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    if (text == "0") return Duration{0};
    if (text.empty()) return std::nullopt;
    constexpr std::int64_t kMost = 100LL * 365 * 86'400'000;  // a hundred years: longer is a typing error
    std::int64_t total = 0;
    auto unit = kUnits.begin();
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{} || count < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        const auto letters = text.substr(0, std::min(text.find_first_of("0123456789"), text.size()));
        while (unit != kUnits.end() && unit->name != letters) ++unit;
        if (unit == kUnits.end() || count > kMost / unit->milliseconds) return std::nullopt;
        total += count * unit->milliseconds;
        if (total > kMost) return std::nullopt;
        text.remove_prefix(letters.size());
        ++unit;
    }
    return Duration{total};
}

std::string format_duration(Duration length) {
    auto rest = length.count();
    if (rest == 0) return "0s";
    std::string text;
    if (rest < 0) {
        text = "-";
        rest = -rest;
    }
    for (const auto& unit : kUnits) {
        if (const auto count = rest / unit.milliseconds; count != 0) text += fmt::format("{}{}", count, unit.name);
        rest %= unit.milliseconds;
    }
    return text;
}

}  // namespace weir::model
