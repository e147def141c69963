#include "scheduler/expr/operators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "scheduler/expr/limits.hpp"
#include "scheduler/model/time.hpp"

namespace weir::expr {
namespace {

using model::Json;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::string_view symbol(Operator op) {
    switch (op) {
        case Operator::equal:
            return "==";
        case Operator::not_equal:
            return "!=";
        case Operator::less:
            return "<";
        case Operator::less_equal:
            return "<=";
        case Operator::greater:
            return ">";
        case Operator::greater_equal:
            return ">=";
        case Operator::in:
            return "in";
        case Operator::not_in:
            return "not in";
        case Operator::join:
            return "~";
        case Operator::add:
            return "+";
        case Operator::subtract:
            return "-";
        case Operator::multiply:
            return "*";
        case Operator::divide:
            return "/";
        case Operator::remainder:
            return "%";
    }
    return "";
}

Problem overflow(Operator op, std::int64_t left, std::int64_t right) {
    return Problem{fmt::format("{} {} {} is larger than an integer can be", left, symbol(op), right)};
}

Outcome divide(std::int64_t left, std::int64_t right) {
    if (right == 0) return Problem{"division by zero"};
    if (left == kLeast && right == -1) return overflow(Operator::divide, left, right);
    if (left % right == 0) return Json(left / right);
    return Json(static_cast<double>(left) / static_cast<double>(right));
}

Outcome remainder(std::int64_t left, std::int64_t right) {
    if (right == 0) return Problem{"division by zero"};
    if (right == -1) return Json(0);  // kLeast % -1 traps
    const auto rest = left % right;
    return Json(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest);
}

Outcome calculate(Operator op, std::int64_t left, std::int64_t right) {
    std::int64_t result = 0;
    bool overflowed = false;
    if (op == Operator::add)
        overflowed = __builtin_add_overflow(left, right, &result);
    else if (op == Operator::subtract)
        overflowed = __builtin_sub_overflow(left, right, &result);
    else if (op == Operator::multiply)
        overflowed = __builtin_mul_overflow(left, right, &result);
    else if (op == Operator::divide)
        return divide(left, right);
    else
        return remainder(left, right);
    if (overflowed) return overflow(op, left, right);
    return Json(result);
}

Outcome calculate(Operator op, double left, double right) {
    if (op == Operator::remainder) return Problem{"% needs two integers; turn numbers into integers with | int"};
    if (op == Operator::divide && right == 0) return Problem{"division by zero"};
    const double result = op == Operator::add        ? left + right
                          : op == Operator::subtract ? left - right
                          : op == Operator::multiply ? left * right
                                                     : left / right;
    if (!std::isfinite(result)) return Problem{fmt::format("{} {} {} is not a finite number", left, symbol(op), right)};
    return Json(result);
}

bool too_large(const Json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMost);
}

Outcome arithmetic(Operator op, const Json& left, const Json& right) {
    if (!left.is_number() || !right.is_number()) {
        const bool texts = op == Operator::add && (left.is_string() || right.is_string());
        return Problem{fmt::format("{} needs two numbers, not {} and {}{}", symbol(op), kind_of(left), kind_of(right),
                                   texts ? "; ~ joins text" : "")};
    }
    if (left.is_number_float() || right.is_number_float())
        return calculate(op, left.get<double>(), right.get<double>());
    if (too_large(left) || too_large(right)) return Problem{"the value is larger than an integer can be"};
    return calculate(op, left.get<std::int64_t>(), right.get<std::int64_t>());
}

// Numbers are one kind, whole or not.
bool same_kind(const Json& left, const Json& right) {
    return left.type() == right.type() || (left.is_number() && right.is_number());
}

Problem incomparable(const Json& left, const Json& right) {
    const bool convertible = (left.is_string() && right.is_number()) || (left.is_number() && right.is_string());
    return Problem{fmt::format("cannot compare {} with {}{}", kind_of(left), kind_of(right),
                               convertible ? "; turn one into the other's kind with | int, | float or | string" : "")};
}

// How two times stand to each other, when both texts are times: as instants, whatever their offsets.
std::optional<std::strong_ordering> order_of_times(const std::string& left, const std::string& right) {
    const auto a = model::parse_rfc3339(left);
    if (!a) return std::nullopt;
    const auto b = model::parse_rfc3339(right);
    if (!b) return std::nullopt;
    return a->time.time_since_epoch().count() <=> b->time.time_since_epoch().count();
}

// nlohmann compares integers past 2^63 as if they were negative.
std::partial_ordering order_of_numbers(const Json& left, const Json& right) {
    const bool as_real = left.is_number_float() || right.is_number_float() || too_large(left) != too_large(right);
    if (as_real) return left.get<double>() <=> right.get<double>();
    if (too_large(left)) return left.get<std::uint64_t>() <=> right.get<std::uint64_t>();
    return left.get<std::int64_t>() <=> right.get<std::int64_t>();
}

bool holds(Operator op, std::partial_ordering order) {
    if (op == Operator::less) return order < 0;
    if (op == Operator::less_equal) return order <= 0;
    if (op == Operator::greater) return order > 0;
    return order >= 0;
}

Outcome equality(Operator op, const Json& left, const Json& right) {
    bool equal = false;
    if (left.is_number() && right.is_number()) {
        equal = order_of_numbers(left, right) == 0;
    } else if (same_kind(left, right)) {
        const auto times = left.is_string()
                               ? order_of_times(left.get_ref<const std::string&>(), right.get_ref<const std::string&>())
                               : std::nullopt;
        equal = times ? *times == 0 : left == right;
    } else if (!left.is_null() && !right.is_null()) {
        return incomparable(left, right);
    }
    return Json(equal == (op == Operator::equal));
}

Outcome ordering(Operator op, const Json& left, const Json& right) {
    if (left.is_number() && right.is_number()) {
        return Json(holds(op, order_of_numbers(left, right)));
    }
    if (!left.is_string() || !right.is_string()) {
        if (!same_kind(left, right)) return incomparable(left, right);
        return Problem{fmt::format("{} orders numbers, strings and times, not {} and {}", symbol(op), kind_of(left),
                                   kind_of(right))};
    }
    const auto& a = left.get_ref<const std::string&>();
    const auto& b = right.get_ref<const std::string&>();
    if (const auto times = order_of_times(a, b)) return Json(holds(op, *times));
    return Json(holds(op, a <=> b));
}

Outcome membership(Operator op, const Json& element, const Json& whole) {
    bool found = false;
    if (whole.is_array()) {
        found = std::ranges::find(whole, element) != whole.end();
    } else if (whole.is_object() && element.is_string()) {
        found = whole.contains(element.get_ref<const std::string&>());
    } else if (whole.is_string() && element.is_string()) {
        found = whole.get_ref<const std::string&>().find(element.get_ref<const std::string&>()) != std::string::npos;
    } else {
        return Problem{
            fmt::format("in looks for a value in a list, a string in a string or a key in an object, not for "
                        "{} in {}",
                        kind_of(element), kind_of(whole))};
    }
    return Json(found == (op == Operator::in));
}

}  // namespace

Outcome apply(Operator op, const Json& left, const Json& right) {
    switch (op) {
        case Operator::equal:
        case Operator::not_equal:
            return equality(op, left, right);
        case Operator::less:
        case Operator::less_equal:
        case Operator::greater:
        case Operator::greater_equal:
            return ordering(op, left, right);
        case Operator::in:
        case Operator::not_in:
            return membership(op, left, right);
        case Operator::join:
            return bounded(text_of(left) + text_of(right));
        case Operator::add:
        case Operator::subtract:
        case Operator::multiply:
        case Operator::divide:
        case Operator::remainder:
            return arithmetic(op, left, right);
    }
    return Problem{"unknown operator"};
}

Outcome negated(const Json& value) {
    if (!value.is_number()) return Problem{fmt::format("- needs a number, not {}", kind_of(value))};
    if (value.is_number_float()) return Json(-value.get<double>());
    return arithmetic(Operator::subtract, Json(0), value);
}

}  // namespace weir::expr
