// The looks of a `wait`: short tries of one number, each of which takes the place of the one before. Between two of them the
// task is up_for_reschedule and holds no slot.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/deferring.hpp"
#include "scheduler/core/launch.hpp"

namespace weir::core {

using model::TaskState;

namespace {

// The last look happens at the timeout itself, and gets this long.
constexpr model::Duration kLastLook = std::chrono::minutes{1};

}  // namespace

bool looks_again(const LiveRun& run, RecordIndex index) {
    const auto waiting = run.waiting.find(index);
    return waiting != run.waiting.end() && waiting->second.last_look;
}

void begin_look(Work& work, LiveRun& run, RecordIndex index) {
    auto& since = run.waiting[index].since;
    if (!since) since = work.now;
}

void replace_look(Work& work, LiveRun& run, RecordIndex index) {
    auto& last = run.waiting.at(index).last_look;
    if (last) work.erased_tries.push_back({std::exchange(last, {})});
}

model::Duration time_for(const LiveRun& run, RecordIndex index, TimePoint start) {
    const auto& task = run.task(index);
    const auto waiting = run.waiting.find(index);
    if (!is_wait(task) || waiting == run.waiting.end() || !waiting->second.since) return task.timeout;
    const auto left = *waiting->second.since + timeout_of(task) - start;
    return std::max(std::chrono::floor<model::Duration>(left), kLastLook);
}

void time_out_wait(Work& work, LiveRun& run, RecordIndex index, bool soft_fail, const std::string& missing) {
    auto reason = fmt::format("timed out after {}", model::format_duration(timeout_of(run.task(index))));
    if (!missing.empty()) reason += ": " + missing;
    finish_now(work, run, index, soft_fail ? TaskState::skipped : TaskState::failed, std::move(reason));
}

void look_again(Work& work, LiveRun& run, RecordIndex index, model::TryId look, std::string missing) {
    auto& waiting = run.waiting[index];
    waiting.last_look = look;
    if (!waiting.since) waiting.since = work.now;
    const auto over = *waiting.since + timeout_of(run.task(index));
    const auto rendered = rendered_settings(run, index);
    const auto settings = rendered ? read_wait(*rendered, run.row) : rendered.error();
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    if (work.now >= over) return time_out_wait(work, run, index, settings->soft_fail, missing);
    auto& record = run.tasks[index];
    record.reason = missing.empty() ? model::kNotYet : fmt::format("{}: {}", model::kNotYet, missing);
    record.retry_at = std::min(work.now + settings->interval, over);
    set_state(work, run, index, TaskState::up_for_reschedule);
}

}  // namespace weir::core
