// DAG files as they load, change and disappear.
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

Definition& definition_of(Memory& memory, const std::string& dag_id) {
    const auto [entry, is_new] = memory.definitions.try_emplace(dag_id);
    if (is_new) entry->second.state.dag_id = dag_id;
    return entry->second;
}

namespace {

std::vector<ScheduleEntry> compile_schedule(const model::Dag& dag) {
    std::vector<ScheduleEntry> entries;
    for (const auto& schedule : dag.schedule) {
        const auto* setting = std::get_if<model::CronSchedule>(&schedule);
        if (setting == nullptr) continue;
        auto cron = calendar::Cron::parse(setting->cron);
        auto zone = calendar::Zone::find(setting->timezone);
        model::invariant(cron && zone, "the loader has checked the schedule");
        entries.push_back({std::move(*cron), std::move(*zone), *setting});
    }
    return entries;
}

void add_version(Work& work, Definition& definition, const model::Dag& dag) {
    auto& next = work.memory.next_version;
    definition.state.version = next;
    definition.version_hash = dag.hash;
    ++definition.version_number;
    work.versions.push_back({next, dag.id, definition.version_number, dag.hash, dag.file, dag.source, work.now});
    ++next.value;
}

// What the file said before this load, as far as anyone knows.
const model::Dag* previous_of(const Definition& definition, const DagLoaded& input) {
    if (definition.plan) return definition.plan->dag.get();
    if (definition.version_hash == input.dag->hash) return input.dag.get();
    return input.found_previous.get();
}

}  // namespace

void apply(Work& work, const DagLoaded& input) {
    const auto& dag = *input.dag;
    auto& definition = definition_of(work.memory, dag.id);
    auto& state = definition.state;
    const bool same_text = state.version && definition.version_hash == dag.hash;
    if (same_text && definition.plan && !state.removed) return;

    const auto* previous = previous_of(definition, input);
    const bool same_schedule = previous != nullptr && previous->schedule == dag.schedule;
    if (!same_text) {
        add_version(work, definition, dag);
        touch(work, definition);
    }
    if (state.removed) touch(work, definition);
    if (!definition.makes_runs() || !same_schedule) definition.watched_since = work.now;
    state.removed = false;
    learn_past(work, definition, input);
    definition.plan = same_text ? definition.plan_of(state.version, input.dag) : make_plan(input.dag);
    definition.schedule = compile_schedule(dag);
    // A schedule that is new, or says something else now, has no past to make up for.
    if (!definition.schedule.empty() && (!same_schedule || !state.scheduled_through))
        decide_through(work, definition, work.now);
    arm(work.memory, definition);
    learn_event_schedules(work, definition, same_schedule);
    resume_reruns(work, definition);
    work.maybe_startable.push_back(&definition);
}

void apply(Work& work, const DagRemoved& input) {
    auto* definition = work.memory.find_definition(input.dag_id);
    if (definition == nullptr || definition->state.removed) return;
    definition->state.removed = true;
    touch(work, *definition);
    arm(work.memory, *definition);
    arm_events(work.memory, *definition);
    resume_reruns(work, *definition);
}

}  // namespace weir::core
