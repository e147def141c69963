// The scheduler loop, on the core thread: take what has come, step, commit, then let the effects happen.
// Alone it owns the core's state and the writing connection.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "daemon/inbox.hpp"
#include "scheduler/core/step.hpp"
#include "scheduler/ports/clock.hpp"
#include "scheduler/ports/commands.hpp"
#include "scheduler/ports/executor.hpp"
#include "scheduler/ports/store.hpp"

namespace weir::daemon {

// The DAG of a version that is not the current one any more. Never null: see stored_dags.hpp.
using DagOfVersion = std::function<std::shared_ptr<const model::Dag>(const ports::StoredRun&)>;

struct LoopParts {
    const ports::Clock& clock;
    ports::Store& store;
    Inbox& inbox;
    std::map<std::string, ports::Executor*> executors;
    DagOfVersion dag_of;
    // Called after the commit that the answer tells of.
    std::function<void(const core::Reply& reply)> answer;
    std::function<void(const core::Explained& answer)> explained = [](const core::Explained&) {};
    std::function<void(const core::EventsTaken& taken)> taken = [](const core::EventsTaken&) {};
    // Whether the sources of events may go on; told after each turn.
    std::function<void(bool open)> accept_events = [](bool) {};
    std::function<void(ports::Health health)> report_health = [](const ports::Health&) {};
    // Told after each commit; must be quick.
    std::function<void(const core::Turn& turn)> committed = {};
    // The DAGs whose next run may have moved (nullopt: there is none).
    std::function<void(const std::map<std::string, std::optional<model::TimePoint>>& next_runs)> rescheduled = {};
    // Called once a minute to delete a slice of old history. Returns true for "more to do": then at once again while there
    // is nothing else to do, and with pauses beside work, for a daemon may never be idle.
    std::function<bool()> housekeeping = {};
};

class Loop {
   public:
    explicit Loop(LoopParts parts);

    // Reads what was open and steps over it. Before run(), on the same thread.
    void recover();
    // Until the inbox closes.
    void run();
    // One turn: at most `patience` of waiting, and no rest. For callers that drive the loop themselves.
    void turn(std::chrono::microseconds patience);
    // For who drives the loop himself, between two turns.
    [[nodiscard]] const core::State& state() const { return state_; }

   private:
    [[nodiscard]] std::vector<core::Input> await_inputs(std::chrono::microseconds patience);
    void work_on(std::vector<core::Input> inputs);
    void look_up_history(std::vector<core::Input>& inputs, model::TimePoint now);
    // False when the daemon stops before there was room on the disk: the effects must not happen.
    [[nodiscard]] bool commit(const core::Turn& turn);
    void release(const core::Turn& turn);
    void keep_house(model::TimePoint now, std::chrono::milliseconds pause);
    void fetch(const core::FetchRun& effect);
    void look_up_runs(core::ClearTasks& clear) const;
    [[nodiscard]] std::optional<core::RunHistory> find_history(const std::string& dag_id,
                                                               const std::string& run_id) const;
    void tell_next_runs(const std::vector<core::Input>& inputs, const core::Turn& turn);
    [[nodiscard]] core::RunHistory history_of(ports::StoredRun stored) const;

    LoopParts parts_;
    core::State state_;
    std::optional<model::TimePoint> wake_at_;
    std::vector<core::Input> fetched_;  // answers to FetchRun, for the next turn
    model::TimePoint next_housekeeping_;
};

}  // namespace weir::daemon
