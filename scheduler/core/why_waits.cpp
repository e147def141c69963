// What a task waits for that waits for something outside: a time, another DAG's run, a person; and a wait that looks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scheduler/core/deferring.hpp"
#include "scheduler/core/launch.hpp"
#include "scheduler/core/why_words.hpp"

namespace weir::core {

using model::OperatorKind;
using model::RunState;

namespace {

using Reasons = std::vector<std::string>;

const Waiting* waiting_of(const LiveRun& run, RecordIndex index) {
    const auto found = run.waiting.find(index);
    return found == run.waiting.end() ? nullptr : &found->second;
}

// "waits since 2026-11-22T10:00:00Z (5m)"
std::string waits(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto* waiting = waiting_of(run, index);
    return waiting == nullptr || !waiting->since ? "waits" : "waits " + since(*waiting->since, why.now);
}

// When its patience ends.
std::optional<TimePoint> end_of(const LiveRun& run, RecordIndex index) {
    const auto* waiting = waiting_of(run, index);
    const auto timeout = timeout_of(run.task(index));
    if (waiting == nullptr || !waiting->since || timeout.count() == 0) return std::nullopt;
    return *waiting->since + timeout;
}

void add_end(Reasons& reasons, const Why& why, const LiveRun& run, RecordIndex index, bool soft_fail = false) {
    if (const auto end = end_of(run, index))
        reasons.push_back(fmt::format("its timeout {} it at {}", soft_fail ? "skips" : "ends", when(*end, why.now)));
}

// How the awaited run is doing.
std::string progress_of(const Why& why, const AwaitedRun& awaited) {
    const auto definition = why.memory.definitions.find(awaited.dag_id);
    if (definition == why.memory.definitions.end() || definition->second.state.removed)
        return fmt::format("there is no DAG '{}' now", awaited.dag_id);
    for (const auto& [run_id, run] : definition->second.live) {
        const bool is_it =
            awaited.run_id.empty() ? run->row.logical_date == awaited.logical_date : run_id == awaited.run_id;
        if (!is_it) continue;
        if (run->row.state == RunState::running && run->row.started_at)
            return fmt::format("run '{}' runs {}", run_id, since(*run->row.started_at, why.now));
        return fmt::format("run '{}' is {}; `weir why {} {}` says what for", run_id, to_text(run->row.state),
                           awaited.dag_id, run_id);
    }
    return "no such run is queued or running yet";
}

Reasons for_time(const Why& why, const LiveRun& run, RecordIndex index, const WaitSettings& settings) {
    const auto* waiting = waiting_of(run, index);
    const auto due = waiting == nullptr || !waiting->since ? std::nullopt : due_of(settings, *waiting->since);
    if (!due) return {waits(why, run, index)};
    Reasons reasons{fmt::format("waits until {}", when(*due, why.now))};
    if (const auto end = end_of(run, index); end && *end < *due) add_end(reasons, why, run, index, settings.soft_fail);
    return reasons;
}

Reasons for_run(const Why& why, const LiveRun& run, RecordIndex index, const WaitSettings& settings) {
    const auto& other = std::get<ForRun>(settings.what);
    std::vector<std::string_view> states;
    for (const auto state : other.states) states.push_back(to_text(state));
    Reasons reasons{fmt::format("{} for the run of DAG '{}' of {} to end as {}", waits(why, run, index), other.dag_id,
                                model::format_rfc3339(other.logical_date), fmt::join(states, " or "))};
    reasons.push_back(progress_of(why, {other.dag_id, "", other.logical_date}));
    add_end(reasons, why, run, index, settings.soft_fail);
    return reasons;
}

Reasons for_child(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto* waiting = waiting_of(run, index);
    if (waiting == nullptr || !waiting->run) return {waits(why, run, index)};
    const auto& child = *waiting->run;
    if (child.run_id.empty())
        return {fmt::format("asks whether DAG '{}' has a run of this date already", child.dag_id)};
    Reasons reasons{fmt::format("{} for run '{}' of DAG '{}'", waits(why, run, index), child.run_id, child.dag_id)};
    reasons.push_back(progress_of(why, child));
    add_end(reasons, why, run, index);
    return reasons;
}

Reasons for_person(const Why& why, const LiveRun& run, RecordIndex index, const ApproveSettings& settings) {
    auto who = std::string("a person");
    if (!settings.roles.empty()) who += fmt::format(" ({})", fmt::join(settings.roles, " or "));
    Reasons reasons{fmt::format("{} for {} to answer: {}", waits(why, run, index), who, settings.message)};
    std::vector<std::string> fields;
    for (const auto& field : settings.form) fields.push_back(field.name);
    if (!fields.empty()) reasons.push_back(fmt::format("the form asks for {}", fmt::join(fields, ", ")));
    const auto map_index = run.tasks[index].map_index;
    reasons.push_back(fmt::format("`weir approve {} {} {}{}` answers it", run.row.dag_id, run.row.run_id,
                                  run.task(index).id, map_index < 0 ? "" : fmt::format(" --map-index {}", map_index)));
    if (const auto end = end_of(run, index)) {
        const char* then = !settings.approved_by_default   ? "it fails"
                           : *settings.approved_by_default ? "it counts as approved"
                                                           : "it counts as rejected";
        reasons.push_back(fmt::format("without an answer {} at {}", then, when(*end, why.now)));
    }
    return reasons;
}

}  // namespace

std::vector<std::string> why_deferred(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto rendered = rendered_settings(run, index);
    const Reasons as_noted{run.tasks[index].reason};
    if (!rendered) return as_noted;
    switch (kind_of(run.task(index))) {
        case OperatorKind::dag:
            return for_child(why, run, index);
        case OperatorKind::approve: {
            const auto settings = read_approve(*rendered);
            return settings ? for_person(why, run, index, *settings) : as_noted;
        }
        case OperatorKind::wait: {
            const auto settings = read_wait(*rendered, run.row);
            if (!settings) return as_noted;
            return std::holds_alternative<ForRun>(settings->what) ? for_run(why, run, index, *settings)
                                                                  : for_time(why, run, index, *settings);
        }
        case OperatorKind::run:
        case OperatorKind::load:
        case OperatorKind::sql:
        case OperatorKind::check:
            break;
    }
    return as_noted;
}

std::vector<std::string> why_between_looks(const Why& why, const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    const auto rendered = rendered_settings(run, index);
    const auto settings = rendered ? read_wait(*rendered, run.row) : rendered.error();
    Reasons reasons{fmt::format("looks again at {}", when(*record.retry_at, why.now))};
    if (!record.reason.empty()) reasons.push_back("found when it last looked: " + record.reason);
    reasons.push_back(waits(why, run, index));
    add_end(reasons, why, run, index, settings && settings->soft_fail);
    return reasons;
}

}  // namespace weir::core
