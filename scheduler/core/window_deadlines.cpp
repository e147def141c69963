// An interval that is not complete when its deadline passes is decided as the schedule says. DagState::windows_through is the
// guard: the deadline of an interval that ends up to there is never decided again.
#include <fmt/format.h>

#include "scheduler/calendar/periods.hpp"
#include "scheduler/core/windows.hpp"

namespace weir::core {

using model::OnDeadline;
using model::TaskState;

namespace {

constexpr std::size_t kMostPieces = 200;  // that are counted
constexpr int kMostDecidedPerTurn = 100;

model::Interval next_undecided(const Definition& definition) {
    const auto& entry = *definition.windows;
    return calendar::period_containing(*definition.state.windows_through, entry.setting.cover, entry.zone);
}

// All that failed is what came from outside: no task could begin.
void fail(Work& work, LiveRun& run, const std::string& reason) {
    run.row.note = reason;
    run.row.retries_used = run.plan->dag->run_retries;  // trying again brings no windows
    touch(work, run);
    ensure_tasks(work, run);
    for (RecordIndex index = 0; index < run.tasks.size(); ++index)
        finish_task(work, run, index, TaskState::upstream_failed, reason, work.now);
    if (run.unfinished == 0) work.maybe_ended.push_back(&run);
}

void act_on_deadline(Work& work, const WindowRun& wanted) {
    const auto& setting = wanted.entry().setting;
    const auto coverage = coverage_of(work, wanted, kMostPieces);
    if (coverage.complete) {  // its file was gone when that came about
        make_window_run(work, wanted, "complete", coverage.missing);
        return;
    }
    const auto name = fmt::format("{} {}", wanted.definition->dag_id(), wanted.run_id());
    const auto missing = "missing at the deadline: " + words_of(wanted, coverage.missing);
    if (setting.on_deadline == OnDeadline::skip) {
        work.effects.emplace_back(Note{fmt::format("{} is skipped; {}", name, missing)});
        return;
    }
    auto* run = make_window_run(work, wanted, "deadline", coverage.missing);
    if (run == nullptr) {
        work.effects.emplace_back(Note{fmt::format("{} is not made: too many runs wait; {}", name, missing)});
        return;
    }
    if (setting.on_deadline == OnDeadline::fail)
        fail(work, *run, missing);
    else
        run->row.note = missing;
}

}  // namespace

std::vector<WindowRun> runs_at_deadline(Memory& memory, Definition& definition) {
    const auto interval = next_undecided(definition);
    if (!definition.windows->each_key) return {{&definition, "", interval}};
    std::set<std::string> keys;
    for (const auto& known : known_assets(memory, *definition.windows)) keys.insert(known.key);
    std::vector<WindowRun> runs;
    for (const auto& key : keys) runs.push_back({&definition, key, interval});
    return runs;
}

std::optional<TimePoint> next_deadline(const Memory& memory, const Definition& definition) {
    if (!definition.windows || !definition.windows->setting.deadline || !definition.state.windows_through)
        return std::nullopt;
    const auto due = next_undecided(definition).end + *definition.windows->setting.deadline;
    return std::max(due, memory.events_settled_at);
}

void decide_deadlines(Work& work, Definition& definition) {
    for (int decided = 0; decided < kMostDecidedPerTurn; ++decided) {
        const auto due = next_deadline(work.memory, definition);
        if (!due || *due > work.now) return;
        const auto runs = runs_at_deadline(work.memory, definition);
        for (const auto& wanted : runs)
            if (!is_answered(work, wanted)) return;  // asked for by the next step
        for (const auto& wanted : runs)
            if (!find_run(work, wanted)) act_on_deadline(work, wanted);
        definition.state.windows_through = next_undecided(definition).end;
        touch(work, definition);
    }
}

}  // namespace weir::core
