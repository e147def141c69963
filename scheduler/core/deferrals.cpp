// Tasks that wait without holding a process or a slot. A look of `wait` is a short try; between looks the task is
// up_for_reschedule. All else (a time, another run, a person) the core itself waits for: the task is deferred.
#include "scheduler/core/deferrals.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scheduler/core/launch.hpp"
#include "scheduler/core/retries.hpp"
#include "scheduler/core/wait_settings.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::ErrorKind;
using model::Json;
using model::OperatorKind;
using model::TaskState;

namespace {

// The last look happens at the timeout itself, and gets this long.
constexpr model::Duration kLastLook = std::chrono::minutes{1};

OperatorKind kind_of(const model::Task& task) { return std::get<model::OperatorCall>(task.action).kind; }

model::Duration timeout_of(const model::Task& task) {
    if (task.timeout.count() > 0 || !is_wait(task)) return task.timeout;
    return model::kDefaultWaitTimeout;
}

void finish_now(Work& work, LiveRun& run, RecordIndex index, TaskState state, std::string reason) {
    finish_task(work, run, index, state, std::move(reason), work.now);
}

}  // namespace

// --- looks -------------------------------------------------------------------------------------------------------------

bool looks_again(const LiveRun& run, RecordIndex index) {
    const auto waiting = run.waiting.find(index);
    return waiting != run.waiting.end() && waiting->second.last_look;
}

void begin_look(Work& work, LiveRun& run, RecordIndex index) {
    auto& since = run.waiting[index].since;
    if (!since) since = work.now;
}

void replace_look(Work& work, LiveRun& run, RecordIndex index) {
    auto& last = run.waiting.at(index).last_look;
    if (last) work.erased_tries.push_back({std::exchange(last, {})});
}

model::Duration time_for(const LiveRun& run, RecordIndex index, TimePoint start) {
    const auto& task = run.task(index);
    const auto waiting = run.waiting.find(index);
    if (!is_wait(task) || waiting == run.waiting.end() || !waiting->second.since) return task.timeout;
    const auto left = *waiting->second.since + timeout_of(task) - start;
    return std::max(std::chrono::floor<model::Duration>(left), kLastLook);
}

namespace {

// A wait that has run out of time is not tried again, as in Airflow: its time was for all tries together.
void time_out_wait(Work& work, LiveRun& run, RecordIndex index, bool soft_fail, const std::string& missing) {
    auto reason = fmt::format("timed out after {}", model::format_duration(timeout_of(run.task(index))));
    if (!missing.empty()) reason += ": " + missing;
    finish_now(work, run, index, soft_fail ? TaskState::skipped : TaskState::failed, std::move(reason));
}

}  // namespace

void look_again(Work& work, LiveRun& run, RecordIndex index, model::TryId look, std::string missing) {
    auto& waiting = run.waiting[index];
    waiting.last_look = look;
    if (!waiting.since) waiting.since = work.now;
    const auto over = *waiting.since + timeout_of(run.task(index));
    const auto rendered = rendered_settings(run, index);
    const auto settings = rendered ? read_wait(*rendered, run.row) : rendered.error();
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    if (work.now >= over) return time_out_wait(work, run, index, settings->soft_fail, missing);
    auto& record = run.tasks[index];
    record.reason = missing.empty() ? model::kNotYet : fmt::format("{}: {}", model::kNotYet, missing);
    record.retry_at = std::min(work.now + settings->interval, over);
    set_state(work, run, index, TaskState::up_for_reschedule);
}

// --- deferred: timers and awaited runs -------------------------------------------------------------------------------------

