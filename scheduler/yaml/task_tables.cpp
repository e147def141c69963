#include "scheduler/yaml/task_tables.hpp"

#include <limits>

#include "scheduler/model/time.hpp"
#include "scheduler/yaml/alert_tables.hpp"
#include "scheduler/yaml/foreach.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/operator_tables.hpp"
#include "scheduler/yaml/retry_on.hpp"
#include "scheduler/yaml/schedule_tables.hpp"
#include "scheduler/yaml/wait_tables.hpp"

namespace weir::yaml {

std::vector<std::string> texts_of(const Node& node) {
    if (node.scalar() != nullptr) return {text_of(node)};
    std::vector<std::string> texts;
    for (const auto& item : node.list()->items)
        if (!item.faulty && item.scalar() != nullptr) texts.push_back(text_of(item));
    return texts;
}

model::Duration duration_of(const Node& node) {
    return model::parse_duration(text_of(node)).value_or(model::Duration{0});
}

namespace {

ShapePtr argument() { return with_templates(shape("a text, number or boolean", AnyScalar{})); }

ShapePtr environment() { return shape("a map of names and values", MapOf{variable_text(), argument()}); }

void store_environment(TaskDraft& draft, const Node& value) {
    for (const auto& entry : value.map()->entries)
        if (const auto* scalar = entry.value.scalar()) draft.task.env[entry.key] = canonical_text(*scalar);
}

void store_run(TaskDraft& draft, const Node& value) {
    draft.kind = model::OperatorKind::run;
    if (value.list() != nullptr) {
        model::CommandLine command;
        for (const auto& item : value.list()->items)
            if (const auto* scalar = item.scalar()) command.argv.push_back(canonical_text(*scalar));
        draft.task.action = std::move(command);
    } else {
        draft.task.action = model::ShellScript{text_of(value)};
    }
}

void store_workdir(TaskDraft& draft, const Node& value) {
    draft.task.workdir = absolute_path(*draft.folder, text_of(value));
}

// `if: false` is the usual way to switch a task off.
ShapePtr condition() {
    return either("an expression", {boolean(), filled_text("an expression")}, [](const Node& node) -> std::size_t {
        return node.scalar() != nullptr && as_boolean(*node.scalar()) ? 0 : 1;
    });
}

bool boolean_of(const Node& node) { return as_boolean(*node.scalar()).value_or(false); }

template <model::AlertEvent on>
void store_alerts_on(TaskDraft& draft, const Node& value) {
    store_alerts(draft.task.alerts, on, value);
}

// An operator whose settings are made into JSON when nothing was wrong.
template <model::OperatorKind kind>
void store_settings(TaskDraft& draft, const Node& value) {
    draft.kind = kind;
    draft.settings = &value;
}

using Row = Table<TaskDraft>::Row;

// Keys that a task and `defaults` have in common.
std::vector<Row> shared_rows() {
    const model::Task fresh;
    const auto shown = [](model::Duration length) { return model::format_duration(length); };
    return {
        {{"trigger_rule", choice_of<model::TriggerRule>(),
          "When the task starts, by the states of the tasks that it needs", false, model::to_text(fresh.trigger_rule)},
         [](TaskDraft& draft, const Node& value) { draft.task.trigger_rule = enum_of<model::TriggerRule>(value); }},
        {{"env", environment(), "Environment variables; ${{ }} may stand in the values"}, store_environment},
        {{"workdir", path("the path of a folder"),
          "Folder that the task runs in, relative to the DAG file's, which it is unless set"},
         store_workdir},
        {{"retries", whole(0, 1000), "Further tries after the first", false, fresh.retry.retries},
         [](TaskDraft& draft, const Node& value) { draft.task.retry.retries = whole_of<int>(value); }},
        {{"retry_delay", duration(), "Wait before the next try", false, shown(fresh.retry.delay)},
         [](TaskDraft& draft, const Node& value) { draft.task.retry.delay = duration_of(value); }},
        {{"retry_backoff", number(1, 100), "Factor by which the wait grows with each try; 1 keeps it", false,
          fresh.retry.backoff},
         [](TaskDraft& draft, const Node& value) {
             draft.task.retry.backoff = as_number(*value.scalar()).value_or(1.0);
         }},
        {{"max_retry_delay", duration(), "Longest wait before a try", false, shown(fresh.retry.max_delay)},
         [](TaskDraft& draft, const Node& value) {
             draft.max_retry_delay = &value;
             draft.task.retry.max_delay = duration_of(value);
         }},
        {{"retry_on", retry_on_shape(), "The failures that are worth another try; all of them unless set"},
         [](TaskDraft& draft, const Node& value) { draft.task.retry.on = retry_on_of(value); }},
        {{"skip_on_exit_code", whole(1, 255),
          "A try that ends with this exit code has not failed: the task is skipped"},
         [](TaskDraft& draft, const Node& value) { draft.task.skip_on_exit_code = whole_of<int>(value); }},
        {{"timeout", duration(), "Longest time of a try (of a wait, dag or approve: of all of it); 0 is without end",
          false, shown(fresh.timeout)},
         [](TaskDraft& draft, const Node& value) {
             draft.timeout = &value;
             draft.task.timeout = duration_of(value);
         }},
        {{"grace", duration(), "Between SIGTERM and SIGKILL when a try is ended", false, shown(fresh.grace)},
         [](TaskDraft& draft, const Node& value) { draft.task.grace = duration_of(value); }},
        {{"pool", pool(), "Pool whose slots the task takes", false, fresh.pool},
         [](TaskDraft& draft, const Node& value) { draft.task.pool = text_of(value); }},
        {{"pool_slots", whole(1, 100'000), "Slots that it takes", false, fresh.pool_slots},
         [](TaskDraft& draft, const Node& value) { draft.task.pool_slots = whole_of<int>(value); }},
        {{"priority_weight", whole(std::numeric_limits<int>::min(), std::numeric_limits<int>::max()),
          "Among tasks that wait for slots, the larger goes first", false, fresh.priority_weight},
         [](TaskDraft& draft, const Node& value) { draft.task.priority_weight = whole_of<int>(value); }},
        {{"max_active", whole(1, 100'000), "Instances of the task at once, over all runs of the DAG"},
         [](TaskDraft& draft, const Node& value) { draft.task.max_active = whole_of<int>(value); }},
        {{"depends_on_past", boolean(), "It starts only if it succeeded or was skipped in the run before", false,
          fresh.depends_on_past},
         [](TaskDraft& draft, const Node& value) { draft.task.depends_on_past = boolean_of(value); }},
        {{"wait_for_downstream", boolean(),
          "As depends_on_past, and the tasks directly downstream of it must have ended well there, too", false,
          fresh.wait_for_downstream},
         [](TaskDraft& draft, const Node& value) { draft.task.wait_for_downstream = boolean_of(value); }},
        {{"deadline", duration(), "From the run's start; when it passes and the task is not over, somebody is told"},
         [](TaskDraft& draft, const Node& value) { draft.task.deadline = duration_of(value); }},
        {{"on_success", alert_targets(), "Who is told when it has succeeded"},
         store_alerts_on<model::AlertEvent::success>},
        {{"on_failure", alert_targets(), "Who is told when it has failed, its last try included"},
         store_alerts_on<model::AlertEvent::failure>},
        {{"on_retry", alert_targets(), "Who is told when a try has failed and another will follow"},
         store_alerts_on<model::AlertEvent::retry>},
        {{"on_deadline", alert_targets(), "Who is told when its deadline has passed"},
         store_alerts_on<model::AlertEvent::deadline>},
        {{"executor", executor(), "Where it runs", false, fresh.executor},
         [](TaskDraft& draft, const Node& value) { draft.task.executor = text_of(value); }},
        {{"log_limit", size(), "Most that a try may write to its log; it is ended beyond", false, "256MiB"},
         [](TaskDraft& draft, const Node& value) { draft.task.log_limit = parse_size(text_of(value)).value_or(0); }},
    };
}

std::vector<Row> task_rows() {
    std::vector<Row> rows{
        {{"run",
          either("a shell script, or a list of a program and its arguments",
                 {script(), list_of("a list of a program and its arguments", argument(), 1)}),
          "A command: a text is a shell script (sh -e), a list is a program and its arguments, without a shell"},
         store_run},
        {{"load", load_shape(), "Copy rows from sources to a target"}, store_settings<model::OperatorKind::load>},
        {{"sql", sql_shape(), "Run SQL in one transaction"}, store_settings<model::OperatorKind::sql>},
        {{"check", check_shape(), "Examine rows and fail if they are not as expected"},
         store_settings<model::OperatorKind::check>},
        {{"wait", wait_shape(), "Wait for a file, an answer, a row, a key, a run or a time, without a process"},
         store_settings<model::OperatorKind::wait>},
        {{"dag", sub_dag_shape(), "Start a run of another DAG, and wait for its end"},
         store_settings<model::OperatorKind::dag>},
        {{"approve", approve_shape(), "Wait until a person decides"}, store_settings<model::OperatorKind::approve>},
        {{"needs", needed_tasks(), "Tasks and groups that come before this one"},
         [](TaskDraft& draft, const Node& value) { draft.needs = &value; }},
        {{"if", condition(), "The task is skipped when this is false: ${{ expression }}, or the expression alone"},
         [](TaskDraft& draft, const Node& value) { draft.condition = &value; }},
        {{"short_circuit", boolean(),
          "When it is skipped, so is everything downstream of it, whatever the trigger rules say", false, false},
         [](TaskDraft& draft, const Node& value) { draft.task.short_circuit = boolean_of(value); }},
        {{"foreach", foreach_shape(), "The task runs once for each of these, which its expressions see as `item`"},
         [](TaskDraft& draft, const Node& value) {
             draft.foreach = &value;
             draft.task.foreach = foreach_of(value, *draft.range_items_left);
         }},
        {{"max_parallel", whole(1, 100'000), "Instances of a foreach at once, in one run; all of them unless set"},
         [](TaskDraft& draft, const Node& value) {
             if (draft.task.foreach) draft.task.foreach->max_parallel = whole_of<int>(value);
         }},
        {{"label", with_templates(filled_text("a text")),
          "What an instance of a foreach is called; ${{ item }} stands in it"},
         [](TaskDraft& draft, const Node& value) {
             if (draft.task.foreach) draft.task.foreach->label = text_of(value);
         }},
        {{"setup", boolean(), "It makes what other tasks need, and a teardown removes", false, false},
         [](TaskDraft& draft, const Node& value) { draft.task.setup = boolean_of(value); }},
        {{"teardown",
          one_or_more("the id of a setup task, or a list of them", shape("a task id", id_text("a task id"))),
          "The setups that it cleans up after: it needs them, runs however the tasks between ended, and does not "
          "decide "
          "how the run ends"},
         [](TaskDraft& draft, const Node& value) { draft.teardown = &value; }},
        {{"produces", assets_shape(false),
          "Assets that it makes: when it succeeds, other DAGs are told that their window, the run's data interval, is "
          "complete"},
         [](TaskDraft& draft, const Node& value) {
             draft.produces = &value;
             draft.task.produces = texts_of(value);
         }},
        {{"doc", text("a text"), "What the task is for"},
         [](TaskDraft& draft, const Node& value) { draft.task.doc = text_of(value); }},
    };
    for (auto& row : shared_rows()) rows.push_back(std::move(row));
    return rows;
}

}  // namespace

ShapePtr needed_tasks() {
    const auto name = shape("a task id", id_text("a task id"));
    return either("a task id or a list of task ids", {name, list_of("a list of task ids", name, 0, true)});
}

namespace {

std::vector<std::string> operator_names() {
    std::vector<std::string> names;
    for (const auto& name : model::enum_names<model::OperatorKind>()) names.emplace_back(name.text);
    return names;
}

}  // namespace

const Table<TaskDraft>& task_table() {
    static const Table<TaskDraft> table(
        {"a task",
         "One step of the pipeline",
         {},
         {exactly_one_of(operator_names(), "a task does one thing:"), only_with({"max_parallel", "label"}, "foreach"),
          not_together("setup", {"teardown"})},
         true},
        task_rows());
    return table;
}

const Table<TaskDraft>& defaults_table() {
    static const Table<TaskDraft> table(
        {"defaults", "Keys that hold for every task that does not set them itself", {}, {}}, shared_rows());
    return table;
}

}  // namespace weir::yaml
