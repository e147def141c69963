// Runs by day and state. Days are those of a time zone.
#include <fmt/format.h>

#include <charconv>

#include "scheduler/calendar/zone.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::chrono::days kYear{365};
constexpr std::chrono::days kMostDays{1'100};

using Day = std::chrono::local_days;

std::optional<Day> parse_day(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00";
    if (text.size() != kShape.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (kShape[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9') return std::nullopt;
    const auto number = [text](std::size_t from, std::size_t count) {
        int value = 0;
        std::from_chars(text.data() + from, text.data() + from + count, value);
        return value;
    };
    const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                           std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    return date.ok() ? std::optional<Day>(Day{date}) : std::nullopt;
}

std::string day_text(Day day) {
    const std::chrono::year_month_day date{day};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::optional<Day> day_parameter(Parameters& parameters, std::string_view name) {
    const auto text = parameters.text(name);
    const auto day = parse_day(text);
    if (!text.empty() && !day) parameters.fault(name, "must be a day, like 2026-11-22", text);
    return day;
}

model::TimePoint beginning(Day day, const calendar::Zone& zone) {
    const auto instants = zone.instants_of(day);
    return instants.first.value_or(instants.after_gap);
}

http::Response get_calendar(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto name = parameters.text("timezone");
    const auto found = calendar::Zone::find(name.empty() ? "UTC" : name);
    if (!found) parameters.fault("timezone", found.error().message, name);
    const auto last = day_parameter(parameters, "to");
    const auto first = day_parameter(parameters, "from");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& zone = *found;
    const auto to = last.value_or(std::chrono::floor<std::chrono::days>(zone.local_time(services.now())));
    const auto from = first.value_or(to - kYear);
    if (from > to) parameters.fault("from", "must not be after to", day_text(from));
    if (to - from > kMostDays)
        parameters.fault("from", fmt::format("must lie at most {} days before to", kMostDays.count()), day_text(from));
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    if (!dag_exists(services, dag_id)) return dag_not_found(dag_id);

    std::vector<model::TimePoint> bounds;
    for (auto day = from; day <= to + std::chrono::days{1}; day += std::chrono::days{1})
        bounds.push_back(beginning(day, zone));
    std::map<Day, std::map<std::string_view, std::int64_t>> days;
    for (const auto& row : services.history.run_counts(dag_id, bounds))
        days[std::chrono::floor<std::chrono::days>(zone.local_time(row.start))][model::to_text(row.state)] += row.count;
    auto list = Json::array();
    for (const auto& [day, runs] : days) {
        auto counts = Json::object();
        for (const auto& [state, count] : runs) counts[std::string(state)] = count;
        list.push_back({{"date", day_text(day)}, {"runs", std::move(counts)}});
    }
    return json_answer({{"days", std::move(list)}});
}

}  // namespace

void add_calendar(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/calendar",
               [services](const http::Request& request) { return get_calendar(services, request); });
}

}  // namespace weir::api
