// The life of a task instance: every change of state goes through set_state(), which keeps the counters.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/launch.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::TaskState;

namespace {

std::uint32_t& counter_of(UpstreamCounts& counts, TaskState state) {
    switch (state) {
        case TaskState::success:
            return counts.success;
        case TaskState::failed:
            return counts.failed;
        case TaskState::upstream_failed:
            return counts.upstream_failed;
        case TaskState::skipped:
        case TaskState::removed:
            return counts.skipped;
        case TaskState::none:
        case TaskState::scheduled:
        case TaskState::queued:
        case TaskState::running:
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
        case TaskState::deferred:
            break;
    }
    model::broken_invariant("only finished tasks are counted", std::source_location::current());
}

bool is_failure(TaskState state) { return state == TaskState::failed || state == TaskState::upstream_failed; }

// What a finished record counts for with what is downstream of it: sign 1 when it ends, -1 when it is opened again.
// A mapped task's instances count instead of the task; one that was removed is as if it had never been.
void count_below(Work& work, LiveRun& run, RecordIndex index, TaskState state, int sign) {
    if (run.instances_of(index) != nullptr || (run.is_instance(index) && state == TaskState::removed)) return;
    const auto& task = run.task(index);
    const auto by = static_cast<std::uint32_t>(sign);
    for (const auto below : task.downstream) {
        auto& record = run.tasks[below];
        counter_of(record.upstream, state) += by;
        if (task.setup && state == TaskState::success) record.upstream.setup_success += by;
        if (task.setup && state == TaskState::skipped) record.upstream.setup_skipped += by;
        if (sign > 0 && record.state == TaskState::none) work.undecided.emplace_back(&run, below);
    }
}

void count_failure(LiveRun& run, RecordIndex index, TaskState state, int sign) {
    if (!is_failure(state)) return;
    const auto by = static_cast<std::uint32_t>(sign);
    run.failed += by;
    if (run.plan->is_leaf[run.tasks[index].task]) run.failed_leaves += by;
}

void count_active(Work& work, LiveRun& run, RecordIndex index, bool enters) {
    const auto& lane = *run.lanes[run.lane_of(index)].lane;
    const int sign = enters ? 1 : -1;
    const bool was_at_limit = run.at_task_limit();
    lane.pool->used += sign * lane.key.slots;
    work.memory.active_tasks += sign;
    run.active += static_cast<std::uint32_t>(sign);
    if (was_at_limit && !run.at_task_limit()) show_heads(work.memory, run);
    if (!was_at_limit && run.at_task_limit()) hide_heads(run);
}

void leave_state(Work& work, LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    switch (record.state) {
        case TaskState::none:
            return;
        case TaskState::deferred:
            return leave_deferral(work.memory, run, index);
        case TaskState::scheduled:
            if (!is_at_gate(run, index)) remove_ready(run, index);
            return;
        case TaskState::queued:
        case TaskState::running:
            count_active(work, run, index, false);
            return;
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
            work.memory.retries.erase({*record.retry_at, run.row.id, index});
            record.retry_at.reset();
            return;
        case TaskState::success:
        case TaskState::failed:
        case TaskState::skipped:
        case TaskState::upstream_failed:
        case TaskState::removed:
            break;
    }
    ++run.unfinished;
    count_failure(run, index, record.state, -1);
    count_below(work, run, index, record.state, -1);
}

}  // namespace

void enter_state(Work& work, LiveRun& run, RecordIndex index, TaskState state) {
    auto& record = run.tasks[index];
    record.state = state;
    switch (state) {
        case TaskState::none:
            work.undecided.emplace_back(&run, index);
            return;
        case TaskState::scheduled:
            if (!is_at_gate(run, index) || pass_gates(work, run, index)) get_in_line(work, run, index);
            return;
        case TaskState::queued:
        case TaskState::running:
            count_active(work, run, index, true);
            return;
        case TaskState::deferred:
            return;
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
            work.memory.retries.insert({*record.retry_at, run.row.id, index});
            return;
        case TaskState::success:
        case TaskState::failed:
        case TaskState::skipped:
        case TaskState::upstream_failed:
        case TaskState::removed:
            break;
    }
    if (--run.unfinished == 0) work.maybe_ended.push_back(&run);
    count_failure(run, index, state, 1);
    count_below(work, run, index, state, 1);
}