namespace {

void wake_at(Work& work, LiveRun& run, RecordIndex index, TimePoint at) {
    auto& waiting = run.waiting.at(index);
    model::invariant(!waiting.wake_at, "a deferred task has one timer");
    waiting.wake_at = at;
    work.memory.timers.insert({at, Timer::Kind::deferral, run.row.id, index});
}

// Its timer is the end of its patience, where it has one.
void arm_timeout(Work& work, LiveRun& run, RecordIndex index) {
    const auto timeout = timeout_of(run.task(index));
    if (timeout.count() > 0) wake_at(work, run, index, *run.waiting.at(index).since + timeout);
}

// Whoever ends it, the run's end (or that it has ended already) comes to awaited_ended().
void await(Work& work, LiveRun& run, RecordIndex index, AwaitedRun awaited) {
    work.memory.awaited[awaited].emplace(run.row.id, index);
    run.waiting.at(index).run = awaited;
    const auto* definition = work.memory.find_definition(awaited.dag_id);
    const auto is_it = [&awaited](const auto& entry) {
        const auto& row = entry.second->row;
        return awaited.run_id.empty() ? row.logical_date == awaited.logical_date : row.run_id == awaited.run_id;
    };
    // A run that ended in this very step is live until the step ends; history will have it.
    const bool live = definition != nullptr && std::ranges::any_of(definition->live, [&is_it](const auto& entry) {
                          return is_it(entry) && !is_finished(entry.second->row.state);
                      });
    if (!live) work.effects.emplace_back(LookUpRun{std::move(awaited)});
}

void stop_awaiting(Memory& memory, LiveRun& run, RecordIndex index) {
    auto& waiting = run.waiting.at(index);
    if (!waiting.run) return;
    const auto awaited = memory.awaited.find(*waiting.run);
    awaited->second.erase({run.row.id, index});
    if (awaited->second.empty()) memory.awaited.erase(awaited);
    waiting.run.reset();
}

void fail_or_retry(Work& work, LiveRun& run, RecordIndex index, std::string reason) {
    auto& record = run.tasks[index];
    const auto& policy = run.task(index).retry;
    if (record.try_number >= record.max_tries)
        return finish_now(work, run, index, TaskState::failed, std::move(reason));
    const int failures = std::max(record.try_number - (record.max_tries - policy.retries - 1), 1);
    const model::TryId seed{run.row.id.value * 1'000'003 + index};  // for the jitter
    record.reason = std::move(reason);
    record.ended_at = work.now;
    record.retry_at = work.now + retry_delay(policy, failures, seed);
    set_state(work, run, index, TaskState::up_for_retry);
}

// --- dag -------------------------------------------------------------------------------------------------------------------

// The same for each try of a task, whatever dies in between; another one for the next try.
std::string child_run_id(const LiveRun& run, RecordIndex index) {
    const auto& record = run.tasks[index];
    const auto instance = record.map_index < 0 ? "" : fmt::format("_{}", record.map_index);
    // The number instead of the run_id, which may be long, and used again once retention has removed its run.
    return fmt::format("dag__{}.{}__{}{}__{}", run.row.dag_id, run.row.id.value, run.task(index).id, instance,
                       record.try_number);
}

std::vector<std::string> ancestors_of(const LiveRun& run) {
    std::vector<std::string> ancestors;
    if (run.row.parent.is_object())
        for (const auto& dag_id : run.row.parent.value("ancestors", Json::array()))
            if (dag_id.is_string()) ancestors.push_back(dag_id.get<std::string>());
    ancestors.push_back(run.row.dag_id);
    return ancestors;
}

model::Result<Definition*> definition_to_run(Work& work, const LiveRun& run, const DagSettings& settings) {
    auto* definition = work.memory.find_definition(settings.dag_id);
    if (definition == nullptr) return model::Error{ErrorKind::not_found, unknown_dag(work.memory, settings.dag_id)};
    if (definition->state.removed || !definition->plan)
        return model::Error{ErrorKind::not_found,
                            fmt::format("the file of DAG '{}' is gone; put it back to run it", settings.dag_id)};
    const auto ancestors = ancestors_of(run);
    if (std::ranges::find(ancestors, settings.dag_id) != ancestors.end())
        return model::Error{ErrorKind::conflict,
                            fmt::format("DAG '{0}' would run itself without end: {1} -> {0}; break the circle",
                                        settings.dag_id, fmt::join(ancestors, " -> "))};
    return definition;
}

std::string date_is_taken(const DagSettings& settings) {
    return fmt::format("DAG '{}' has a run with logical_date {} already", settings.dag_id,
                       model::format_rfc3339(*settings.logical_date));
}

bool has_live_date(const Definition& definition, const std::optional<TimePoint>& date) {
    return date && std::ranges::any_of(definition.live,
                                       [&date](const auto& entry) { return entry.second->row.logical_date == date; });
}

// Queues the run of the other DAG, or says in words why not. History has no run of its logical date.
model::Result<LiveRun*> make_child(Work& work, LiveRun& run, RecordIndex index, const DagSettings& settings) {
    const auto found = definition_to_run(work, run, settings);
    if (!found) return found.error();
    auto& definition = **found;
    if (has_live_date(definition, settings.logical_date))
        return model::Error{ErrorKind::conflict, date_is_taken(settings)};
    auto checked = model::check_params(*definition.plan->dag, settings.params);
    if (!checked.errors.empty())
        return model::Error{ErrorKind::invalid,
                            fmt::format("params of DAG '{}': {}", settings.dag_id, fmt::join(checked.errors, "; "))};
    model::Run row;
    row.dag_id = settings.dag_id;
    row.run_id = child_run_id(run, index);
    row.type = model::RunType::manual;
    row.triggered_by = model::TriggeredBy::operator_;
    row.triggering_user = run.row.triggering_user;
    row.logical_date = settings.logical_date;
    row.data_interval = run.row.data_interval;
    row.timezone = run.row.timezone;
    if (settings.logical_date) {
        auto derived = manual_interval(definition, *settings.logical_date);
        row.data_interval = derived.interval;
        row.timezone = std::move(derived.timezone);
    }
    row.run_after = work.now;
    row.params = std::move(checked.params);
    row.parent = {{"dag_id", run.row.dag_id},
                  {"run_id", run.row.run_id},
                  {"task_id", run.task(index).id},
                  {"map_index", run.tasks[index].map_index},
                  {"ancestors", ancestors_of(run)}};
    const auto& through = definition.state.scheduled_through;
    if (row.logical_date && through && *row.logical_date > *through) definition.dates_ahead.insert(*row.logical_date);
    return &create_run(work, definition, std::move(row));
}

// "task 'load' failed (exit code 3)" for the first that failed, as far as the run is still live.
std::string words_of_failure(const LiveRun* child) {
    if (child == nullptr) return "";
    for (RecordIndex index = 0; index < child->tasks.size(); ++index)
        if (const auto& record = child->tasks[index]; record.state == TaskState::failed)
            return fmt::format(": task '{}' failed{}", child->task(index).id,
                               record.reason.empty() ? "" : " (" + record.reason + ")");
    return "";
}

void kill_child(Work& work, LiveRun& run, RecordIndex index) {
    if (kind_of(run.task(index)) != OperatorKind::dag) return;
    const auto waiting = run.waiting.find(index);
    if (waiting == run.waiting.end() || !waiting->second.run) return;
    auto* child = work.memory.find_run(waiting->second.run->dag_id, waiting->second.run->run_id);
    if (child != nullptr && !is_finished(child->row.state)) kill_run(work, *child);
}

// --- how each kind begins to wait; again after a restart ---------------------------------------------------------------------

void wait_for(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_wait(rendered, run.row);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    const auto since = *run.waiting.at(index).since;
    auto& reason = run.tasks[index].reason;
    std::optional<TimePoint> due;
    if (const auto* until = std::get_if<UntilTime>(&settings->what)) due = until->at;
    if (const auto* length = std::get_if<ForTime>(&settings->what)) due = since + length->length;
    if (due) {
        if (*due <= work.now) return finish_now(work, run, index, TaskState::success, "");
        reason = "waits until " + model::format_rfc3339(std::chrono::ceil<std::chrono::seconds>(*due));
        return wake_at(work, run, index, std::min(*due, since + timeout_of(run.task(index))));
    }
    const auto& other = std::get<ForRun>(settings->what);
    reason =
        fmt::format("waits for the run of DAG '{}' of {}", other.dag_id, model::format_rfc3339(other.logical_date));
    arm_timeout(work, run, index);
    await(work, run, index, {other.dag_id, "", other.logical_date});
}

void await_child(Work& work, LiveRun& run, RecordIndex index, const DagSettings& settings) {
    auto& record = run.tasks[index];
    const auto run_id = child_run_id(run, index);
    touch(work, run, index);
    record.outputs = {{"dag_id", settings.dag_id}, {"run_id", run_id}};
    record.reason = fmt::format("waits for run '{}' of DAG '{}'", run_id, settings.dag_id);
    await(work, run, index, {settings.dag_id, run_id, std::nullopt});
}

void start_child(Work& work, LiveRun& run, RecordIndex index, const DagSettings& settings) {
    const auto child = make_child(work, run, index, settings);
    if (!child) return finish_now(work, run, index, TaskState::failed, child.error().message);
    if (settings.wait) return await_child(work, run, index, settings);
    run.tasks[index].outputs = {{"dag_id", settings.dag_id}, {"run_id", (*child)->row.run_id}};
    finish_now(work, run, index, TaskState::success, "");
}

// Whether history has a run of its logical date is asked first; see apply(RunFound).
void run_dag(Work& work, LiveRun& run, RecordIndex index, const Json& rendered, bool again) {
    const auto settings = read_dag(rendered);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    arm_timeout(work, run, index);
    if (again) return await_child(work, run, index, *settings);
    if (!settings->logical_date) return start_child(work, run, index, *settings);
    const auto definition = definition_to_run(work, run, *settings);
    if (!definition) return finish_now(work, run, index, TaskState::failed, definition.error().message);
    if (has_live_date(**definition, settings->logical_date))
        return finish_now(work, run, index, TaskState::failed, date_is_taken(*settings));
    await(work, run, index, {settings->dag_id, "", settings->logical_date});
}

void ask(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_approve(rendered);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    auto& record = run.tasks[index];
    record.reason = "waits for a person: " + settings->message;
    record.outputs = {{kQuestion, rendered}};
    arm_timeout(work, run, index);
}

void begin_waiting(Work& work, LiveRun& run, RecordIndex index, const Json& rendered, bool again) {
    switch (kind_of(run.task(index))) {
        case OperatorKind::wait:
            return wait_for(work, run, index, rendered);
        case OperatorKind::dag:
            return run_dag(work, run, index, rendered, again);
        case OperatorKind::approve:
            return ask(work, run, index, rendered);
        case OperatorKind::run:
        case OperatorKind::load:
        case OperatorKind::sql:
        case OperatorKind::check:
            break;
    }
    model::broken_invariant("only wait, dag and approve are deferred", std::source_location::current());
}

}  // namespace

