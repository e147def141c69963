// Making a run by hand, pausing. Each command is answered once, with words that say what to do instead.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scheduler/core/work.hpp"
#include "scheduler/model/nearest.hpp"

namespace weir::core {

using model::ErrorKind;

std::string unknown_dag(const Memory& memory, std::string_view dag_id) {
    std::vector<std::string> known;
    for (const auto& [id, definition] : memory.definitions)
        if (!definition.state.removed) known.push_back(id);
    return fmt::format("there is no DAG '{}'{}", dag_id, model::did_you_mean(dag_id, known));
}

namespace {

struct Refusal {
    ErrorKind kind;
    std::string message;
};

constexpr std::size_t kLongestRunId = 250;
constexpr std::size_t kMostQueuedByHand = 1000;  // of one DAG: a script that triggers in a loop must not fill memory

// A run_id names a folder of logs and stands in URLs.
std::optional<Refusal> check_run_id(std::string_view run_id) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_.~:+-").find(c) != std::string_view::npos;
    };
    if (run_id.size() > kLongestRunId)
        return Refusal{ErrorKind::invalid,
                       fmt::format("run_id has {} characters; the most is {}", run_id.size(), kLongestRunId)};
    if (!std::ranges::all_of(run_id, allowed))
        return Refusal{ErrorKind::invalid,
                       fmt::format("run_id '{}' may hold only letters, digits and _ . ~ : + -", run_id)};
    if (run_id == "." || run_id == "..")
        return Refusal{ErrorKind::invalid, fmt::format("run_id '{}' is a folder's name; choose another", run_id)};
    if (run_id == "~" || run_id == "latest")
        return Refusal{ErrorKind::invalid, fmt::format("run_id '{}' means {}; choose another", run_id,
                                                       run_id == "~" ? "all runs" : "the newest run")};
    for (const std::string_view taken : {"scheduled__", "backfill__", "dag__", "window__", "event__"})
        if (run_id.starts_with(taken))
            return Refusal{
                ErrorKind::invalid,
                fmt::format("run_id '{}' begins with '{}', which Weir keeps for its own runs", run_id, taken)};
    return std::nullopt;
}

std::optional<Refusal> check_dates(const Definition& definition, const TriggerRun& input, TimePoint now) {
    if (input.logical_date && *input.logical_date > now)
        return Refusal{ErrorKind::invalid,
                       fmt::format("logical_date {} lies in the future (it is {})",
                                   model::format_rfc3339(*input.logical_date), model::format_rfc3339(now))};
    if (input.data_interval && input.data_interval->end < input.data_interval->start)
        return Refusal{ErrorKind::invalid, "data_interval ends before it starts"};
    if (has_live_date(definition, input.logical_date))
        return Refusal{ErrorKind::conflict,
                       fmt::format("DAG '{}' has a run with logical_date {} already", definition.dag_id(),
                                   model::format_rfc3339(*input.logical_date))};
    return std::nullopt;
}

std::optional<Refusal> refuse(const Memory& memory, const TriggerRun& input, TimePoint now) {
    const auto found = memory.definitions.find(input.dag_id);
    if (found == memory.definitions.end()) return Refusal{ErrorKind::not_found, unknown_dag(memory, input.dag_id)};
    const auto& definition = found->second;
    if (definition.state.removed || !definition.plan)
        return Refusal{ErrorKind::not_found,
                       fmt::format("the file of DAG '{}' is gone; put it back to run it", input.dag_id)};
    if (definition.queued.size() >= kMostQueuedByHand)
        return Refusal{ErrorKind::unavailable,
                       fmt::format("{} runs of DAG '{}' wait already; {}", definition.queued.size(), input.dag_id,
                                   definition.state.paused ? "unpause it first" : "try again when some have started")};
    if (auto refusal = check_run_id(input.run_id)) return refusal;
    if (auto refusal = check_dates(definition, input, now)) return refusal;
    if (input.found_same || (!input.run_id.empty() && definition.live.contains(input.run_id))) {
        const auto what = input.run_id.empty() ? std::string("this logical_date")
                                               : fmt::format("run_id '{}' or this logical_date", input.run_id);
        return Refusal{ErrorKind::conflict, fmt::format("DAG '{}' has a run with {} already", input.dag_id, what)};
    }
    return std::nullopt;
}

