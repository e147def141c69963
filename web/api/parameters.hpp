// The query of one request, read strictly: a misspelt filter must not pass for "no filter". Ask for every parameter that
// the route knows, then for refusal().
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"
#include "web/api/answers.hpp"

namespace weir::api {

inline constexpr int kDefaultLimit = 50;
inline constexpr int kMostRows = 1000;          // on one page
inline constexpr std::size_t kMostOrders = 10;  // as Airflow has it

// A name to sort by, and the column that it means.
struct OrderName {
    std::string_view name;
    std::string_view column;
};

template <class Value>
using Range = std::pair<std::optional<Value>, std::optional<Value>>;

class Parameters {
   public:
    explicit Parameters(const http::Request& request) : query_(request.query) {}

    // Without the parameter: "", none, nullopt, the fallback.
    [[nodiscard]] std::string text(std::string_view name);
    [[nodiscard]] std::vector<std::string> texts(std::string_view name);  // may be given several times
    [[nodiscard]] std::optional<bool> flag(std::string_view name);
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::optional<model::TimePoint> time(std::string_view name);
    template <class Enum>
    [[nodiscard]] std::vector<Enum> enums(std::string_view name);
    [[nodiscard]] std::vector<int> numbers(std::string_view name, int least);  // may be given several times
    // From name_gte or name_gt on, to name_lte or name_lt. Both ends are included: the next microsecond to one that is not.
    [[nodiscard]] Range<model::TimePoint> times(std::string_view name);
    [[nodiscard]] Range<std::chrono::microseconds> seconds(std::string_view name);

    [[nodiscard]] int limit();
    [[nodiscard]] std::int64_t offset();
    // "name" or "-name", several times for one order within another; returns "column,-column", see ports::order_terms().
    [[nodiscard]] std::string order_by(std::span<const OrderName> names, std::string_view fallback);
    // Of a list that has one order only, which all the names mean.
    [[nodiscard]] bool newest_first(std::initializer_list<std::string_view> names);

    // 422 that names every fault, and every parameter that nobody asked for.
    [[nodiscard]] std::optional<http::Response> refusal();

    void fault(std::string_view name, std::string_view message, const model::Json& input);

   private:
    [[nodiscard]] std::optional<std::chrono::microseconds> duration(std::string_view name);
    template <class Value, class Read>
    [[nodiscard]] Range<Value> range(std::string_view name, Read read);

    const http::Query& query_;
    std::vector<std::string> known_;
    Problems problems_;
};

// For a route that takes none.
[[nodiscard]] inline std::optional<http::Response> refuse_parameters(const http::Request& request) {
    return Parameters(request).refusal();
}

template <class Enum>
std::vector<Enum> Parameters::enums(std::string_view name) {
    std::vector<Enum> values;
    for (const auto& given : texts(name)) {
        if (const auto value = model::parse<Enum>(given)) {
            values.push_back(*value);
            continue;
        }
        std::string all;
        for (const auto& entry : model::enum_names<Enum>()) all += (all.empty() ? "" : ", ") + std::string(entry.text);
        fault(name, "must be one of " + all, given);
    }
    return values;
}

}  // namespace weir::api
