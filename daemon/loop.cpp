#include "daemon/loop.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "executors/wire/failpoint.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::daemon {
namespace {

// A longer nap would notice a clock that was set, or a laptop that slept, too late.
constexpr std::chrono::seconds kLongestNap{1};
constexpr std::chrono::milliseconds kLongestRest{5};
constexpr std::chrono::minutes kHousekeepingInterval{1};
constexpr std::chrono::seconds kFirstHousekeeping{5};  // by then the start, which needs much memory, is over
constexpr std::chrono::milliseconds kDiskFullPause{1000};
constexpr std::chrono::milliseconds kPauseOfHousekeeping{100};  // a slice takes about a tenth of it

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

}  // namespace

Loop::Loop(LoopParts parts) : parts_(std::move(parts)), next_housekeeping_(parts_.clock.now() + kFirstHousekeeping) {}

core::RunHistory Loop::history_of(ports::StoredRun stored) const {
    auto dag = parts_.dag_of(stored);
    return {std::move(stored.run), std::move(dag), std::move(stored.task_instances)};
}

void Loop::recover() {
    auto stored = parts_.store.recover();
    core::Recovered recovered;
    for (auto& run : stored.live_runs) {
        auto open_tries = std::move(run.open_tries);
        recovered.runs.push_back({history_of(std::move(run)), std::move(open_tries)});
    }
    recovered.dags = std::move(stored.dags);
    recovered.versions = std::move(stored.versions);
    recovered.dates_ahead = std::move(stored.dates_ahead);
    recovered.next_run = stored.next_run;
    recovered.next_try = stored.next_try;
    recovered.next_version = stored.next_version;
    for (auto& backfill : stored.open_backfills) {
        auto dates = parts_.store.dated_runs(backfill.dag_id, backfill.from, backfill.to, core::kMostFoundDates + 1);
        recovered.backfills.push_back({std::move(backfill), std::move(dates)});
    }
    recovered.notifications = std::move(stored.open_notifications);
    recovered.assets = std::move(stored.assets);
    recovered.events = std::move(stored.open_events);
    recovered.counted_events = std::move(stored.counted_events);
    recovered.reruns = std::move(stored.reruns);
    recovered.next_event = stored.next_event;
    recovered.next_backfill = stored.next_backfill;
    recovered.next_notification = stored.next_notification;
    if (!recovered.runs.empty()) spdlog::info("recovered {} open run(s)", recovered.runs.size());

    const std::vector<core::Input> inputs{core::Input{std::move(recovered)}};
    const auto turn = core::step(state_, inputs, parts_.clock.now());
    if (!commit(turn)) return;
    release(turn);
    wake_at_ = turn.wake_at;
}

void Loop::run() {
    while (!parts_.inbox.closed()) {
        auto inputs = await_inputs(kLongestNap);
        const auto began = std::chrono::steady_clock::now();
        work_on(std::move(inputs));
        const auto worked = std::chrono::steady_clock::now() - began;
        // It rests for as long as it has worked. What comes meanwhile is one turn and one commit together: under load a turn
        // costs half as much for each report then, and where little happens the rest is over before anything comes.
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(worked, kLongestRest));
    }
}

void Loop::turn(std::chrono::microseconds patience) { work_on(await_inputs(patience)); }

std::vector<core::Input> Loop::await_inputs(std::chrono::microseconds patience) {
    if (wake_at_) patience = std::clamp(*wake_at_ - parts_.clock.now(), std::chrono::microseconds{0}, patience);
    if (!fetched_.empty()) patience = std::chrono::microseconds{0};
    auto inputs = parts_.inbox.take(patience);
    inputs.insert(inputs.begin(), std::make_move_iterator(fetched_.begin()), std::make_move_iterator(fetched_.end()));
    fetched_.clear();
    return inputs;
}

void Loop::work_on(std::vector<core::Input> inputs) {
    failpoint("turn.taken");
    const auto now = parts_.clock.now();
    if (inputs.empty() && !(wake_at_ && *wake_at_ <= now)) {
        keep_house(now, std::chrono::milliseconds{0});
        parts_.report_health({.heartbeat = now});
        return;
    }
    look_up_history(inputs, now);
    const auto turn = core::step(state_, inputs, now);
    failpoint("turn.stepped");
    if (!commit(turn)) return;
    release(turn);
    tell_next_runs(inputs, turn);
    parts_.accept_events(core::accepts_events(state_));
    wake_at_ = turn.wake_at;
    parts_.report_health({.heartbeat = now});
    keep_house(now, kPauseOfHousekeeping);
}

