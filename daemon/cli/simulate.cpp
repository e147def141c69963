// weir simulate: which runs would this DAG have, when, over which data?
#include "daemon/simulate.hpp"

#include <fmt/format.h>

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
using model::Result;
using model::TimePoint;

Result<std::shared_ptr<const model::Dag>> find_dag(const Settings& settings, const std::string& wanted) {
    std::error_code error;
    if (fs::is_regular_file(wanted, error)) {
        const auto text = read_file(wanted);
        if (!text) return text.error();
        auto loaded = yaml::load_dag(*text, wanted, fs::absolute(wanted).parent_path().string(), {});
        if (loaded.dag) return loaded.dag;
        std::string all;
        for (const auto& diagnostic : loaded.diagnostics) all += (all.empty() ? "" : "\n") + to_text(diagnostic);
        return Error{ErrorKind::invalid, all};
    }
    DagFolder folder(settings.dag_folder, settings.surroundings());
    static_cast<void>(folder.scan({}));
    const auto entries = folder.entries();
    if (const auto found = entries.find(wanted); found != entries.end()) return found->second.dag;
    std::vector<std::string> known;
    for (const auto& [dag_id, entry] : entries) known.push_back(dag_id);
    return Error{ErrorKind::not_found,
                 fmt::format("no DAG '{}' in {}{}", wanted, settings.dag_folder, model::did_you_mean(wanted, known))};
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

}  // namespace

int simulate(const Common& common, const Simulate& options) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    const auto dag = find_dag(*settings, options.dag);
    if (!dag) return fail(dag.error());
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

    const auto runs = daemon::simulate(*dag, {*from, *to}, *task_time, options.most);
    if (common.json) {
        auto list = model::Json::array();
        for (const auto& run : runs)
            list.push_back(
                {{"run_id", run.run_id},
                 {"logical_date",
                  run.logical_date ? model::Json(model::format_rfc3339(*run.logical_date)) : model::Json(nullptr)},
                 {"data_interval_start", run.data_interval
                                             ? model::Json(model::format_rfc3339(run.data_interval->start))
                                             : model::Json(nullptr)},
                 {"data_interval_end", run.data_interval ? model::Json(model::format_rfc3339(run.data_interval->end))
                                                         : model::Json(nullptr)},
                 {"start_date",
                  run.started_at ? model::Json(model::format_rfc3339(*run.started_at)) : model::Json(nullptr)},
                 {"reason", run.note}});
        print_json({{"dag_id", (*dag)->id}, {"runs", list}});
        return kOk;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& run : runs)
        rows.push_back({run.started_at ? local(*run.started_at, run.timezone) : "waits",
                        run.data_interval ? local(run.data_interval->start, run.timezone) : "",
                        run.data_interval ? local(run.data_interval->end, run.timezone) : "", run.timezone});
    print_table({"STARTS", "DATA FROM", "UP TO", "ZONE"}, rows,
                (*dag)->schedule.empty() ? "no runs: the DAG has no schedule" : "no runs in this span");
    if (runs.size() == options.most) fmt::print("… stopped after {} runs; --most shows more\n", options.most);
    return kOk;
}

}  // namespace weir::daemon::cli
