// What the files of deferred tasks share: deferrals.cpp (all of them, and the waits for a time or a run),
// awaited_runs.cpp, looks.cpp, subdags.cpp and approvals.cpp. What the rest of the core calls stands in work.hpp.
#pragma once

#include <string>

#include "scheduler/core/wait_settings.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

// --- deferrals.cpp -----------------------------------------------------------------------------------------------------
[[nodiscard]] model::OperatorKind kind_of(const model::Task& task);
// Of a wait: of all its looks together.
[[nodiscard]] model::Duration timeout_of(const model::Task& task);
void finish_now(Work& work, LiveRun& run, RecordIndex index, model::TaskState state, std::string reason);
// As a task whose try failed; it has no try of its own.
void fail_or_retry(Work& work, LiveRun& run, RecordIndex index, std::string reason);
// Its timer is the end of its patience, where it has one.
void arm_timeout(Work& work, LiveRun& run, RecordIndex index);
// When a wait for a time succeeds; nullopt of a wait for anything else.
[[nodiscard]] std::optional<TimePoint> due_of(const WaitSettings& settings, TimePoint since);
// Its timer has fired.
void fire_deferral(Work& work, LiveRun& run, RecordIndex index);

// --- awaited_runs.cpp: of `dag`, and of a `wait` for another DAG's run ----------------------------------------------------
// Whoever ends it, the run's end (or that it has ended already) comes back: to child_ended() or awaited_run_ended().
void await(Work& work, LiveRun& run, RecordIndex index, AwaitedRun awaited);
void stop_awaiting(Memory& memory, LiveRun& run, RecordIndex index);
void awaited_run_ended(Work& work, LiveRun& run, RecordIndex index, const model::Run& other, const std::string& words);

// --- looks.cpp -----------------------------------------------------------------------------------------------------------
// A wait that has run out of time is not tried again, as in Airflow: its time was for all tries together.
void time_out_wait(Work& work, LiveRun& run, RecordIndex index, bool soft_fail, const std::string& missing);

// --- subdags.cpp -----------------------------------------------------------------------------------------------------------
void run_dag(Work& work, LiveRun& run, RecordIndex index, const model::Json& rendered, bool again);
// Of a task that waits for a run that it has made.
void kill_child(Work& work, LiveRun& run, RecordIndex index);
void child_ended(Work& work, LiveRun& run, RecordIndex index, const model::Run& child, const std::string& words);
// History has no run that the task awaits by this run_id, or of the logical date of which it asked.
void child_missing(Work& work, LiveRun& run, RecordIndex index, const AwaitedRun& awaited);
void time_out_child(Work& work, LiveRun& run, RecordIndex index);

// --- approvals.cpp -----------------------------------------------------------------------------------------------------------
void ask(Work& work, LiveRun& run, RecordIndex index, const model::Json& rendered);
void time_out_question(Work& work, LiveRun& run, RecordIndex index, const model::Json& rendered);

}  // namespace weir::core