bool waits_itself(const LiveRun& run, RecordIndex index) {
    const auto& task = run.task(index);
    return defers(task) && (!task.foreach || run.is_instance(index));
}

void let_start(Work& work, LiveRun& run, RecordIndex index) {
    if (waits_itself(run, index)) return defer(work, run, index);
    set_state(work, run, index, TaskState::scheduled);
}

void defer(Work& work, LiveRun& run, RecordIndex index) {
    const auto rendered = rendered_settings(run, index);
    auto& record = run.tasks[index];
    ++record.try_number;
    record.started_at = work.now;
    record.ended_at.reset();
    record.reason.clear();
    record.outputs = nullptr;
    auto& since = run.waiting[index].since;
    if (!since || !is_wait(run.task(index))) since = work.now;
    set_state(work, run, index, TaskState::deferred);
    if (!rendered) return finish_now(work, run, index, TaskState::failed, rendered.error().message);
    begin_waiting(work, run, index, *rendered, false);
}

void resume(Work& work, LiveRun& run, RecordIndex index) {
    auto& since = run.waiting[index].since;
    if (!since) since = run.tasks[index].started_at.value_or(work.now);
    const auto rendered = rendered_settings(run, index);
    if (!rendered) return finish_now(work, run, index, TaskState::failed, rendered.error().message);
    begin_waiting(work, run, index, *rendered, true);
}