void Loop::keep_house(model::TimePoint now, std::chrono::milliseconds pause) {
    const bool clock_was_set_back = next_housekeeping_ > now + kHousekeepingInterval;
    if (!parts_.housekeeping || (now < next_housekeeping_ && !clock_was_set_back)) return;
    const bool more = parts_.housekeeping();
    next_housekeeping_ = now + (more ? pause : kHousekeepingInterval);
}

void Loop::look_up_history(std::vector<core::Input>& inputs, model::TimePoint now) {
    for (auto& input : inputs) {
        if (auto* trigger = std::get_if<core::TriggerRun>(&input)) {
            trigger->found_same = parts_.store.has_run(trigger->dag_id, trigger->run_id, trigger->logical_date);
            trigger->found_manual_name = trigger->run_id.empty() &&
                                         parts_.store.has_run(trigger->dag_id, core::manual_run_id(now), std::nullopt);
            if (trigger->restart_of.empty()) continue;
            if (auto stored = parts_.store.find_run(trigger->dag_id, trigger->restart_of))
                trigger->found_restarted = std::move(stored->run);
        } else if (auto* retry = std::get_if<core::RetryTasks>(&input)) {
            retry->found_run = find_history(retry->dag_id, retry->run_id);
        } else if (auto* clear = std::get_if<core::ClearTasks>(&input)) {
            look_up_runs(*clear);
        } else if (auto* mark = std::get_if<core::MarkTasks>(&input)) {
            mark->found_run = find_history(mark->dag_id, mark->run_id);
        } else if (auto* changed = std::get_if<core::ChangeRun>(&input)) {
            changed->found_run = find_history(changed->dag_id, changed->run_id);
        } else if (auto* kill = std::get_if<core::Kill>(&input)) {
            if (const auto stored = parts_.store.find_run(kill->dag_id, kill->run_id))
                kill->found_state = stored->run.state;
        } else if (auto* loaded = std::get_if<core::DagLoaded>(&input)) {
            if (std::ranges::none_of(loaded->dag->tasks, &model::Task::depends_on_past)) continue;
            for (auto& run : parts_.store.ended_runs(loaded->dag->id, int{core::kMostPastRuns}))
                loaded->found_past.push_back({std::move(run.run), nullptr, std::move(run.task_instances)});
        } else if (auto* backfill = std::get_if<core::CreateBackfill>(&input)) {
            backfill->found_dates =
                parts_.store.dated_runs(backfill->dag_id, backfill->from, backfill->to, core::kMostFoundDates + 1);
        } else if (auto* change = std::get_if<core::ChangeBackfill>(&input)) {
            change->found = parts_.store.find_backfill(change->id);
        } else if (auto* replay = std::get_if<core::ReplayEvent>(&input)) {
            replay->found = parts_.store.find_event(replay->id);
        }
    }
    // Last, since a replay's questions follow from what was found.
    auto questions = core::ledger_questions(state_, inputs, now);
    if (!questions.empty()) inputs.insert(inputs.begin(), parts_.store.read_ledger(std::move(questions)));
}

bool Loop::commit(const core::Turn& turn) {
    if (turn.changes.empty()) return true;
    // Memory is ahead of the disk now, so nothing else may happen until this turn is written: no launch, no reply.
    // Tasks that run already go on; their exits wait at the supervisor.
    failpoint("turn.before_commit");
    bool said = false;
    while (parts_.store.commit(turn.changes) == ports::CommitOutcome::disk_full) {
        if (!said) spdlog::error("the disk of the database is full: no task starts until there is room");
        said = true;
        parts_.report_health({.database_healthy = false,
                              .problem = "the disk of the database is full; no task starts until there is room",
                              .heartbeat = parts_.clock.now()});
        if (parts_.inbox.closed()) {
            // Stopping: what is not written has not happened. The exits will be delivered again.
            spdlog::error("stopped with a full disk; the last turn was not written and will be decided anew");
            return false;
        }
        std::this_thread::sleep_for(kDiskFullPause);
    }
    failpoint("turn.committed");
    if (said) spdlog::info("the disk has room again");
    if (parts_.committed) parts_.committed(turn);
    return true;
}

