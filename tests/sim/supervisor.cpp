#include "tests/sim/supervisor.hpp"

#include <algorithm>

#include "scheduler/core/deliveries.hpp"
#include "scheduler/model/instance_name.hpp"
#include "scheduler/model/waits.hpp"
#include "tests/sim/dags.hpp"
#include "tests/sim/rules.hpp"

namespace weir::sim {

using core::testing::Database;

namespace {

constexpr std::size_t kMostRepeated = 200;
constexpr std::int64_t kFirstStranger = std::int64_t{1} << 40;

bool same_task(const core::Launch& one, const core::Launch& other) {
    return one.dag_id == other.dag_id && one.run_id == other.run_id && one.task_id == other.task_id &&
           one.map_index == other.map_index;
}

// The run before by logical date, if the task looks at it.
void check_past(const Database& disk, const model::Run& run, const model::Task& task) {
    if (!task.depends_on_past || !run.logical_date) return;
    const model::Run* before = nullptr;
    for (const auto& [id, other] : disk.runs)
        if (other.dag_id == run.dag_id && other.logical_date && *other.logical_date < *run.logical_date &&
            (before == nullptr || *other.logical_date > *before->logical_date))
            before = &other;
    if (before == nullptr) return;
    const auto row = disk.task_instances.find({before->id, task.id});
    REQUIRE_MESSAGE((row != disk.task_instances.end() && row->second.state == model::TaskState::success),
                    "a task that depends on the past starts after it: " << run.run_id);
}

void check_may_start(const Database& disk, const core::Launch& launch) {
    if (core::is_delivery(launch.id)) return;
    const auto& row = disk.tries.at(launch.id);
    const auto& run = disk.runs.at(row.run);
    const auto& dag = *disk.texts.at(run.version);
    const auto& task = *dag.find(row.task_id);
    REQUIRE_MESSAGE(
        may_start(task.trigger_rule, disk.counts_above(dag, task, row.run), disk.total_above(dag, task, row.run)),
        "a task starts when its rule holds: " << to_text(task.trigger_rule));
    check_past(disk, run, task);
}

}  // namespace

void Supervisor::begin(const core::Launch& launch) {
    REQUIRE_MESSAGE(begun_.insert(launch.id).second, "a try is started once");
    if (!core::is_delivery(launch.id))
        for (const auto& [id, process] : processes_)
            REQUIRE_MESSAGE((process.end || core::is_delivery(id) || !same_task(process.launch, launch)),
                            "no two tries of a task run side by side: " << launch.task_id);
    processes_.emplace(launch.id, Process{launch, false, false, {}});
}

void Supervisor::launch(std::span<const core::Launch> launches) {
    for (const auto& launch : launches) {
        killer_.here();
        if (noisy(Fault::supervisor) && dice_.one_in(300)) die(false);
        core::testing::check_launch_is_committed(launch, disk_);
        if (launch.epoch != list().epoch && !launch.epoch.empty()) continue;  // it was meant for the one before
        if (processes_.contains(launch.id)) continue;
        if (rules_hold) check_may_start(disk_, launch);
        if (noisy(Fault::shortage) && dice_.one_in(40))
            refusals_.emplace_back(core::TryRefused{launch.id, true, "no memory"});
        else
            begin(launch);
    }
}

void Supervisor::kill(std::span<const model::TryId> tries) {
    for (const auto id : tries) {
        killer_.here();
        if (const auto found = processes_.find(id); found != processes_.end()) found->second.killed = true;
    }
}

void Supervisor::acknowledge(std::span<const model::TryId> tries) {
    for (const auto id : tries) {
        killer_.here();
        const auto row = disk_.tries.find(id);
        REQUIRE_MESSAGE((row == disk_.tries.end() || !core::testing::is_open(row->second)),
                        "only what is on disk is acknowledged");
        const auto found = processes_.find(id);
        if (found == processes_.end()) continue;
        const auto* exited = found->second.end ? std::get_if<core::TryExited>(&*found->second.end) : nullptr;
        if (core::is_delivery(id) && exited != nullptr && exited->exit_code == 0) {
            const auto& told = disk_.notifications.at(core::notification_of(id));
            REQUIRE_MESSAGE((core::delivery_id(told) != id || told.state == model::NotificationState::sent),
                            "a notification that was delivered is not sent again");
        }
        processes_.erase(found);
    }
}

core::TryExited Supervisor::exit_of(const Process& process, model::TimePoint now) {
    core::TryExited report{.id = process.launch.id, .at = now};
    if (process.killed) {
        report.signal = 15;
        return report;
    }
    report.exit_code = 0;
    const auto row = disk_.tries.find(process.launch.id);
    if (core::is_delivery(process.launch.id) || row == disk_.tries.end()) {
        report.exit_code = killer_.armed && dice_.one_in(4) ? 1 : 0;
        return report;
    }
    const auto& attempt = row->second;
    const auto& task = *disk_.texts.at(disk_.runs.at(attempt.run).version)->find(attempt.task_id);
    if (std::holds_alternative<model::OperatorCall>(task.action)) {
        report.exit_code = dice_.one_in(2) ? model::kNotYetExitCode : dice_.one_in(4) ? 1 : 0;
        return report;
    }
    const auto failures = std::ranges::count_if(disk_.tries, [&attempt](const auto& entry) {
        const auto& other = entry.second;
        return other.run == attempt.run && other.task_id == attempt.task_id && other.map_index == attempt.map_index &&
               other.exit_code == 1;
    });
    report.exit_code = failures < failures_of(task) ? 1 : 0;
    return report;
}

std::vector<core::Input> Supervisor::reports(model::TimePoint now) {
    std::vector<core::Input> reports = std::exchange(refusals_, {});
    if (noisy(Fault::lost) && !processes_.empty() && dice_.one_in(60)) {
        auto& [id, process] = *std::next(processes_.begin(), dice_.below(static_cast<int>(processes_.size())));
        if (!process.end) process.end = core::TryLost{id, "chance"};
    }
    for (auto& [id, process] : processes_) {
        if (noisy(Fault::reports) && dice_.one_in(3)) continue;  // later
        if (!process.told_start || (noisy(Fault::reports) && dice_.one_in(10)))
            reports.emplace_back(core::TryStarted{id, 1, now});
        process.told_start = true;
        if (!process.end && (process.killed || dice_.one_in(4))) process.end = exit_of(process, now);
        if (process.end) reports.push_back(*process.end);
    }
    if (noisy(Fault::reports)) {
        if (!told_.empty() && dice_.one_in(6)) reports.push_back(dice_.one_of(told_));
        dice_.shuffle(reports);
        told_.insert(told_.end(), reports.begin(), reports.end());
        if (told_.size() > kMostRepeated) told_.erase(told_.begin(), told_.end() - kMostRepeated);
    }
    // As on a socket: the list was sent before.
    if (welcome_) reports.insert(reports.begin(), *std::exchange(welcome_, std::nullopt));
    return reports;
}

// What was on its way to the daemon before is lost.
core::ExecutorListed Supervisor::connect() {
    welcome_.reset();
    refusals_.clear();
    told_.clear();
    return list();
}

core::ExecutorListed Supervisor::list() const {
    core::ExecutorListed list{"process", "e" + std::to_string(epoch_), "b" + std::to_string(boot_), {}};
    for (const auto& [id, process] : processes_) list.known.push_back(id);
    return list;
}

// Of what ran the successor knows from the journal: it ends it, and nobody saw how it would have ended. Sometimes the end of
// the journal is missing.
void Supervisor::die(bool with_the_machine) {
    ++epoch_;
    if (with_the_machine) ++boot_;
    std::erase_if(processes_, [this, with_the_machine](const auto&) { return with_the_machine || dice_.one_in(4); });
    for (auto& [id, process] : processes_)
        if (!process.end) process.end = core::TryLost{id, "the supervisor died"};
    refusals_.clear();
    told_.clear();
    welcome_ = list();
}

void Supervisor::leave_stranger() {
    core::Launch launch;
    launch.id = {kFirstStranger + ++strangers_};
    processes_.emplace(launch.id, Process{launch, true, false, {}});
}

void Supervisor::check_kills() const {
    for (const auto& [id, process] : processes_) {
        if (process.end || process.killed || core::is_delivery(id)) continue;
        const auto row = disk_.tries.find(id);
        REQUIRE_MESSAGE((row != disk_.tries.end() && core::testing::is_open(row->second)),
                        "a process of no open try is told to end");
        const auto& attempt = row->second;
        const auto& task =
            disk_.task_instances.at({attempt.run, model::instance_name(attempt.task_id, attempt.map_index)});
        REQUIRE_MESSAGE(core::killed_by(task.reason) == core::Killed::no,
                        "a task that was ended by hand is told to end: " << task.task_id << " " << task.reason);
    }
}

}  // namespace weir::sim