const model::Run* restarted_run(const Definition& definition, const TriggerRun& input) {
    const auto live = definition.live.find(input.restart_of);
    if (live != definition.live.end()) return &live->second->row;
    return input.found_restarted ? &*input.found_restarted : nullptr;
}

// Where the name is taken, the run's number makes it another: no two runs have the same.
std::string made_up_run_id(const Memory& memory, Definition& definition, const TriggerRun& input, TimePoint now) {
    auto run_id = manual_run_id(now);
    const bool again = std::exchange(definition.last_manual_at, now) == now;
    if (again || input.found_manual_name || definition.live.contains(run_id))
        run_id += fmt::format("_{}", memory.next_run.value);
    return run_id;
}

}  // namespace

std::string manual_run_id(TimePoint now) { return "manual__" + model::format_rfc3339(now); }

// A run by hand of a paused DAG is queued and starts when the DAG is unpaused, as in Airflow 3. Without a logical_date
// it has none (again as there) and can never stand in the way of a tick.
void apply(Work& work, const TriggerRun& input) {
    if (const auto refusal = refuse(work.memory, input, work.now))
        return reply(work, input.request, refusal->kind, refusal->message);
    auto& definition = *work.memory.find_definition(input.dag_id);
    const auto* restarted = restarted_run(definition, input);
    if (!input.restart_of.empty() && restarted == nullptr)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("there is no run '{}' of DAG '{}' to restart", input.restart_of, input.dag_id));
    auto given = restarted != nullptr ? restarted->params : model::Json::object();
    given.update(input.params);
    auto checked = model::check_params(*definition.plan->dag, given);
    if (!checked.errors.empty())
        return reply(work, input.request, ErrorKind::invalid, fmt::format("{}", fmt::join(checked.errors, "; ")));

    auto derived = manual_interval(definition, input.logical_date.value_or(work.now));
    model::Run row;
    row.dag_id = input.dag_id;
    row.run_id = input.run_id.empty() ? made_up_run_id(work.memory, definition, input, work.now) : input.run_id;
    row.type = model::RunType::manual;
    row.triggered_by = input.triggered_by;
    row.triggering_user = input.user;
    row.logical_date = input.logical_date;
    row.data_interval = input.data_interval.value_or(derived.interval);
    row.timezone = std::move(derived.timezone);
    if (restarted != nullptr && !input.logical_date && !input.data_interval) {
        row.data_interval = restarted->data_interval;
        row.timezone = restarted->timezone;
    }
    row.restart_of = input.restart_of;
    row.run_after = work.now;
    row.params = std::move(checked.params);
    row.note = input.note;
    auto& run = create_run(work, definition, std::move(row));
    work.replies.emplace_back(input.request, &run);
}

void apply(Work& work, const SetPaused& input) {
    auto* definition = work.memory.find_definition(input.dag_id);
    if (definition == nullptr)
        return reply(work, input.request, ErrorKind::not_found, unknown_dag(work.memory, input.dag_id));
    if (definition->state.paused != input.paused) {
        definition->state.paused = input.paused;
        definition->paused_since = input.paused ? std::optional(work.now) : std::nullopt;
        if (!input.paused) definition->state.failed_in_a_row = 0;
        touch(work, *definition);
        if (!input.paused) {
            definition->watched_since = work.now;
            work.maybe_startable.push_back(definition);
        }
        arm(work.memory, *definition);
    }
    Answer answer;
    answer.run.dag_id = input.dag_id;
    work.replies.push_back({input.request, nullptr, nullptr, std::move(answer)});
}

}  // namespace weir::core
