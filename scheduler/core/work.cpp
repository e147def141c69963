#include "scheduler/core/work.hpp"

#include <algorithm>

#include "scheduler/core/why.hpp"

namespace weir::core {

void touch(Work& work, Definition& definition) {
    if (std::exchange(definition.changed, true)) return;
    work.changed_definitions.push_back(&definition);
}

void touch(Work& work, LiveBackfill& backfill) {
    if (std::exchange(backfill.changed, true)) return;
    work.changed_backfills.push_back(&backfill);
}

void touch(Work& work, LiveRun& run) {
    if (std::exchange(run.changed, true)) return;
    work.changed_runs.push_back(&run);
}

void touch(Work& work, LiveRun& run, RecordIndex index) {
    if (std::exchange(run.tasks[index].changed, true)) return;
    work.changed_tasks.emplace_back(&run, index);
}

void touch(Work& work, const model::Try& row) { work.changed_tries.insert_or_assign(row.id, row); }

void reply(Work& work, model::RequestId request, model::ErrorKind kind, std::string message) {
    work.effects.emplace_back(Reply{request, model::Error{kind, std::move(message)}});
}

namespace {

std::optional<TimePoint> next_wake(const Memory& memory, TimePoint now) {
    if (!memory.unfinished_backfills.empty() || !memory.produced_events.empty() || !memory.looks_at_windows.empty())
        return now;
    std::optional<TimePoint> wake;
    for (const auto* timers : {&memory.ticks, &memory.event_timers})
        if (!timers->empty() && (!wake || timers->begin()->first < *wake)) wake = timers->begin()->first;
    if (const auto& reruns = memory.rerun_timers; !reruns.empty() && (!wake || reruns.begin()->first < *wake))
        wake = reruns.begin()->first;
    if (!memory.retries.empty() && (!wake || memory.retries.begin()->at < *wake)) wake = memory.retries.begin()->at;
    if (!memory.timers.empty() && (!wake || memory.timers.begin()->at < *wake)) wake = memory.timers.begin()->at;
    return wake;
}

void forget(Memory& memory, LiveRun& run) {
    run.definition->live.erase(run.row.run_id);
    memory.runs.erase(run.row.id);
}

void forget_if_done(Memory& memory, LiveBackfill& backfill) {
    if (backfill.is_open() || backfill.has_live_runs()) return;
    std::erase(backfill.definition->backfills, &backfill);
    memory.backfills.erase(backfill.row.id);
}

}  // namespace

// Rows refer to rows written before them: run to version, task instance and try to run.
Turn finish(Work& work) {
    Turn turn;
    turn.changes.reserve(work.versions.size() + work.changed_definitions.size() + work.changed_runs.size() +
                         work.changed_tasks.size() + work.changed_tries.size());
    for (auto& version : work.versions) turn.changes.emplace_back(std::move(version));
    for (auto* definition : work.changed_definitions) {
        definition->changed = false;
        turn.changes.emplace_back(definition->state);
    }
    for (auto* backfill : work.changed_backfills) {
        backfill->changed = false;
        turn.changes.emplace_back(backfill->row);
    }
    for (auto* run : work.changed_runs) {
        run->changed = false;
        turn.changes.emplace_back(run->row);
    }
    for (auto& [id, row] : work.ended_rows)
        if (!work.memory.runs.contains(id)) turn.changes.emplace_back(std::move(row));
    for (auto& change : work.ledger_rows) turn.changes.push_back(std::move(change));
    for (const auto& asset : work.changed_assets) turn.changes.emplace_back(work.memory.assets.at(asset));
    for (auto& change : work.rows_without_record) turn.changes.push_back(std::move(change));
    for (const auto& [run, index] : work.changed_tasks) {
        run->tasks[index].changed = false;
        turn.changes.emplace_back(row_of(*run, index));
    }
    for (const auto& erased : work.erased_tries) turn.changes.emplace_back(erased);
    for (auto& [id, row] : work.changed_tries) turn.changes.emplace_back(std::move(row));
    for (auto& [id, row] : work.changed_notifications) turn.changes.emplace_back(std::move(row));
    for (auto& late : work.replies) {
        if (late.run != nullptr) late.answer.run = late.run->row;
        if (late.backfill != nullptr) late.answer.backfill = late.backfill->row;
        work.effects.emplace_back(Reply{late.request, std::move(late.answer)});
    }
    turn.effects = std::move(work.effects);
    add_records(work, turn);
    for (auto* backfill : work.changed_backfills) work.maybe_done.insert(backfill);
    for (auto* run : work.ended) forget(work.memory, *run);
    for (auto* backfill : work.maybe_done) forget_if_done(work.memory, *backfill);
    for (const auto& question : work.questions)
        turn.effects.emplace_back(Explained{question.request, explain(work, question)});
    turn.wake_at = next_wake(work.memory, work.now);
    return turn;
}

}  // namespace weir::core
