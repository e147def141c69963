// weir simulate: which runs would these DAGs have, when, over which data, and why?
#include "daemon/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/dag_folder.hpp"
#include "daemon/settings.hpp"
#include "scheduler/calendar/zone.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::daemon::cli {
namespace {

namespace fs = std::filesystem;
using model::Error;
using model::ErrorKind;
using model::Json;
using model::Result;
using model::TimePoint;

using DagPointer = std::shared_ptr<const model::Dag>;

Result<DagPointer> load_file(const std::string& file) {
    const auto text = read_file(file);
    if (!text) return text.error();
    auto loaded = yaml::load_dag(*text, file, fs::absolute(file).parent_path().string(), {});
    if (loaded.dag) return loaded.dag;
    std::string all;
    for (const auto& diagnostic : loaded.diagnostics) all += (all.empty() ? "" : "\n") + to_text(diagnostic);
    return Error{ErrorKind::invalid, all};
}

// The named ones, or all of the DAG folder.
Result<std::vector<DagPointer>> find_dags(const Settings& settings, const std::vector<std::string>& wanted) {
    DagFolder folder(settings.dag_folder, settings.surroundings());
    static_cast<void>(folder.scan({}));
    const auto entries = folder.entries();
    std::vector<DagPointer> dags;
    for (const auto& name : wanted) {
        std::error_code error;
        if (fs::is_regular_file(name, error)) {
            auto dag = load_file(name);
            if (!dag) return dag.error();
            dags.push_back(std::move(*dag));
        } else if (const auto found = entries.find(name); found != entries.end()) {
            dags.push_back(found->second.dag);
        } else {
            std::vector<std::string> known;
            for (const auto& [dag_id, entry] : entries) known.push_back(dag_id);
            return Error{ErrorKind::not_found, fmt::format("no DAG '{}' in {}{}", name, settings.dag_folder,
                                                           model::did_you_mean(name, known))};
        }
    }
    if (wanted.empty())
        for (const auto& [dag_id, entry] : entries) dags.push_back(entry.dag);
    for (auto dag = dags.begin(); dag != dags.end(); ++dag)
        if (std::any_of(dags.begin(), dag, [dag](const DagPointer& other) { return other->id == (*dag)->id; }))
            return Error{ErrorKind::invalid, fmt::format("DAG '{}' is named twice", (*dag)->id)};
    return dags;
}

// "2026-01-01" is that day's start in UTC; else RFC 3339.
Result<TimePoint> parse_time(const std::string& text, const char* option) {
    if (const auto time = model::parse_rfc3339(text)) return time->time;
    if (const auto day = model::parse_rfc3339(text + "T00:00:00Z")) return day->time;
    return Error{ErrorKind::invalid,
                 fmt::format("{} {} is not a time; write 2026-01-31 or 2026-01-31T02:15:00Z", option, text)};
}

std::string local(TimePoint t, const std::string& timezone) {
    const auto zone = calendar::Zone::find(timezone);
    return zone ? model::format_rfc3339(t, zone->offset_at(t)) : model::format_rfc3339(t);
}

Json time_json(const std::optional<TimePoint>& t) { return t ? Json(model::format_rfc3339(*t)) : Json(); }

Json run_json(const SimulatedRun& simulated) {
    const auto& run = simulated.run;
    return {{"dag_id", run.dag_id},
            {"run_id", run.run_id},
            {"logical_date", time_json(run.logical_date)},
            {"data_interval_start", run.data_interval ? time_json(run.data_interval->start) : Json()},
            {"data_interval_end", run.data_interval ? time_json(run.data_interval->end) : Json()},
            {"timezone", run.timezone},
            {"queued_at", time_json(run.queued_at)},
            {"start_date", time_json(run.started_at)},
            {"end_date", time_json(run.ended_at)},
            {"reason", simulated.reason}};
}

void print_runs(const std::vector<SimulatedRun>& runs, bool several, std::string_view empty) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [run, reason] : runs) {
        std::vector<std::string> row;
        if (several) row.push_back(run.dag_id);
        row.push_back(run.started_at ? local(*run.started_at, run.timezone) : "waits");
        row.push_back(run.data_interval ? local(run.data_interval->start, run.timezone) : "");
        row.push_back(run.data_interval ? local(run.data_interval->end, run.timezone) : "");
        row.push_back(run.timezone);
        row.push_back(reason);
        rows.push_back(std::move(row));
    }
    std::vector<std::string> header{"STARTS", "DATA FROM", "UP TO", "ZONE", "WHY"};
    if (several) header.insert(header.begin(), "DAG");
    print_table(header, rows, empty);
}

}  // namespace

int simulate(const Common& common, const Simulate& options) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    const auto dags = find_dags(*settings, options.dags);
    if (!dags) return fail(dags.error());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto from = options.from.empty() ? Result<TimePoint>(now) : parse_time(options.from, "--from");
    if (!from) return fail(from.error());
    const auto to =
        options.to.empty() ? Result<TimePoint>(*from + std::chrono::days{7}) : parse_time(options.to, "--to");
    if (!to) return fail(to.error());
    const auto task_time = model::parse_duration(options.task_time);
    if (!task_time)
        return fail({ErrorKind::invalid,
                     fmt::format("--task-time {} is not a length of time; write 90s or 5m", options.task_time)});

    const auto runs = daemon::simulate(*dags, {*from, *to}, *task_time, options.most);
    if (common.json) {
        auto ids = Json::array(), list = Json::array();
        for (const auto& dag : *dags) ids.push_back(dag->id);
        for (const auto& run : runs) list.push_back(run_json(run));
        print_json({{"dag_ids", ids}, {"runs", list}, {"complete", runs.size() < options.most}});
        return kOk;
    }
    const bool scheduled = std::ranges::any_of(*dags, [](const DagPointer& dag) { return !dag->schedule.empty(); });
    print_runs(runs, dags->size() > 1, scheduled ? "no runs in this span" : "no runs: there is no schedule");
    if (runs.size() == options.most) fmt::print("… stopped after {} runs; --most shows more\n", options.most);
    return kOk;
}

}  // namespace weir::daemon::cli
