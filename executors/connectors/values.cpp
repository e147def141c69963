#include "executors/connectors/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "scheduler/model/bytes.hpp"
#include "scheduler/model/json.hpp"

namespace weir::connectors {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

template <class Integer>
Fit fit_whole(std::string_view value) {
    auto digits = trimmed(value);
    if (digits.size() > 1 && digits.front() == '+' && is_digit(digits[1])) digits.remove_prefix(1);
    Integer number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc::result_out_of_range)
        return {{}, sizeof(Integer) == 8 ? "is out of the range of a bigint" : "is out of the range of an integer"};
    if (error != std::errc{} || end != digits.data() + digits.size()) return {{}, "is not a whole number"};
    return {digits, {}};
}

struct Decimal {
    bool valid = false;
    std::size_t whole_digits = 0;
    std::size_t fraction_digits = 0;
    long exponent = 0;
};

// [+-] digits [. digits] [e [+-] digits], with a digit before or after the point.
Decimal scan_decimal(std::string_view text) {
    Decimal found;
    std::size_t i = 0;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    for (; i < text.size() && is_digit(text[i]); ++i) ++found.whole_digits;
    if (i < text.size() && text[i] == '.')
        for (++i; i < text.size() && is_digit(text[i]); ++i) ++found.fraction_digits;
    if (found.whole_digits + found.fraction_digits == 0) return {};
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && text[i] == '+') ++i;
        const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), found.exponent);
        if (error != std::errc{}) return {};
        i = static_cast<std::size_t>(end - text.data());
    }
    found.valid = i == text.size();
    return found;
}

bool is_named_number(std::string_view text) {
    if (equal_ignoring_case(text, "nan")) return true;
    if (!text.empty() && text.front() == '-') text.remove_prefix(1);
    return equal_ignoring_case(text, "infinity") || equal_ignoring_case(text, "inf");
}

Fit fit_double(std::string_view value) {
    const auto text = trimmed(value);
    if (is_named_number(text)) return {text, {}};
    if (!scan_decimal(text).valid) return {{}, "is not a number"};
    double number{};
    const auto digits = text.front() == '+' ? text.substr(1) : text;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc::result_out_of_range)
        return {{}, "is out of the range of a double"};
    return {text, {}};
}

Fit fit_numeric(std::string_view value) {
    constexpr long kWholeDigits = 131'072;  // PostgreSQL: "up to 131072 digits before the decimal point;
    constexpr long kFraction = 16'383;      // up to 16383 digits after the decimal point"
    const auto text = trimmed(value);
    if (is_named_number(text)) return {text, {}};
    const auto found = scan_decimal(text);
    if (!found.valid) return {{}, "is not a number"};
    if (found.exponent > kWholeDigits || found.exponent < -kFraction ||
        static_cast<long>(found.whole_digits) + found.exponent > kWholeDigits ||
        static_cast<long>(found.fraction_digits) - found.exponent > kFraction)
        return {{}, "has more digits than a numeric holds"};
    return {text, {}};
}

Fit fit_boolean(std::string_view value) {
    constexpr std::array<std::string_view, 6> kTrue{"true", "t", "yes", "y", "on", "1"};
    constexpr std::array<std::string_view, 6> kFalse{"false", "f", "no", "n", "off", "0"};
    const auto text = trimmed(value);
    for (const auto word : kTrue)
        if (equal_ignoring_case(text, word)) return {"true", {}};
    for (const auto word : kFalse)
        if (equal_ignoring_case(text, word)) return {"false", {}};
    return {{}, "is neither true nor false"};
}

std::optional<std::string_view> infinity(std::string_view text) {
    if (equal_ignoring_case(text, "infinity")) return "infinity";
    if (equal_ignoring_case(text, "-infinity")) return "-infinity";
    return std::nullopt;
}

constexpr std::size_t kDateLength = 10;  // YYYY-MM-DD