void leave_deferral(Memory& memory, LiveRun& run, RecordIndex index) {
    const auto found = run.waiting.find(index);
    if (found == run.waiting.end()) return;
    auto& waiting = found->second;
    if (waiting.wake_at) memory.timers.erase({*waiting.wake_at, Timer::Kind::deferral, run.row.id, index});
    waiting.wake_at.reset();
    stop_awaiting(memory, run, index);
}

void forget_waiting(Work& work, LiveRun& run, RecordIndex index) {
    if (run.tasks[index].state == TaskState::deferred && waits_itself(run, index)) kill_child(work, run, index);
    leave_deferral(work.memory, run, index);
    run.waiting.erase(index);
}

void kill_deferred(Work& work, LiveRun& run, RecordIndex index, std::string reason) {
    if (waits_itself(run, index)) kill_child(work, run, index);
    finish_now(work, run, index, TaskState::failed, std::move(reason));
}

// --- what they waited for has come ---------------------------------------------------------------------------------------------

namespace {

void awaited_ended(Work& work, LiveRun& run, RecordIndex index, const model::Run& other, const LiveRun* live) {
    const auto ended = fmt::format("run '{}' of DAG '{}' ended as {}{}", other.run_id, other.dag_id,
                                   to_text(other.state), words_of_failure(live));
    auto& record = run.tasks[index];
    const Json outputs{{"dag_id", other.dag_id}, {"run_id", other.run_id}, {"state", to_text(other.state)}};
    if (kind_of(run.task(index)) == OperatorKind::dag) {
        if (other.run_id != child_run_id(run, index))  // it asked whether there is a run of its logical date
            return finish_now(
                work, run, index, TaskState::failed,
                fmt::format("DAG '{}' has run '{}' with this logical_date already", other.dag_id, other.run_id));
        record.outputs = outputs;
        if (other.state == model::RunState::success) return finish_now(work, run, index, TaskState::success, "");
        return fail_or_retry(work, run, index, ended);
    }
    const auto rendered = rendered_settings(run, index);
    const auto settings = rendered ? read_wait(*rendered, run.row) : rendered.error();
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    const auto& states = std::get<ForRun>(settings->what).states;
    if (std::ranges::find(states, other.state) == states.end()) return fail_or_retry(work, run, index, ended);
    record.outputs = outputs;
    finish_now(work, run, index, TaskState::success, "");
}

void tell_waiters(Work& work, const AwaitedRun& key, const model::Run& other, const LiveRun* live) {
    const auto found = work.memory.awaited.find(key);
    if (found == work.memory.awaited.end()) return;
    for (const auto& [run_id, index] : std::set(found->second))
        awaited_ended(work, work.memory.runs.at(run_id), index, other, live);
}

// History has no such run. For a dag task that is either what it wanted to hear before it makes a run of this logical
// date, or its own run is not there: never made (the daemon died while it asked for the date), or removed since.
void tell_missing(Work& work, const AwaitedRun& key) {
    const auto found = work.memory.awaited.find(key);
    if (found == work.memory.awaited.end()) return;
    for (const auto& [run_id, index] : std::set(found->second)) {
        auto& run = work.memory.runs.at(run_id);
        if (kind_of(run.task(index)) != OperatorKind::dag) continue;
        const auto rendered = rendered_settings(run, index);
        const auto settings = rendered ? read_dag(*rendered) : rendered.error();
        if (!settings) {
            finish_now(work, run, index, TaskState::failed, settings.error().message);
        } else if (settings->logical_date) {
            stop_awaiting(work.memory, run, index);
            start_child(work, run, index, *settings);
        } else {
            fail_or_retry(work, run, index, fmt::format("run '{}' of DAG '{}' is gone", key.run_id, key.dag_id));
        }
    }
}

}  // namespace

