#include "scheduler/yaml/task_tables.hpp"

#include <limits>

#include "scheduler/model/time.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/operator_tables.hpp"

namespace weir::yaml {

std::vector<std::string> texts_of(const Node& node) {
    if (node.scalar() != nullptr) return {text_of(node)};
    std::vector<std::string> texts;
    for (const auto& item : node.list()->items)
        if (!item.faulty && item.scalar() != nullptr) texts.push_back(text_of(item));
    return texts;
}

namespace {

model::Duration duration_of(const Node& node) {
    return model::parse_duration(text_of(node)).value_or(model::Duration{0});
}

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

ShapePtr script() {
    return filled_text(
        "a shell script",
        [](std::string_view script, const Surroundings&) -> std::string {
            // A value pasted into a script would be read as shell: quotes and semicolons in data become commands.
            if (script.find("${{") != std::string_view::npos)
                return "a script can't hold ${{ }}; pass the value through `env` and write $NAME in the script";
            return "";
        },
        {{"not", {{"pattern", "\\$\\{\\{"}}}});
}

// `if: false` is the usual way to switch a task off.
ShapePtr condition() {
    return either("an expression", {boolean(), filled_text("an expression")}, [](const Node& node) -> std::size_t {
        return node.scalar() != nullptr && as_boolean(*node.scalar()) ? 0 : 1;
    });
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
        {{"timeout", duration(), "Longest time of a try; 0 is without end", false, shown(fresh.timeout)},
         [](TaskDraft& draft, const Node& value) { draft.task.timeout = duration_of(value); }},
        {{"grace", duration(), "Between SIGTERM and SIGKILL when a try is ended", false, shown(fresh.grace)},
         [](TaskDraft& draft, const Node& value) { draft.task.grace = duration_of(value); }},
        {{"pool", pool(), "Pool whose slots the task takes", false, fresh.pool},
         [](TaskDraft& draft, const Node& value) { draft.task.pool = text_of(value); }},
        {{"pool_slots", whole(1, 100'000), "Slots that it takes", false, fresh.pool_slots},
         [](TaskDraft& draft, const Node& value) { draft.task.pool_slots = whole_of<int>(value); }},
        {{"priority_weight", whole(std::numeric_limits<int>::min(), std::numeric_limits<int>::max()),
          "Among tasks that wait for slots, the larger goes first", false, fresh.priority_weight},
         [](TaskDraft& draft, const Node& value) { draft.task.priority_weight = whole_of<int>(value); }},
        {{"executor", executor(), "Where it runs", false, fresh.executor},
         [](TaskDraft& draft, const Node& value) { draft.task.executor = text_of(value); }},
        {{"log_limit", size(), "Most that a try may write to its log; it is ended beyond", false, "256MiB"},
         [](TaskDraft& draft, const Node& value) { draft.task.log_limit = parse_size(text_of(value)).value_or(0); }},
    };
}

std::vector<Row> task_rows() {
    const auto task_name = shape("a task id", id_text("a task id"));
    std::vector<Row> rows{
        {{"run",
          either("a shell script, or a list of a program and its arguments",
                 {script(), list_of("a list of a program and its arguments", argument(), 1)}),
          "A command: a text is a shell script (sh -e), a list is a program and its arguments, without a shell"},
         store_run},
        {{"load", load_shape(), "Copy rows from sources to a target"},
         [](TaskDraft& draft, const Node& value) {
             draft.kind = model::OperatorKind::load;
             draft.settings = &value;
         }},
        {{"sql", sql_shape(), "Run SQL in one transaction"},
         [](TaskDraft& draft, const Node& value) {
             draft.kind = model::OperatorKind::sql;
             draft.settings = &value;
         }},
        {{"check", check_shape(), "Examine rows and fail if they are not as expected"},
         [](TaskDraft& draft, const Node& value) {
             draft.kind = model::OperatorKind::check;
             draft.settings = &value;
         }},
        {{"needs",
          either("a task id or a list of task ids", {task_name, list_of("a list of task ids", task_name, 0, true)}),
          "Tasks that come before this one"},
         [](TaskDraft& draft, const Node& value) { draft.needs = &value; }},
        {{"if", condition(), "The task is skipped when this is false: ${{ expression }}, or the expression alone"},
         [](TaskDraft& draft, const Node& value) { draft.condition = &value; }},
        {{"doc", text("a text"), "What the task is for"},
         [](TaskDraft& draft, const Node& value) { draft.task.doc = text_of(value); }},
    };
    for (auto& row : shared_rows()) rows.push_back(std::move(row));
    return rows;
}

std::vector<std::string> operator_names() {
    std::vector<std::string> names;
    for (const auto& name : model::enum_names<model::OperatorKind>()) names.emplace_back(name.text);
    return names;
}

}  // namespace

const Table<TaskDraft>& task_table() {
    static const Table<TaskDraft> table(
        {"a task", "One step of the pipeline", {}, {exactly_one_of(operator_names(), "a task does one thing:")}, true},
        task_rows());
    return table;
}

const Table<TaskDraft>& defaults_table() {
    static const Table<TaskDraft> table(
        {"defaults", "Keys that hold for every task that does not set them itself", {}, {}}, shared_rows());
    return table;
}

}  // namespace weir::yaml