bool is_date(std::string_view text) {
    if (text.size() != kDateLength || text.starts_with("0000")) return false;
    std::array<char, 21> instant{};
    std::memcpy(instant.data(), text.data(), kDateLength);
    std::memcpy(instant.data() + kDateLength, "T00:00:00Z", 10);
    return model::parse_rfc3339({instant.data(), 20}).has_value();
}

Fit fit_date(std::string_view value) {
    const auto text = trimmed(value);
    if (const auto word = infinity(text)) return {*word, {}};
    if (!is_date(text)) return {{}, "is not a date like 2026-11-22"};
    return {text, {}};
}

Fit fit_timestamp(std::string_view value, std::string& scratch) {
    const auto text = trimmed(value);
    if (const auto word = infinity(text)) return {*word, {}};
    const auto time = parse_timestamp(text);
    if (!time) return {{}, "is not a time like 2026-11-22T07:54:48Z"};
    scratch = model::format_rfc3339(*time);
    return {scratch, {}};
}

// PostgreSQL's jsonb cannot hold U+0000. A backslash before the escape makes it plain text.
bool has_escaped_nul(std::string_view json) {
    for (auto at = json.find("\\u0000"); at != std::string_view::npos; at = json.find("\\u0000", at + 1)) {
        std::size_t backslashes = 0;
        while (backslashes < at && json[at - 1 - backslashes] == '\\') ++backslashes;
        if (backslashes % 2 == 0) return true;
    }
    return false;
}

Fit fit_json(std::string_view value) {
    if (!is_utf8(value)) return {{}, "is not valid UTF-8"};
    if (!model::Json::accept(value)) return {{}, "is not valid JSON"};
    if (has_escaped_nul(value)) return {{}, "holds \\u0000, which jsonb cannot store"};
    return {value, {}};
}

Fit fit_text(std::string_view value) {
    if (!value.empty() && std::memchr(value.data(), 0, value.size()) != nullptr) return {{}, "holds a NUL byte"};
    if (!is_utf8(value)) return {{}, "is not valid UTF-8"};
    return {value, {}};
}

}  // namespace

bool is_utf8(std::string_view text) { return model::is_utf8(text); }

std::optional<model::TimePoint> parse_timestamp(std::string_view text) {
    text = trimmed(text);
    if (text.size() < kDateLength || text.starts_with("0000")) return std::nullopt;
    std::string full{text};  // brought to the form that RFC 3339 asks for
    if (full.size() == kDateLength) full += "T00:00:00";
    const auto offset = full.find_first_of("Zz+-", kDateLength);
    const auto time_end = offset == std::string::npos ? full.size() : offset;
    if (time_end == kDateLength + 6) full.insert(time_end, ":00");  // hours and minutes alone
    if (offset == std::string::npos) {
        full += 'Z';
    } else if (const auto start = full.find_first_of("+-", kDateLength); start != std::string::npos) {
        const auto digits = full.size() - start - 1;
        if (digits == 2) full += ":00";                // +01, as PostgreSQL writes it
        if (digits == 4) full.insert(start + 3, ":");  // +0100
    }
    const auto parsed = model::parse_rfc3339(full);
    if (!parsed) return std::nullopt;
    return parsed->time;
}

std::string sqlite_timestamp(model::TimePoint time) {
    auto text = model::format_rfc3339(time);
    text.pop_back();  // the Z
    text[kDateLength] = ' ';
    return text;
}

Fit fit(ColumnType type, std::string_view value, std::string& scratch) {
    switch (type) {
        case ColumnType::text:
            return fit_text(value);
        case ColumnType::bigint:
            return fit_whole<std::int64_t>(value);
        case ColumnType::integer:
            return fit_whole<std::int32_t>(value);
        case ColumnType::double_precision:
            return fit_double(value);
        case ColumnType::numeric:
            return fit_numeric(value);
        case ColumnType::boolean:
            return fit_boolean(value);
        case ColumnType::date:
            return fit_date(value);
        case ColumnType::timestamptz:
            return fit_timestamp(value, scratch);
        case ColumnType::jsonb:
            return fit_json(value);
    }
    return {{}, "has an unknown type"};
}

}  // namespace weir::connectors
