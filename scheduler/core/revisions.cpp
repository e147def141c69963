// A window comes late, or again with other data, and a run has used what was there before. The schedule's on_revision says
// what follows. A rerun waits for its debounce, so that a burst of corrections makes one, and for the run's own end.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/core/windows.hpp"

namespace weir::core {

using model::Disposition;
using model::OnRevision;

namespace {

// None of its tasks has begun: it will see what is there by then.
bool has_begun(const LiveRun& run) {
    return run.row.state != model::RunState::queued ||
           std::ranges::any_of(run.tasks, [](const TaskRecord& task) { return task.state != model::TaskState::none; });
}

void write(Work& work, const FoundRun& run, model::Run row) {
    if (run.live != nullptr) {
        run.live->row = std::move(row);
        return touch(work, *run.live);
    }
    put_ended(work, std::move(row));
}

// It was failed for what is missing, and something still is.
bool waits_for_more(const WindowRun& wanted, const model::Run& row, const Coverage& coverage) {
    return !coverage.complete && row.cause.is_object() &&
           wanted.entry().setting.on_deadline == model::OnDeadline::fail && row.cause.value("reason", "") == "deadline";
}

}  // namespace

void correct(Work& work, const WindowRun& wanted, const FoundRun& run, const model::Event& event, bool is_first,
             Judgement& judgement) {
    auto row = *run.row;
    const auto name = fmt::format("{} {}", row.dag_id, row.run_id);
    const auto disposition = is_first ? Disposition::late : Disposition::revised;
    if (run.live != nullptr && !has_begun(*run.live)) {
        row.ledger_through = event.id;
        write(work, run, row);
        return judgement.say(Disposition::coalesced, fmt::format("{} has not begun and takes it along", name), row.id);
    }
    const auto coverage = coverage_of(work, wanted, 2);
    if (waits_for_more(wanted, row, coverage))
        return judgement.say(disposition, fmt::format("{} still misses {}", name, words_of(wanted, coverage.missing)),
                             row.id);
    switch (wanted.entry().setting.on_revision) {
        case OnRevision::ignore:
            return judgement.say(disposition, fmt::format("{} stays as it is (on_revision: ignore)", name), row.id);
        case OnRevision::mark_stale:
            if (!row.stale_since) row.stale_since = work.now;
            write(work, run, row);
            return judgement.say(disposition, fmt::format("{} is stale", name), row.id);
        case OnRevision::rerun:
            break;
    }
    const auto words = [&name](TimePoint at) {
        return fmt::format("{} runs again at {}", name, model::format_rfc3339(at));
    };
    if (row.rerun_at) return judgement.say(Disposition::coalesced, words(*row.rerun_at), row.id);
    row.rerun_at = work.now + wanted.entry().setting.debounce;
    if (row.cause.is_object()) {
        row.cause["missing"] = to_json(coverage.missing);
        row.cause["missing_count"] = coverage.missing.size();
    }
    judgement.say(disposition, words(*row.rerun_at), row.id);
    write(work, run, row);
    if (run.live == nullptr) schedule_rerun(work.memory, row);
}

void schedule_rerun(Memory& memory, const model::Run& row) {
    memory.reruns.insert_or_assign(row.id, AwaitedRun{row.dag_id, row.run_id, std::nullopt});
    memory.rerun_timers.insert({*row.rerun_at, row.id});
}

void fire_reruns(Work& work) {
    auto& timers = work.memory.rerun_timers;
    while (!timers.empty() && timers.begin()->first <= work.now) {
        const auto id = timers.begin()->second;
        timers.erase(timers.begin());
        // Somebody may have cleared it meanwhile; then it has begun anew already.
        const auto found = work.memory.reruns.find(id);
        if (found == work.memory.reruns.end()) continue;
        const auto& definition = *work.memory.find_definition(found->second.dag_id);
        // Until its file has loaded, or is known to be gone, nobody can say: resume_reruns() comes then.
        if (definition.plan == nullptr && !definition.state.removed) continue;
        work.effects.emplace_back(FetchRun{found->second.dag_id, found->second.run_id});
    }
}

void resume_reruns(Work& work, const Definition& definition) {
    for (const auto& [id, run] : work.memory.reruns)
        if (run.dag_id == definition.dag_id()) work.memory.rerun_timers.insert({work.now, id});
}

bool run_fetched_for_rerun(Work& work, const RunFetched& input) {
    if (!input.found) {  // retention was faster
        std::erase_if(work.memory.reruns, [&input](const auto& rerun) {
            return rerun.second.dag_id == input.dag_id && rerun.second.run_id == input.run_id;
        });
        return false;
    }
    if (!input.found->run.rerun_at) return false;
    if (*input.found->run.rerun_at > work.now) {  // its file has loaded before that time
        schedule_rerun(work.memory, input.found->run);
        return false;
    }
    auto history = *input.found;
    if (work.memory.reruns.erase(history.run.id) == 0 || work.memory.runs.contains(history.run.id)) return false;
    auto& definition = *work.memory.find_definition(input.dag_id);
    if (!takes_events(definition)) {
        history.run.rerun_at.reset();
        history.run.stale_since = work.now;
        put_ended(work, std::move(history.run));
        return true;
    }
    auto& run = restore_on_newest(work, std::move(history));
    if (run.row.cause.is_object()) run.row.cause["reason"] = "revision";
    reset_all_tasks(work, run);
    requeue(work, run);
    return true;
}

}  // namespace weir::core
