// What one task waits for. Its run is running: why a run is queued is the run's affair (see why.cpp).
#include <fmt/format.h>

#include "scheduler/core/why_words.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::TaskState;
using model::TriggerRule;

namespace {

using Reasons = std::vector<std::string>;

// What a rule asks of the upstream tasks.
const char* demand_of(TriggerRule rule) {
    switch (rule) {
        case TriggerRule::all_success:
            return "all of them to succeed";
        case TriggerRule::all_failed:
            return "all of them to fail";
        case TriggerRule::all_done:
            return "all of them to end";
        case TriggerRule::all_done_min_one_success:
            return "all of them to end, none skipped, and one of them to succeed";
        case TriggerRule::all_done_setup_success:
            return "all of them to end, and a setup among them to succeed";
        case TriggerRule::all_skipped:
            return "all of them to be skipped";
        case TriggerRule::one_success:
            return "one of them to succeed";
        case TriggerRule::one_failed:
            return "one of them to fail";
        case TriggerRule::one_done:
            return "one of them to succeed or fail";
        case TriggerRule::none_failed:
            return "all of them to end, and none to fail";
        case TriggerRule::none_failed_min_one_success:
            return "all of them to end, none to fail, and one to succeed";
        case TriggerRule::none_skipped:
            return "all of them to end, and none to be skipped";
        case TriggerRule::always:
            return "nothing of them";
    }
    return "";
}

std::string progress_of(const Mapped& mapped) {
    return fmt::format("{} of {} have ended", mapped.count - mapped.unfinished, count_of(mapped.count, "instance"));
}

std::string state_of(const LiveRun& run, RecordIndex index) {
    if (run.tasks[index].state == TaskState::none) return "waits itself";
    const auto* mapped = run.instances_of(index);
    if (mapped != nullptr && mapped->unfinished > 0) return progress_of(*mapped);
    return std::string(to_text(run.tasks[index].state));
}

Reasons upstream(const LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    NameList ended, open;
    for (const auto above : task.upstream) {
        const auto& record = run.tasks[above];
        auto name = fmt::format("{} ({})", run.task(above).id, state_of(run, above));
        (model::is_finished(record.state) ? ended : open).add(std::move(name));
    }
    Reasons reasons;
    const auto& reason = run.tasks[index].reason;  // of depends_on_past
    if (open.empty()) return {reason.empty() ? "it is decided on in a moment" : reason};
    reasons.push_back(fmt::format("waits for {} of {}: {}", open.count(),
                                  count_of(task.upstream.size(), "upstream task"), open.text()));
    reasons.push_back(fmt::format("its rule {} needs {}", to_text(task.trigger_rule), demand_of(task.trigger_rule)));
    if (!ended.empty()) reasons.push_back(fmt::format("ended so far: {}", ended.text()));
    return reasons;
}

// The queued and running tasks that `counts` is true of.
template <class Counts>
NameList active_tasks(const Memory& memory, Counts counts) {
    NameList names;
    for (const auto& [id, open] : memory.tries)
        if (model::is_active(open.run->tasks[open.task].state) && counts(open))
            names.add(name_of(*open.run, open.task));
    return names;
}

// At the cap of its task: max_parallel in its run, or max_active over all runs.
std::string gate(const LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    const bool in_run = run.is_instance(index) && task.foreach->max_parallel > 0 && run.tasks[index].gates == 0;
    NameList inside;
    for (const auto& [run_id, other] : run.definition->live)
        for (RecordIndex each = 0; each < other->tasks.size(); ++each)
            if ((!in_run || other == &run) && other->task(each).id == task.id && other->tasks[each].gates > 0)
                inside.add(name_of(*other, each));
    return fmt::format("{} {} is reached{}", in_run ? "its max_parallel" : "its max_active",
                       in_run ? task.foreach->max_parallel : task.max_active,
                       inside.empty() ? "" : " by " + inside.text());
}

// A scheduled task: what keeps it from a slot. One that nothing keeps gets it in this turn, so there is a reason.
Reasons slot(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& memory = why.memory;
    const auto& task = run.task(index);
    if (is_at_gate(run, index)) return {gate(run, index)};
    Reasons reasons;
    const auto pool = memory.pools.find(task.pool);
    if (pool == memory.pools.end() || !pool->second.configured) {
        reasons.push_back(fmt::format("there is no pool '{}'; define it in weir.yaml", task.pool));
    } else {
        const auto& use = pool->second;
        if (task.pool_slots > use.pool.slots)
            reasons.push_back(fmt::format("needs {}, but pool '{}' has only {}; enlarge the pool or lower pool_slots",
                                          count_of(std::size_t(task.pool_slots), "slot"), task.pool, use.pool.slots));
        else if (use.used + task.pool_slots > use.pool.slots)
            reasons.push_back(fmt::format("needs {}, and pool '{}' has {} of {} in use, by {}",
                                          count_of(std::size_t(task.pool_slots), "slot"), task.pool, use.used,
                                          use.pool.slots, active_tasks(memory, [&task](const OpenTry& open) {
                                                              return open.run->task(open.task).pool == task.pool;
                                                          }).text()));
        else if (const auto* lane = keeper_of(memory, use)) {
            const auto& head = *lane->heads.begin();
            reasons.push_back(
                fmt::format("pool '{}' keeps its free slots for {}, which needs {} and was passed over long enough",
                            task.pool, name_of(*head.run, head.run->lanes[head.own].ready.begin()->task),
                            count_of(std::size_t(lane->key.slots), "slot")));
        }
    }
    if (!memory.executors.contains(task.executor))
        reasons.push_back(fmt::format("its executor '{}' has not answered yet", task.executor));
    if (run.at_task_limit())
        reasons.push_back(
            fmt::format("the run is at its max_active_tasks {}, with {}", run.plan->dag->max_active_tasks,
                        active_tasks(memory, [&run](const OpenTry& open) { return open.run == &run; }).text()));
    if (memory.active_tasks >= memory.parallelism)
        reasons.push_back(fmt::format("{} run at once over all DAGs, as many as parallelism allows",
                                      count_of(std::size_t(memory.active_tasks), "task")));
    if (reasons.empty()) reasons.emplace_back("it gets a slot in a moment");
    return reasons;
}

std::string try_of(const TaskRecord& record) {
    return fmt::format("try {} of {}", record.try_number, record.max_tries);
}

std::string because(const std::string& reason) { return reason.empty() ? "" : ": " + reason; }

Reasons launching(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    auto text = fmt::format("{} waits for its executor '{}' to start it", try_of(record), run.task(index).executor);
    if (record.queued_at) text += ", " + since(*record.queued_at, why.now);
    return {std::move(text)};
}

Reasons running(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    const auto& task = run.task(index);
    auto text = fmt::format("{} runs", try_of(record));
    if (record.started_at) text += " " + since(*record.started_at, why.now);
    if (const auto open = why.memory.tries.find(record.open_try);
        open != why.memory.tries.end() && open->second.row.pid)
        text += fmt::format(", process {}", *open->second.row.pid);
    Reasons reasons{std::move(text)};
    if (record.killed != Killed::no)
        reasons.push_back(fmt::format("it is being ended: {}", reason_of(record.killed)));
    else if (task.timeout > model::Duration{0} && record.started_at)
        reasons.push_back(fmt::format("its timeout ends it at {}", when(*record.started_at + task.timeout, why.now)));
    return reasons;
}

Reasons again(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    Reasons reasons{fmt::format("try {} of {} starts at {}", record.try_number + 1, record.max_tries,
                                when(*record.retry_at, why.now))};
    reasons.push_back(fmt::format("try {} failed{}", record.try_number, because(record.reason)));
    return reasons;
}

Reasons ended(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    auto text = std::string(to_text(record.state));
    if (record.ended_at) text += " at " + when(*record.ended_at, why.now);
    Reasons reasons{text + because(record.reason)};
    if (record.state == TaskState::upstream_failed || record.state == TaskState::skipped) {
        NameList above;
        for (const auto other : run.task(index).upstream)
            if (const auto state = run.tasks[other].state; model::is_finished(state) && state != TaskState::success)
                above.add(fmt::format("{} ({})", run.task(other).id, to_text(state)));
        if (!above.empty()) reasons.push_back("upstream: " + above.text());
    }
    return reasons;
}

constexpr std::size_t kMostInstancesTold = 5;

Reasons instances(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& mapped = *run.instances_of(index);
    Reasons reasons{progress_of(mapped)};
    for (std::uint32_t i = 0; i < mapped.count && reasons.size() <= kMostInstancesTold; ++i) {
        const auto instance = mapped.instances[i];
        const auto state = run.tasks[instance].state;
        if (model::is_finished(state)) continue;
        reasons.push_back(fmt::format("{} is {}: {}", task_name_of(run, instance), to_text(state),
                                      reasons_of(why, run, instance).front()));
    }
    return reasons;
}

}  // namespace

std::vector<std::string> reasons_of(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    switch (record.state) {
        case TaskState::none:
            return upstream(run, index);
        case TaskState::scheduled:
            return slot(why, run, index);
        case TaskState::queued:
            return launching(why, run, index);
        case TaskState::running:
            return running(why, run, index);
        case TaskState::up_for_retry:
            return again(why, run, index);
        case TaskState::up_for_reschedule:
            return why_between_looks(why, run, index);
        case TaskState::deferred:
            if (run.instances_of(index) != nullptr) return instances(why, run, index);
            return why_deferred(why, run, index);
        case TaskState::success:
        case TaskState::failed:
        case TaskState::skipped:
        case TaskState::upstream_failed:
        case TaskState::removed:
            return ended(why, run, index);
    }
    return {};
}

}  // namespace weir::core
