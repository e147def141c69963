#include "tests/sim/supervisor.hpp"

#include <algorithm>

#include "scheduler/core/deliveries.hpp"
#include "scheduler/model/waits.hpp"
#include "tests/sim/dags.hpp"

namespace weir::sim {

namespace {

constexpr std::size_t kMostRepeated = 200;

}  // namespace

void Supervisor::launch(std::span<const core::Launch> launches) {
    for (const auto& launch : launches) {
        killer_.here();
        core::testing::check_launch_is_committed(launch, disk_);
        if (launch.epoch != list().epoch && !launch.epoch.empty()) continue;  // it was meant for the one before
        if (processes_.contains(launch.id)) continue;
        if (rules_hold) core::testing::check_rule_holds(launch, disk_);
        if (noisy(Fault::shortage) && dice_.one_in(40))
            refusals_.emplace_back(core::TryRefused{launch.id, true, "no memory"});
        else
            processes_.emplace(launch.id, Process{launch, false, false, {}});
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
        processes_.erase(id);
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
    for (auto& [id, process] : processes_) {
        if (noisy(Fault::reports) && dice_.one_in(3)) continue;  // later
        if (!process.told_start || (noisy(Fault::reports) && dice_.one_in(10)))
            reports.emplace_back(core::TryStarted{id, 1, now});
        process.told_start = true;
        if (!process.exit && (process.killed || dice_.one_in(4))) process.exit = exit_of(process, now);
        if (process.exit) reports.emplace_back(*process.exit);
    }
    if (noisy(Fault::lost) && !processes_.empty() && dice_.one_in(60)) {
        const auto id = std::next(processes_.begin(), dice_.below(static_cast<int>(processes_.size())))->first;
        processes_.erase(id);
        std::erase_if(reports, [id](const core::Input& input) {
            const auto* exited = std::get_if<core::TryExited>(&input);
            return exited != nullptr && exited->id == id;
        });
        reports.emplace_back(core::TryLost{id, "chance"});
    }
    if (noisy(Fault::reports)) {
        if (!told_.empty() && dice_.one_in(6)) reports.push_back(dice_.one_of(told_));
        dice_.shuffle(reports);
        told_.insert(told_.end(), reports.begin(), reports.end());
        if (told_.size() > kMostRepeated) told_.erase(told_.begin(), told_.end() - kMostRepeated);
    }
    return reports;
}

core::ExecutorListed Supervisor::list() const {
    core::ExecutorListed list{"process", "e" + std::to_string(epoch_), "b" + std::to_string(boot_), {}};
    for (const auto& [id, process] : processes_) list.known.push_back(id);
    return list;
}

void Supervisor::die(bool with_the_machine) {
    ++epoch_;
    if (with_the_machine) ++boot_;
    processes_.clear();
    refusals_.clear();
    told_.clear();
}

}  // namespace weir::sim
