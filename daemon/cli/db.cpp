// weir db: backup, check, migrate, prune.
#include <fmt/format.h>

#include <chrono>

#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "daemon/folders.hpp"
#include "daemon/settings.hpp"
#include "scheduler/store/maintenance.hpp"

namespace weir::daemon::cli {

int db_backup(const Common& common, const std::string& to) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    if (const auto done = store::backup(settings->database(), to); !done) return fail(done.error());
    if (common.json)
        print_json({{"backup", to}});
    else
        fmt::print("{} {}\n", paint("written:", Colour::green), to);
    return kOk;
}

int db_check(const Common& common) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    const auto findings = store::check(settings->database());
    if (!findings) return fail(findings.error());
    if (common.json) {
        print_json({{"database", settings->database().string()}, {"findings", *findings}});
    } else {
        for (const auto& finding : *findings) fmt::print("{}\n", finding);
        fmt::print("{} {}\n", findings->empty() ? paint("sound:", Colour::green) : paint("faulty:", Colour::red),
                   settings->database().string());
    }
    return findings->empty() ? kOk : kFailed;
}

int db_migrate(const Common& common) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    if (const auto made = make_data_folder(*settings); !made) return fail(made.error());
    const auto version = store::migrate(settings->database());
    if (!version) return fail(version.error());
    if (common.json)
        print_json({{"schema_version", *version}});
    else
        fmt::print("{} schema version {}\n", paint("up to date:", Colour::green), *version);
    return kOk;
}

int db_prune(const Common& common, const std::string& older_than, int keep_last) {
    const auto settings = read_settings(common.config);
    if (!settings) return fail(settings.error());
    const auto age =
        older_than.empty() ? settings->keep_runs : model::parse_duration(older_than).value_or(model::Duration{-1});
    if (age < model::Duration{0})
        return fail({model::ErrorKind::invalid,
                     fmt::format("--older-than {} is not a length of time; write 90d or 12h", older_than)});
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    auto limits = settings->prune_limits(now);
    limits.runs_before = now - age;
    if (keep_last >= 0) limits.keep_last = keep_last;
    std::size_t runs = 0;
    std::int64_t events = 0;
    std::int64_t windows = 0;
    const auto done =
        store::prune(settings->database(), limits, [&runs, &events, &windows, &settings](const ports::Pruned& pruned) {
            for (const auto& [dag_id, run_id] : pruned.runs) remove_run_logs(*settings, dag_id, run_id);
            runs += pruned.runs.size();
            events += pruned.events;
            windows += pruned.windows;
        });
    if (!done) return fail(done.error());
    if (common.json)
        print_json({{"removed_runs", runs}, {"removed_events", events}, {"removed_windows", windows}});
    else
        fmt::print("removed {} run(s) with their logs, {} event(s), {} window(s)\n", runs, events, windows);
    return kOk;
}

}  // namespace weir::daemon::cli
