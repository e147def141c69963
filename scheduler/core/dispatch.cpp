// Who gets the next free slot. Slots are what queued and running tasks hold; nothing is counted apart.
//
// The order: larger priority_weight first; at equal priority the runs take turns, so that a run with 100,000 ready
// tasks delays one with a single task by no more than one slot. A task that does not fit is passed over, but not for ever:
// when as many slots as its pool has were given past the best one, the pool keeps its slots until that one fits. Other
// pools have no part in it.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "scheduler/core/launch.hpp"
#include "scheduler/core/wait_settings.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::TaskState;

namespace {

std::string obstacle_of(const Lane& lane) {
    const auto& pool = *lane.pool;
    if (!pool.configured) return fmt::format("waits: there is no pool '{}'; define it in weir.yaml", lane.key.pool);
    if (lane.key.slots > pool.pool.slots)
        return fmt::format("waits: needs {} slots, but pool '{}' has only {}; enlarge the pool or lower pool_slots",
                           lane.key.slots, lane.key.pool, pool.pool.slots);
    return "";
}

Lane& lane_of(Memory& memory, const LaneKey& key) {
    const auto [entry, is_new] = memory.lanes.try_emplace(key);
    auto& lane = entry->second;
    if (is_new) {
        lane.key = key;
        lane.pool = &memory.pools[key.pool];
        lane.obstacle = obstacle_of(lane);
    }
    return lane;
}

// Puts the run's best ready task of this lane into view. A run that is already in view keeps its turn.
void show_head(Memory& memory, LiveRun& run, std::uint32_t index) {
    auto& own = run.lanes[index];
    if (own.ready.empty() || run.at_task_limit()) return;
    const auto priority = own.ready.begin()->priority;
    if (own.shown && own.shown->priority == priority) return;
    const auto turn = own.shown ? own.shown->turn : memory.turns++;
    if (own.shown) own.lane->heads.erase(*own.shown);
    own.shown = Head{priority, turn, &run, index};
    own.lane->heads.insert(*own.shown);
}

void hide_head(RunLane& own) {
    if (!own.shown) return;
    own.lane->heads.erase(*own.shown);
    own.shown.reset();
}

}  // namespace

void apply(Work& work, const PoolsConfigured& input) {
    auto& memory = work.memory;
    memory.parallelism = input.parallelism;
    memory.pools_known = true;
    for (auto& [name, use] : memory.pools) use.configured = false;
    const auto configure = [&memory](const model::Pool& pool) {
        auto& use = memory.pools[pool.name];
        use.pool = pool;
        use.configured = true;
    };
    configure({model::kDefaultPool, model::kDefaultPoolSlots, ""});
    for (const auto& pool : input.pools) configure(pool);

    for (auto& [key, lane] : memory.lanes) lane.obstacle = obstacle_of(lane);
    for (auto& [id, run] : memory.runs)
        for (const auto& own : run.lanes)
            for (const auto& ready : own.ready)
                if (auto& reason = run.tasks[ready.task].reason; reason != own.lane->obstacle) {
                    reason = own.lane->obstacle;
                    touch(work, run, ready.task);
                }
}

void prepare_lanes(Memory& memory, LiveRun& run) {
    for (const auto task : run.plan->lanes)
        run.lanes.push_back(RunLane{&lane_of(memory, lane_key(run.plan->task(task))), {}, {}});
}

void add_ready(Work& work, LiveRun& run, RecordIndex index) {
    const auto lane = run.lane_of(index);
    auto& own = run.lanes[lane];
    own.ready.insert({run.task(index).priority_weight, index});
    if (work.memory.pools_known) run.tasks[index].reason = own.lane->obstacle;
    show_head(work.memory, run, lane);
}

void remove_ready(LiveRun& run, RecordIndex index) {
    auto& own = run.lanes[run.lane_of(index)];
    own.ready.erase({run.task(index).priority_weight, index});
    if (!own.shown) return;
    if (own.ready.empty()) return hide_head(own);
    if (const auto priority = own.ready.begin()->priority; priority != own.shown->priority) {
        own.lane->heads.erase(*own.shown);
        own.shown->priority = priority;
        own.lane->heads.insert(*own.shown);
    }
}

void show_heads(Memory& memory, LiveRun& run) {
    for (std::uint32_t lane = 0; lane < run.lanes.size(); ++lane) show_head(memory, run, lane);
}

void hide_heads(LiveRun& run) {
    for (auto& own : run.lanes) hide_head(own);
}

