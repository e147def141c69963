// The closed vocabularies, with Apache Airflow's names, so that its clients understand ours.
// Each enum has to_text() and parse<Enum>(); both come from one table in states.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::model {

enum class RunState : std::uint8_t { queued, running, success, failed };

enum class RunType : std::uint8_t { manual, scheduled, backfill, asset_triggered };

enum class TriggeredBy : std::uint8_t { cli, rest_api, ui, timetable, asset, backfill, operator_ };

enum class TaskState : std::uint8_t {
    none,       // waits for its upstream tasks
    scheduled,  // may start: waits for a slot
    queued,     // has its slot and is being launched
    running,
    success,
    failed,
    skipped,
    upstream_failed,
    up_for_retry,       // failed a try and waits for retry_at
    up_for_reschedule,  // a `wait` looked, found nothing yet, and looks again at retry_at
    deferred,           // waits for something outside, without a process: a person, another run, a time
    removed,            // its run's version has it no more, or its list has become shorter
};

enum class TryState : std::uint8_t { launching, running, success, failed, lost };

// Semantics: Airflow 3, trigger_rule_dep.py, with its eager propagation.
enum class TriggerRule : std::uint8_t {
    all_success,
    all_failed,
    all_done,
    all_done_min_one_success,
    all_done_setup_success,
    all_skipped,
    one_success,
    one_failed,
    one_done,
    none_failed,
    none_failed_min_one_success,
    none_skipped,
    always,
};

enum class Catchup : std::uint8_t { latest, all, none };

enum class OperatorKind : std::uint8_t { run, load, sql, check, wait, dag, approve };

// When somebody is told.
enum class AlertEvent : std::uint8_t { success, failure, retry, deadline };

// A notification is on its way until it was delivered, or given up.
enum class NotificationState : std::uint8_t { pending, sent, failed };

enum class BackfillState : std::uint8_t { running, paused, completed, canceled };

// Which logical dates of its range a backfill runs, by the runs that they have.
enum class Reprocess : std::uint8_t {
    none,       // those without any run
    failed,     // also those whose run failed
    completed,  // also those whose run ended in any way
};

// What became of an event.
enum class Disposition : std::uint8_t {
    pending,      // a task has produced it; the next step decides
    created_run,  // it made a run
    counted,      // it counts towards a run that waits for more
    unmatched,    // recorded; no schedule uses it
    duplicate,    // it was there before
    late,         // its interval was decided without it
    coalesced,    // a run that has not begun yet takes it along
    revised,      // it corrects what a run has used
    rejected,     // it makes no sense: see its reason. It can be replayed
    replayed,     // it was rejected, and then replayed
};

// A window schedule's interval is not complete at its deadline.
enum class OnDeadline : std::uint8_t { fail, run, skip };
// A window was corrected that a run has used.
enum class OnRevision : std::uint8_t { rerun, mark_stale, ignore };
// How many events a run of an event schedule takes: one, or all that have come until it begins.
enum class Batch : std::uint8_t { one, all };

// What somebody may do; each may do all that the ones before may. viewer: read. user: run, clear, mark, kill, pause, answer.
// operator: look after sources and the ledger. admin: users, all tokens, the audit.
enum class Role : std::uint8_t { viewer, user, operator_, admin };

template <class Enum>
struct EnumName {
    Enum value;
    std::string_view text;
};
// Every value of the enum with its text, in declaration order.
template <class Enum>
[[nodiscard]] std::span<const EnumName<Enum>> enum_names();

template <class Enum>
[[nodiscard]] std::string_view to_text(Enum value) requires std::is_enum_v<Enum> {
    for (const auto& name : enum_names<Enum>())
        if (name.value == value) return name.text;
    return "";
}

template <class Enum>
[[nodiscard]] std::optional<Enum> parse(std::string_view text) {
    for (const auto& name : enum_names<Enum>())
        if (name.text == text) return name.value;
    return std::nullopt;
}

// A task instance that will not change by itself any more.
[[nodiscard]] constexpr bool is_finished(TaskState state) {
    switch (state) {
        case TaskState::success:
        case TaskState::failed:
        case TaskState::skipped:
        case TaskState::upstream_failed:
        case TaskState::removed:
            return true;
        case TaskState::none:
        case TaskState::scheduled:
        case TaskState::queued:
        case TaskState::running:
        case TaskState::up_for_retry:
        case TaskState::up_for_reschedule:
        case TaskState::deferred:
            return false;
    }
    return false;
}

[[nodiscard]] constexpr bool is_finished(RunState state) {
    return state == RunState::success || state == RunState::failed;
}

// Goes on at its retry_at.
[[nodiscard]] constexpr bool waits_for_time(TaskState state) {
    return state == TaskState::up_for_retry || state == TaskState::up_for_reschedule;
}

// Holds a pool slot and counts against max_active_tasks.
[[nodiscard]] constexpr bool is_active(TaskState state) {
    return state == TaskState::queued || state == TaskState::running;
}

}  // namespace weir::model
