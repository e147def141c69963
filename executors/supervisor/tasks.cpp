#include "executors/supervisor/tasks.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "executors/supervisor/proc.hpp"
#include "executors/wire/failpoint.hpp"

namespace weir::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxTries = 65536;  // known at once; more launches are refused as a shortage
constexpr auto kLogCheck = 250ms;         // a log may outgrow its limit for so long
constexpr auto kDrainCheck = 10ms;
constexpr auto kDrainFor = 5s;  // then a process that even SIGKILL doesn't end is left behind

wire::Time wall_clock() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

bool group_is_empty(pid_t group) { return ::kill(-group, 0) != 0 && errno == ESRCH; }

}  // namespace

Tasks::Tasks(Journal journal, std::string folder, std::string epoch, rlimit files, Report report)
    : journal_(std::move(journal)),
      folder_(std::move(folder)),
      epoch_(std::move(epoch)),
      pid_world_(pid_world()),
      files_(files),
      report_(std::move(report)) {}

bool Tasks::recover() {
    auto replay = journal_.read();
    if (!replay) return false;
    failpoint("supervisor.recovering");
    add_unrecorded(*replay);
    for (auto& [try_id, record] : replay->tries) {
        Task task{std::move(record), Ended{}, std::nullopt};
        if (std::holds_alternative<std::monostate>(task.record.end)) {
            if (replay->pid_world == pid_world_) {
                task.state = Surviving{};
                survivors_.add(task.record);
            } else {
                task.record.end = wire::Lost{try_id, "the machine (or container) was restarted while it ran"};
            }
        }
        tasks_.emplace(try_id, std::move(task));
    }
    if (!rewrite_journal()) return false;
    failpoint("supervisor.recovered");
    collect_survivors(Clock::now());
    return true;
}

// What an earlier supervisor started and its journal, damaged or removed, doesn't tell of: beside the task's next try it
// would be a ghost.
void Tasks::add_unrecorded(Replay& replay) const {
    if (replay.pid_world.empty()) replay.pid_world = pid_world_;
    for (const auto& [token, try_id] : find_tokens(folder_))
        if (!replay.tries.contains(try_id)) replay.tries[try_id] = {try_id, token, {}, {}, {}};
}

void Tasks::launch(const wire::Launch& launch) {
    if (const auto known = tasks_.find(launch.try_id); known != tasks_.end()) return repeat(known->second);
    if (stopping_) return refuse(launch.try_id, {true, "the supervisor is being stopped"});
    if (tasks_.size() >= kMaxTries)
        return refuse(launch.try_id, {true, "the supervisor holds " + std::to_string(kMaxTries) + " tries already"});

    failpoint("supervisor.launching");
    Task task{
        {launch.try_id, make_token(folder_, epoch_, launch.try_id), launch.output_path, {}, {}}, Ended{}, std::nullopt};
    // On record before it exists: if the supervisor dies in between, the next one looks for the token.
    if (!journal_.launching(task.record))
        return refuse(launch.try_id, {true, "can't write the supervisor's journal: " + words_of_error(errno)});
    failpoint("supervisor.recorded");
    auto outcome = spawn(launch, task.record.token, files_);
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
        journal_.forgotten(launch.try_id);
        return refuse(launch.try_id, *refusal);
    }
    failpoint("supervisor.spawned");
    auto& spawned = std::get<Spawned>(outcome);
    // The child is ours and not yet reaped, so this is its start time even where it has exited already.
    task.record.begun = Begun{spawned.pid, start_ticks(spawned.pid).value_or(0), wall_clock()};
    journal_.begun(launch.try_id, *task.record.begun);
    failpoint("supervisor.begun");
    try_of_leader_.emplace(spawned.pid, launch.try_id);
    task.state = Running{spawned.pid, std::move(spawned.log), launch.timeout, launch.grace, launch.log_limit, {}, {}};
    auto& placed = tasks_.emplace(launch.try_id, std::move(task)).first->second;
    const auto now = Clock::now();
    if (launch.timeout > 0ms) set_timer(placed, now + launch.timeout);
    if (!next_log_check_) next_log_check_ = now + kLogCheck;
    repeat(placed);
}

void Tasks::refuse(std::int64_t try_id, const Refusal& refusal) {
    report_(wire::Refused{try_id, refusal.shortage, refusal.reason});
}

