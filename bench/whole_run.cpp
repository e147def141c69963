#include "bench/whole_run.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::bench {
namespace {

constexpr std::size_t kSample = 1000;

std::vector<model::TaskIndex> upstream_of(Shape shape, model::TaskIndex index, std::mt19937& engine) {
    constexpr model::TaskIndex kLayer = 100;
    switch (shape) {
        case Shape::wide:
            return {};
        case Shape::chain:
            return index == 0 ? std::vector<model::TaskIndex>{} : std::vector{index - 1};
        case Shape::layered:
            break;
    }
    if (index < kLayer) return {};
    const auto first = (index / kLayer - 1) * kLayer;
    std::vector<model::TaskIndex> upstream;
    for (int i = 0; i < 3; ++i) {
        const auto other = first + static_cast<model::TaskIndex>(engine() % kLayer);
        if (std::find(upstream.begin(), upstream.end(), other) == upstream.end()) upstream.push_back(other);
    }
    return upstream;
}

std::shared_ptr<const model::Dag> make_dag(Shape shape, model::TaskIndex count) {
    std::mt19937 engine(7);
    auto dag = std::make_shared<model::Dag>();
    dag->id = dag->hash = "bench";
    dag->tasks.resize(count);
    for (model::TaskIndex index = 0; index < count; ++index) {
        auto& task = dag->tasks[index];
        task.id = "task_" + std::to_string(index);
        task.action = model::CommandLine{{"/bin/true"}};
        task.workdir = "/srv/dags";
        task.upstream = upstream_of(shape, index, engine);
        for (const auto upstream : task.upstream) dag->tasks[upstream].downstream.push_back(index);
    }
    return dag;
}

}  // namespace

const char* name_of(Shape shape) {
    switch (shape) {
        case Shape::wide:
            return "all at once";
        case Shape::chain:
            return "a chain";
        case Shape::layered:
            return "layers of 100, 3 needs each";
    }
    return "";
}

WholeRun::WholeRun(Shape shape, model::TaskIndex tasks, std::function<void(const core::Turn&)> sees)
    : tasks_(tasks), sees_(std::move(sees)) {
    step({core::PoolsConfigured{{}, 16}, core::ExecutorListed{"process", "e", "b", {}},
          core::DagLoaded{make_dag(shape, tasks)}});
}

void WholeRun::trigger() { step({core::TriggerRun{.request = {1}, .dag_id = "bench", .run_id = "r"}}); }

void WholeRun::finish() {
    std::size_t finished = 0;
    while (!launched_.empty()) {
        std::vector<core::Input> reports;
        for (const auto id : std::exchange(launched_, {})) {
            reports.emplace_back(core::TryStarted{id, 1, now_});
            core::TryExited exited;
            exited.id = id;
            exited.at = now_;
            exited.exit_code = 0;
            reports.emplace_back(std::move(exited));
            ++finished;
        }
        step(reports);
    }
    if (core::load_of(state_).running_runs != 0 || finished != tasks_)
        throw std::runtime_error("the run did not finish");
}

void WholeRun::step(const std::vector<core::Input>& inputs) {
    now_ += std::chrono::milliseconds{1};
    const auto turn = core::step(state_, inputs, now_);
    for (const auto& effect : turn.effects)
        if (const auto* launch = std::get_if<core::Launch>(&effect)) {
            launched_.push_back(launch->id);
            if (sample_.size() < kSample) sample_.push_back(*launch);
        }
    if (sees_) sees_(turn);
}

}  // namespace weir::bench
