// weir logs: a task's log, also while it is written.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/verbs.hpp"
#include "scheduler/model/instance_name.hpp"

namespace weir::daemon::cli {
namespace {

using model::Json;

constexpr std::chrono::milliseconds kPollInterval{300};

bool is_open(const std::string& state) { return state == "running" || state == "queued"; }

}  // namespace

int logs(const Common& common, const Logs& options) {
    const auto api = ApiClient::connect(common);
    if (!api) return fail(api.error());
    const auto run = run_path(*api, options.dag, options.run);
    if (!run) return fail(run.error());
    const auto instance = model::parse_instance_name(options.task);
    const auto task_path = *run + "/taskInstances/" + segment(instance.task_id);
    const auto instance_path = instance.map_index < 0 ? task_path : task_path + fmt::format("/{}", instance.map_index);
    std::uint64_t offset = 0;
    while (true) {
        // The state before the text: what is written up to the end is then read for certain.
        const auto task = api->get(instance_path);
        if (!task) return fail(task.error());
        const auto state = task->value("state", Json());
        const auto newest = task->value("try_number", 0);
        const auto wanted = options.try_number > 0 ? options.try_number : newest;
        if (wanted > 0) {
            const auto read = api->stream(
                task_path + fmt::format("/logs/{}?map_index={}&offset={}", wanted, instance.map_index, offset),
                [&offset](std::string_view piece) {
                    offset += piece.size();
                    return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
                });
            std::fflush(stdout);
            if (!read && !(options.follow && read.error().kind == model::ErrorKind::not_found))
                return fail(read.error());
        } else if (!options.follow) {
            return fail(
                {model::ErrorKind::not_found,
                 fmt::format("task '{}' has not started yet, so there is no log; -f waits for it", options.task)});
        }
        const bool ended = state.is_string() && !is_open(state.get<std::string>()) &&
                           (wanted > 0 || state == "skipped" || state == "upstream_failed");
        if (!options.follow || ended) return kOk;
        std::this_thread::sleep_for(kPollInterval);
    }
}

}  // namespace weir::daemon::cli
