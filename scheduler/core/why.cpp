#include "scheduler/core/why.hpp"

#include <fmt/format.h>

#include "scheduler/core/why_words.hpp"
#include "scheduler/core/windows.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::core {

using model::ErrorKind;
using model::RunState;
using model::TaskState;

namespace {

using Reasons = std::vector<std::string>;

// --- a DAG ---------------------------------------------------------------------------------------------------------------

std::string paused(const Definition& definition, TimePoint now) {
    const auto from = definition.paused_since ? since(*definition.paused_since, now) + " " : std::string{};
    return fmt::format(
        "it is paused {}and starts no runs, neither scheduled nor triggered ones; `weir unpause {}` goes on", from,
        definition.dag_id());
}

// Which entries tick then, with the time on their clocks.
std::string entries_at(const Definition& definition, TimePoint tick) {
    std::string text;
    for (const auto& entry : definition.schedule) {
        if (entry.cron.next_after(tick - std::chrono::microseconds{1}, entry.zone) != tick) continue;
        text += fmt::format("{}'{}' in {}, there {}", text.empty() ? "" : " and ", entry.cron.text(), entry.zone.name(),
                            model::format_rfc3339(tick, entry.zone.offset_at(tick)));
    }
    return text;
}

std::string schedule_of(const Definition& definition, TimePoint now) {
    if (definition.schedule.empty()) return "it has no schedule and runs when it is triggered";
    if (!definition.next_tick) return "its schedule has no tick in the next years";
    const auto tick = *definition.next_tick;
    if (definition.held_back)
        return fmt::format(
            "its schedule is held back: {} wait in the queue, and no further ones are made until some "
            "start; the next tick is that of {}",
            count_of(definition.queued.size(), "run"), when(tick, now));
    return fmt::format("its next scheduled run is at {}, by {}", when(tick, now), entries_at(definition, tick));
}

NameList running_runs(const Definition& definition, TimePoint now) {
    NameList names;
    for (const auto& [run_id, run] : definition.live)
        if (run->row.state == RunState::running)
            names.add(run->row.started_at ? fmt::format("{} {}", run_id, since(*run->row.started_at, now)) : run_id);
    return names;
}

int most_active_runs(const Definition& definition, const model::Dag& otherwise) {
    return definition.plan ? definition.plan->dag->max_active_runs : otherwise.max_active_runs;
}

Reasons live_runs(const Why& why, const Definition& definition) {
    Reasons reasons;
    const auto running = running_runs(definition, why.now);
    if (!running.empty())
        reasons.push_back(fmt::format("{} running: {}",
                                      running.count() == 1 ? "1 run is" : fmt::format("{} runs are", running.count()),
                                      running.text()));
    if (definition.queued.empty()) {
        if (running.empty()) reasons.emplace_back("no run is queued or running");
        return reasons;
    }
    const auto& first = why.memory.runs.at(definition.queued.begin()->second);
    const int most = most_active_runs(definition, *first.plan->dag);
    if (definition.active_runs >= most) reasons.push_back(fmt::format("max_active_runs {} is reached", most));
    reasons.push_back(
        fmt::format("{} queued, first {}",
                    definition.queued.size() == 1 ? "1 run is" : fmt::format("{} runs are", definition.queued.size()),
                    first.row.run_id));
    return reasons;
}

Explanation explain_dag(Work& work, const Why& why, const Definition& definition) {
    Explanation answer;
    if (definition.state.removed) {
        answer.state = "removed";
        answer.reasons.emplace_back("its file is gone, so it makes no more runs; put the file back to go on");
    } else if (definition.state.paused) {
        answer.state = "paused";
        answer.reasons.push_back(paused(definition, why.now));
    } else {
        answer.state = "active";
        auto events = why_windows(work, definition);
        if (!definition.plan)
            answer.reasons.emplace_back("its file has not loaded since the daemon started");
        else if (!definition.schedule.empty() || events.empty())
            answer.reasons.push_back(schedule_of(definition, why.now));
        for (auto& reason : events) answer.reasons.push_back(std::move(reason));
    }
    for (auto& reason : live_runs(why, definition)) answer.reasons.push_back(std::move(reason));
    return answer;
}

// --- a run ---------------------------------------------------------------------------------------------------------------

Reasons why_queued(const Why& why, const LiveRun& run) {
    Reasons reasons;
    const auto& definition = *run.definition;
    if (run.row.retry_at && *run.row.retry_at > why.now)
        reasons.push_back(
            fmt::format("it failed, and runs its failed tasks again at {}", when(*run.row.retry_at, why.now)));
    if (definition.state.paused)
        reasons.push_back("its DAG is paused; `weir unpause " + definition.dag_id() + "` goes on");
    if (const auto* backfill = run.backfill) {
        if (backfill->row.state == model::BackfillState::paused)
            reasons.push_back(
                fmt::format("its backfill is paused; `weir backfill unpause {}` goes on", backfill->row.id.value));
        if (backfill->active_runs >= backfill->row.max_active_runs)
            reasons.push_back(
                fmt::format("max_active_runs {} of its backfill is reached", backfill->row.max_active_runs));
        if (reasons.empty()) reasons.emplace_back("it starts in a moment");
        return reasons;
    }
    const int most = most_active_runs(definition, *run.plan->dag);
    if (definition.active_runs >= most)
        reasons.push_back(
            fmt::format("max_active_runs {} is reached by {}", most, running_runs(definition, why.now).text()));
    NameList before;
    for (const auto& [run_after, id] : definition.queued) {
        if (id == run.row.id) break;
        before.add(why.memory.runs.at(id).row.run_id);
    }
    if (!before.empty())
        reasons.push_back(fmt::format("{} before it in the queue: {}",
                                      before.count() == 1 ? "1 run is" : fmt::format("{} runs are", before.count()),
                                      before.text()));
    if (reasons.empty()) reasons.emplace_back("it starts in a moment");
    return reasons;
}

constexpr std::size_t kMostTasksTold = 10;

Reasons why_running(const Why& why, const LiveRun& run) {
    Reasons reasons;
    const auto total = run.plan->dag->tasks.size();
    if (run.killed) reasons.emplace_back("it was killed, and waits for the end of what runs");
    std::size_t ended = 0, upstream_waits = 0, told = 0, untold = 0;
    Reasons of_tasks;
    for (TaskIndex index = 0; index < total; ++index) {
        const auto& record = run.tasks[index];
        if (model::is_finished(record.state)) {
            ++ended;
        } else if (record.state == TaskState::none) {
            ++upstream_waits;
        } else if (told == kMostTasksTold) {
            ++untold;
        } else {
            ++told;
            of_tasks.push_back(fmt::format("{} is {}: {}", run.task(index).id, to_text(record.state),
                                           reasons_of(why, run, index).front()));
        }
    }
    reasons.push_back(fmt::format("{} of {} ended", ended, count_of(total, "task") + (ended == 1 ? " has" : " have")));
    for (auto& reason : of_tasks) reasons.push_back(std::move(reason));
    if (untold > 0) reasons.push_back(fmt::format("{} more wait or run", untold));
    if (upstream_waits > 0)
        reasons.push_back(fmt::format("{} for upstream tasks", upstream_waits == 1
                                                                   ? "1 task waits"
                                                                   : fmt::format("{} tasks wait", upstream_waits)));
    return reasons;
}

Explanation explain_run(const Why& why, const LiveRun& run) {
    const bool queued = run.row.state == RunState::queued;
    return {std::string(to_text(run.row.state)), queued ? why_queued(why, run) : why_running(why, run)};
}

Explanation explain_task(const Why& why, const LiveRun& run, RecordIndex index) {
    if (run.row.state != RunState::queued)
        return {std::string(to_text(run.tasks[index].state)), reasons_of(why, run, index)};
    Explanation answer{run.tasks.empty() ? "none" : std::string(to_text(run.tasks[index].state)), {}};
    for (auto& reason : why_queued(why, run)) answer.reasons.push_back("its run is queued: " + std::move(reason));
    return answer;
}

}  // namespace

