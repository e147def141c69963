// What executors report about tries. Every report may come twice, late, or about a try that was superseded: then it
// changes nothing, and is acknowledged so that the executor stops repeating it.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "scheduler/core/launch.hpp"
#include "scheduler/core/retries.hpp"
#include "scheduler/core/wait_settings.hpp"
#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

using model::TaskState;
using model::TryState;

namespace {

OpenTry* find_try(Memory& memory, model::TryId id) {
    const auto found = memory.tries.find(id);
    return found == memory.tries.end() ? nullptr : &found->second;
}

// An unknown try's report does not name its executor: each of them is told, and ignores what it does not know.
void acknowledge_unknown(Work& work, model::TryId id) {
    for (const auto& [name, state] : work.memory.executors) work.effects.emplace_back(Acknowledge{id, name});
}

enum class Outcome : std::uint8_t { success, skipped, failure, lost, shortage, not_yet };

struct End {
    Outcome outcome = Outcome::failure;
    TimePoint at;
    std::string reason;
    std::optional<int> exit_code;
    std::optional<int> signal;
    bool timed_out = false;
    model::Json outputs;
};

TryState state_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::success:
        case Outcome::skipped:
            return TryState::success;
        case Outcome::failure:
        case Outcome::shortage:
        case Outcome::not_yet:
            return TryState::failed;
        case Outcome::lost:
            return TryState::lost;
    }
    return TryState::failed;
}

// Whether this end uses up no retry; counts it if so.
bool is_free(TaskRecord& record, Outcome outcome) {
    switch (outcome) {
        case Outcome::lost:
            if (record.lost_in_a_row >= kMostLostInARow) return false;
            ++record.lost_in_a_row;
            return true;
        case Outcome::shortage:
            if (record.shortages_in_a_row >= kMostShortagesInARow) return false;
            ++record.shortages_in_a_row;
            return true;
        case Outcome::success:
        case Outcome::skipped:
        case Outcome::failure:
        case Outcome::not_yet:
            break;
    }
    record.lost_in_a_row = record.shortages_in_a_row = 0;
    return false;
}

// Whether `retry_on` lists how this try ended. What is not the task's doing is tried again in any case.
bool is_worth_a_retry(const model::RetryPolicy& policy, const End& end) {
    if (!policy.on || end.outcome != Outcome::failure) return true;
    if (end.timed_out) return policy.on->timeout;
    const auto lists = [](const std::vector<int>& listed, const std::optional<int>& value) {
        return value && std::ranges::find(listed, *value) != listed.end();
    };
    return lists(policy.on->exit_codes, end.exit_code) || lists(policy.on->signals, end.signal);
}

void wait_for_retry(Work& work, LiveRun& run, RecordIndex index, std::string reason, TimePoint at,
                    model::Duration delay) {
    auto& record = run.tasks[index];
    record.reason = std::move(reason);
    record.ended_at = at;
    record.retry_at = work.now + delay;
    // leave_state() looks at retry_at only when leaving up_for_retry.
    set_state(work, run, index, TaskState::up_for_retry);
}

// What becomes of a task whose try `id` has failed, or was lost.
void after_failure(Work& work, LiveRun& run, RecordIndex index, End end, model::TryId id) {
    auto& record = run.tasks[index];
    if (is_free(record, end.outcome)) {
        ++record.max_tries;
        const auto in_a_row = end.outcome == Outcome::lost ? record.lost_in_a_row : record.shortages_in_a_row;
        return wait_for_retry(work, run, index, std::move(end.reason), end.at, free_retry_delay(in_a_row, id));
    }
    if (!is_worth_a_retry(run.task(index).retry, end))
        return finish_task(work, run, index, TaskState::failed, std::move(end.reason), end.at);
    retry_or_fail(work, run, index, std::move(end.reason), end.at, id);
}

// What a look says it has not found yet.
std::string missing_in(const model::Json& outputs) {
    if (!outputs.is_object()) return "";
    const auto found = outputs.find(model::kWaitingFor);
    return found != outputs.end() && found->is_string() ? found->get<std::string>() : "";
}

// A look that is cut off by the wait's own timeout has found nothing either.
bool is_not_yet(const TryExited& input, const model::Task& task) {
    return is_wait(task) && (input.timed_out || input.exit_code == model::kNotYetExitCode);
}

