// weir run FILE: one run here and now, with progress; exit code 1 when it fails.
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "daemon/cli/output.hpp"
#include "daemon/cli/params.hpp"
#include "daemon/cli/progress.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/local_run.hpp"
#include "daemon/settings.hpp"

namespace weir::daemon::cli {
namespace {

// Written by the signal handler only.
std::atomic<int> g_interrupted{0};
static_assert(std::atomic<int>::is_always_lock_free);

}  // namespace

int run_file(const Common& common, const RunFile& options) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    const auto text = read_file(options.file);
    if (!text) return fail(text.error());
    const auto folder = std::filesystem::absolute(options.file).parent_path();
    auto surroundings = settings->surroundings();
    auto loaded = yaml::load_dag(*text, options.file, folder.string(), surroundings);
    if (!loaded.dag) {
        for (const auto& diagnostic : loaded.diagnostics) fmt::print(stderr, "{}\n", to_text(diagnostic));
        return kInvalid;
    }
    const auto params = parse_params(options.params);
    if (!params) return fail(params.error());
    std::optional<model::TimePoint> logical_date;
    if (!options.logical_date.empty()) {
        const auto time = model::parse_rfc3339(options.logical_date);
        if (!time)
            return fail({model::ErrorKind::invalid, fmt::format("--logical-date {} is not a time; write "
                                                                "2026-01-31T00:00:00Z",
                                                                options.logical_date)});
        logical_date = time->time;
    }

    std::signal(SIGINT, [](int) { ++g_interrupted; });
    std::signal(SIGTERM, [](int) { ++g_interrupted; });
    Progress progress(loaded.dag->tasks.size(), settings->logs());
    const auto run = run_locally({.settings = *settings,
                                  .dag = loaded.dag,
                                  .params = *params,
                                  .logical_date = logical_date,
                                  .committed =
                                      [&progress, quiet = common.json](const core::Turn& turn) {
                                          if (!quiet) progress.show(turn);
                                      },
                                  .tick =
                                      [&progress, quiet = common.json](model::TimePoint now) {
                                          if (!quiet) progress.tick(now);
                                      },
                                  .interrupted = g_interrupted});
    if (!run) return fail(run.error());
    const bool good = run->state == model::RunState::success;
    if (common.json) {
        print_json({{"dag_id", run->dag_id}, {"dag_run_id", run->run_id}, {"state", model::to_text(run->state)}});
    } else {
        const auto length = run->ended_at.value_or(run->queued_at) - run->queued_at;
        fmt::print("{}{} {}  {}  logs in {}\n", stdout_is_terminal() ? "\r\x1b[K" : "", loaded.dag->id,
                   paint_state(model::to_text(run->state)), short_seconds(static_cast<double>(length.count()) / 1e6),
                   (settings->logs() / run->dag_id / run->run_id).string());
    }
    if (g_interrupted > 0) return kInterrupted;
    return good ? kOk : kFailed;
}

}  // namespace weir::daemon::cli
