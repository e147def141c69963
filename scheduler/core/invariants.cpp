// Everything that is counted is counted again from the records, and compared.
#include <algorithm>

#include "scheduler/core/memory.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::invariant;
using model::TaskState;

namespace {

struct Totals {
    std::map<const PoolUse*, int> slots;
    int active = 0;
    std::size_t retries = 0;
    std::size_t open_tries = 0;
    std::size_t deferral_timers = 0;
    std::size_t awaiting = 0;
    std::map<const Lane*, std::size_t> heads;
    struct GateUse {
        int inside = 0;
        std::size_t waiting = 0;
    };
    std::map<const Gate*, GateUse> gates;
};

void check_gate(const Gate& gate, Totals& totals) {
    const auto& use = totals.gates[&gate];
    invariant(gate.inside == use.inside, "who is inside a gate");
    invariant(gate.waiting.size() == use.waiting, "who waits at a gate");
}

struct Upstream {
    UpstreamCounts counts;
    std::uint32_t total = 0;
};

Upstream recount(const LiveRun& run, RecordIndex index) {
    Upstream all;
    if (run.is_instance(index)) return all;
    const auto add = [&run, &all](RecordIndex upstream) {
        const auto state = run.tasks[upstream].state;
        const bool is_setup = run.task(upstream).setup;
        auto& counts = all.counts;
        ++all.total;
        counts.success += state == TaskState::success;
        counts.failed += state == TaskState::failed;
        counts.upstream_failed += state == TaskState::upstream_failed;
        counts.skipped += state == TaskState::skipped || state == TaskState::removed;
        counts.setups += is_setup;
        counts.setup_success += is_setup && state == TaskState::success;
        counts.setup_skipped += is_setup && state == TaskState::skipped;
    };
    for (const auto upstream : run.task(index).upstream) {
        const auto* mapped = run.instances_of(upstream);
        if (mapped == nullptr) add(upstream);
        for (std::uint32_t i = 0; mapped != nullptr && i < mapped->count; ++i) add(mapped->instances[i]);
    }
    return all;
}

void check_instances(const LiveRun& run, TaskIndex task, const Mapped& mapped) {
    std::uint32_t unfinished = 0;
    for (std::uint32_t i = 0; i < mapped.instances.size(); ++i) {
        const auto& record = run.tasks[mapped.instances[i]];
        invariant(record.task == task && record.map_index == static_cast<int>(i), "an instance knows its place");
        invariant((record.state == TaskState::removed) == (i >= mapped.count), "instances past the count are removed");
        unfinished += i < mapped.count && !is_finished(record.state);
    }
    invariant(mapped.unfinished == unfinished, "a mapped task's unfinished instances");
    if (mapped.count > 0)
        invariant(run.tasks[task].state == (unfinished > 0 ? TaskState::deferred : run.tasks[task].state) &&
                      is_finished(run.tasks[task].state) == (unfinished == 0),
                  "a mapped task is deferred until its instances have ended");
}

// Who counts in which gate, and who waits there.
void check_gates(const LiveRun& run, RecordIndex index, std::map<const Gate*, Totals::GateUse>& uses) {
    const auto& record = run.tasks[index];
    const bool in_line = is_in_line(run, index, record.state);
    invariant(in_line || record.gates == 0, "only who is in line counts in a gate");
    std::size_t passed = 0;
    for (const auto& [gate, most] : gates_before(run, index)) {
        if (passed < record.gates)
            ++uses[gate].inside;
        else if (in_line && passed == record.gates) {
            ++uses[gate].waiting;
            invariant(gate->waiting.contains({run.row.id, index}), "who may not pass a gate waits there");
        }
        ++passed;
    }
}

void check_task(const Memory& memory, const LiveRun& run, RecordIndex index, Totals& totals) {
    const auto& record = run.tasks[index];
    const auto& own = run.lanes[run.lane_of(index)];
    const auto upstream = recount(run, index);
    invariant(record.upstream == upstream.counts, "upstream counts equal the upstream tasks' states");
    invariant(record.upstream_total == upstream.total, "the number of upstream tasks, instances each for itself");
    invariant(!record.changed, "every changed row was written");
    invariant(own.ready.contains({run.task(index).priority_weight, index}) ==
                  (record.state == TaskState::scheduled && !is_at_gate(run, index)),
              "exactly the scheduled tasks wait for a slot, or at a gate");
    invariant(record.retry_at.has_value() == waits_for_time(record.state),
              "exactly the tasks that wait for a retry or for their next look have a time for it");
    if (record.retry_at) {
        ++totals.retries;
        invariant(memory.retries.contains({*record.retry_at, run.row.id, index}), "a retry has a timer");
    }
    check_gates(run, index, totals.gates);
    invariant(is_active(record.state) == static_cast<bool>(record.open_try),
              "exactly the active tasks have an open try");
    if (record.open_try) {
        ++totals.open_tries;
        const auto open = memory.tries.find(record.open_try);
        invariant(open != memory.tries.end() && open->second.run == &run && open->second.task == index,
                  "an open try belongs to one task");
        invariant(open->second.row.number == record.try_number, "the open try is the newest");
    }
    if (is_active(record.state)) {
        ++totals.active;
        totals.slots[own.lane->pool] += own.lane->key.slots;
    }
}

void check_waiting(const Memory& memory, const LiveRun& run, TaskIndex index, const Waiting& waiting, Totals& totals) {
    const auto state = run.tasks[index].state;
    invariant(!waiting.wake_at || state == TaskState::deferred, "only deferred tasks wait for a time");
    invariant(!waiting.run || state == TaskState::deferred, "only deferred tasks wait for a run");
    if (waiting.wake_at) {
        ++totals.deferral_timers;
        invariant(memory.timers.contains({*waiting.wake_at, Timer::Kind::deferral, run.row.id, index}),
                  "a deferred task that waits for a time has a timer");
    }
    if (!waiting.run) return;
    ++totals.awaiting;
    const auto awaited = memory.awaited.find(*waiting.run);
    invariant(awaited != memory.awaited.end() && awaited->second.contains({run.row.id, index}),
              "an awaited run knows who waits for it");
}

void check_run(const Memory& memory, const LiveRun& run, Totals& totals) {
    invariant(!is_finished(run.row.state), "a finished run is not live");
    const auto live = run.definition->live.find(run.row.run_id);
    invariant(live != run.definition->live.end() && live->second == &run, "a live run is found by its run_id");
    const auto& queue = run.backfill != nullptr ? run.backfill->queued : run.definition->queued;
    invariant(queue.contains(run.queue_key()) == (run.row.state == model::RunState::queued),
              "exactly the queued runs are in their DAG's or their backfill's queue");
    for (RecordIndex index = 0; index < run.tasks.size(); ++index) check_task(memory, run, index, totals);
    for (const auto& [task, mapped] : run.mapped) check_instances(run, task, mapped);

    for (const auto& [index, waiting] : run.waiting) check_waiting(memory, run, index, waiting, totals);

    const auto count = [&run](auto holds) {
        return static_cast<std::uint32_t>(std::ranges::count_if(run.tasks, holds));
    };
    const auto is_failure = [](const TaskRecord& task) {
        return task.state == TaskState::failed || task.state == TaskState::upstream_failed;
    };
    invariant(run.active == count([](const auto& task) { return is_active(task.state); }), "a run's active tasks");
    invariant(run.unfinished == count([](const auto& task) { return !is_finished(task.state); }),
              "a run's unfinished tasks");
    invariant(run.failed == count(is_failure), "a run's failed tasks");
    std::uint32_t failed_leaves = 0;
    for (RecordIndex index = 0; index < run.tasks.size(); ++index)
        failed_leaves += run.plan->is_leaf[run.tasks[index].task] && is_failure(run.tasks[index]);
    invariant(run.failed_leaves == failed_leaves, "a run's failed leaves");

    for (std::uint32_t lane = 0; lane < run.lanes.size(); ++lane) {
        const auto& own = run.lanes[lane];
        invariant(own.shown.has_value() == (!own.ready.empty() && !run.at_task_limit()),
                  "a run shows its best ready task, unless it is at its limit");
        if (!own.shown) continue;
        ++totals.heads[own.lane];
        const auto head = own.lane->heads.find(*own.shown);
        invariant(head != own.lane->heads.end() && head->run == &run && head->own == lane,
                  "a shown head is in its lane");
        invariant(head->priority == own.ready.begin()->priority, "the shown head is the best");
    }
}

// What a DAG counts of its own (without a backfill), or one of its backfills.
void check_running(const std::map<std::string, LiveRun*, std::less<>>& live, const LiveBackfill* backfill,
                   const RunQueue& queued, int active_runs) {
    std::size_t all = 0;
    int running = 0;
    for (const auto& [run_id, run] : live) {
        if (run->backfill != backfill) continue;
        ++all;
        running += run->row.state == model::RunState::running;
    }
    invariant(active_runs == running, "the running runs of a DAG or a backfill");
    invariant(queued.size() + static_cast<std::size_t>(running) == all, "the live runs of a DAG or a backfill");
}

void check_backfill(const LiveBackfill& backfill) {
    const auto& row = backfill.row;
    const auto& live = backfill.definition->live;
    check_running(live, &backfill, backfill.queued, backfill.active_runs);
    invariant(!backfill.changed, "every changed backfill was written");
    invariant(backfill.active_runs <= row.max_active_runs, "a backfill has no more running runs than it may");
    invariant(backfill.is_open() || backfill.has_live_runs(), "a backfill that is done is forgotten");
    invariant(backfill.is_open() == !row.ended_at.has_value(), "exactly a closed backfill has an end");
    invariant(row.made <= row.total, "a backfill makes no more runs than it said");
    for (const auto& [run_id, run] : live) {
        const auto& date = run->row.logical_date;
        if (!backfill.is_open() || !date || *date < row.from || *date > row.to) continue;
        const auto known = backfill.known.find(*date);
        invariant(known != backfill.known.end() && known->second.run_id == run_id && !is_finished(known->second.state),
                  "an open backfill knows the live runs in its range");
    }
}

void check_definition(const Memory& memory, const Definition& definition) {
    check_running(definition.live, nullptr, definition.queued, definition.active_runs);
    const bool armed = definition.next_tick && !definition.held_back;
    invariant(!armed || memory.ticks.contains({*definition.next_tick, definition.dag_id()}), "a next tick has a timer");
    invariant(definition.next_tick.has_value() <= definition.makes_runs(), "only DAGs that make runs have a next tick");
    if (definition.state.scheduled_through && !definition.dates_ahead.empty())
        invariant(*definition.dates_ahead.begin() > *definition.state.scheduled_through, "dates ahead lie ahead");
}

void check_timer(const Memory& memory, const Timer& timer) {
    if (timer.kind == Timer::Kind::delivery) {
        const auto delivery = memory.deliveries.find(timer.notification);
        invariant(delivery != memory.deliveries.end() && delivery->second.retry_at == timer.at,
                  "a timer of a delivery is that of its next attempt");
        return;
    }
    const auto found = memory.runs.find(timer.run);
    invariant(found != memory.runs.end(), "timers are of live runs");
    const auto& run = found->second;
    if (timer.kind == Timer::Kind::run_retry)
        invariant(run.row.state == model::RunState::queued && run.row.retry_at == timer.at,
                  "a run that is tried again waits in the queue");
    if (timer.kind == Timer::Kind::run_deadline)
        invariant(!run.row.deadline_missed && timer.at == run.row.queued_at + run.plan->dag->deadline,
                  "a run's deadline is told once");
    if (timer.kind == Timer::Kind::task_deadline)
        invariant(run.row.state == model::RunState::running &&
                      timer.at == *run.row.started_at + run.task(timer.task).deadline,
                  "a task's deadline counts from its run's start");
}

void check_deliveries(const Memory& memory) {
    int launched = 0;
    for (const auto& [id, delivery] : memory.deliveries) {
        launched += delivery.launched;
        const bool due = memory.due_deliveries.contains(id);
        invariant(delivery.launched + due + delivery.retry_at.has_value() == 1,
                  "a pending notification is launched, due, or waits for its next attempt");
        if (delivery.retry_at)
            invariant(
                memory.timers.contains({.at = *delivery.retry_at, .kind = Timer::Kind::delivery, .notification = id}),
                "the next attempt has a timer");
    }
    invariant(launched == memory.delivering, "deliveries that are launched");
    for (const auto id : memory.due_deliveries)
        invariant(memory.deliveries.contains(id), "only pending notifications are due");
}

void check_events(const Memory& memory) {
    std::size_t timers = 0;
    for (const auto& [dag_id, definition] : memory.definitions) {
        timers += definition.event_timer.has_value();
        if (definition.event_timer)
            invariant(memory.event_timers.contains({*definition.event_timer, dag_id}),
                      "a deadline or debounce has a timer");
        invariant(memory.event_dags.contains(dag_id) == !definition.event_entries.empty(), "DAGs with event schedules");
        if (definition.windows)
            for (const auto& asset : definition.windows->assets)
                invariant(memory.consumers.contains({asset.asset, dag_id}), "DAGs that wait for an asset");
    }
    invariant(timers == memory.event_timers.size(), "timers of events");
    for (const auto& [at, id] : memory.rerun_timers)
        invariant(!memory.reruns.contains(id) || !memory.runs.contains(id), "a run that is to run again has ended");
}

}  // namespace

