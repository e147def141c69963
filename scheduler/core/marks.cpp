// A person says how task instances or a run ended, whatever they did: marking.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/selection.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::ErrorKind;
using model::RunState;
using model::TaskState;

namespace {

Killed marked_as(TaskState state) {
    if (state == TaskState::success) return Killed::marked_success;
    return state == TaskState::skipped ? Killed::marked_skipped : Killed::marked_failed;
}

// Ends the instance as said: at once where no try is open, else when its try has ended.
void mark(Work& work, LiveRun& run, RecordIndex index, TaskState state) {
    if (const auto* mapped = run.instances_of(index)) {  // it ends with the last of them
        for (std::uint32_t i = 0; i < mapped->count; ++i) mark(work, run, mapped->instances[i], state);
        return;
    }
    auto& record = run.tasks[index];
    if (record.state == TaskState::removed) return;
    const auto how = marked_as(state);
    if (is_active(record.state)) {
        record.killed = how;
        record.reason = reason_of(how);  // on disk, so that a restart still knows
        touch(work, run, index);
        return kill_try(work, record.open_try);
    }
    if (record.state == state) return;
    record.killed = Killed::no;
    if (is_finished(record.state)) set_state(work, run, index, TaskState::none);  // so that its mapped task looks again
    finish_task(work, run, index, state, reason_of(how), work.now);
}

// What failed below for want of these runs again, as in Airflow.
void reopen_below(Work& work, LiveRun& run, const std::vector<RecordIndex>& marked) {
    std::vector<bool> below(run.plan->dag->tasks.size(), false);
    for (const auto index : marked)
        for (const auto task : run.task(index).downstream) below[task] = true;
    std::vector<TaskIndex> reopened;  // first collected: a reset changes what is below it
    for (TaskIndex task = 0; task < below.size(); ++task) {
        if (!below[task]) continue;
        for (const auto next : run.plan->task(task).downstream) below[next] = true;
        const auto state = run.tasks[task].state;
        const bool is_marked = std::ranges::binary_search(marked, RecordIndex{task});
        if (!is_marked && (state == TaskState::failed || state == TaskState::upstream_failed)) reopened.push_back(task);
    }
    for (const auto task : reopened) reset_task(work, run, task);
}

void mark_all(Work& work, LiveRun& run, const std::vector<RecordIndex>& records, TaskState state) {
    for (const auto index : records) mark(work, run, index, state);
    if (state != TaskState::failed) reopen_below(work, run, records);
    run.killed = std::ranges::any_of(run.tasks, [](const auto& task) { return task.killed == Killed::with_run; });
}

// A run from history goes on with what is open again now. With nothing open it only ends anew.
void go_on(Work& work, LiveRun& run) {
    const auto started_at = run.row.started_at;
    requeue(work, run);
    if (run.unfinished > 0) return;
    run.row.started_at = started_at;
    work.maybe_ended.push_back(&run);
}

struct Found {
    LiveRun* run = nullptr;
    bool from_history = false;
};

model::Result<Found> find_run(Work& work, const std::string& dag_id, const std::string& run_id,
                              const std::optional<RunHistory>& found) {
    if (auto* live = work.memory.find_run(dag_id, run_id)) return Found{live, false};
    if (!found)
        return model::Error{ErrorKind::not_found, fmt::format("there is no run '{}' of DAG '{}'", run_id, dag_id)};
    if (!found->dag)
        return model::Error{ErrorKind::conflict,
                            fmt::format("run '{}' has a version of DAG '{}' that no longer loads", run_id, dag_id)};
    return Found{&restore_run(work, *found), true};
}

}  // namespace

void apply(Work& work, const MarkTasks& input) {
    const auto found = find_run(work, input.dag_id, input.run_id, input.found_run);
    if (!found) return reply(work, input.request, found.error().kind, found.error().message);
    auto& run = *found->run;
    ensure_tasks(work, run);
    const auto refuse = [&work, &input, &found, &run](ErrorKind kind, const std::string& message) {
        if (found->from_history) forget_restored(work, run);
        reply(work, input.request, kind, message);
    };
    if (input.state != TaskState::success && input.state != TaskState::failed && input.state != TaskState::skipped)
        return refuse(ErrorKind::invalid,
                      fmt::format("a task is marked success, failed or skipped, not {}", to_text(input.state)));
    if (input.tasks.names.empty()) return refuse(ErrorKind::invalid, "name the tasks to mark");
    const auto records = select_records(run, input.tasks);
    if (!records) return refuse(records.error().kind, records.error().message);
    Answer answer;
    answer.task_instances = rows_of(run, *records);
    answer.run = run.row;
    answer.runs = {run.row};
    if (input.dry_run) {
        if (found->from_history) forget_restored(work, run);
        work.replies.push_back({input.request, nullptr, nullptr, std::move(answer)});
        return;
    }
    mark_all(work, run, *records, input.state);
    if (found->from_history) go_on(work, run);
    work.replies.push_back({input.request, &run, nullptr, std::move(answer)});
}

namespace {

// Everything that has not ended well ends well; what was skipped stays skipped.
void mark_success(Work& work, LiveRun& run) {
    ensure_tasks(work, run);
    std::vector<RecordIndex> records;
    for (TaskIndex task = 0; task < run.plan->dag->tasks.size(); ++task) {
        const auto state = run.tasks[task].state;
        if (state != TaskState::success && state != TaskState::skipped && state != TaskState::removed)
            records.push_back(task);
    }
    mark_all(work, run, records, TaskState::success);
    if (run.unfinished == 0) work.maybe_ended.push_back(&run);
}

// Of a run that has ended, without making it live.
void rewrite(Work& work, const ChangeRun& input, model::Run row, std::optional<RunState> state) {
    if (input.note) row.note = *input.note;
    if (state) row.state = *state;
    Answer answer;
    answer.run = row;
    put_ended(work, std::move(row));
    work.replies.push_back({input.request, nullptr, nullptr, std::move(answer)});
}

}  // namespace

void apply(Work& work, const ChangeRun& input) {
    if (input.state && !is_finished(*input.state))
        return reply(work, input.request, ErrorKind::invalid,
                     fmt::format("a run is marked success or failed, not {}", to_text(*input.state)));
    auto* run = work.memory.find_run(input.dag_id, input.run_id);
    if (run == nullptr && input.found_run) {
        const auto& row = newest_row(work, input.found_run->run);
        if (!input.state || *input.state == row.state) return rewrite(work, input, row, std::nullopt);
        if (*input.state == RunState::failed) return rewrite(work, input, row, RunState::failed);
    }
    const auto found = find_run(work, input.dag_id, input.run_id, input.found_run);
    if (!found) return reply(work, input.request, found.error().kind, found.error().message);
    run = found->run;
    if (input.note) run->row.note = *input.note;
    touch(work, *run);
    if (input.state == RunState::failed) kill_run(work, *run);
    if (input.state == RunState::success) mark_success(work, *run);
    if (found->from_history) go_on(work, *run);
    work.replies.push_back({input.request, run, nullptr, {}});
}

}  // namespace weir::core
