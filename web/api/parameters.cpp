#include "web/api/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scheduler/model/nearest.hpp"
#include "web/api/time_text.hpp"

namespace weir::api {

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
    std::int64_t value = 0;
    const auto* last = given.data() + given.size();
    const auto [end, error] = std::from_chars(given.data(), last, value);
    if (error == std::errc{} && end == last && value >= least && value <= most) return value;
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

std::string Parameters::order_by(std::span<const OrderName> names, std::string_view fallback) {
    const auto given = text("order_by");
    if (given.empty()) return std::string(fallback);
    const bool descending = given.starts_with('-');
    const auto name = std::string_view{given}.substr(descending ? 1 : 0);
    for (const auto& known : names)
        if (known.name == name) return fmt::format("{}{}", descending ? "-" : "", known.column);
    std::string all;
    for (const auto& known : names) all += fmt::format("{}{}", all.empty() ? "" : ", ", known.name);
    fault("order_by", fmt::format("must be one of {}, with '-' before it for descending order", all), given);
    return std::string(fallback);
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
