#include "daemon/loop.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scheduler/store/sqlite_store.hpp"

using namespace weir;

namespace {

struct FixedClock : ports::Clock {
    [[nodiscard]] model::TimePoint now() const override { return model::TimePoint{} + std::chrono::hours{1}; }
};

struct ToldExecutor : ports::Executor {
    void launch(std::span<const core::Launch> launches) override {
        for (const auto& launch : launches) told.push_back("launch " + std::to_string(launch.id.value));
    }
    void kill(std::span<const model::TryId> tries) override {
        for (const auto id : tries) told.push_back("kill " + std::to_string(id.value));
    }
    void acknowledge(std::span<const model::TryId>) override {}
    std::vector<std::string> told;
};

std::shared_ptr<const model::Dag> one_task() {
    auto dag = std::make_shared<model::Dag>();
    dag->id = dag->file = dag->hash = "d";
    model::Task task;
    task.id = "a";
    task.action = model::ShellScript{"true"};
    dag->tasks.push_back(std::move(task));
    return dag;
}

}  // namespace

TEST_CASE("a try that is launched again and killed in one turn is killed after its launch") {
    const FixedClock clock;
    const auto store = store::SqliteStore::open(":memory:");
    REQUIRE(store.has_value());
    daemon::Inbox inbox;
    ToldExecutor executor;
    const auto dag = one_task();
    daemon::Loop loop({.clock = clock,
                       .store = **store,
                       .inbox = inbox,
                       .executors = {{"process", &executor}},
                       .dag_of = [&dag](const ports::StoredRun&) { return dag; },
                       .answer = [](const core::Reply&) {}});
    const auto turn = [&inbox, &loop](std::vector<core::Input> inputs) {
        inbox.post(std::move(inputs));
        loop.turn(std::chrono::microseconds{0});
    };
    const core::ExecutorListed knows_nothing{"process", "e1", "b1", {}};
    loop.recover();
    turn({core::PoolsConfigured{}, core::DagLoaded{dag}, knows_nothing,
          core::TriggerRun{.request = {1}, .dag_id = "d", .run_id = "r"}});
    turn({knows_nothing, core::Kill{{2}, "d", "r", std::nullopt}});
    CHECK(executor.told == std::vector<std::string>{"launch 1", "launch 1", "kill 1"});
}
