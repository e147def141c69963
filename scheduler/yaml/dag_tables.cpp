#include "scheduler/yaml/dag_tables.hpp"

#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/scalar.hpp"
#include "scheduler/yaml/settings.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

const Table<model::CronSchedule>& schedule_table() {
    static const Table<model::CronSchedule> table(
        {"a schedule entry", "Ticks of a cron expression", {}, {}},
        {
            {{"cron", cron(), "Five fields, or six with seconds first; or @hourly, @daily, @weekly, @monthly, @yearly",
              true},
             [](model::CronSchedule& schedule, const Node& value) { schedule.cron = text_of(value); }},
            {{"timezone", timezone(), "IANA name of the zone that the fields are in; weir.yaml's timezone unless set"},
             [](model::CronSchedule& schedule, const Node& value) { schedule.timezone = text_of(value); }},
            {{"catchup", choice_of<model::Catchup>(),
              "Ticks that were missed while paused or down: run the latest, all or none of them", false,
              model::to_text(model::CronSchedule{}.catchup)},
             [](model::CronSchedule& schedule, const Node& value) {
                 schedule.catchup = enum_of<model::Catchup>(value);
             }},
        });
    return table;
}

void store_schedule_entry(DagDraft& draft, const Node& value) {
    model::CronSchedule schedule;
    schedule.timezone = draft.timezone;
    if (value.scalar() != nullptr)
        schedule.cron = text_of(value);
    else
        schedule_table().fill(value, schedule);
    draft.dag.schedule.emplace_back(std::move(schedule));
}

void store_schedule(DagDraft& draft, const Node& value) {
    if (const auto* entries = value.list())
        for (const auto& entry : entries->items) store_schedule_entry(draft, entry);
    else
        store_schedule_entry(draft, value);
}

void store_params(DagDraft& draft, const Node& value) {
    for (const auto& entry : value.map()->entries) {
        ParamDraft param;
        param.param.name = entry.key;
        param.param.schema = Json::object();
        param.node = &entry.value;
        if (entry.value.scalar() != nullptr)
            param.fallback = &entry.value;
        else
            param_table().fill(entry.value, param);
        draft.params.push_back(std::move(param));
    }
}

void store_tasks(DagDraft& draft, const Node& value) {
    draft.tasks.reserve(value.map()->entries.size());
    for (const auto& entry : value.map()->entries) {
        TaskDraft task = draft.defaults;
        task.task.id = entry.key;
        task.task.line = entry.place.line;
        task.place = entry.place;
        task.node = &entry.value;
        task_table().fill(entry.value, task);
        draft.tasks.push_back(std::move(task));
    }
}

Key schema_key(std::string name, ShapePtr shape, std::string doc) {
    return {std::move(name), std::move(shape), std::move(doc)};
}

ShapePtr entry_of(const ShapePtr& map) {
    return either("a cron expression, or a map with the key cron", {cron(), map});
}

}  // namespace

const Table<ParamDraft>& param_table() {
    // The names are JSON Schema's own; each row but the first two goes into the param's schema as it stands.
    constexpr auto kLongest = std::int64_t{1} << 20;
    static const Table<ParamDraft> table(
        {"a param", "A value that a run gets; the form for starting a run is made from it", {}, {}},
        {
            {{"description", text("a text"), "Shown beside the field of the form"},
             [](ParamDraft& draft, const Node& value) { draft.param.description = text_of(value); }},
            {{"default", shape("a value", AnyValue{}),
              "What a run gets that names none; without it a run must name one"},
             [](ParamDraft& draft, const Node& value) { draft.fallback = &value; }},
            {schema_key("type", choice({"string", "integer", "number", "boolean", "array", "object"}),
                        "Type of the value; that of the default unless set"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["type"] = to_json(value); }},
            {schema_key("enum", list_of("a list of values", shape("a text, number or boolean", AnyValue{true}), 1),
                        "All values that are allowed"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["enum"] = to_json(value); }},
            {schema_key("minimum", number(-1e18, 1e18), "Smallest number"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["minimum"] = to_json(value); }},
            {schema_key("maximum", number(-1e18, 1e18), "Largest number"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["maximum"] = to_json(value); }},
            {schema_key("minLength", whole(0, kLongest), "Least number of characters"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["minLength"] = to_json(value); }},
            {schema_key("maxLength", whole(0, kLongest), "Largest number of characters"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["maxLength"] = to_json(value); }},
            {schema_key("pattern", pattern(), "Regular expression that is found in the text"),
             [](ParamDraft& draft, const Node& value) { draft.param.schema["pattern"] = to_json(value); }},
        });
    return table;
}

const Table<DagDraft>& dag_table() {
    const auto param = either("a value, or a map such as {type: integer, default: 1}",
                              {shape("a text, number or boolean", AnyValue{true}), param_table().shape()});
    const auto entry = entry_of(schedule_table().shape());
    static const Table<DagDraft> table(
        {"a DAG", "A pipeline: tasks, in what order, and when", {}, {}},
        {
            {{"id", shape("a DAG id", id_text("a DAG id")),
              "Name of the DAG, unique among all; the file's stem unless set"},
             [](DagDraft& draft, const Node& value) { draft.dag.id = text_of(value); }},
            {{"description", text("a text"), "What the DAG is for, in a line"},
             [](DagDraft& draft, const Node& value) { draft.dag.description = text_of(value); }},
            {{"owner", text("a text"), "Who looks after it"},
             [](DagDraft& draft, const Node& value) { draft.dag.owner = text_of(value); }},
            {{"tags", list_of("a list of texts", text("a text"), 0, true), "Words to find it by"},
             [](DagDraft& draft, const Node& value) { draft.dag.tags = texts_of(value); }},
            {{"schedule",
              either("a list of schedule entries",
                     {cron(), schedule_table().shape(), list_of("a list of schedule entries", entry, 1)}),
              "When it runs: a cron expression or entries, any of which starts a run; by hand only unless set"},
             store_schedule},
            {{"params", shape("a map of params", MapOf{name_text("the name of a param"), param}),
              "Values that a run can be given"},
             store_params},
            {{"max_active_runs", whole(1, 100'000), "Runs of this DAG at once; further ones wait", false,
              model::Dag{}.max_active_runs},
             [](DagDraft& draft, const Node& value) { draft.dag.max_active_runs = whole_of<int>(value); }},
            {{"max_active_tasks", whole(1, 100'000), "Tasks of one run at once", false, model::Dag{}.max_active_tasks},
             [](DagDraft& draft, const Node& value) { draft.dag.max_active_tasks = whole_of<int>(value); }},
            {{"defaults", defaults_table().shape(), "Keys that hold for every task that does not set them itself"},
             [](DagDraft& draft, const Node& value) { defaults_table().fill(value, draft.defaults); }},
            {{"tasks", shape("a map of at least one task", MapOf{id_text("a task id"), task_table().shape(), 1}),
              "The tasks, by id", true},
             store_tasks},
        });
    return table;
}

const Shape& settings_shape(model::OperatorKind kind) {
    const auto* key = std::get<ObjectPtr>(task_table().shape()->form)->find(model::to_text(kind));
    return *key->shape;
}

}  // namespace weir::yaml
