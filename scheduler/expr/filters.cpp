#include "scheduler/expr/filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "scheduler/expr/date_format.hpp"
#include "scheduler/expr/limits.hpp"
#include "scheduler/expr/operators.hpp"
#include "scheduler/model/time.hpp"

namespace weir::expr {
namespace {

using model::Json;
using Arguments = std::span<const Json>;

Problem needs(std::string_view filter, std::string_view kind, const Json& value) {
    return Problem{fmt::format("{} needs {}, not {}", filter, kind, kind_of(value))};
}

// ── text ──

std::string mapped(std::string text, char first, char last, int shift) {
    for (char& c : text)
        if (c >= first && c <= last) c = static_cast<char>(c + shift);
    return text;
}

// ASCII letters only: the rest of Unicode needs a table and a language.
Outcome lower(const Json& value, Arguments) {
    if (!value.is_string()) return needs("lower", "a string", value);
    return Json(mapped(value.get<std::string>(), 'A', 'Z', 'a' - 'A'));
}

Outcome upper(const Json& value, Arguments) {
    if (!value.is_string()) return needs("upper", "a string", value);
    return Json(mapped(value.get<std::string>(), 'a', 'z', 'A' - 'a'));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return "";
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Outcome trim(const Json& value, Arguments) {
    if (!value.is_string()) return needs("trim", "a string", value);
    return Json(std::string(trimmed(value.get_ref<const std::string&>())));
}

Outcome replace(const Json& value, Arguments arguments) {
    if (!value.is_string()) return needs("replace", "a string", value);
    if (!arguments[1].is_string()) return needs("replace", "a string to put in", arguments[1]);
    const auto& text = value.get_ref<const std::string&>();
    const auto& out = arguments[0].get_ref<const std::string&>();
    const auto& in = arguments[1].get_ref<const std::string&>();
    std::string result;
    std::size_t at = 0;
    for (auto found = text.find(out); found != std::string::npos; found = text.find(out, at)) {
        result.append(text, at, found - at).append(in);
        at = found + out.size();
        if (result.size() > kLongestText) break;
    }
    return bounded(std::move(result.append(text, at)));
}

Outcome join(const Json& value, Arguments arguments) {
    if (!value.is_array()) return needs("join", "a list", value);
    const std::string separator = arguments.empty() ? std::string{} : text_of(arguments[0]);
    std::string result;
    for (std::size_t i = 0; i < value.size() && result.size() <= kLongestText; ++i) {
        if (i != 0) result += separator;
        result += text_of(value[i]);
    }
    return bounded(std::move(result));
}

Outcome split(const Json& value, Arguments arguments) {
    if (!value.is_string()) return needs("split", "a string", value);
    std::string_view rest = value.get_ref<const std::string&>();
    const auto& separator = arguments[0].get_ref<const std::string&>();
    auto parts = Json::array();
    for (auto end = rest.find(separator); end != std::string_view::npos; end = rest.find(separator)) {
        if (parts.size() == kMostElements)
            return Problem{fmt::format("the list would have more than {} elements", kMostElements)};
        parts.emplace_back(std::string(rest.substr(0, end)));
        rest.remove_prefix(end + separator.size());
    }
    parts.emplace_back(std::string(rest));
    return parts;
}

std::optional<std::string> check_nonempty(const Json& argument) {
    if (argument.is_string() && !argument.get_ref<const std::string&>().empty()) return std::nullopt;
    return "the first argument must be a string that is not empty";
}

Outcome as_string(const Json& value, Arguments) { return bounded(text_of(value)); }
Outcome as_json(const Json& value, Arguments) { return bounded(model::to_text(value)); }

// ── lists ──

bool begins_letter(char byte) { return (byte & 0xC0) != 0x80; }  // not a UTF-8 continuation

Outcome length(const Json& value, Arguments) {
    if (value.is_array() || value.is_object()) return Json(value.size());
    if (!value.is_string()) return needs("length", "a string, a list or an object", value);
    return Json(std::ranges::count_if(value.get_ref<const std::string&>(), begins_letter));
}

// nlohmann calls no string empty.
bool is_empty(const Json& value) {
    return value.is_string() ? value.get_ref<const std::string&>().empty() : value.is_array() && value.empty();
}

Outcome first(const Json& value, Arguments) {
    if (is_empty(value)) return Problem{"it is empty: there is no first", true};
    if (value.is_array()) return value.front();
    if (!value.is_string()) return needs("first", "a list or a string", value);
    const auto& text = value.get_ref<const std::string&>();
    const auto end = std::find_if(text.begin() + 1, text.end(), begins_letter);
    return Json(std::string(text.begin(), end));
}

Outcome last(const Json& value, Arguments) {
    if (is_empty(value)) return Problem{"it is empty: there is no last", true};
    if (value.is_array()) return value.back();
    if (!value.is_string()) return needs("last", "a list or a string", value);
    const auto& text = value.get_ref<const std::string&>();
    const auto start = std::find_if(text.rbegin(), text.rend(), begins_letter);
    return Json(text.substr(start == text.rend() ? 0 : static_cast<std::size_t>(text.rend() - start) - 1));
}

// ── numbers ──

Outcome whole(double value) {
    // The bounds are the doubles next to the ends of int64; NaN fails both.
    constexpr double kEnd = 9223372036854775808.0;
    if (!(value >= -kEnd && value < kEnd)) return Problem{fmt::format("{} is larger than an integer can be", value)};
    return Json(static_cast<std::int64_t>(value));
}

template <class Number>
std::optional<Number> read(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('+') && !text.substr(1).starts_with('-')) text.remove_prefix(1);
    Number number{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
    return number;
}

Outcome as_int(const Json& value, Arguments) {
    if (value.is_boolean()) return Json(value.get<bool>() ? 1 : 0);
    if (value.is_number_integer()) return value;
    if (value.is_number_float()) return whole(std::trunc(value.get<double>()));
    if (!value.is_string()) return needs("int", "a number or a string", value);
    if (const auto number = read<std::int64_t>(value.get_ref<const std::string&>())) return Json(*number);
    return Problem{fmt::format("{} is not an integer of 64 bits", shown(value))};
}

Outcome as_float(const Json& value, Arguments) {
    if (value.is_boolean()) return Json(value.get<bool>() ? 1.0 : 0.0);
    if (value.is_number()) return Json(value.get<double>());
    if (!value.is_string()) return needs("float", "a number or a string", value);
    const auto number = read<double>(value.get_ref<const std::string&>());
    if (number && std::isfinite(*number)) return Json(*number);
    return Problem{fmt::format("{} is not a finite number", shown(value))};
}

Outcome absolute(const Json& value, Arguments) {
    if (!value.is_number()) return needs("abs", "a number", value);
    const bool negative = !value.is_number_unsigned() && value < 0;
    return negative ? negated(value) : Outcome(value);
}

// Half away from zero, as people round. Without digits the result is an integer.
Outcome round(const Json& value, Arguments arguments) {
    if (!value.is_number()) return needs("round", "a number", value);
    if (value.is_number_integer()) return value;
    if (arguments.empty()) return whole(std::round(value.get<double>()));
    const double scale = std::pow(10.0, arguments[0].get<int>());
    const double scaled = value.get<double>() * scale;
    return std::isfinite(scaled) ? Json(std::round(scaled) / scale) : value;
}

std::optional<std::string> check_digits(const Json& argument) {
    if (argument.is_number_integer() && argument >= 0 && argument <= 15) return std::nullopt;
    return "round takes the number of digits after the point, 0 to 15";
}

// ── times ──

boost::system::result<model::OffsetTime, Problem> time_of(std::string_view filter, const Json& value) {
    if (!value.is_string()) return needs(filter, "a time", value);
    if (const auto time = model::parse_rfc3339(value.get_ref<const std::string&>())) return *time;
    return Problem{fmt::format("{} needs a time like 2026-11-22T07:54:48Z, not {}", filter, shown(value))};
}

Outcome date(const Json& value, Arguments arguments) {
    const auto time = time_of("date", value);
    if (!time) return time.error();
    return bounded(format_date(*time, arguments[0].get_ref<const std::string&>()));
}

std::optional<std::string> check_pattern(const Json& argument) {
    if (!argument.is_string()) return fmt::format("date takes a format in quotes, not {}", kind_of(argument));
    const auto& pattern = argument.get_ref<const std::string&>();
    if (pattern.size() > kLongestExpression) return "the date format is too long";
    return check_date_format(pattern);
}

Outcome timestamp(const Json& value, Arguments) {
    const auto time = time_of("timestamp", value);
    if (!time) return time.error();
    return Json(std::chrono::floor<std::chrono::seconds>(time->time).time_since_epoch().count());
}

std::optional<model::Duration> signed_duration(const Json& text) {
    if (!text.is_string()) return std::nullopt;
    std::string_view rest = text.get_ref<const std::string&>();
    const bool back = rest.starts_with('-');
    if (back || rest.starts_with('+')) rest.remove_prefix(1);
    const auto length = model::parse_duration(rest);
    if (!length) return std::nullopt;
    return back ? -*length : *length;
}

std::optional<std::string> check_shift(const Json& argument) {
    if (signed_duration(argument)) return std::nullopt;
    return fmt::format("add takes a length of time like '1h30m' or '-1d', not {}", shown(argument));
}

Outcome add(const Json& value, Arguments arguments) {
    const auto time = time_of("add", value);
    if (!time) return time.error();
    const auto shifted = time->time + *signed_duration(arguments[0]);
    const auto year =
        int(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(shifted + time->utc_offset)}.year());
    if (year < 0 || year > 9999) return Problem{"the time would leave the years 0 to 9999"};
    return Json(model::format_rfc3339(shifted, time->utc_offset));
}

// ── the table ──

constexpr auto kNoCheck = nullptr;

constexpr std::array kFilters{
    Filter{"date", 1, 1, check_pattern, date},    Filter{"default", 1, 1, kNoCheck, nullptr},
    Filter{"lower", 0, 0, kNoCheck, lower},       Filter{"upper", 0, 0, kNoCheck, upper},
    Filter{"trim", 0, 0, kNoCheck, trim},         Filter{"replace", 2, 2, check_nonempty, replace},
    Filter{"join", 0, 1, kNoCheck, join},         Filter{"length", 0, 0, kNoCheck, length},
    Filter{"int", 0, 0, kNoCheck, as_int},        Filter{"float", 0, 0, kNoCheck, as_float},
    Filter{"string", 0, 0, kNoCheck, as_string},  Filter{"json", 0, 0, kNoCheck, as_json},
    Filter{"first", 0, 0, kNoCheck, first},       Filter{"last", 0, 0, kNoCheck, last},
    Filter{"round", 0, 1, check_digits, round},   Filter{"abs", 0, 0, kNoCheck, absolute},
    Filter{"split", 1, 1, check_nonempty, split}, Filter{"timestamp", 0, 0, kNoCheck, timestamp},
    Filter{"add", 1, 1, check_shift, add},
};

}  // namespace

const Filter* find_filter(std::string_view name) {
    const auto found = std::ranges::find(kFilters, name, &Filter::name);
    return found == kFilters.end() ? nullptr : &*found;
}

std::vector<std::string> filter_names() {
    std::vector<std::string> names;
    for (const auto& filter : kFilters) names.emplace_back(filter.name);
    return names;
}

}  // namespace weir::expr
