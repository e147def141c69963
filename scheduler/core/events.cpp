#include "scheduler/core/work.hpp"

namespace weir::core {

void apply(Work&, const LedgerRead&) {}
void apply(Work&, const EventsReceived&) {}
void apply(Work&, const ReplayEvent&) {}

LedgerQuestions ledger_questions(const State&, std::span<const Input>, TimePoint) { return {}; }
bool accepts_events(const State&) { return true; }

}  // namespace weir::core
