#include "scheduler/yaml/judge.hpp"

#include <algorithm>

#include "scheduler/yaml/foreach.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/wait_tables.hpp"

namespace weir::yaml {
namespace {

using model::AlertEvent;

void judge_retries(TaskDraft& draft, Problems& problems) {
    auto& retry = draft.task.retry;
    if (draft.max_retry_delay == nullptr)
        retry.max_delay = std::max(retry.max_delay, retry.delay);
    else if (retry.max_delay < retry.delay)
        problems.add(draft.max_retry_delay->place, "max_retry_delay ({}) is shorter than retry_delay ({})",
                     model::format_duration(retry.max_delay), model::format_duration(retry.delay));
    const auto* skip = draft.own("skip_on_exit_code");
    const auto& code = draft.task.skip_on_exit_code;
    if (skip != nullptr && code && retry.on &&
        std::ranges::find(retry.on->exit_codes, *code) != retry.on->exit_codes.end())
        problems.add(skip->place, "exit code {} can't both skip the task and be tried again (retry_on)", *code);
}

bool is_told(const std::vector<model::Alert>& alerts, AlertEvent on) {
    return std::ranges::find(alerts, on, &model::Alert::on) != alerts.end();
}

}  // namespace

void judge_task(TaskDraft& draft, Problems& problems) {
    auto& task = draft.task;
    judge_retries(draft, problems);
    if (draft.group != kNoGroup)
        if (const auto fault = id_fault(task.id, "a task id"); !fault.empty())
            problems.add(draft.place, "{}, its groups' included", fault);
    if (draft.foreach != nullptr) judge_foreach(*draft.foreach, *task.foreach, problems);
    if (draft.settings != nullptr && draft.kind == model::OperatorKind::approve)
        judge_approval(*draft.settings, problems);

    if (draft.teardown != nullptr) {
        task.teardown = true;
        if (draft.own("trigger_rule") == nullptr) task.trigger_rule = model::TriggerRule::all_done_setup_success;
    }
    task.depends_on_past = task.depends_on_past || task.wait_for_downstream;
    if (draft.settings != nullptr && draft.kind == model::OperatorKind::wait && draft.timeout == nullptr)
        task.timeout = kWaitTimeout;

    if (const auto* told = draft.own("on_deadline");
        told != nullptr && is_told(task.alerts, AlertEvent::deadline) && task.deadline == model::Duration{0})
        problems.add(told->place, "on_deadline says nothing without a deadline; write deadline: 1h");
    if (const auto* settings = draft.settings; settings != nullptr && draft.kind == model::OperatorKind::approve)
        if (const auto* map = settings->map(); map != nullptr && task.timeout == model::Duration{0})
            if (const auto* answer = map->find("default"))
                problems.add(answer->value.place,
                             "default is the answer when the timeout has passed, and there is none; write timeout: 1d");
}

void judge_dag(const DagDraft& draft, const Node& root, Problems& problems) {
    const auto* map = root.map();
    const auto* told = map == nullptr ? nullptr : map->find("on_deadline");
    if (told != nullptr && is_told(draft.dag.alerts, AlertEvent::deadline) && draft.dag.deadline == model::Duration{0})
        problems.add(told->value.place, "on_deadline says nothing without a deadline; write deadline: 1h");
}

}  // namespace weir::yaml