void set_state(Work& work, LiveRun& run, RecordIndex index, TaskState next) {
    touch(work, run, index);
    auto& record = run.tasks[index];
    if (record.state == next) return;
    if (is_active(record.state) && is_active(next)) {  // keeps its slot, without giving it back in between
        record.state = next;
        return;
    }
    const auto previous = record.state;
    leave_state(work, run, index);
    enter_state(work, run, index, next);
    alert_of_state(work, run, index, next);
    if (next == TaskState::success) produce_assets(work, run, index);
    if (is_in_line(run, index, previous) && !is_in_line(run, index, next)) leave_gates(work, run, index);
    if (is_finished(previous) != is_finished(next)) wake_later_runs(work, run);
    if (!run.is_instance(index) || previous == TaskState::removed || next == TaskState::removed) return;
    if (!is_finished(previous) && is_finished(next)) instance_finished(work, run, index);
    if (is_finished(previous) && !is_finished(next)) instance_reopened(work, run, index);
}

void finish_task(Work& work, LiveRun& run, RecordIndex index, TaskState state, std::string reason, TimePoint at) {
    auto& record = run.tasks[index];
    record.reason = std::move(reason);
    record.ended_at = at;
    set_state(work, run, index, state);
}

void reset_task(Work& work, LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    model::invariant(!is_active(record.state), "a task with an open try is not reset");
    forget_waiting(work, run, index);
    set_state(work, run, index, TaskState::none);
    collapse(work, run, index);
    record.killed = Killed::no;
    record.lost_in_a_row = record.shortages_in_a_row = 0;
    record.max_tries = record.try_number + run.task(index).retry.retries + 1;
    record.scheduled_at = record.queued_at = record.started_at = record.ended_at = std::nullopt;
    record.reason.clear();
    record.outputs = nullptr;
    record.deadline_missed = false;
    work.undecided.emplace_back(&run, index);
}

void skip_downstream(Work& work, LiveRun& run, RecordIndex index) {
    const auto reason = fmt::format("'{}' was skipped, and is a short circuit", run.task(index).id);
    std::vector<RecordIndex> open{run.tasks[index].task};
    while (!open.empty()) {
        const auto above = open.back();
        open.pop_back();
        for (const auto below : run.task(above).downstream) {
            if (run.task(below).teardown || run.tasks[below].state != TaskState::none) continue;
            finish_task(work, run, below, TaskState::skipped, reason, work.now);
            open.push_back(below);
        }
    }
}

namespace {

// The rule holds; `if` has the last word.
void admit(Work& work, LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    const auto holds = condition_holds(run, index);
    if (!holds) return finish_task(work, run, index, TaskState::failed, holds.error().message, work.now);
    if (!*holds) {
        finish_task(work, run, index, TaskState::skipped, "its `if` is false", work.now);
        if (run.task(index).short_circuit) skip_downstream(work, run, index);
        return;
    }
    record.scheduled_at = work.now;
    if (run.task(index).foreach) return expand(work, run, index);
    let_start(work, run, index);
}

}  // namespace

void decide_task(Work& work, LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    if (record.state != TaskState::none || run.row.state != model::RunState::running) return;
    if (run.is_instance(index)) {  // its task's rule holds
        run.tasks[index].scheduled_at = work.now;
        return let_start(work, run, index);
    }
    const auto& task = run.task(index);
    const auto total = record.upstream_total;
    switch (decide(task.trigger_rule, record.upstream, total)) {
        case Verdict::wait:
            return;
        case Verdict::run:
            if (past_allows(work, run, index)) admit(work, run, index);
            return;
        case Verdict::skip:
            return finish_task(work, run, index, TaskState::skipped,
                               unmet_rule(task.trigger_rule, record.upstream, total), work.now);
        case Verdict::upstream_fail:
            return finish_task(work, run, index, TaskState::upstream_failed,
                               unmet_rule(task.trigger_rule, record.upstream, total), work.now);
    }
}

void settle(Work& work) {
    for (const auto& [run, index] : std::exchange(work.restored_scheduled, {})) {
        auto& record = run->tasks[index];
        if (record.state != TaskState::none) continue;
        const auto reason = record.reason;
        enter_state(work, *run, index, TaskState::scheduled);
        if (record.reason != reason) touch(work, *run, index);
    }
    while (!work.undecided.empty() || !work.let_through.empty() || !work.maybe_ended.empty() ||
           !work.maybe_startable.empty()) {
        // In the order in which they came up: of runs that begin in one step, the oldest gets the first slot.
        for (std::size_t next = 0; next < work.undecided.size(); ++next) {
            const auto [run, index] = work.undecided[next];
            decide_task(work, *run, index);
        }
        work.undecided.clear();
        for (const auto& [run, index] : std::exchange(work.let_through, {}))
            if (run->tasks[index].state == TaskState::scheduled && !is_at_gate(*run, index)) defer(work, *run, index);
        for (auto* run : std::exchange(work.maybe_ended, {})) end_if_finished(work, *run);
        for (auto* definition : std::exchange(work.maybe_startable, {})) start_runs(work, *definition);
    }
}

}  // namespace weir::core
