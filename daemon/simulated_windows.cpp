#include "daemon/simulated_windows.hpp"

#include "scheduler/calendar/periods.hpp"

namespace weir::daemon {

SimulatedWindows::SimulatedWindows(const std::vector<std::shared_ptr<const model::Dag>>& dags) {
    for (const auto& dag : dags)
        for (const auto& schedule : dag->schedule) {
            const auto* windows = std::get_if<model::WindowSchedule>(&schedule);
            const auto zone =
                windows == nullptr ? std::nullopt : std::optional(calendar::Zone::find(windows->timezone));
            if (!zone || !*zone) continue;
            for (const auto& text : windows->assets) {
                auto asset = model::parse_asset(text);
                if (asset.key == "*") asset.key = "key";
                streams_.push_back({std::move(asset), windows->cover, **zone});
            }
        }
}

std::optional<model::TimePoint> SimulatedWindows::next_after(model::TimePoint t) const {
    std::optional<model::TimePoint> next;
    for (const auto& stream : streams_) {
        const auto end = calendar::period_containing(t, stream.period, stream.zone).end;
        if (!next || end < *next) next = end;
    }
    return next;
}

core::EventsReceived SimulatedWindows::tell(model::TimePoint t) {
    core::EventsReceived events{{}, "simulation", {}, {}};
    for (const auto& stream : streams_) {
        if (calendar::period_containing(t, stream.period, stream.zone).start != t) continue;
        model::CloudEvent event;
        event.id = std::to_string(++told_);
        event.source = "/simulation";
        event.type = model::kWatermark;
        event.subject = to_text(stream.asset);
        event.attributes = {{"watermark", model::format_rfc3339(t)}};
        events.events.push_back({std::move(event), ""});
    }
    return events;
}

void SimulatedWindows::note(const model::Run& run) {
    if (streams_.empty()) return;
    runs_.insert_or_assign({run.dag_id, run.run_id, std::nullopt}, run);
    if (run.logical_date) runs_.insert_or_assign({run.dag_id, "", run.logical_date}, run);
}

core::LedgerRead SimulatedWindows::read(core::LedgerQuestions questions) const {
    core::LedgerRead read;
    for (const auto& asked : questions.runs)
        if (const auto found = runs_.find(asked); found != runs_.end()) read.runs.emplace_back(asked, found->second);
    read.questions = std::move(questions);
    return read;
}

}  // namespace weir::daemon
