// Events from outside, and those that tasks produce: each becomes one line of the ledger, with what became of it.
#include <fmt/format.h>

#include "scheduler/core/windows.hpp"

namespace weir::core {

using model::CloudEvent;
using model::Disposition;
using model::ErrorKind;
using model::Event;
using model::EventId;
using model::Json;

namespace {

constexpr std::string_view kNextRevision = "next";

EventId next_event(Memory& memory) {
    const auto id = memory.next_event;
    ++memory.next_event.value;
    return id;
}

void judge(Work& work, Event& event) {
    Judgement judgement;
    if (event.event.type == model::kWindowCompleted) {
        const auto report = read_window(event.event, work.now);
        if (report)
            take_window(work, event, *report, judgement);
        else
            judgement.reject(report.error().message);
    } else if (event.event.type == model::kWatermark) {
        const auto report = read_watermark(event.event, work.now);
        if (report)
            take_watermark(work, event, *report, judgement);
        else
            judgement.reject(report.error().message);
    }
    if (!judgement.is_rejected()) offer_to_schedules(work, event, judgement);
    judgement.write_to(event);
}

// The same event again, by whichever road: nothing follows from it.
Event take(Work& work, Event event) {
    event.id = next_event(work.memory);
    event.received_at = work.now;
    if (!work.ledger.take({event.event.source, event.event.id})) {
        event.disposition = Disposition::duplicate;
        event.reason = "an event with this source and id was taken before";
        event.event.data = nullptr;
    } else {
        judge(work, event);
    }
    work.ledger_rows.emplace_back(event);
    return event;
}

Event reject(Work& work, Event event, const IncomingEvent& incoming) {
    event.id = next_event(work.memory);
    event.received_at = work.now;
    event.event.data = incoming.raw;
    event.disposition = Disposition::rejected;
    event.reason = incoming.fault;
    work.ledger_rows.emplace_back(event);
    return event;
}

}  // namespace

void apply(Work& work, const LedgerRead& input) { work.ledger.add(input); }

void apply(Work& work, const EventsReceived& input) {
    EventsTaken taken{input.receipt, {}};
    for (const auto& incoming : input.events) {
        Event event;
        event.source = input.source;
        event.position = incoming.position;
        event.event = incoming.event;
        taken.events.push_back(incoming.fault.empty() ? take(work, std::move(event))
                                                      : reject(work, std::move(event), incoming));
    }
    for (const auto& position : input.positions) work.ledger_rows.emplace_back(position);
    work.effects.emplace_back(std::move(taken));
}

void apply(Work& work, const ReplayEvent& input) {
    if (!input.found)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("there is no event {}; old ones are removed by retention", input.id.value));
    auto old = *input.found;
    if (old.disposition != Disposition::rejected)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("event {} was not rejected: it is {}", input.id.value, to_text(old.disposition)));
    if (old.event.id.empty())
        return reply(work, input.request, ErrorKind::invalid,
                     fmt::format("event {} could not be read ({}), so there is nothing to replay; its source has to "
                                 "send it again",
                                 input.id.value, old.reason));
    Event again;
    again.source = old.source;
    again.position = old.position;
    again.event = old.event;
    again.replay_of = old.id;
    again = take(work, std::move(again));
    old.disposition = Disposition::replayed;
    old.reason = fmt::format("replayed as event {}; it was: {}", again.id.value, old.reason);
    work.ledger_rows.emplace_back(std::move(old));
    Answer answer;
    answer.event = std::move(again);
    work.replies.push_back({input.request, nullptr, nullptr, std::move(answer)});
}

void produce_assets(Work& work, const LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    if (run.is_instance(index)) return;  // the task as a whole tells
    for (const auto& asset : task.produces) {
        const auto& interval = run.row.data_interval;
        const bool has_window = interval && interval->start < interval->end;
        Event event;
        event.id = next_event(work.memory);
        event.source = "tasks";
        event.received_at = work.now;
        event.disposition = Disposition::pending;
        event.event.id = fmt::format("{}/{}/{}/{}", run.row.run_id, task.id, asset, event.id.value);
        event.event.source = "/dags/" + run.row.dag_id;
        event.event.type = has_window ? model::kWindowCompleted : model::kAssetUpdated;
        event.event.subject = asset;
        event.event.time = work.now;
        if (has_window)
            event.event.attributes = {{"windowstart", model::format_rfc3339(interval->start)},
                                      {"windowend", model::format_rfc3339(interval->end)},
                                      {"revision", kNextRevision}};
        work.ledger_rows.emplace_back(event);
        work.memory.produced_events.push_back(std::move(event));
    }
}

void take_produced(Work& work) {
    // Those of this very step come in the next: the ledger was not asked about them.
    for (auto count = work.produced_before; count > 0; --count) {
        auto event = std::move(work.memory.produced_events.front());
        work.memory.produced_events.pop_front();
        judge(work, event);
        work.ledger_rows.emplace_back(std::move(event));
    }
}

}  // namespace weir::core
