// What the core remembers of tasks that wait for something outside: a look that finds something, a time, another run, a
// person. Kept beside the task records, since few tasks have it. deferrals.cpp changes it.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/ids.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

// A run that tasks wait for: by run_id, or (where that is empty) by its logical date.
struct AwaitedRun {
    std::string dag_id;
    std::string run_id;
    std::optional<model::TimePoint> logical_date;
    auto operator<=>(const AwaitedRun&) const = default;
};

// Under this name the outputs of an `approve` keep its settings, rendered: what was asked.
inline constexpr const char* kQuestion = "question";

struct Waiting {
    std::optional<model::TimePoint> since;    // TaskInstance::waits_since
    model::TryId last_look;                   // on record until the next look takes its place
    std::optional<model::TimePoint> wake_at;  // while deferred: has a timer
    std::optional<AwaitedRun> run;            // while deferred: is in Memory::awaited
};

// What happens by itself once its time has come.
struct Timer {
    enum class Kind : std::uint8_t { deferral, run_deadline, task_deadline, run_retry, delivery };
    model::TimePoint at = {};
    Kind kind = Kind::deferral;
    model::RunId run = {};
    std::uint32_t task = 0;  // into LiveRun::tasks
    model::NotificationId notification = {};
    auto operator<=>(const Timer&) const = default;
};

}  // namespace weir::core
