// The first page: what runs, what failed, what is late, what comes next, and what waits for a person.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/calendar/periods.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;
using model::TimePoint;

namespace {

constexpr int kMost = 20;  // of each kind
constexpr std::chrono::days kLately{1};

Json runs_json(const std::vector<model::Run>& runs, Versions& versions) {
    auto list = Json::array();
    for (const auto& run : runs) list.push_back(run_json(run, versions));
    return list;
}

struct Late {
    std::string dag_id;
    std::string run_id;  // empty: the DAG as such
    std::string asset;
    TimePoint since;
    std::string words;
};

// Runs that have missed their deadline and go on.
void add_late_runs(const Services& services, std::vector<Late>& late) {
    ports::RunFilter filter;
    filter.states = {model::RunState::queued, model::RunState::running};
    filter.deadline_missed = true;
    filter.limit = kMost;
    for (const auto& run : services.history.runs(filter).rows) {
        const auto dag = loaded_dag(services, run.dag_id);
        const auto deadline = dag ? dag->deadline : model::Duration{0};
        late.push_back({run.dag_id, run.run_id, "", run.queued_at + deadline,
                        deadline.count() > 0 ? fmt::format("it should have ended {} after it was queued",
                                                           model::format_duration(deadline))
                                             : "it has missed its deadline"});
    }
}

// An asset that is a whole window behind what its schedule expects. Of one that nobody has told of nothing is expected.
void add_late_asset(const model::Dag& dag, const model::WindowSchedule& schedule, const model::AssetState& asset,
                    TimePoint now, std::vector<Late>& late) {
    const auto zone = calendar::Zone::find(schedule.timezone);
    if (!zone) return;
    const auto current = calendar::period_containing(now, schedule.every, *zone);
    const auto expected = calendar::period_before(current, schedule.every, *zone).start;
    const auto through = std::max(asset.watermark.value_or(TimePoint{}), asset.newest_end.value_or(TimePoint{}));
    if (through == TimePoint{} || through >= expected) return;
    const auto name = model::to_text(model::AssetKey{asset.asset, asset.key});
    late.push_back({dag.id, "", name, through,
                    fmt::format("{} is complete up to {} only; a window of {} is expected each time", name,
                                model::format_rfc3339(through), model::format_period(schedule.every))});
}

bool names(const std::string& text, const model::AssetState& asset) {
    const auto named = model::parse_asset(text);
    return named.asset == asset.asset && (named.key == asset.key || (named.key == "*" && !asset.key.empty()));
}

void add_late_assets(const Services& services, const ports::Catalog& catalog, std::vector<Late>& late) {
    const auto assets = services.history.assets();
    if (assets.empty()) return;
    for (const auto& [dag_id, entry] : catalog.dags) {
        if (!entry.dag) continue;
        for (const auto& schedule : entry.dag->schedule) {
            const auto* windows = std::get_if<model::WindowSchedule>(&schedule);
            if (windows == nullptr) continue;
            for (const auto& text : windows->assets)
                for (const auto& asset : assets)
                    if (names(text, asset)) add_late_asset(*entry.dag, *windows, asset, services.now(), late);
        }
    }
}

Json late_json(const Services& services, const ports::Catalog& catalog) {
    std::vector<Late> late;
    add_late_runs(services, late);
    add_late_assets(services, catalog, late);
    std::ranges::stable_sort(late, {}, &Late::since);
    auto list = Json::array();
    for (const auto& row : late) {
        if (list.size() == static_cast<std::size_t>(kMost)) break;
        list.push_back({{"dag_id", row.dag_id},
                        {"run_id", row.run_id.empty() ? Json() : Json(row.run_id)},
                        {"asset", row.asset.empty() ? Json() : Json(row.asset)},
                        {"since", time_json(row.since)},
                        {"words", row.words}});
    }
    return list;
}

Json next_json(const ports::Catalog& catalog, const std::vector<ports::DagRow>& rows) {
    std::vector<std::pair<TimePoint, std::string>> next;
    for (const auto& [dag_id, entry] : catalog.dags) {
        const auto row = std::ranges::lower_bound(rows, dag_id, {}, [](const auto& r) { return r.state.dag_id; });
        const bool paused = row != rows.end() && row->state.dag_id == dag_id && row->state.paused;
        if (entry.next_run_at && !paused) next.emplace_back(*entry.next_run_at, dag_id);
    }
    std::ranges::sort(next);
    auto list = Json::array();
    for (const auto& [at, dag_id] : next) {
        if (list.size() == static_cast<std::size_t>(kMost)) break;
        list.push_back({{"dag_id", dag_id}, {"run_after", time_json(at)}, {"logical_date", time_json(at)}});
    }
    return list;
}

Json approvals_json(const Services& services) {
    auto filter = waiting_approvals();
    filter.limit = kMost;
    auto list = Json::array();
    for (const auto& row : services.history.task_instances(filter).rows) {
        const auto& outputs = row.task_instance.outputs;
        const auto question = outputs.is_object() ? outputs.value("question", Json()) : Json();
        list.push_back({{"dag_id", row.run.dag_id},
                        {"run_id", row.run.run_id},
                        {"task_id", row.task_instance.task_id},
                        {"map_index", row.task_instance.map_index},
                        {"subject", question.is_object() ? question.value("message", Json()) : Json()},
                        {"since", time_json(row.task_instance.waits_since)}});
    }
    return list;
}

Json counts_json(const Services& services, const ports::Catalog& catalog, const std::vector<ports::DagRow>& rows) {
    const auto runs_in = [&services](model::RunState state) {
        ports::RunFilter filter;
        filter.states = {state};
        filter.limit = 0;
        return services.history.runs(filter).total;
    };
    ports::EventFilter rejected;
    rejected.dispositions = {model::Disposition::rejected};
    rejected.limit = 0;
    auto ended = services.history.ended_since(services.now() - kLately);
    return {{"dags", catalog.dags.size()},
            {"paused", std::ranges::count_if(rows,
                                             [&catalog](const ports::DagRow& row) {
                                                 return row.state.paused && catalog.dags.contains(row.state.dag_id);
                                             })},
            {"import_errors", catalog.import_errors.size()},
            {"running", runs_in(model::RunState::running)},
            {"queued", runs_in(model::RunState::queued)},
            {"failed_24h", ended[model::RunState::failed]},
            {"success_24h", ended[model::RunState::success]},
            {"rejected_events", services.history.events(rejected).total}};
}

http::Response get_overview(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto catalog = services.catalog.catalog();
    const auto rows = services.history.dags();
    ports::RunFilter running;
    running.states = {model::RunState::running};
    running.limit = kMost;
    ports::RunFilter stale;
    stale.stale = true;
    stale.limit = kMost;
    Versions versions(services.history);
    return json_answer({{"running", runs_json(services.history.runs(running).rows, versions)},
                        {"failed", runs_json(services.history.failed_since(services.now() - kLately, kMost), versions)},
                        {"late", late_json(services, *catalog)},
                        {"next", next_json(*catalog, rows)},
                        {"approvals", approvals_json(services)},
                        {"stale", runs_json(services.history.runs(stale).rows, versions)},
                        {"counts", counts_json(services, *catalog, rows)},
                        {"health", health_json(services)}});
}

}  // namespace

void add_overview(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/overview",
               [services](const http::Request& request) { return get_overview(services, request); });
}

}  // namespace weir::api
