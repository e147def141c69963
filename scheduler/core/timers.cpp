// What happens by itself once its time has come; beside ticks (schedule.cpp) and retries (executors.cpp).
#include "scheduler/core/deferring.hpp"

namespace weir::core {

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
