#include "web/api/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "scheduler/model/nearest.hpp"
#include "web/api/time_text.hpp"

namespace weir::api {

namespace {

constexpr double kLongestSeconds = 1e12;  // in microseconds it is still far from the end of 64 bits

template <class Number>
std::optional<Number> parsed(std::string_view text) {
    Number value{};
    const auto* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    return error == std::errc{} && end == last ? std::optional(value) : std::nullopt;
}

}  // namespace

void Parameters::fault(std::string_view name, std::string_view message, const model::Json& input) {
    problems_.add({"query", name}, "value_error", fmt::format("{} {}", name, message), input);
}

std::vector<std::string> Parameters::texts(std::string_view name) {
    known_.emplace_back(name);
    std::vector<std::string> values;
    const auto [begin, end] = query_.equal_range(name);
    for (auto entry = begin; entry != end; ++entry) values.push_back(entry->second);
    return values;
}

std::string Parameters::text(std::string_view name) {
    auto values = texts(name);
    if (values.size() > 1) fault(name, "is given more than once", values);
    return values.empty() ? "" : std::move(values.front());
}

std::optional<bool> Parameters::flag(std::string_view name) {
    const auto given = text(name);
    if (given.empty()) return std::nullopt;
    for (const auto* yes : {"true", "True", "1"})
        if (given == yes) return true;
    for (const auto* no : {"false", "False", "0"})
        if (given == no) return false;
    fault(name, "must be true or false", given);
    return std::nullopt;
}

std::optional<std::int64_t> Parameters::number(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto given = text(name);
    if (given.empty()) return std::nullopt;
    const auto value = parsed<std::int64_t>(given);
    if (value && *value >= least && *value <= most) return value;
    fault(name, fmt::format("must be a whole number from {} to {}", least, most), given);
    return std::nullopt;
}

std::optional<model::TimePoint> Parameters::time(std::string_view name) {
    const auto given = text(name);
    if (given.empty()) return std::nullopt;
    if (const auto parsed = parse_time(given)) return parsed;
    fault(name, "must be a time with an offset, like 2026-11-22T07:54:48Z ('+' is %2B in a URL)", given);
    return std::nullopt;
}

int Parameters::limit() { return static_cast<int>(number("limit", 0, kMostRows).value_or(kDefaultLimit)); }

std::int64_t Parameters::offset() { return number("offset", 0, INT64_MAX / 2).value_or(0); }

std::vector<int> Parameters::numbers(std::string_view name, int least) {
    std::vector<int> values;
    for (const auto& given : texts(name)) {
        if (given.empty()) continue;
        const auto value = parsed<int>(given);
        if (value && *value >= least)
            values.push_back(*value);
        else
            fault(name, fmt::format("must be a whole number from {} to {}", least, INT32_MAX), given);
    }
    return values;
}

std::optional<std::chrono::microseconds> Parameters::duration(std::string_view name) {
    const auto given = text(name);
    if (given.empty()) return std::nullopt;
    const auto value = parsed<double>(given);
    if (value && std::abs(*value) <= kLongestSeconds)
        return std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(*value));
    fault(name, "must be a number of seconds", given);
    return std::nullopt;
}

template <class Value, class Read>
Range<Value> Parameters::range(std::string_view name, Read read) {
    constexpr std::chrono::microseconds kNext{1};
    auto from = read(fmt::format("{}_gte", name));
    auto to = read(fmt::format("{}_lte", name));
    if (const auto after = read(fmt::format("{}_gt", name))) from = std::max(from.value_or(*after), *after + kNext);
    if (const auto before = read(fmt::format("{}_lt", name))) to = std::min(to.value_or(*before), *before - kNext);
    return {from, to};
}

Range<model::TimePoint> Parameters::times(std::string_view name) {
    return range<model::TimePoint>(name, [this](const std::string& bound) { return time(bound); });
}

Range<std::chrono::microseconds> Parameters::seconds(std::string_view name) {
    return range<std::chrono::microseconds>(name, [this](const std::string& bound) { return duration(bound); });
}

std::string Parameters::order_by(std::span<const OrderName> names, std::string_view fallback) {
    const auto all = texts("order_by");
    if (all.size() > kMostOrders) fault("order_by", fmt::format("can be given {} times at most", kMostOrders), all);
    std::string orders;
    for (const auto& given : all) {
        if (given.empty()) continue;
        const bool descending = given.starts_with('-');
        const auto name = std::string_view{given}.substr(descending ? 1 : 0);
        const auto known =
            std::find_if(names.begin(), names.end(), [name](const auto& one) { return one.name == name; });
        if (known == names.end()) {
            std::string listed;
            for (const auto& one : names) listed += fmt::format("{}{}", listed.empty() ? "" : ", ", one.name);
            fault("order_by", fmt::format("must be one of {}, with '-' before it for descending order", listed), given);
            continue;
        }
        orders += fmt::format("{}{}{}", orders.empty() ? "" : ",", descending ? "-" : "", known->column);
    }
    return orders.empty() ? std::string(fallback) : orders;
}

bool Parameters::newest_first(std::initializer_list<std::string_view> names) {
    std::vector<OrderName> orders;
    for (const auto name : names) orders.push_back({name, "id"});
    return order_by(orders, "-id").starts_with('-');
}

std::optional<http::Response> Parameters::refusal() {
    for (const auto& [name, value] : query_)
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
            problems_.add({"query", name}, "extra_forbidden",
                          fmt::format("unknown parameter '{}'{}", name, model::did_you_mean(name, known_)), value);
    if (problems_.empty()) return std::nullopt;
    return problems_.answer();
}

}  // namespace weir::api
