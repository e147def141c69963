// `approve`: a person decides, and fills in a form. The answer is a command; the time that nobody answers is a timer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scheduler/core/deferring.hpp"
#include "scheduler/core/launch.hpp"

namespace weir::core {

using model::ErrorKind;
using model::Json;
using model::OperatorKind;
using model::TaskState;

void ask(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_approve(rendered);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    auto& record = run.tasks[index];
    record.reason = "waits for a person: " + settings->message;
    record.outputs = {{kQuestion, rendered}};
    arm_timeout(work, run, index);
}

namespace {

struct Decision {
    bool approved = false;
    Json values = Json::object();
    std::string by;
    std::string note;
};

void take_answer(Work& work, LiveRun& run, RecordIndex index, const ApproveSettings& settings, const Decision& answer) {
    auto& outputs = run.tasks[index].outputs;
    if (!outputs.is_object()) outputs = Json::object();
    outputs["decision"] = answer.approved ? "approve" : "reject";
    outputs["form"] = answer.values;
    outputs["user"] = answer.by;
    outputs["note"] = answer.note;
    outputs["at"] = model::format_rfc3339(work.now);
    if (answer.approved) return finish_now(work, run, index, TaskState::success, "approved by " + answer.by);
    finish_now(work, run, index, settings.skip_on_reject ? TaskState::skipped : TaskState::failed,
               "rejected by " + answer.by);
}

// Of the roles that the task names the least one is enough: each may do all that the ones before may.
bool may_answer(const ApproveSettings& settings, model::Role role) {
    if (settings.roles.empty()) return role >= model::Role::user;
    return std::ranges::any_of(settings.roles, [role](const std::string& name) {
        const auto named = model::parse<model::Role>(name);
        return named && role >= *named;
    });
}

model::ParamCheck check_form(const ApproveSettings& settings, const Json& values) {
    model::Dag form;
    form.params = settings.form;
    return model::check_params(form, values);
}

}  // namespace

void time_out_question(Work& work, LiveRun& run, RecordIndex index, const Json& rendered) {
    const auto settings = read_approve(rendered);
    if (!settings) return finish_now(work, run, index, TaskState::failed, settings.error().message);
    if (!settings->approved_by_default)
        return finish_now(work, run, index, TaskState::failed,
                          fmt::format("nobody answered in {}", model::format_duration(run.task(index).timeout)));
    Decision answer{*settings->approved_by_default, Json::object(), "timeout", ""};
    auto checked = check_form(*settings, Json::object());
    if (answer.approved && !checked.errors.empty())
        return finish_now(
            work, run, index, TaskState::failed,
            fmt::format("nobody answered in {}, and the form has values without a default: {}",
                        model::format_duration(run.task(index).timeout), fmt::join(checked.errors, "; ")));
    if (answer.approved) answer.values = std::move(checked.params);
    take_answer(work, run, index, *settings, answer);
}

void apply(Work& work, const Decide& input) {
    auto* run = work.memory.find_run(input.dag_id, input.run_id);
    if (run == nullptr)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("DAG '{}' has no run '{}' that is running", input.dag_id, input.run_id));
    const auto index = run->tasks.empty() ? std::nullopt : run->find(input.task_id, input.map_index);
    if (!index)
        return reply(work, input.request, ErrorKind::not_found,
                     fmt::format("run '{}' of DAG '{}' has no task '{}'", input.run_id, input.dag_id, input.task_id));
    const auto state = run->tasks[*index].state;
    const auto* call = std::get_if<model::OperatorCall>(&run->task(*index).action);
    if (call == nullptr || call->kind != OperatorKind::approve)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("task '{}' asks nobody: it is no `approve`", input.task_id));
    if (state != TaskState::deferred)
        return reply(work, input.request, ErrorKind::conflict,
                     fmt::format("task '{}' does not wait for an answer: it is {}", input.task_id,
                                 state == TaskState::none ? "waiting for other tasks" : to_text(state)));
    if (!waits_itself(*run, *index))
        return reply(
            work, input.request, ErrorKind::conflict,
            fmt::format("task '{}' asks once for each item of its foreach; say which by map_index", input.task_id));
    const auto rendered = rendered_settings(*run, *index);
    const auto settings = rendered ? read_approve(*rendered) : rendered.error();
    if (!settings) return reply(work, input.request, ErrorKind::conflict, settings.error().message);
    if (!may_answer(*settings, input.role))
        return reply(
            work, input.request, ErrorKind::forbidden,
            fmt::format("task '{}' asks {}; {} is {}", input.task_id,
                        settings->roles.empty() ? "user" : fmt::format("{}", fmt::join(settings->roles, " or ")),
                        input.user.empty() ? "who answers" : input.user, to_text(input.role)));
    Decision answer{input.approved, Json::object(), input.user.empty() ? "somebody" : input.user, input.note};
    if (input.approved) {
        auto checked = check_form(*settings, input.values);
        if (!checked.errors.empty())
            return reply(work, input.request, ErrorKind::invalid, fmt::format("{}", fmt::join(checked.errors, "; ")));
        answer.values = std::move(checked.params);
    }
    take_answer(work, *run, *index, *settings, answer);
    work.replies.emplace_back(input.request, run);
}

}  // namespace weir::core
