// Clearing: task instances run again, in one run or in a range of them, with their earlier tries and logs kept.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "scheduler/core/selection.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::ErrorKind;

namespace {

// One run that is to be cleared.
struct Cleared {
    LiveRun* run = nullptr;
    bool from_history = false;
    std::vector<RecordIndex> records;
};

model::Error no_such_run(const std::string& dag_id, const std::string& run_id) {
    return {ErrorKind::not_found, fmt::format("there is no run '{}' of DAG '{}'", run_id, dag_id)};
}

std::optional<model::Error> refuse_range(const ClearTasks& input) {
    if (!input.range) return std::nullopt;
    if (input.range->to < input.range->from) return model::Error{ErrorKind::invalid, "the range ends before it begins"};
    if (input.found_too_many)
        return model::Error{ErrorKind::invalid,
                            fmt::format("more than {} runs lie in this range; choose a shorter one, or a backfill that "
                                        "reprocesses them",
                                        kMostRunsCleared)};
    return std::nullopt;
}

std::optional<model::Error> refuse_version(const Definition& definition, const ClearTasks& input, const LiveRun* live,
                                           const RunHistory* found) {
    const auto& run_id = live != nullptr ? live->row.run_id : found->run.run_id;
    if (input.newest_version && live != nullptr)
        return model::Error{
            ErrorKind::conflict,
            fmt::format("run '{}' is {}; kill it or wait for its end to clear it with the newest version "
                        "of its DAG",
                        run_id, to_text(live->row.state))};
    if (input.newest_version && (!definition.plan || definition.state.removed))
        return model::Error{
            ErrorKind::conflict,
            fmt::format("the file of DAG '{}' is gone; clear with the run's own version", input.dag_id)};
    if (live == nullptr && !input.newest_version && !found->dag)
        return model::Error{ErrorKind::conflict,
                            fmt::format("run '{}' has a version of DAG '{}' that no longer loads; clear it with the "
                                        "newest version, or trigger a new run",
                                        run_id, input.dag_id)};
    return std::nullopt;
}

// The runs that the command means, with what to clear in each. Finished ones have become live for it.
model::Result<std::vector<Cleared>> find_runs(Work& work, const ClearTasks& input) {
    std::vector<Cleared> all;
    auto* definition = work.memory.find_definition(input.dag_id);
    if (definition == nullptr) return model::Error{ErrorKind::not_found, unknown_dag(work.memory, input.dag_id)};
    if (const auto error = refuse_range(input)) return *error;
    std::vector<LiveRun*> live;
    for (const auto& [run_id, run] : definition->live) {
        const auto& date = run->row.logical_date;
        const bool in_range = input.range && date && *date >= input.range->from && *date <= input.range->to;
        if (input.range ? in_range : run_id == input.run_id) live.push_back(run);
    }
    const auto is_live = [definition](const RunHistory& found) { return definition->live.contains(found.run.run_id); };
    for (auto* run : live)
        if (const auto error = refuse_version(*definition, input, run, nullptr)) return *error;
    for (const auto& found : input.found_runs)
        if (!is_live(found))
            if (const auto error = refuse_version(*definition, input, nullptr, &found)) return *error;
    for (auto* run : live) all.push_back({run, false, {}});
    for (const auto& found : input.found_runs)
        if (!is_live(found))
            all.push_back(
                {input.newest_version ? &restore_on_newest(work, found) : &restore_run(work, found), true, {}});
    if (all.empty() && !input.range) return no_such_run(input.dag_id, input.run_id);
    return all;
}

std::optional<model::Error> refuse_active(const LiveRun& run, const std::vector<RecordIndex>& records) {
    for (RecordIndex index = 0; index < run.tasks.size(); ++index) {
        const auto& record = run.tasks[index];
        if (!is_active(record.state)) continue;
        if (std::ranges::binary_search(records, index) || std::ranges::binary_search(records, RecordIndex{record.task}))
            return model::Error{ErrorKind::conflict, fmt::format("task '{}' is {}; wait for its end or kill it first",
                                                                 run.task(index).id, to_text(record.state))};
    }
    return std::nullopt;
}

// Fills in what to clear in each run, and drops the runs with nothing to clear.
std::optional<model::Error> choose(Work& work, const ClearTasks& input, std::vector<Cleared>& all) {
    for (auto& each : all) {
        ensure_tasks(work, *each.run);
        auto records = select_records(*each.run, input.tasks);
        if (!records) return records.error();
        if (!records->empty()) add_setups_and_teardowns(*each.run, *records);
        if (auto error = refuse_active(*each.run, *records); error && !input.dry_run) return error;
        each.records = std::move(*records);
    }
    return std::nullopt;
}

void reset(Work& work, const Cleared& each) {
    auto& run = *each.run;
    for (const auto index : each.records) reset_task(work, run, index);
    run.killed = std::ranges::any_of(run.tasks, [](const auto& task) { return task.killed == Killed::with_run; });
    if (each.from_history) requeue(work, run);
    if (run.row.retry_at) retry_now(work, run);
}

bool waits_for_retry(const std::vector<Cleared>& all) {
    return all.size() == 1 && all.front().records.empty() && all.front().run->row.retry_at.has_value();
}

// `must_clear`: finding nothing is an error.
void clear(Work& work, const ClearTasks& input, bool must_clear) {
    auto all = find_runs(work, input);
    if (!all) return reply(work, input.request, all.error().kind, all.error().message);
    auto error = choose(work, input, *all);
    const auto is_empty = [](const Cleared& each) { return each.records.empty(); };
    if (!error && must_clear && std::ranges::all_of(*all, is_empty))
        error = model::Error{ErrorKind::conflict,
                             fmt::format("nothing has failed in run '{}'; name the tasks to run again", input.run_id)};
    if (error && must_clear && waits_for_retry(*all)) {  // what failed in it is open again already
        retry_now(work, *all->front().run);
        work.replies.emplace_back(input.request, all->front().run);
        return;
    }
    Answer answer;
    if (all->size() == 1) answer.run = all->front().run->row;
    for (const auto& each : *all) {
        if (error || each.records.empty()) continue;
        answer.runs.push_back(each.run->row);
        auto rows = rows_of(*each.run, each.records);
        std::ranges::move(rows, std::back_inserter(answer.task_instances));
    }
    LiveRun* only = nullptr;  // answered as it is at the end of the step
    for (const auto& each : *all) {
        if (!error && !input.dry_run && !each.records.empty()) {
            reset(work, each);
            if (all->size() == 1) only = each.run;
        } else if (each.from_history) {
            forget_restored(work, *each.run);
        }
    }
    if (error) return reply(work, input.request, error->kind, error->message);
    work.replies.push_back({input.request, only, nullptr, std::move(answer)});
}

}  // namespace

void apply(Work& work, const ClearTasks& input) { clear(work, input, false); }

// The short form: what has failed, or the named tasks, with all that follows.
void apply(Work& work, const RetryTasks& input) {
    ClearTasks command;
    command.request = input.request;
    command.dag_id = input.dag_id;
    command.run_id = input.run_id;
    command.tasks.names = input.task_ids;
    command.tasks.only_failed = input.task_ids.empty();
    command.tasks.downstream = true;
    if (input.found_run) command.found_runs.push_back(*input.found_run);
    clear(work, command, true);
}

}  // namespace weir::core
