// When the schedule makes the next runs, as far as the clock alone decides.
#include <algorithm>

#include "scheduler/calendar/cron.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr int kFewRuns = 10;
constexpr int kMostRuns = 100;

struct NextRun {
    model::TimePoint at;
    std::optional<model::Interval> interval;
    std::string schedule;
};

void add_ticks(const model::CronSchedule& schedule, model::TimePoint now, std::size_t most,
               std::vector<NextRun>& runs) {
    const auto cron = calendar::Cron::parse(schedule.cron);
    const auto zone = calendar::Zone::find(schedule.timezone);
    if (!cron || !zone) return;
    auto tick = cron->next_after(now, *zone);
    for (std::size_t i = 0; i < most && tick; ++i, tick = cron->next_after(*tick, *zone))
        runs.push_back({*tick, calendar::data_interval(*cron, *zone, *tick), model::description_of(schedule)});
}

std::string why_none(const model::Dag& dag, bool paused) {
    if (paused) return "the DAG is paused";
    if (dag.schedule.empty()) return "it has no schedule: it is triggered by hand, by another DAG or by a backfill";
    std::string text;
    for (const auto& schedule : dag.schedule) {
        if (!text.empty()) text += "; ";
        if (std::holds_alternative<model::WindowSchedule>(schedule))
            text += "it runs when windows are complete: " + model::description_of(schedule);
        else if (std::holds_alternative<model::EventSchedule>(schedule))
            text += "it runs when an event comes: " + model::description_of(schedule);
        else
            text += "there is no such time in the next years: " + model::description_of(schedule);
    }
    return text;
}

// Several entries may mean the same moment: that is one run.
std::vector<NextRun> next_runs(const model::Dag& dag, model::TimePoint now, std::size_t most) {
    std::vector<NextRun> runs;
    for (const auto& schedule : dag.schedule)
        if (const auto* cron = std::get_if<model::CronSchedule>(&schedule)) add_ticks(*cron, now, most, runs);
    std::ranges::stable_sort(runs, {}, &NextRun::at);
    const auto again = std::ranges::unique(runs, {}, &NextRun::at);
    runs.erase(again.begin(), again.end());
    if (runs.size() > most) runs.resize(most);
    return runs;
}

http::Response get_next_runs(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto most = static_cast<std::size_t>(parameters.number("limit", 0, kMostRuns).value_or(kFewRuns));
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    if (!dag_exists(services, dag_id)) return dag_not_found(dag_id);
    const auto dag = loaded_dag(services, dag_id);
    if (!dag) return json_answer({{"next_runs", Json::array()}, {"words", "its file is gone"}});
    const auto rows = services.history.dags();
    const bool paused = std::ranges::any_of(
        rows, [&dag_id](const ports::DagRow& row) { return row.state.dag_id == dag_id && row.state.paused; });
    const auto runs = paused ? std::vector<NextRun>{} : next_runs(*dag, services.now(), most);
    auto list = Json::array();
    for (const auto& run : runs)
        list.push_back({{"run_after", time_json(run.at)},
                        {"logical_date", time_json(run.at)},
                        {"data_interval_start", run.interval ? time_json(run.interval->start) : Json()},
                        {"data_interval_end", run.interval ? time_json(run.interval->end) : Json()},
                        {"schedule", run.schedule}});
    const auto words = runs.empty() && most > 0 ? Json(why_none(*dag, paused)) : Json();
    return json_answer({{"next_runs", std::move(list)}, {"words", words}});
}

}  // namespace

void add_next_runs(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/dags/{dag_id}/nextRuns",
               [services](const http::Request& request) { return get_next_runs(services, request); });
}

}  // namespace weir::api