void apply(Work& work, const Explain& input) { work.questions.push_back(input); }

model::Result<Explanation> explain(Work& work, const Explain& question) {
    auto& memory = work.memory;
    const Why why{memory, work.now};
    const auto found = memory.definitions.find(question.dag_id);
    if (found == memory.definitions.end())
        return model::Error{ErrorKind::not_found, unknown_dag(memory, question.dag_id)};
    const auto& definition = found->second;
    if (!question.run_id) return explain_dag(work, why, definition);
    const auto live = definition.live.find(*question.run_id);
    if (live == definition.live.end())
        return model::Error{ErrorKind::not_found, fmt::format("DAG '{}' has no queued or running run '{}'",
                                                              question.dag_id, *question.run_id)};
    const auto& run = *live->second;
    if (!question.task_id) return explain_run(why, run);
    const auto index = run.plan->find(*question.task_id);
    if (!index) {
        std::vector<std::string> known;
        for (const auto& task : run.plan->dag->tasks) known.push_back(task.id);
        return model::Error{ErrorKind::not_found,
                            fmt::format("run '{}' has no task '{}'{}", *question.run_id, *question.task_id,
                                        model::did_you_mean(*question.task_id, known))};
    }
    if (question.map_index < 0) return explain_task(why, run, *index);
    const auto instance = run.tasks.empty() ? std::nullopt : run.find(*question.task_id, question.map_index);
    if (!instance)
        return model::Error{ErrorKind::not_found, fmt::format("task '{}' of run '{}' has no instance {}",
                                                              *question.task_id, *question.run_id, question.map_index)};
    return explain_task(why, run, *instance);
}

}  // namespace weir::core
