#include "scheduler/yaml/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace weir::yaml {
namespace {

constexpr std::size_t kShown = 40;  // bytes of a user's text in a message

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view skip_digits(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
}

std::string_view without_sign(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return text;
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool is_hex(std::string_view text) {
    return text.starts_with("0x") && text.size() > 2 &&
           text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

bool is_octal(std::string_view digits) {
    if (digits.starts_with("0o"))
        return digits.size() > 2 && digits.find_first_not_of("01234567", 2) == std::string_view::npos;
    return digits.size() > 1 && digits.front() == '0' && skip_digits(digits).empty();
}

bool is_float(std::string_view text) {
    const auto fraction = skip_digits(text);
    auto rest = fraction;
    bool digits = rest.size() != text.size();
    if (rest.starts_with('.')) {
        const auto tail = skip_digits(rest.substr(1));
        digits = digits || tail.size() != rest.size() - 1;
        rest = tail;
    }
    if (!digits) return false;
    if (rest.empty()) return true;
    if (rest.front() != 'e' && rest.front() != 'E') return false;
    rest = without_sign(rest.substr(1));
    return !rest.empty() && skip_digits(rest).empty();
}

// 1:30, 12:30:45 and 190:20:30.15, where every part but the first is below 60.
bool is_sexagesimal(std::string_view text) {
    auto rest = skip_digits(text);
    if (rest.size() == text.size() || !rest.starts_with(':')) return false;
    while (rest.starts_with(':')) {
        rest.remove_prefix(1);
        const auto tail = skip_digits(rest);
        const auto length = rest.size() - tail.size();
        if (length == 0 || length > 2 || (length == 2 && rest.front() > '5')) return false;
        rest = tail;
    }
    return rest.empty() || (rest.front() == '.' && skip_digits(rest.substr(1)).empty());
}

// 2026-11-22, 2026-1-2T03:04:05Z
bool is_date(std::string_view text) {
    auto rest = skip_digits(text);
    if (text.size() - rest.size() != 4) return false;
    for (int part = 0; part < 2; ++part) {
        if (!rest.starts_with('-')) return false;
        const auto tail = skip_digits(rest.substr(1));
        const auto length = rest.size() - 1 - tail.size();
        if (length == 0 || length > 2) return false;
        rest = tail;
    }
    return rest.empty() || ((rest.front() == 'T' || rest.front() == 't' || rest.front() == ' ') && rest.size() > 1 &&
                            is_digit(rest[1]));
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

}  // namespace

ScalarType type_of(const Scalar& scalar) {
    const std::string_view text = scalar.text;
    if (!scalar.plain || text.empty() || text.size() > 64) return ScalarType::text;
    const char first = text.front();
    if (is_digit(first) || first == '-' || first == '+' || first == '.') {
        const auto digits = without_sign(text);
        if (digits.empty()) return ScalarType::text;
        if (is_octal(digits)) return ScalarType::maybe_octal;
        if (skip_digits(digits).empty()) return ScalarType::integer;
        if (is_hex(text)) return ScalarType::integer;
        if (is_float(digits)) return ScalarType::number;
        if (is_sexagesimal(digits)) return ScalarType::maybe_sexagesimal;
        if (is_date(text)) return ScalarType::maybe_date;
        if (is_any_of(lower(digits), {".inf", ".nan"})) return ScalarType::not_finite;
        return ScalarType::text;
    }
    if (is_any_of(text, {"true", "false", "True", "False", "TRUE", "FALSE"})) return ScalarType::boolean;
    if (text.size() <= 3 && is_any_of(lower(text), {"yes", "no", "on", "off", "y", "n"}))
        return ScalarType::maybe_boolean;
    return ScalarType::text;
}

std::optional<std::int64_t> as_integer(const Scalar& scalar) {
    if (type_of(scalar) != ScalarType::integer) return std::nullopt;
    std::string_view text = scalar.text;
    const bool hex = is_hex(text);
    if (hex) text.remove_prefix(2);
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> as_number(const Scalar& scalar) {
    const auto type = type_of(scalar);
    if (const auto integer = as_integer(scalar)) return static_cast<double>(*integer);
    if (type != ScalarType::number && type != ScalarType::integer) return std::nullopt;
    std::string_view text = scalar.text;
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || rest != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<bool> as_boolean(const Scalar& scalar) {
    if (type_of(scalar) != ScalarType::boolean) return std::nullopt;
    return scalar.text.front() == 't' || scalar.text.front() == 'T';
}

model::Json to_json(const Scalar& scalar) {
    if (const auto integer = as_integer(scalar)) return *integer;
    if (const auto number = as_number(scalar)) return *number;
    if (const auto boolean = as_boolean(scalar)) return *boolean;
    return scalar.text;
}

std::string canonical_text(const Scalar& scalar) {
    if (const auto integer = as_integer(scalar)) return std::to_string(*integer);
    if (const auto boolean = as_boolean(scalar)) return *boolean ? "true" : "false";
    return scalar.text;
}

std::string_view meant_boolean(std::string_view text) {
    return is_any_of(lower(text), {"yes", "on", "y"}) ? "true" : "false";
}

std::int64_t sexagesimal(std::string_view text) {
    std::int64_t total = 0;
    std::int64_t part = 0;
    for (const char c : text.substr(0, text.find('.'))) {
        if (c == ':') {
            total = (total + part) * 60;
            part = 0;
        } else if (is_digit(c)) {
            part = part * 10 + (c - '0');
        }
        if (total > 1'000'000'000 || part > 1'000'000'000) return total;  // 64 digits in a row: nobody means them
    }
    return total + part;
}

std::string describe(const Node& node) {
    if (node.nothing()) return "nothing";
    if (node.list() != nullptr) return "a list";
    if (node.map() != nullptr) return "a map";
    const auto& scalar = *node.scalar();
    if (scalar.text.empty()) return "an empty text";
    std::string shown = scalar.text.substr(0, kShown);
    if (scalar.text.size() > kShown) {
        while (!shown.empty() && (shown.back() & 0xC0) == 0x80) shown.pop_back();  // no half of a letter
        if (!shown.empty() && (shown.back() & 0x80) != 0) shown.pop_back();
        shown += "…";
    }
    std::ranges::replace(shown, '\n', ' ');
    switch (type_of(scalar)) {
        case ScalarType::text:
            return fmt::format("the text '{}'", shown);
        case ScalarType::integer:
        case ScalarType::number:
        case ScalarType::not_finite:
            return fmt::format("the number {}", shown);
        case ScalarType::boolean:
            return fmt::format("the boolean {}", shown);
        case ScalarType::maybe_boolean:
            return fmt::format("{}, a boolean to some readers of YAML", shown);
        case ScalarType::maybe_octal:
            return fmt::format("{}, octal to some readers of YAML", shown);
        case ScalarType::maybe_sexagesimal:
            return fmt::format("{}, the number {} to some readers of YAML", shown, sexagesimal(scalar.text));
        case ScalarType::maybe_date:
            return fmt::format("{}, a date to some readers of YAML", shown);
    }
    return "";
}

std::string in_quotes(std::string_view text) {
    return text.find_first_of("\"\\") == std::string_view::npos ? fmt::format("\"{}\"", text)
                                                                : fmt::format("'{}'", text);
}

}  // namespace weir::yaml