void run_ended(Work& work, const LiveRun& ended) {
    if (work.memory.awaited.empty()) return;
    const auto& row = ended.row;
    tell_waiters(work, {row.dag_id, row.run_id, std::nullopt}, row, &ended);
    if (row.logical_date) tell_waiters(work, {row.dag_id, "", row.logical_date}, row, &ended);
}

void apply(Work& work, const RunFound& input) {
    const auto* live = input.run ? work.memory.find_run(input.run->dag_id, input.run->run_id) : nullptr;
    if (!input.run) return tell_missing(work, input.what);
    // A run that was made live again ends through run_ended().
    if (is_finished(input.run->state) && live == nullptr) tell_waiters(work, input.what, *input.run, nullptr);
}

// --- approve ---------------------------------------------------------------------------------------------------------------

namespace {

struct Decision {
    bool approved = false;
    Json values = Json::object();
    std::string by;
    std::string note;
};

void take_answer(Work& work, LiveRun& run, RecordIndex index, const ApproveSettings& settings, const Decision& answer) {
    auto& outputs = run.tasks[index].outputs;
    if (!outputs.is_object()) outputs = Json::object();
    outputs["decision"] = answer.approved ? "approve" : "reject";
    outputs["form"] = answer.values;
    outputs["user"] = answer.by;
    outputs["note"] = answer.note;
    outputs["at"] = model::format_rfc3339(work.now);
    if (answer.approved) return finish_now(work, run, index, TaskState::success, "approved by " + answer.by);
    finish_now(work, run, index, settings.skip_on_reject ? TaskState::skipped : TaskState::failed,
               "rejected by " + answer.by);
}

model::ParamCheck check_form(const ApproveSettings& settings, const Json& values) {
    model::Dag form;
    form.params = settings.form;
    return model::check_params(form, values);
}

void time_out_question(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_approve(rendered);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    if (!settings->approved_by_default)
        return finish_now(work, run, index, TaskState::failed,
                          fmt::format("nobody answered in {}", model::format_duration(run.task(index).timeout)));
    Decision answer{*settings->approved_by_default, Json::object(), "timeout", ""};
    auto checked = check_form(*settings, Json::object());
    if (answer.approved && !checked.errors.empty())
        return finish_now(
            work, run, index, TaskState::failed,
            fmt::format("nobody answered in {}, and the form has values without a default: {}",
                        model::format_duration(run.task(index).timeout), fmt::join(checked.errors, "; ")));
    if (answer.approved) answer.values = std::move(checked.params);
    take_answer(work, run, index, *settings, answer);
}

}  // namespace

