#include "scheduler/core/memory.hpp"

namespace weir::core {

namespace {

struct KilledName {
    Killed killed;
    const char* reason;
    model::TaskState state;
};
constexpr KilledName kKilledNames[] = {
    {Killed::alone, kKilledAlone, model::TaskState::failed},
    {Killed::with_run, kKilledWithRun, model::TaskState::failed},
    {Killed::marked_success, "marked success by hand", model::TaskState::success},
    {Killed::marked_failed, "marked failed by hand", model::TaskState::failed},
    {Killed::marked_skipped, "marked skipped by hand", model::TaskState::skipped},
};

}  // namespace

const char* reason_of(Killed killed) {
    for (const auto& name : kKilledNames)
        if (name.killed == killed) return name.reason;
    return "";
}

Killed killed_by(std::string_view reason) {
    for (const auto& name : kKilledNames)
        if (name.reason == reason) return name.killed;
    return Killed::no;
}

model::TaskState state_after(Killed killed) {
    for (const auto& name : kKilledNames)
        if (name.killed == killed) return name.state;
    return model::TaskState::failed;
}

Memory::Memory() {
    pools.try_emplace(model::kDefaultPool, PoolUse{{model::kDefaultPool, model::kDefaultPoolSlots, ""}, true, 0});
}

Definition* Memory::find_definition(std::string_view dag_id) {
    const auto found = definitions.find(dag_id);
    return found == definitions.end() ? nullptr : &found->second;
}

LiveRun* Memory::find_run(std::string_view dag_id, std::string_view run_id) {
    const auto* definition = find_definition(dag_id);
    if (definition == nullptr) return nullptr;
    const auto found = definition->live.find(run_id);
    return found == definition->live.end() ? nullptr : found->second;
}

std::shared_ptr<const Plan> Definition::plan_of(model::DagVersionId version,
                                                std::shared_ptr<const model::Dag> dag) const {
    if (plan && state.version == version) return plan;
    for (const auto& [run_id, run] : live)
        if (run->row.version == version) return run->plan;
    return make_plan(std::move(dag));
}

const Mapped* LiveRun::instances_of(RecordIndex index) const {
    if (is_instance(index)) return nullptr;
    const auto found = mapped.find(index);
    return found == mapped.end() || found->second.count == 0 ? nullptr : &found->second;
}

std::optional<RecordIndex> LiveRun::find(std::string_view task_id, int map_index) const {
    const auto task = plan->find(task_id);
    if (!task || map_index < 0) return task;
    const auto found = mapped.find(*task);
    if (found == mapped.end() || static_cast<std::size_t>(map_index) >= found->second.instances.size())
        return std::nullopt;
    return found->second.instances[static_cast<std::size_t>(map_index)];
}

model::TaskInstance row_of(const LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    const auto& record = run.tasks[index];
    model::TaskInstance row;
    row.run = run.row.id;
    row.task_id = task.id;
    row.map_index = record.map_index;
    if (const auto* mapped = run.instances_of(index)) row.mapped = static_cast<int>(mapped->count);
    if (run.is_instance(index)) {
        const auto& mapped = run.mapped.at(record.task);
        row.item = mapped.items[static_cast<std::size_t>(record.map_index)];
        row.label = mapped.labels[static_cast<std::size_t>(record.map_index)];
    }
    row.state = record.state;
    row.try_number = record.try_number;
    row.max_tries = record.max_tries;
    row.scheduled_at = record.scheduled_at;
    row.queued_at = record.queued_at;
    row.started_at = record.started_at;
    row.ended_at = record.ended_at;
    row.retry_at = record.retry_at;
    row.pool = task.pool;
    row.pool_slots = task.pool_slots;
    row.priority_weight = task.priority_weight;
    if (const auto* call = std::get_if<model::OperatorCall>(&task.action)) row.operator_kind = call->kind;
    row.executor = task.executor;
    row.reason = record.reason;
    row.outputs = record.outputs;
    row.deadline_missed = record.deadline_missed;
    if (const auto waiting = run.waiting.find(index); waiting != run.waiting.end())
        row.waits_since = waiting->second.since;
    return row;
}

}  // namespace weir::core
