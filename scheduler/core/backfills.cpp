// Backfills: the runs of a range of logical dates, made a few at a time. The dates are the ticks of the DAG's cron.
// Backfill::made_through is the guard: each date is decided once, by what is known of it then, and no date gets two runs.
//
// A finished run that is to run again has its rows in history. The core asks for one at a time (FetchRun) and decides its
// date when they have come, so that a daemon which dies in between asks again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scheduler/core/ticks.hpp"
#include "scheduler/core/windows.hpp"
#include "scheduler/core/work.hpp"

namespace weir::core {

using model::BackfillState;
using model::ErrorKind;
using model::Reprocess;
using model::RunState;

namespace {

constexpr std::size_t kMostDates = 20'000;
constexpr int kMostActiveRuns = 1'000;
constexpr auto kInstant = std::chrono::microseconds{1};

using Known = std::map<TimePoint, model::DatedRun>;

// The first date that is not decided on.
std::optional<Tick> next_date(const Definition& definition, const model::Backfill& row) {
    if (row.backwards) {
        const auto tick = date_before(definition, row.made_through.value_or(row.to + kInstant));
        return tick && tick->at >= row.from ? tick : std::nullopt;
    }
    const auto tick = date_after(definition, row.made_through.value_or(row.from - kInstant));
    return tick && tick->at <= row.to ? tick : std::nullopt;
}

enum class Fate : std::uint8_t { skip, make, run_again };

Fate fate_of(Reprocess reprocess, const Known& known, TimePoint date) {
    const auto found = known.find(date);
    if (found == known.end()) return Fate::make;
    const auto state = found->second.state;
    if (!is_finished(state)) return Fate::skip;
    switch (reprocess) {
        case Reprocess::none:
            return Fate::skip;
        case Reprocess::failed:
            return state == RunState::failed ? Fate::run_again : Fate::skip;
        case Reprocess::completed:
            return Fate::run_again;
    }
    return Fate::skip;
}

// What history has, and over it what is live: that may be newer.
Known known_runs(const Definition& definition, const model::Backfill& row, const std::vector<model::DatedRun>& found) {
    Known known;
    for (const auto& run : found) known.insert_or_assign(run.date, run);
    for (const auto& [run_id, run] : definition.live)
        if (const auto& date = run->row.logical_date; date && *date >= row.from && *date <= row.to)
            known.insert_or_assign(*date, model::DatedRun{*date, run_id, run->row.state});
    return known;
}

// All dates of the range, in order; one more than kMostDates when there are too many.
std::vector<TimePoint> dates_of(const Definition& definition, model::Backfill row) {
    std::vector<TimePoint> dates;
    while (dates.size() <= kMostDates) {
        const auto tick = next_date(definition, row);
        if (!tick) break;
        dates.push_back(tick->at);
        row.made_through = tick->at;
    }
    return dates;
}

model::Error invalid(std::string message) { return {ErrorKind::invalid, std::move(message)}; }

std::optional<model::Error> refuse_range(const CreateBackfill& input, TimePoint now) {
    if (input.to < input.from)
        return invalid(fmt::format("the backfill ends ({}) before it begins ({})", model::format_rfc3339(input.to),
                                   model::format_rfc3339(input.from)));
    if (input.to > now)
        return invalid(fmt::format("the backfill ends at {}, which lies in the future (it is {})",
                                   model::format_rfc3339(input.to), model::format_rfc3339(now)));
    if (input.max_active_runs < 1 || input.max_active_runs > kMostActiveRuns)
        return invalid(
            fmt::format("max_active_runs is {}; it must be from 1 to {}", input.max_active_runs, kMostActiveRuns));
    if (input.found_dates.size() > kMostFoundDates)
        return invalid(fmt::format("DAG '{}' has more than {} runs in this range; choose a shorter one", input.dag_id,
                                   kMostFoundDates));
    return std::nullopt;
}

std::optional<model::Error> refuse(const Definition& definition, const CreateBackfill& input, TimePoint now) {
    if (definition.state.removed || !definition.plan)
        return model::Error{ErrorKind::not_found,
                            fmt::format("the file of DAG '{}' is gone; put it back to run it", input.dag_id)};
    if (!has_dates(definition))
        return invalid(
            fmt::format("DAG '{}' has no schedule, and so no dates to run; trigger it instead", input.dag_id));
    if (auto error = refuse_range(input, now)) return error;
    const auto checked = model::check_params(*definition.plan->dag, input.params);
    if (!checked.errors.empty()) return invalid(fmt::format("{}", fmt::join(checked.errors, "; ")));
    if (input.dry_run) return std::nullopt;
    for (const auto* other : definition.backfills)
        if (other->is_open())
            return model::Error{ErrorKind::conflict,
                                fmt::format("backfill {} of DAG '{}' is {}; wait for its end or cancel it first",
                                            other->row.id.value, input.dag_id, to_text(other->row.state))};
    return std::nullopt;
}

}  // namespace

void apply(Work& work, const CreateBackfill& input) {
    auto* definition = work.memory.find_definition(input.dag_id);
    if (definition == nullptr)
        return reply(work, input.request, ErrorKind::not_found, unknown_dag(work.memory, input.dag_id));
    if (const auto error = refuse(*definition, input, work.now))
        return reply(work, input.request, error->kind, error->message);
    model::Backfill row;
    row.dag_id = input.dag_id;
    row.from = input.from;
    row.to = input.to;
    row.reprocess = input.reprocess;
    row.backwards = input.backwards;
    row.max_active_runs = input.max_active_runs;
    row.params = input.params;
    row.user = input.user;
    row.created_at = work.now;
    auto known = known_runs(*definition, row, input.found_dates);
    auto dates = dates_of(*definition, row);
    if (dates.size() > kMostDates)
        return reply(work, input.request, ErrorKind::invalid,
                     fmt::format("DAG '{}' has more than {} dates in this range; choose a shorter one", input.dag_id,
                                 kMostDates));
    const auto all = dates.size();
    std::erase_if(dates,
                  [&input, &known](TimePoint date) { return fate_of(input.reprocess, known, date) == Fate::skip; });
    row.total = static_cast<std::int64_t>(dates.size());
    if (input.dry_run) {
        work.replies.push_back({input.request, nullptr, nullptr, Answer{{}, {}, {}, std::move(row), std::move(dates)}});
        return;
    }
    if (dates.empty())
        return reply(work, input.request, ErrorKind::conflict,
                     all == 0
                         ? fmt::format("the schedule of DAG '{}' has no dates in this range", input.dag_id)
                         : fmt::format("nothing is left to run: every one of these {} dates has a run; to run them "
                                       "again, reprocess failed or completed ones",
                                       all));
    row.id = work.memory.next_backfill;
    ++work.memory.next_backfill.value;
    auto& backfill = work.memory.backfills[row.id];
    backfill.row = std::move(row);
    backfill.definition = definition;
    backfill.known = std::move(known);
    definition->backfills.push_back(&backfill);
    touch(work, backfill);
    work.maybe_startable.push_back(definition);
    work.replies.push_back({input.request, nullptr, &backfill, Answer{{}, {}, {}, {}, std::move(dates)}});
}

namespace {

std::string no_such_backfill(const ChangeBackfill& input) {
    if (input.found)
        return fmt::format("backfill {} of DAG '{}' is {} already", input.id.value, input.found->dag_id,
                           to_text(input.found->state));
    return fmt::format("there is no backfill {}", input.id.value);
}

void cancel(Work& work, LiveBackfill& backfill) {
    backfill.row.state = BackfillState::canceled;
    backfill.row.ended_at = work.now;
    backfill.known.clear();
    backfill.fetching.clear();
    for (const auto& [run_after, id] : RunQueue(backfill.queued)) kill_run(work, work.memory.runs.at(id));
}

}  // namespace

void apply(Work& work, const ChangeBackfill& input) {
    const auto found = work.memory.backfills.find(input.id);
    if (found == work.memory.backfills.end() || !found->second.is_open())
        return reply(work, input.request, input.found ? ErrorKind::conflict : ErrorKind::not_found,
                     no_such_backfill(input));
    auto& backfill = found->second;
    switch (input.change) {
        case BackfillChange::pause:
            backfill.row.state = BackfillState::paused;
            break;
        case BackfillChange::unpause:
            backfill.row.state = BackfillState::running;
            break;
        case BackfillChange::cancel:
            cancel(work, backfill);
            break;
    }
    touch(work, backfill);
    work.maybe_startable.push_back(backfill.definition);
    work.replies.push_back({input.request, nullptr, &backfill, {}});
}

void remember_backfill(Work& work, const model::Backfill& row) {
    const auto [entry, is_new] = work.memory.backfills.try_emplace(row.id);
    if (!is_new) return;
    auto& backfill = entry->second;
    auto& definition = definition_of(work.memory, row.dag_id);
    backfill.row = row;
    backfill.definition = &definition;
    definition.backfills.push_back(&backfill);
    work.maybe_startable.push_back(&definition);
    work.maybe_done.insert(&backfill);
}

void restore_backfill(Work& work, const Recovered::OpenBackfill& input) {
    remember_backfill(work, input.row);
    auto& backfill = work.memory.backfills.at(input.row.id);
    if (backfill.is_open()) backfill.known = known_runs(*backfill.definition, backfill.row, input.found_dates);
}

void tell_backfills(const LiveRun& run) {
    const auto& date = run.row.logical_date;
    if (!date) return;
    for (auto* backfill : run.definition->backfills)
        if (backfill->is_open() && *date >= backfill->row.from && *date <= backfill->row.to)
            backfill->known.insert_or_assign(*date, model::DatedRun{*date, run.row.run_id, run.row.state});
}

namespace {

void count_run(Work& work, LiveBackfill& backfill) {
    ++work.backfill_runs;
    ++backfill.row.made;
    backfill.row.total = std::max(backfill.row.total, backfill.row.made);
}

void make_run(Work& work, LiveBackfill& backfill, const Tick& tick) {
    auto& definition = *backfill.definition;
    auto row = run_of_tick(definition, tick);
    row.run_id = "backfill__" + model::format_rfc3339(tick.at);
    row.type = model::RunType::backfill;
    row.triggered_by = model::TriggeredBy::backfill;
    row.triggering_user = backfill.row.user;
    row.run_after = work.now;
    row.backfill = backfill.row.id;
    // They were right when the backfill was asked for. If the DAG has changed its params since, the task that misses one
    // says so.
    auto checked = model::check_params(*definition.plan->dag, backfill.row.params);
    row.params = checked.errors.empty() ? std::move(checked.params) : backfill.row.params;
    create_run(work, definition, std::move(row));
    count_run(work, backfill);
}

void run_again(Work& work, LiveBackfill& backfill, RunHistory history) {
    auto row = newest_row(work, history.run);
    row.backfill = backfill.row.id;
    row.params.update(backfill.row.params);
    put_ended(work, std::move(row));
    auto& run = restore_on_newest(work, std::move(history));
    reset_all_tasks(work, run);
    requeue(work, run);
    count_run(work, backfill);
}

bool may_make_runs(const LiveBackfill& backfill) {
    const auto& definition = *backfill.definition;
    return backfill.row.state == BackfillState::running && backfill.fetching.empty() && definition.plan != nullptr &&
           !definition.state.removed && !definition.state.paused;
}

bool has_room(const LiveBackfill& backfill) {
    return backfill.active_runs + static_cast<int>(backfill.queued.size()) < backfill.row.max_active_runs;
}

// Decides dates until one is found that makes a run. False when none is left.
bool decide_next(Work& work, LiveBackfill& backfill) {
    while (const auto tick = next_date(*backfill.definition, backfill.row)) {
        auto fate = fate_of(backfill.row.reprocess, backfill.known, tick->at);
        if (fate == Fate::make && tick->window) {
            const WindowRun wanted{backfill.definition, "", *tick->window};
            if (!is_answered(work, wanted)) {
                work.memory.unfinished_backfills.insert(backfill.row.id);  // the next step knows
                return false;
            }
            // What is not there yet makes its run by itself when it comes, or at its deadline.
            if (!coverage_of(work, wanted, 1).complete) fate = Fate::skip;
        }
        touch(work, backfill);
        if (fate == Fate::run_again) {
            backfill.fetching = backfill.known.at(tick->at).run_id;
            work.effects.emplace_back(FetchRun{backfill.row.dag_id, backfill.fetching});
            return true;
        }
        backfill.row.made_through = tick->at;
        if (fate == Fate::skip) continue;
        make_run(work, backfill, *tick);
        return true;
    }
    return false;
}

// Complete is what has no date left and no run that has not ended.
void complete_if_done(Work& work, LiveBackfill& backfill) {
    if (!backfill.is_open() || !backfill.fetching.empty() || backfill.has_live_runs()) return;
    if (backfill.definition->plan == nullptr || next_date(*backfill.definition, backfill.row)) return;
    backfill.row.state = BackfillState::completed;
    backfill.row.ended_at = work.now;
    backfill.row.total = backfill.row.made;
    backfill.known.clear();
    touch(work, backfill);
}

}  // namespace

void advance(Work& work, LiveBackfill& backfill) {
    const auto start = [&work, &backfill] {
        if (backfill.row.state != BackfillState::paused)
            start_queued(work, *backfill.definition, backfill.queued, backfill.active_runs,
                         backfill.row.max_active_runs);
    };
    start();
    while (may_make_runs(backfill) && has_room(backfill)) {
        if (work.backfill_runs >= kMostRunsPerTurn) {
            work.memory.unfinished_backfills.insert(backfill.row.id);
            break;
        }
        if (!decide_next(work, backfill)) break;
        start();
    }
    complete_if_done(work, backfill);
}

std::vector<WindowRun> runs_of_backfills(Memory& memory) {
    std::vector<WindowRun> runs;
    for (const auto id : memory.unfinished_backfills) {
        const auto found = memory.backfills.find(id);
        if (found == memory.backfills.end()) continue;
        auto row = found->second.row;
        for (std::size_t count = 0; count < kMostRunsPerTurn; ++count) {
            const auto date = next_date(*found->second.definition, row);
            if (!date) break;
            if (date->window) runs.push_back({found->second.definition, "", *date->window});
            row.made_through = date->at;
        }
    }
    return runs;
}

void resume_backfills(Work& work) {
    for (const auto id : std::exchange(work.memory.unfinished_backfills, {}))
        if (const auto found = work.memory.backfills.find(id); found != work.memory.backfills.end())
            work.maybe_startable.push_back(found->second.definition);
}

void apply(Work& work, const RunFetched& input) {
    auto* definition = work.memory.find_definition(input.dag_id);
    if (definition == nullptr || run_fetched_for_rerun(work, input)) return;
    for (auto* backfill : definition->backfills) {
        if (backfill->fetching != input.run_id) continue;
        backfill->fetching.clear();
        work.maybe_startable.push_back(definition);
        const auto date = next_date(*definition, backfill->row);
        const auto known = date ? backfill->known.find(date->at) : backfill->known.end();
        // Meanwhile it may have run again by hand, the schedule may have changed: then advance() decides anew.
        if (known == backfill->known.end() || known->second.run_id != input.run_id ||
            is_finished(known->second.state) == false)
            continue;
        if (!input.found) {  // retention was faster
            backfill->known.erase(known);
            continue;
        }
        if (!may_make_runs(*backfill) || !has_room(*backfill)) continue;  // it is asked for again
        backfill->row.made_through = date->at;
        touch(work, *backfill);
        run_again(work, *backfill, *input.found);
    }
}

}  // namespace weir::core
