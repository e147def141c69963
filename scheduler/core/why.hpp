// In words: what a DAG, a run or a task waits for, or what it is doing. Reads the core's memory and changes nothing, so it
// tells of what is open; how finished runs ended is in history. The command Explain asks it.
#pragma once

#include "scheduler/core/inputs.hpp"
#include "scheduler/core/turn.hpp"
#include "scheduler/model/result.hpp"

namespace weir::core {

struct Work;

// kind not_found when there is no such DAG or task, or no such run among the queued and running ones.
// Of the ledger it knows what ledger_questions() has asked for.
[[nodiscard]] model::Result<Explanation> explain(Work& work, const Explain& question);

}  // namespace weir::core