void end_try(Work& work, OpenTry& open, End end) {
    auto& run = *open.run;
    const auto index = open.task;
    auto& record = run.tasks[index];
    const auto id = open.row.id;
    model::invariant(record.open_try == id, "an open try is its task's newest");

    const bool killed = record.killed != Killed::no;
    if (killed) {
        end.outcome = Outcome::failure;
        end.reason = reason_of(record.killed);
    }
    // A STARTED that never came is taken to have come with the launch.
    const bool ran = end.exit_code || end.signal || open.row.started_at;
    if (ran && !open.row.started_at) open.row.started_at = record.started_at = open.row.created_at;
    if (open.row.started_at) end.at = std::max(end.at, *open.row.started_at);

    open.row.state = state_of(end.outcome);
    open.row.ended_at = end.at;
    open.row.exit_code = end.exit_code;
    open.row.signal = end.signal;
    open.row.reason = end.reason;
    touch(work, open.row);
    work.memory.tries.erase(id);  // `open` is gone
    record.open_try = {};

    if (end.outcome == Outcome::success) {
        if (end.outputs.is_object()) record.outputs = std::move(end.outputs);
        return finish_task(work, run, index, TaskState::success, "", end.at);
    }
    if (end.outcome == Outcome::skipped) {
        finish_task(work, run, index, TaskState::skipped, end.reason, end.at);
        if (run.task(index).short_circuit) skip_downstream(work, run, index);
        return;
    }
    if (killed) {
        const auto state = state_after(record.killed);
        if (record.killed != Killed::alone && record.killed != Killed::with_run) record.killed = Killed::no;
        return finish_task(work, run, index, state, end.reason, end.at);
    }
    if (end.outcome == Outcome::not_yet) return look_again(work, run, index, id, missing_in(end.outputs));
    after_failure(work, run, index, std::move(end), id);
}

std::string signal_text(int signal) {
    const auto* name = sigabbrev_np(signal);
    return name == nullptr ? fmt::format("killed by signal {}", signal)
                           : fmt::format("killed by signal {} (SIG{})", signal, name);
}

bool succeeded(const TryExited& input) { return input.exit_code == 0 && !input.signal && !input.timed_out; }

// How it ended, if it did not succeed.
std::string words_of(const TryExited& input, model::Duration timeout) {
    std::string text;
    if (input.timed_out)
        text = "timed out after " + model::format_duration(timeout);
    else if (input.signal)
        text = signal_text(*input.signal);
    else
        text = fmt::format("exit code {}", input.exit_code.value_or(-1));
    return input.detail.empty() ? text : fmt::format("{}: {}", text, input.detail);
}

// The operator says in its outputs what went wrong, in better words than an exit code.
void delivery_exited(Work& work, const TryExited& input) {
    const bool says =
        input.outputs.is_object() && input.outputs.contains("reason") && input.outputs["reason"].is_string();
    end_delivery(work, input.id, succeeded(input),
                 says ? input.outputs["reason"].get<std::string>() : words_of(input, kDeliveryTimeout));
}

}  // namespace

void retry_or_fail(Work& work, LiveRun& run, RecordIndex index, std::string reason, TimePoint at, model::TryId seed) {
    const auto& record = run.tasks[index];
    const auto& policy = run.task(index).retry;
    if (record.try_number >= record.max_tries)
        return finish_task(work, run, index, TaskState::failed, std::move(reason), at);
    const int failures = std::max(record.try_number - (record.max_tries - policy.retries - 1), 1);
    wait_for_retry(work, run, index, std::move(reason), at, retry_delay(policy, failures, seed));
}

void apply(Work& work, const TryStarted& input) {
    auto* open = find_try(work.memory, input.id);
    if (open == nullptr || open->row.state == TryState::running) return;
    open->row.state = TryState::running;
    open->row.pid = input.pid;
    open->row.started_at = input.at;
    touch(work, open->row);
    auto& record = open->run->tasks[open->task];
    record.started_at = input.at;
    set_state(work, *open->run, open->task, TaskState::running);
}

void apply(Work& work, const TryExited& input) {
    if (is_delivery(input.id)) return delivery_exited(work, input);
    auto* open = find_try(work.memory, input.id);
    if (open == nullptr) return acknowledge_unknown(work, input.id);
    work.effects.emplace_back(Acknowledge{input.id, open->row.executor});
    const auto& task = open->run->task(open->task);
    const bool skipped = task.skip_on_exit_code && input.exit_code == task.skip_on_exit_code && !input.timed_out;
    End end;
    end.outcome = succeeded(input) ? Outcome::success : skipped ? Outcome::skipped : Outcome::failure;
    end.at = input.at;
    end.reason = succeeded(input) ? "" : words_of(input, task.timeout);
    end.timed_out = input.timed_out;
    if (end.outcome == Outcome::failure && is_not_yet(input, task)) {
        end.outcome = Outcome::not_yet;
        end.reason = model::kNotYet;
    }
    end.exit_code = input.exit_code;
    end.signal = input.signal;
    end.outputs = input.outputs;
    end_try(work, *open, std::move(end));
}