void Loop::release(const core::Turn& turn) {
    // One batch an executor and kind: a turn may hold thousands.
    std::map<std::string, std::vector<core::Launch>> launches;
    std::map<std::string, std::vector<model::TryId>> kills;
    std::map<std::string, std::vector<model::TryId>> acknowledged;
    for (const auto& effect : turn.effects) {
        std::visit(Overloaded{
                       [&launches](const core::Launch& launch) { launches[launch.executor].push_back(launch); },
                       [&kills](const core::KillTry& kill) { kills[kill.executor].push_back(kill.id); },
                       [&acknowledged](const core::Acknowledge& ack) { acknowledged[ack.executor].push_back(ack.id); },
                       [this](const core::FetchRun& fetch) { this->fetch(fetch); },
                       [this](const core::Reply& reply) { parts_.answer(reply); },
                       [this](const core::Explained& answer) { parts_.explained(answer); },
                       [this](const core::EventsTaken& taken) { parts_.taken(taken); },
                       [](const core::Note& note) { spdlog::warn("{}", note.text); },
                       [this](const core::LookUpRun& asked) {
                           const auto& what = asked.what;
                           parts_.inbox.post(core::RunFound{
                               what, parts_.store.find_row(what.dag_id, what.run_id, what.logical_date)});
                       },
                   },
                   effect);
    }
    const auto executor = [this](const std::string& name) -> ports::Executor& {
        const auto found = parts_.executors.find(name);
        model::invariant(found != parts_.executors.end(), "an effect names an executor that exists");
        return *found->second;
    };
    for (const auto& [name, tries] : acknowledged) executor(name).acknowledge(tries);
    failpoint("turn.acknowledged");
    // A try may be launched and killed in one turn: the kill would find nothing to end.
    for (const auto& [name, batch] : launches) executor(name).launch(batch);
    failpoint("turn.launched");
    for (const auto& [name, tries] : kills) executor(name).kill(tries);
    failpoint("turn.released");
}

std::optional<core::RunHistory> Loop::find_history(const std::string& dag_id, const std::string& run_id) const {
    auto stored = parts_.store.find_run(dag_id, run_id);
    if (!stored) return std::nullopt;
    auto history = history_of(std::move(*stored));
    if (history.run.backfill.value != 0) history.backfill = parts_.store.find_backfill(history.run.backfill);
    return history;
}

void Loop::look_up_runs(core::ClearTasks& clear) const {
    std::vector<std::string> run_ids{clear.run_id};
    if (clear.range) {
        const auto dated =
            parts_.store.dated_runs(clear.dag_id, clear.range->from, clear.range->to, core::kMostRunsCleared + 1);
        clear.found_too_many = dated.size() > core::kMostRunsCleared;
        run_ids.clear();
        for (const auto& run : dated)
            if (!clear.found_too_many && model::is_finished(run.state)) run_ids.push_back(run.run_id);
    }
    for (const auto& run_id : run_ids)
        if (auto found = find_history(clear.dag_id, run_id)) clear.found_runs.push_back(std::move(*found));
}

void Loop::fetch(const core::FetchRun& effect) {
    fetched_.emplace_back(core::RunFetched{effect.dag_id, effect.run_id, find_history(effect.dag_id, effect.run_id)});
}

void Loop::tell_next_runs(const std::vector<core::Input>& inputs, const core::Turn& turn) {
    if (!parts_.rescheduled) return;
    std::map<std::string, std::optional<model::TimePoint>> next_runs;
    for (const auto& input : inputs)
        if (const auto* loaded = std::get_if<core::DagLoaded>(&input)) next_runs[loaded->dag->id];
    for (const auto& change : turn.changes)
        if (const auto* dag = std::get_if<model::DagState>(&change)) next_runs[dag->dag_id];
    if (next_runs.empty()) return;
    for (auto& [dag_id, next] : next_runs) next = core::next_run_at(state_, dag_id);
    parts_.rescheduled(next_runs);
}

}  // namespace weir::daemon