void Tasks::kill(std::int64_t try_id) {
    const auto found = tasks_.find(try_id);
    if (found != tasks_.end()) end(found->second, wire::EndedBy::kill, "killed on request");
}

void Tasks::acknowledge(std::int64_t try_id) {
    const auto found = tasks_.find(try_id);
    if (found == tasks_.end() || std::holds_alternative<std::monostate>(found->second.record.end)) return;
    failpoint("supervisor.acknowledging");
    forget(try_id);
    failpoint("supervisor.forgotten");
    tidy_journal();
}

void Tasks::list() const {
    wire::Listed listed;
    for (const auto& [try_id, task] : tasks_) listed.tries.push_back(try_id);
    report_(listed);
}

void Tasks::repeat_all() const {
    list();
    for (const auto& [try_id, task] : tasks_) repeat(task);
}

void Tasks::repeat(const Task& task) const {
    const auto& record = task.record;
    if (record.begun) report_(wire::Started{record.try_id, record.begun->pid, record.begun->at});
    if (const auto* exited = std::get_if<wire::Exited>(&record.end)) report_(*exited);
    if (const auto* lost = std::get_if<wire::Lost>(&record.end)) report_(*lost);
}

void Tasks::reap() {
    siginfo_t child{};
    while (::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid != 0) {
        const auto leader = try_of_leader_.find(child.si_pid);
        // While the leader is a zombie its number belongs to it, and so does the group's: this is the moment to end the
        // rest of the group, which a task may have left in the background.
        if (leader != try_of_leader_.end()) ::kill(-child.si_pid, SIGKILL);
        ::waitid(P_PID, static_cast<id_t>(child.si_pid), &child, WEXITED | WNOHANG);
        if (leader != try_of_leader_.end()) {
            auto& task = tasks_.at(leader->second);
            try_of_leader_.erase(leader);
            leader_exited(task, child.si_code, child.si_status);
        }
        child = {};
    }
}

void Tasks::leader_exited(Task& task, int status_code, int status) {
    auto& running = std::get<Running>(task.state);
    Draining draining{running.pid, std::move(running.log), running.log_limit, {}, Clock::now() + kDrainFor};
    auto& exited = draining.exited;
    exited = {task.record.try_id, wall_clock(), 0, 0, running.ended_by, running.detail, task.record.output_path};
    (status_code == CLD_EXITED ? exited.exit_code : exited.signal) = status;
    // It came to its own end between the look at its log and the signal.
    if (exited.ended_by == wire::EndedBy::log_limit && exited.signal != SIGKILL) {
        exited.ended_by = wire::EndedBy::itself;
        exited.detail.clear();
    }
    set_timer(task, std::nullopt);
    task.state = std::move(draining);
    drain(task, Clock::now());
}

void Tasks::drain(Task& task, Clock::time_point now) {
    auto& draining = std::get<Draining>(task.state);
    if (!group_is_empty(draining.group)) {
        if (now < draining.give_up) return set_timer(task, now + kDrainCheck);
        append_line(draining.log, "a process of this task can't be ended, not even by SIGKILL; it is left behind");
    }
    finish(task, std::move(draining));
}

void Tasks::finish(Task& task, Draining draining) {
    struct stat log {};
    const bool too_long = draining.log_limit > 0 && ::fstat(draining.log.get(), &log) == 0 &&
                          static_cast<std::uint64_t>(log.st_size) > draining.log_limit;
    // Nobody of the group is left to write, so cutting it is safe now.
    if (too_long && ::ftruncate(draining.log.get(), static_cast<off_t>(draining.log_limit)) == 0)
        append_line(draining.log, "log limit of " + words_of_bytes(draining.log_limit) +
                                      " reached; the rest is cut off" +
                                      (draining.exited.ended_by == wire::EndedBy::log_limit ? "; sent SIGKILL" : ""));
    set_timer(task, std::nullopt);
    task.state = Ended{};
    task.record.end = draining.exited;
    failpoint("supervisor.reaped");
    journal_complete_ = journal_.exited(draining.exited) && journal_complete_;
    failpoint("supervisor.exited");
    report_(draining.exited);
}