void apply(Work& work, const Decide& input) {
    auto* run = work.memory.find_run(input.dag_id, input.run_id);
    if (run == nullptr)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("DAG '{}' has no run '{}' that is running", input.dag_id, input.run_id));
    const auto index = run->tasks.empty() ? std::nullopt : run->find(input.task_id, input.map_index);
    if (!index)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("run '{}' of DAG '{}' has no task '{}'", input.run_id, input.dag_id, input.task_id));
    const auto state = run->tasks[*index].state;
    const auto* call = std::get_if<model::OperatorCall>(&run->task(*index).action);
    if (call == nullptr || call->kind != OperatorKind::approve)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("task '{}' asks nobody: it is no `approve`", input.task_id));
    if (state != TaskState::deferred)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("task '{}' does not wait for an answer: it is {}", input.task_id,
                                 state == TaskState::none ? "waiting for other tasks" : to_text(state)));
    const auto rendered = rendered_settings(*run, *index);
    const auto settings = rendered ? read_approve(*rendered) : rendered.error();
    if (!settings) return reply(work, input.request, ErrorKind::conflict, settings.error().message);
    Decision answer{input.approved, Json::object(), input.user.empty() ? "somebody" : input.user, input.note};
    if (input.approved) {
        auto checked = check_form(*settings, input.values);
        if (!checked.errors.empty())
            return reply(work, input.request, ErrorKind::invalid, fmt::format("{}", fmt::join(checked.errors, "; ")));
        answer.values = std::move(checked.params);
    }
    take_answer(work, *run, *index, *settings, answer);
    work.replies.emplace_back(input.request, run);
}

// --- timers ------------------------------------------------------------------------------------------------------------------

void fire_deferral(Work& work, LiveRun& run, RecordIndex index) {
    run.waiting.at(index).wake_at.reset();
    const auto rendered = rendered_settings(run, index);
    if (!rendered) return finish_now(work, run, index, TaskState::failed, rendered.error().message);
    const auto& task = run.task(index);
    if (kind_of(task) == OperatorKind::approve) return time_out_question(work, run, index, *rendered);
    if (kind_of(task) == OperatorKind::dag) {
        const auto reason = fmt::format("timed out after {}; its run was killed", model::format_duration(task.timeout));
        kill_child(work, run, index);
        // The child may have had nothing to wait for, and its end has told this task already.
        if (run.tasks[index].state == TaskState::deferred) fail_or_retry(work, run, index, reason);
        return;
    }
    const auto settings = read_wait(*rendered, run.row);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    if (std::holds_alternative<ForRun>(settings->what))
        return time_out_wait(work, run, index, settings->soft_fail, std::string(run.tasks[index].reason));
    const auto* until = std::get_if<UntilTime>(&settings->what);
    const auto due =
        until != nullptr ? until->at : *run.waiting.at(index).since + std::get<ForTime>(settings->what).length;
    if (work.now < due)
        return time_out_wait(work, run, index, settings->soft_fail, std::string(run.tasks[index].reason));
    finish_now(work, run, index, TaskState::success, "");
}

void fire_timers(Work& work) {
    auto& timers = work.memory.timers;
    while (!timers.empty() && timers.begin()->at <= work.now) {
        const auto timer = *timers.begin();
        timers.erase(timers.begin());
        switch (timer.kind) {
            case Timer::Kind::deferral:
                fire_deferral(work, work.memory.runs.at(timer.run), timer.task);
                break;
            case Timer::Kind::run_deadline:
                fire_run_deadline(work, work.memory.runs.at(timer.run));
                break;
            case Timer::Kind::task_deadline:
                fire_task_deadline(work, work.memory.runs.at(timer.run), timer.task);
                break;
            case Timer::Kind::run_retry:
                work.maybe_startable.push_back(work.memory.runs.at(timer.run).definition);
                break;
            case Timer::Kind::delivery:
                fire_delivery(work.memory, timer.notification);
                break;
        }
    }
}

}  // namespace weir::core
