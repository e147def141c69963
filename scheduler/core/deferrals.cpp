// Tasks that wait without holding a process or a slot. A look of `wait` is a short try (looks.cpp). All else (a time,
// another run, a person) the core itself waits for: the task is deferred.
#include "scheduler/core/deferrals.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/deferring.hpp"
#include "scheduler/core/launch.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::Json;
using model::OperatorKind;
using model::TaskState;

OperatorKind kind_of(const model::Task& task) { return std::get<model::OperatorCall>(task.action).kind; }

model::Duration timeout_of(const model::Task& task) {
    if (task.timeout.count() > 0 || !is_wait(task)) return task.timeout;
    return model::kDefaultWaitTimeout;
}

void finish_now(Work& work, LiveRun& run, RecordIndex index, TaskState state, std::string reason) {
    finish_task(work, run, index, state, std::move(reason), work.now);
}

void fail_or_retry(Work& work, LiveRun& run, RecordIndex index, std::string reason) {
    retry_or_fail(work, run, index, std::move(reason), work.now, model::TryId{run.row.id.value * 1'000'003 + index});
}

namespace {

void wake_at(Work& work, LiveRun& run, RecordIndex index, TimePoint at) {
    auto& waiting = run.waiting.at(index);
    model::invariant(!waiting.wake_at, "a deferred task has one timer");
    waiting.wake_at = at;
    work.memory.timers.insert({at, Timer::Kind::deferral, run.row.id, index});
}

}  // namespace

void arm_timeout(Work& work, LiveRun& run, RecordIndex index) {
    const auto timeout = timeout_of(run.task(index));
    if (timeout.count() > 0) wake_at(work, run, index, *run.waiting.at(index).since + timeout);
}

std::optional<TimePoint> due_of(const WaitSettings& settings, TimePoint since) {
    if (const auto* until = std::get_if<UntilTime>(&settings.what)) return until->at;
    if (const auto* length = std::get_if<ForTime>(&settings.what)) return since + length->length;
    return std::nullopt;
}

namespace {

void wait_for(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_wait(rendered, run.row);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    const auto since = *run.waiting.at(index).since;
    auto& reason = run.tasks[index].reason;
    if (const auto due = due_of(*settings, since)) {
        if (*due <= work.now) return finish_now(work, run, index, TaskState::success, "");
        reason = "waits until " + model::format_rfc3339(std::chrono::ceil<std::chrono::seconds>(*due));
        return wake_at(work, run, index, std::min(*due, since + timeout_of(run.task(index))));
    }
    const auto& other = std::get<ForRun>(settings->what);
    reason =
        fmt::format("waits for the run of DAG '{}' of {}", other.dag_id, model::format_rfc3339(other.logical_date));
    arm_timeout(work, run, index);
    await(work, run, index, {other.dag_id, "", other.logical_date});
}

void begin_waiting(Work& work, LiveRun& run, RecordIndex index, const Json& rendered, bool again) {
    switch (kind_of(run.task(index))) {
        case OperatorKind::wait:
            return wait_for(work, run, index, rendered);
        case OperatorKind::dag:
            return run_dag(work, run, index, rendered, again);
        case OperatorKind::approve:
            return ask(work, run, index, rendered);
        case OperatorKind::run:
        case OperatorKind::load:
        case OperatorKind::sql:
        case OperatorKind::check:
            break;
    }
    model::broken_invariant("only wait, dag and approve are deferred", std::source_location::current());
}

}  // namespace

bool waits_itself(const LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    return defers(task) && (!task.foreach || run.is_instance(index));
}

void let_start(Work& work, LiveRun& run, RecordIndex index) {
    if (waits_itself(run, index) && pass_gates(work, run, index)) return defer(work, run, index);
    set_state(work, run, index, TaskState::scheduled);
}

void defer(Work& work, LiveRun& run, RecordIndex index) {
    const auto rendered = rendered_settings(run, index);
    auto& record = run.tasks[index];
    ++record.try_number;
    record.started_at = work.now;
    record.ended_at.reset();
    record.reason.clear();
    record.outputs = nullptr;
    auto& since = run.waiting[index].since;
    if (!since || !is_wait(run.task(index))) since = work.now;
    set_state(work, run, index, TaskState::deferred);
    if (!rendered) return finish_now(work, run, index, TaskState::failed, rendered.error().message);
    begin_waiting(work, run, index, *rendered, false);
}

void resume(Work& work, LiveRun& run, RecordIndex index) {
    auto& since = run.waiting[index].since;
    if (!since) since = run.tasks[index].started_at.value_or(work.now);
    const auto rendered = rendered_settings(run, index);
    if (!rendered) return finish_now(work, run, index, TaskState::failed, rendered.error().message);
    begin_waiting(work, run, index, *rendered, true);
}

void leave_deferral(Memory& memory, LiveRun& run, RecordIndex index) {
    const auto found = run.waiting.find(index);
    if (found == run.waiting.end()) return;
    auto& waiting = found->second;
    if (waiting.wake_at) memory.timers.erase({*waiting.wake_at, Timer::Kind::deferral, run.row.id, index});
    waiting.wake_at.reset();
    stop_awaiting(memory, run, index);
}

void forget_waiting(Work& work, LiveRun& run, RecordIndex index) {
    if (run.tasks[index].state == TaskState::deferred && waits_itself(run, index)) kill_child(work, run, index);
    leave_deferral(work.memory, run, index);
    run.waiting.erase(index);
}

void kill_deferred(Work& work, LiveRun& run, RecordIndex index, std::string reason) {
    if (waits_itself(run, index)) kill_child(work, run, index);
    finish_now(work, run, index, TaskState::failed, std::move(reason));
}

namespace {

// A wait for a run has run out of time; a wait for a time has too, or its time has come.
void end_wait(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_wait(rendered, run.row);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    const auto due = due_of(*settings, *run.waiting.at(index).since);
    if (!due || work.now < *due)
        return time_out_wait(work, run, index, settings->soft_fail, std::string(run.tasks[index].reason));
    finish_now(work, run, index, TaskState::success, "");
}

}  // namespace

void fire_deferral(Work& work, LiveRun& run, RecordIndex index) {
    run.waiting.at(index).wake_at.reset();
    const auto rendered = rendered_settings(run, index);
    if (!rendered) return finish_now(work, run, index, TaskState::failed, rendered.error().message);
    const auto kind = kind_of(run.task(index));
    if (kind == OperatorKind::approve) return time_out_question(work, run, index, *rendered);
    if (kind == OperatorKind::dag) return time_out_child(work, run, index);
    end_wait(work, run, index, *rendered);
}

}  // namespace weir::core
