#include "scheduler/yaml/dag_tables.hpp"

#include "scheduler/yaml/alert_tables.hpp"
#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/groups.hpp"
#include "scheduler/yaml/params.hpp"
#include "scheduler/yaml/schedule_tables.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

template <model::AlertEvent on>
void store_alerts_on(DagDraft& draft, const Node& value) {
    store_alerts(draft.dag.alerts, on, value);
}

}  // namespace

const Table<DagDraft>& dag_table() {
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
            {{"schedule", schedule_shape(),
              "When it runs: a cron expression or entries, any of which starts a run; by hand only unless set"},
             store_schedule},
            {{"params", params_shape("a param"), "Values that a run can be given"},
             [](DagDraft& draft, const Node& value) { draft.params = read_params(value); }},
            {{"max_active_runs", whole(1, 100'000), "Runs of this DAG at once; further ones wait", false,
              model::Dag{}.max_active_runs},
             [](DagDraft& draft, const Node& value) { draft.dag.max_active_runs = whole_of<int>(value); }},
            {{"max_active_tasks", whole(1, 100'000), "Tasks of one run at once", false, model::Dag{}.max_active_tasks},
             [](DagDraft& draft, const Node& value) { draft.dag.max_active_tasks = whole_of<int>(value); }},
            {{"pause_after_failures", whole(0, 1000), "Failed runs in a row that pause the DAG; 0 is never", false,
              model::Dag{}.pause_after_failures},
             [](DagDraft& draft, const Node& value) { draft.dag.pause_after_failures = whole_of<int>(value); }},
            {{"run_retries", whole(0, 1000), "How often a run that failed runs its failed tasks again", false,
              model::Dag{}.run_retries},
             [](DagDraft& draft, const Node& value) { draft.dag.run_retries = whole_of<int>(value); }},
            {{"run_retry_delay", duration(), "Wait before that", false,
              model::format_duration(model::Dag{}.run_retry_delay)},
             [](DagDraft& draft, const Node& value) { draft.dag.run_retry_delay = duration_of(value); }},
            {{"on_success", alert_targets(), "Who is told when a run has succeeded"},
             store_alerts_on<model::AlertEvent::success>},
            {{"on_failure", alert_targets(), "Who is told when a run has failed"},
             store_alerts_on<model::AlertEvent::failure>},
            {{"on_retry", alert_targets(), "Who is told when a run has failed and queues again by run_retries"},
             store_alerts_on<model::AlertEvent::retry>},
            {{"on_deadline", alert_targets(), "Who is told when a run's deadline has passed"},
             store_alerts_on<model::AlertEvent::deadline>},
            {{"deadline", run_deadline(), "When a run should be over, from when it was queued"},
             [](DagDraft& draft, const Node& value) {
                 draft.dag.deadline = deadline_of(value);
                 add_deadline_alert(draft.dag.alerts, value);
             }},
            {{"defaults", defaults_table().shape(), "Keys that hold for every task that does not set them itself"},
             [](DagDraft& draft, const Node& value) { defaults_table().fill(value, draft.defaults); }},
            {{"tasks", shape("a map of at least one task", Named{"tasks", &tasks_shape}),
              "The tasks, by id, and groups of tasks", true},
             store_tasks},
        });
    return table;
}

const Shape& settings_shape(model::OperatorKind kind) {
    const auto* key = std::get<ObjectPtr>(task_table().shape()->form)->find(model::to_text(kind));
    return *key->shape;
}

}  // namespace weir::yaml
