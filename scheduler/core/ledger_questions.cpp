// What a step must know of the ledger, by what its inputs are about. Too much does no harm; too little is asked for again in
// the next step (see look_later()).
#include "scheduler/core/windows.hpp"

namespace weir::core {

namespace {

class Asking {
   public:
    Asking(Memory& memory, TimePoint now) : memory_(memory), now_(now) {}

    void ask_about(const EventsReceived& input) {
        for (const auto& incoming : input.events) {
            if (!incoming.fault.empty()) continue;
            ask_about(incoming.event);
        }
    }
    void ask_about(const ReplayEvent& input) {
        if (input.found) ask_about(input.found->event);
    }
    void ask_about(const model::CloudEvent& event) {
        questions_.events.insert({event.source, event.id});
        if (event.type == model::kWindowCompleted) {
            if (const auto report = read_window(event, now_)) ask_about(*report);
        } else if (event.type == model::kWatermark) {
            if (const auto report = read_watermark(event, now_)) ask_about(*report);
        }
    }
    void ask_about(const WindowRun& wanted) { ask(questions_, memory_, wanted); }

    // Each stretch of an asset once.
    LedgerQuestions finish() {
        std::set<WindowsFrom> merged;
        for (const auto& asked : std::exchange(questions_.windows, {})) {
            if (!merged.empty()) {
                auto last = *merged.rbegin();
                if (last.asset == asked.asset && asked.from <= last.to) {
                    merged.erase(last);
                    last.to = std::max(last.to, asked.to);
                    merged.insert(last);
                    continue;
                }
            }
            merged.insert(asked);
        }
        questions_.windows = std::move(merged);
        return std::move(questions_);
    }

   private:
    void ask_about(const WindowReport& report) {
        questions_.windows.insert({report.asset, report.window.start, report.window.end});
        for (const auto& wanted : window_runs(memory_, report.asset, report.window.start, report.window.end))
            ask_about(wanted);
    }
    void ask_about(const WatermarkReport& report) {
        // As the inputs before it will have moved it.
        auto [before, is_new] = watermarks_.try_emplace(report.asset, std::nullopt);
        if (is_new)
            if (const auto known = memory_.assets.find(report.asset); known != memory_.assets.end())
                before->second = known->second.watermark;
        for (const auto& wanted :
             window_runs(memory_, report.asset, first_moment_of(report, before->second), report.watermark))
            ask_about(wanted);
        if (!before->second || *before->second < report.watermark) before->second = report.watermark;
    }

    Memory& memory_;
    TimePoint now_;
    LedgerQuestions questions_;
    std::map<model::AssetKey, std::optional<TimePoint>> watermarks_;
};

}  // namespace

LedgerQuestions ledger_questions(State& state, std::span<const Input> inputs, TimePoint now) {
    auto& memory = state.memory();
    Asking asking(memory, now);
    for (const auto& input : inputs) {
        if (const auto* received = std::get_if<EventsReceived>(&input)) asking.ask_about(*received);
        if (const auto* replay = std::get_if<ReplayEvent>(&input)) asking.ask_about(*replay);
    }
    for (const auto& event : memory.produced_events) asking.ask_about(event.event);
    for (const auto& wanted : runs_to_look_at(memory)) asking.ask_about(wanted);
    for (const auto& wanted : runs_of_backfills(memory)) asking.ask_about(wanted);
    for (const auto& input : inputs)
        if (const auto* explain = std::get_if<Explain>(&input); explain != nullptr && !explain->run_id)
            for (const auto& wanted : runs_to_explain(memory, explain->dag_id, now)) asking.ask_about(wanted);
    for (const auto& [at, dag_id] : memory.event_timers) {
        if (at > now) break;
        auto& definition = *memory.find_definition(dag_id);
        if (const auto due = next_deadline(memory, definition); due && *due <= now)
            for (const auto& wanted : runs_at_deadline(memory, definition)) asking.ask_about(wanted);
    }
    return asking.finish();
}

}  // namespace weir::core