void apply(Work& work, const TryRefused& input) {
    if (is_delivery(input.id)) return end_delivery(work, input.id, false, input.reason);
    auto* open = find_try(work.memory, input.id);
    if (open == nullptr) return acknowledge_unknown(work, input.id);
    work.effects.emplace_back(Acknowledge{input.id, open->row.executor});
    End end;
    end.outcome = input.shortage ? Outcome::shortage : Outcome::failure;
    end.at = work.now;
    end.reason = input.reason;
    end_try(work, *open, std::move(end));
}

void apply(Work& work, const TryLost& input) {
    if (is_delivery(input.id)) return end_delivery(work, input.id, false, "lost: " + input.reason);
    auto* open = find_try(work.memory, input.id);
    if (open == nullptr) return acknowledge_unknown(work, input.id);
    work.effects.emplace_back(Acknowledge{input.id, open->row.executor});
    End end;
    end.outcome = Outcome::lost;
    end.at = work.now;
    end.reason = "lost: " + input.reason;
    end_try(work, *open, std::move(end));
}

void kill_try(Work& work, model::TryId id) {
    work.effects.emplace_back(KillTry{id, work.memory.tries.at(id).row.executor});
}

namespace {

// The executor does not know this try.
void reconcile_unlisted(Work& work, OpenTry& open, const ExecutorListed& input) {
    auto& run = *open.run;
    const auto index = open.task;
    End end;
    end.at = work.now;
    end.outcome = Outcome::lost;
    if (open.row.epoch != input.epoch) {
        end.reason =
            open.row.boot_id != input.boot_id
                ? "lost: the machine was restarted"
                : fmt::format("lost: the {} executor was restarted, and nobody saw how this ended", input.executor);
        return end_try(work, open, std::move(end));
    }
    if (open.row.state == TryState::running) {
        end.reason = fmt::format("lost: the {} executor no longer knows of it", input.executor);
        return end_try(work, open, std::move(end));
    }
    // Launched by nobody yet. A kill that came in between has nothing to end.
    if (run.tasks[index].killed != Killed::no) return end_try(work, open, std::move(end));
    auto launch = make_launch(run, index, open.row);
    if (launch) {
        work.effects.emplace_back(std::move(*launch));
        return;
    }
    end.outcome = Outcome::failure;
    end.reason = launch.error().message;
    end_try(work, open, std::move(end));
}

}  // namespace

void apply(Work& work, const ExecutorListed& input) {
    auto& memory = work.memory;
    memory.executors[input.executor] = {input.epoch, input.boot_id};
    const std::set<model::TryId> known(input.known.begin(), input.known.end());

    std::vector<model::TryId> open;
    for (const auto& [id, entry] : memory.tries)
        if (entry.row.executor == input.executor) open.push_back(id);
    for (const auto id : open) {
        auto& entry = memory.tries.at(id);
        if (!known.contains(id)) {
            reconcile_unlisted(work, entry, input);
            continue;
        }
        if (entry.row.epoch != input.epoch) {  // adopted by a successor, from its journal
            entry.row.epoch = input.epoch;
            entry.row.boot_id = input.boot_id;
            touch(work, entry.row);
        }
        // The order may have been lost with the connection.
        if (entry.run->tasks[entry.task].killed != Killed::no) kill_try(work, id);
    }
    if (input.executor == kDeliveryExecutor) reconcile_deliveries(work, known);
    for (const auto id : known) {
        // Nobody waits for these: two tries of one task must not run side by side.
        if (!memory.tries.contains(id) && !is_on_its_way(memory, id))
            work.effects.emplace_back(KillTry{id, input.executor});
        // A database that is older than its executor, from a backup or with a torn WAL, would give the id out again, and
        // the new try would be told how the old one ended.
        if (!is_delivery(id)) memory.next_try = std::max(memory.next_try, model::TryId{id.value + 1});
    }
}

void fire_retries(Work& work) {
    auto& memory = work.memory;
    while (!memory.retries.empty() && memory.retries.begin()->at <= work.now) {
        const auto timer = *memory.retries.begin();
        auto& run = memory.runs.at(timer.run);
        run.tasks[timer.task].scheduled_at = work.now;
        let_start(work, run, timer.task);
    }
}

}  // namespace weir::core