void check_invariants(const State& state) {
    const auto& memory = state.memory();
    Totals totals;
    for (const auto& [id, run] : memory.runs) check_run(memory, run, totals);
    for (const auto& [dag_id, definition] : memory.definitions) check_definition(memory, definition);
    for (const auto& [id, run] : memory.runs)
        for (const auto& [task, mapped] : run.mapped) check_gate(mapped.gate, totals);
    for (const auto& [dag_id, definition] : memory.definitions)
        for (const auto& [task_id, gate] : definition.gates) check_gate(gate, totals);
    for (const auto& [id, backfill] : memory.backfills) check_backfill(backfill);
    invariant(memory.active_tasks == totals.active, "active tasks of all runs");
    invariant(memory.tries.size() == totals.open_tries, "open tries of all runs");
    invariant(memory.retries.size() == totals.retries, "retry timers of all runs");
    const auto deferrals = std::ranges::count(memory.timers, Timer::Kind::deferral, &Timer::kind);
    invariant(static_cast<std::size_t>(deferrals) == totals.deferral_timers, "timers of deferred tasks");
    for (const auto& timer : memory.timers) check_timer(memory, timer);
    check_deliveries(memory);
    check_events(memory);
    std::size_t awaiting = 0;
    for (const auto& [what, tasks] : memory.awaited) awaiting += tasks.size();
    invariant(awaiting == totals.awaiting, "tasks that wait for runs");
    for (const auto& [name, use] : memory.pools) invariant(use.used == totals.slots[&use], "slots in use of a pool");
    for (const auto& [key, lane] : memory.lanes) invariant(lane.heads.size() == totals.heads[&lane], "heads of a lane");
}

}  // namespace weir::core
