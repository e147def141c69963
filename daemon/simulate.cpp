#include "daemon/simulate.hpp"

#include <map>
#include <queue>

#include "scheduler/core/step.hpp"

namespace weir::daemon {
namespace {

struct Exit {
    model::TimePoint at;
    model::TryId id;
    bool operator>(const Exit& other) const { return std::tie(at, id) > std::tie(other.at, other.id); }
};

}  // namespace

std::vector<model::Run> simulate(const std::shared_ptr<const model::Dag>& dag, Span span, model::Duration task_time,
                                 std::size_t most) {
    core::State state;
    std::map<model::RunId, model::Run> runs;
    std::priority_queue<Exit, std::vector<Exit>, std::greater<>> exits;
    std::vector<core::Input> inputs{
        core::PoolsConfigured{{{model::kDefaultPool, model::kDefaultPoolSlots, ""}}, 1 << 20}, core::DagLoaded{dag}};
    for (const auto& task : dag->tasks) {
        inputs.push_back(core::ExecutorListed{task.executor, "simulated", "simulated", {}});
        // Every pool the DAG names is wide enough here: a simulation tells of time, not of neighbours.
        if (task.pool != model::kDefaultPool)
            std::get<core::PoolsConfigured>(inputs.front()).pools.push_back({task.pool, model::kDefaultPoolSlots, ""});
    }
    auto now = span.from;
    while (now <= span.to) {
        const auto turn = core::step(state, inputs, now);
        inputs.clear();
        for (const auto& change : turn.changes)
            if (const auto* run = std::get_if<model::Run>(&change)) runs[run->id] = *run;
        if (runs.size() >= most) break;
        for (const auto& effect : turn.effects)
            if (const auto* launch = std::get_if<core::Launch>(&effect)) {
                inputs.push_back(core::TryStarted{launch->id, std::nullopt, now});
                exits.push({now + task_time, launch->id});
            }
        if (!inputs.empty()) continue;  // same instant: the tries start
        std::optional<model::TimePoint> next = turn.wake_at;
        if (!exits.empty() && (!next || exits.top().at < *next)) next = exits.top().at;
        if (!next) break;
        now = std::max(now, *next);
        while (!exits.empty() && exits.top().at <= now) {
            inputs.push_back(core::TryExited{.id = exits.top().id, .at = now, .exit_code = 0});
            exits.pop();
        }
    }
    std::vector<model::Run> in_order;
    for (auto& [id, run] : runs) in_order.push_back(std::move(run));
    if (in_order.size() > most) in_order.resize(most);
    return in_order;
}

}  // namespace weir::daemon
