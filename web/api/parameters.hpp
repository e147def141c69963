// The query of one request, read strictly: a misspelt filter must not pass for "no filter". Ask for every parameter that
// the route knows, then for refusal().
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"
#include "web/api/answers.hpp"

namespace weir::api {

inline constexpr int kDefaultLimit = 50;
inline constexpr int kMostRows = 1000;  // on one page

// A name to sort by, and the column that it means.
struct OrderName {
    std::string_view name;
    std::string_view column;
};

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

    [[nodiscard]] int limit();
    [[nodiscard]] std::int64_t offset();
    // "name" or "-name"; returns "column" or "-column".
    [[nodiscard]] std::string order_by(std::span<const OrderName> names, std::string_view fallback);

    // 422 that names every fault, and every parameter that nobody asked for.
    [[nodiscard]] std::optional<http::Response> refusal();

    void fault(std::string_view name, std::string_view message, const model::Json& input);

   private:
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
