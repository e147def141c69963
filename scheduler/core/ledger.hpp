// The ledger of events and windows is history: it lies in the store. What a step must know of it, the core asks before the
// step (ledger_questions() in step.hpp), the loop looks up, and hands in with the inputs. Nothing of it is kept
// in memory from step to step.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "scheduler/core/deferrals.hpp"
#include "scheduler/model/event.hpp"
#include "scheduler/model/run.hpp"

namespace weir::core {

// source and id of a CloudEvent: with the same, it is the same.
using EventIdentity = std::pair<std::string, std::string>;

// All windows of this asset that start in [from, to).
struct WindowsFrom {
    model::AssetKey asset;
    model::TimePoint from, to;
    auto operator<=>(const WindowsFrom&) const = default;
};

struct LedgerQuestions {
    std::set<EventIdentity> events;
    std::set<WindowsFrom> windows;
    std::set<AwaitedRun> runs;
    [[nodiscard]] bool empty() const { return events.empty() && windows.empty() && runs.empty(); }
};

struct LedgerRead {
    LedgerQuestions questions;           // that were asked; those with no answer below have none
    std::set<EventIdentity> known;       // events that are there
    std::vector<model::Window> windows;  // newest revision of each
    std::vector<std::pair<AwaitedRun, model::Run>> runs;
};

}  // namespace weir::core