namespace {

// But for the slots of its pool.
bool may_start(const Memory& memory, const Lane& lane) {
    return !lane.heads.empty() && lane.obstacle.empty() && memory.executors.contains(lane.key.executor);
}

bool fits(const Lane& lane) { return lane.pool->used + lane.key.slots <= lane.pool->pool.slots; }

// False when the task could not be rendered and has failed instead.
bool start(Work& work, LiveRun& run, RecordIndex index) {
    auto& memory = work.memory;
    auto& record = run.tasks[index];
    const auto& task = run.task(index);
    model::Try row;
    row.id = memory.next_try;
    row.run = run.row.id;
    row.task_id = task.id;
    row.map_index = record.map_index;
    row.number = next_try_number(run, index);
    row.executor = task.executor;
    const auto& executor = memory.executors.at(task.executor);
    row.epoch = executor.epoch;
    row.boot_id = executor.boot_id;
    row.created_at = work.now;
    row.log_path = log_path(run, index, row.number);

    if (is_wait(task)) begin_look(work, run, index);
    auto launch = make_launch(run, index, row);
    if (!launch) {
        finish_task(work, run, index, TaskState::failed, launch.error().message, work.now);
        return false;
    }
    ++memory.next_try.value;
    if (is_wait(task)) replace_look(work, run, index);
    record.try_number = row.number;
    record.open_try = row.id;
    record.queued_at = work.now;
    record.started_at = record.ended_at = std::nullopt;
    record.reason.clear();
    record.outputs = nullptr;
    set_state(work, run, index, TaskState::queued);
    touch(work, row);
    memory.tries.emplace(row.id, OpenTry{std::move(row), &run, index});
    work.effects.emplace_back(std::move(*launch));
    return true;
}

// A lane as it stood when it was put on the heap. Meanwhile its head can only have become worse.
struct Candidate {
    Head head;
    Lane* lane = nullptr;
    bool operator<(const Candidate& other) const { return other.head < head; }  // the best on top
};

void offer(const Memory& memory, std::vector<Candidate>& candidates, Lane& lane) {
    if (!may_start(memory, lane)) return;
    candidates.push_back({*lane.heads.begin(), &lane});
    std::push_heap(candidates.begin(), candidates.end());
}

// The pools whose best waiting task does not fit: whoever starts there now, overtakes it.
class Overtaking {
   public:
    [[nodiscard]] bool keeps_slots(const PoolUse& pool) const { return keeping_.contains(&pool); }

    // The candidates come best first, so the first that does not fit is the best of its pool.
    void does_not_fit(PoolUse& pool, const Head& head) {
        if (!waiting_.insert(&pool).second) return;
        if (std::exchange(pool.overtaken_turn, head.turn) != head.turn) pool.overtaken = 0;
        if (pool.overtaken >= pool.pool.slots) keeping_.insert(&pool);
    }

    void starts(PoolUse& pool, int slots) const {
        if (waiting_.contains(&pool)) pool.overtaken += slots;
    }

   private:
    std::set<const PoolUse*> waiting_;
    std::set<const PoolUse*> keeping_;
};

}  // namespace

const Lane* keeper_of(const Memory& memory, const PoolUse& pool) {
    const Lane* best = nullptr;
    for (const auto& [key, lane] : memory.lanes)
        if (lane.pool == &pool && may_start(memory, lane) && !fits(lane) &&
            (best == nullptr || *lane.heads.begin() < *best->heads.begin()))
            best = &lane;
    const bool keeps =
        best != nullptr && pool.overtaken >= pool.pool.slots && best->heads.begin()->turn == pool.overtaken_turn;
    return keeps ? best : nullptr;
}

bool dispatch(Work& work) {
    auto& memory = work.memory;
    if (memory.active_tasks >= memory.parallelism) return false;
    std::vector<Candidate> candidates;
    for (auto& [key, lane] : memory.lanes) offer(memory, candidates, lane);
    bool all_started = true;
    Overtaking overtaking;
    while (!candidates.empty() && memory.active_tasks < memory.parallelism) {
        std::pop_heap(candidates.begin(), candidates.end());
        const auto [head, lane] = candidates.back();
        candidates.pop_back();
        auto& pool = *lane->pool;
        if (overtaking.keeps_slots(pool) || !may_start(memory, *lane)) continue;
        if (lane->heads.begin()->turn == head.turn) {
            if (!fits(*lane)) {
                overtaking.does_not_fit(pool, head);
                continue;
            }
            overtaking.starts(pool, lane->key.slots);
            auto& run = *head.run;
            auto& own = run.lanes[head.own];
            const auto task = own.ready.begin()->task;
            hide_head(own);
            if (!start(work, run, task)) all_started = false;
            show_head(memory, run, head.own);
        }
        offer(memory, candidates, *lane);
    }
    return !all_started;
}

}  // namespace weir::core
