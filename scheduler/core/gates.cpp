// Caps on one task: `max_parallel` (its instances in one run) and `max_active` (over all runs of its DAG). Who is past
// the gates keeps its place from then until its try has ended, or what it waits for outside has come; the others wait
// here and cost a turn nothing.
#include <fmt/format.h>

#include "scheduler/core/work.hpp"
#include "scheduler/model/invariant.hpp"

namespace weir::core {

namespace {

bool has_run_gate(const LiveRun& run, RecordIndex index) {
    return run.is_instance(index) && run.task(index).foreach->max_parallel > 0;
}

// In order, with how many each lets in. Of a run that only is looked at, gates that only can be looked at.
template <class Run>
auto gates_of(Run& run, RecordIndex index) {
    const auto& task = run.task(index);
    std::vector<std::pair<decltype(&run.mapped.begin()->second.gate), int>> gates;
    if (has_run_gate(run, index))
        gates.emplace_back(&run.mapped.at(run.tasks[index].task).gate, task.foreach->max_parallel);
    if (task.max_active > 0) gates.emplace_back(&run.definition->gates[task.id], task.max_active);
    return gates;
}

}  // namespace

std::vector<std::pair<const Gate*, int>> gates_before(const LiveRun& run, RecordIndex index) {
    return gates_of(run, index);
}

bool is_in_line(const LiveRun& run, RecordIndex index, model::TaskState state) {
    if (state == model::TaskState::deferred) return waits_itself(run, index);
    return state == model::TaskState::scheduled || is_active(state);
}

void get_in_line(Work& work, LiveRun& run, RecordIndex index) {
    if (waits_itself(run, index))
        work.let_through.emplace_back(&run, index);
    else
        add_ready(work, run, index);
}

bool is_at_gate(const LiveRun& run, RecordIndex index) {
    const int all = (has_run_gate(run, index) ? 1 : 0) + (run.task(index).max_active > 0 ? 1 : 0);
    return run.tasks[index].gates < all;
}

bool pass_gates(Work& work, LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    const auto gates = gates_of(run, index);
    while (record.gates < gates.size()) {
        const auto [gate, most] = gates[record.gates];
        if (gate->inside >= most) {
            gate->waiting.emplace(run.row.id, index);
            record.reason = fmt::format("waits: {} of its instances run already", gate->inside);
            touch(work, run, index);
            return false;
        }
        ++gate->inside;
        ++record.gates;
    }
    return true;
}

void force_gates(LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    for (const auto& [gate, most] : gates_of(run, index)) {
        ++gate->inside;
        ++record.gates;
    }
}

namespace {

void let_through(Work& work, Gate& gate) {
    while (!gate.waiting.empty()) {
        const auto [run_id, index] = *gate.waiting.begin();
        auto& run = work.memory.runs.at(run_id);
        const auto [mine, most] = gates_of(run, index)[run.tasks[index].gates];
        model::invariant(mine == &gate, "who waits at a gate waits at no other");
        if (gate.inside >= most) return;
        gate.waiting.erase(gate.waiting.begin());
        if (pass_gates(work, run, index)) {
            run.tasks[index].reason.clear();
            touch(work, run, index);
            get_in_line(work, run, index);
        }
    }
}

}  // namespace

void leave_gates(Work& work, LiveRun& run, RecordIndex index) {
    auto& record = run.tasks[index];
    const auto gates = gates_of(run, index);
    const auto passed = std::exchange(record.gates, std::uint8_t{0});
    if (passed < gates.size()) gates[passed].first->waiting.erase({run.row.id, index});
    for (std::size_t i = 0; i < passed; ++i) --gates[i].first->inside;
    for (std::size_t i = 0; i < passed; ++i) let_through(work, *gates[i].first);
}

}  // namespace weir::core
