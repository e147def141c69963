// The supervisor of a simulation: it outlives the daemon, and tells of what it runs until it is acknowledged.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "scheduler/ports/executor.hpp"
#include "tests/scheduler/core/database.hpp"
#include "tests/sim/faults.hpp"

namespace weir::sim {

class Supervisor : public ports::Executor {
   public:
    // `disk`: what is committed. Nothing may be started, or be acknowledged, that is not there.
    Supervisor(Dice& dice, const Plan& plan, const Killer& killer, const core::testing::Database& disk)
        : dice_(dice), plan_(plan), killer_(killer), disk_(disk) {}

    void launch(std::span<const core::Launch> launches) override;
    void kill(std::span<const model::TryId> tries) override;
    void acknowledge(std::span<const model::TryId> tries) override;

    // What it has to tell now.
    [[nodiscard]] std::vector<core::Input> reports(model::TimePoint now);
    // What it tells a daemon that connects.
    [[nodiscard]] core::ExecutorListed connect();
    // Its successor, if one is there already, tells what it knows of with the next reports.
    void die(bool with_the_machine);
    // A daemon of a database that is gone has left a process.
    void leave_stranger();
    [[nodiscard]] bool idle() const { return processes_.empty(); }
    // Whatever nobody waits for any more, or was ended by hand, was told to end.
    void check_kills() const;

    bool rules_hold = true;  // at each launch: nobody meddles

   private:
    struct Process {
        core::Launch launch;
        bool told_start = false;
        bool killed = false;
        std::optional<core::Input> end;  // told until it is acknowledged
    };
    [[nodiscard]] core::ExecutorListed list() const;
    void begin(const core::Launch& launch);
    [[nodiscard]] core::TryExited exit_of(const Process& process, model::TimePoint now);
    [[nodiscard]] bool noisy(Fault fault) const { return killer_.armed && plan_.has(fault); }

    Dice& dice_;
    const Plan& plan_;
    const Killer& killer_;
    const core::testing::Database& disk_;
    std::map<model::TryId, Process> processes_;
    std::set<model::TryId> begun_;
    std::vector<core::Input> refusals_;
    std::vector<core::Input> told_;                // the last ones, for repetition
    std::optional<core::ExecutorListed> welcome_;  // of a successor that the daemon has not heard yet
    int epoch_ = 1;
    int boot_ = 1;
    int strangers_ = 0;
};

}  // namespace weir::sim