void Tasks::end(Task& task, wire::EndedBy by, const std::string& detail) {
    auto* running = std::get_if<Running>(&task.state);
    if (running == nullptr || running->ended_by != wire::EndedBy::itself) return;
    running->ended_by = by;
    running->detail = detail;
    append_line(running->log, detail + "; sent SIGTERM");
    ::kill(-running->pid, SIGTERM);
    ::kill(-running->pid, SIGCONT);  // a stopped process doesn't see the first one
    set_timer(task, Clock::now() + running->grace);
}

void Tasks::on_time(Clock::time_point now) {
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto& task = tasks_.at(timers_.begin()->second);
        set_timer(task, std::nullopt);
        time_up(task, now);
    }
    if (next_log_check_ && *next_log_check_ <= now) check_logs(now);
    if (next_survivor_check_ && *next_survivor_check_ <= now) collect_survivors(now);
}

void Tasks::time_up(Task& task, Clock::time_point now) {
    if (std::holds_alternative<Draining>(task.state)) return drain(task, now);
    auto& running = std::get<Running>(task.state);
    if (running.ended_by == wire::EndedBy::itself)
        return end(task, wire::EndedBy::timeout, "timed out after " + words_of(running.timeout));
    append_line(running.log, "still running " + words_of(running.grace) + " after SIGTERM; sent SIGKILL");
    ::kill(-running.pid, SIGKILL);
}

void Tasks::check_logs(Clock::time_point now) {
    next_log_check_.reset();
    for (auto& [try_id, task] : tasks_) {
        auto* running = std::get_if<Running>(&task.state);
        if (running == nullptr) continue;
        next_log_check_ = now + kLogCheck;
        struct stat log {};
        if (running->log_limit == 0 || running->ended_by == wire::EndedBy::log_limit ||
            ::fstat(running->log.get(), &log) != 0 || static_cast<std::uint64_t>(log.st_size) <= running->log_limit)
            continue;
        // No grace: what floods the disk would go on with it.
        running->ended_by = wire::EndedBy::log_limit;
        running->detail = "log limit of " + words_of_bytes(running->log_limit) + " reached";
        set_timer(task, std::nullopt);
        ::kill(-running->pid, SIGKILL);
    }
}

void Tasks::collect_survivors(Clock::time_point now) {
    for (const auto try_id : survivors_.collect()) {
        auto& task = tasks_.at(try_id);
        task.state = Ended{};
        const wire::Lost lost{
            try_id,
            task.record.begun
                ? "the supervisor died while it ran; what was left of it has been ended"
                : "the supervisor died, and its records don't tell of its process; what was left of it has been ended"};
        task.record.end = lost;
        journal_.lost(lost);
        report_(lost);
    }
    next_survivor_check_ = survivors_.empty() ? std::nullopt : std::optional(now + Survivors::kTick);
}

std::optional<Clock::time_point> Tasks::next_time() const {
    auto next = timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first);
    for (const auto& other : {next_log_check_, next_survivor_check_})
        if (other && (!next || *other < *next)) next = other;
    return next;
}

void Tasks::stop() {
    stopping_ = true;
    for (auto& [try_id, task] : tasks_) end(task, wire::EndedBy::kill, "the supervisor is being stopped");
}

bool Tasks::running() const {
    return std::ranges::any_of(tasks_, [](const auto& entry) {
        return std::holds_alternative<Running>(entry.second.state) ||
               std::holds_alternative<Draining>(entry.second.state);
    });
}

bool Tasks::may_be_left() {
    if (running() || !survivors_.empty()) return false;
    journal_complete_ = journal_complete_ || rewrite_journal();
    return journal_complete_;
}

void Tasks::set_timer(Task& task, std::optional<Clock::time_point> at) {
    if (task.timer) timers_.erase({*task.timer, task.record.try_id});
    task.timer = at;
    if (at) timers_.emplace(*at, task.record.try_id);
}

void Tasks::forget(std::int64_t try_id) {
    tasks_.erase(try_id);
    journal_.forgotten(try_id);
}

void Tasks::tidy_journal() {
    // The old file stays in use when the disk has no room for a second one.
    if (journal_.overgrown() && !rewrite_journal()) std::perror("weir supervise: journal");
}

bool Tasks::rewrite_journal() {
    TryRecords records;
    for (const auto& [try_id, task] : tasks_) records.emplace(try_id, task.record);
    return journal_.rewrite(pid_world_, records);
}

}  // namespace weir::supervisor
