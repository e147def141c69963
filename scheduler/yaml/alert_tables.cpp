#include "scheduler/yaml/alert_tables.hpp"

#include "scheduler/yaml/formats.hpp"
#include "scheduler/yaml/table.hpp"
#include "scheduler/yaml/task_tables.hpp"

namespace weir::yaml {
namespace {

using Row = Table<model::Alert>::Row;

std::vector<Row> target_rows() {
    return {
        {{"notify", notifier(), "A notifier of weir.yaml"},
         [](model::Alert& alert, const Node& value) { alert.notifier = text_of(value); }},
        {{"run", script(), "A shell script; it gets WEIR_DAG_ID, WEIR_RUN_ID, WEIR_TASK_ID and what has happened"},
         [](model::Alert& alert, const Node& value) { alert.script = text_of(value); }},
    };
}

const Table<model::Alert>& target_table() {
    static const Table<model::Alert> table(
        {"an alert", "Who is told, or what is run", {}, {exactly_one_of({"notify", "run"}, "an alert needs")}},
        target_rows());
    return table;
}

struct RunDeadline {
    model::Duration after{0};
    model::Alert alert;
};

const Table<RunDeadline>& deadline_table() {
    static const Table<RunDeadline> table(
        {"a deadline",
         "When a run should be over, and who is told if it is not",
         {},
         {not_together("notify", {"run"})}},
        {
            {{"after", duration(), "Counted from when the run was queued", true},
             [](RunDeadline& deadline, const Node& value) { deadline.after = duration_of(value); }},
            {{"notify", notifier(), "A notifier of weir.yaml"},
             [](RunDeadline& deadline, const Node& value) { deadline.alert.notifier = text_of(value); }},
            {{"run", script(), "A shell script"},
             [](RunDeadline& deadline, const Node& value) { deadline.alert.script = text_of(value); }},
        });
    return table;
}

RunDeadline read_deadline(const Node& node) {
    RunDeadline deadline;
    deadline.alert.on = model::AlertEvent::deadline;
    if (node.scalar() != nullptr)
        deadline.after = duration_of(node);
    else
        deadline_table().fill(node, deadline);
    return deadline;
}

}  // namespace

ShapePtr alert_targets() {
    constexpr auto kWanted = "the name of a notifier, {notify: name}, {run: script}, or a list of these";
    const auto one = either(kWanted, {notifier(), target_table().shape()});
    return either(kWanted, {notifier(), target_table().shape(), list_of(kWanted, one)});
}

ShapePtr run_deadline() {
    return either("a duration such as 1h, or {after: 1h, notify: name}", {duration(), deadline_table().shape()});
}

model::Duration deadline_of(const Node& node) { return read_deadline(node).after; }

void store_alerts(std::vector<model::Alert>& alerts, model::AlertEvent on, const Node& value) {
    std::erase_if(alerts, [on](const model::Alert& alert) { return alert.on == on; });
    const auto store = [&alerts, on](const Node& node) {
        if (node.faulty) return;
        model::Alert alert{on, "", ""};
        if (node.scalar() != nullptr)
            alert.notifier = text_of(node);
        else
            target_table().fill(node, alert);
        alerts.push_back(std::move(alert));
    };
    if (const auto* list = value.list())
        for (const auto& item : list->items) store(item);
    else
        store(value);
}

void add_deadline_alert(std::vector<model::Alert>& alerts, const Node& deadline) {
    auto alert = read_deadline(deadline).alert;
    if (!alert.notifier.empty() || !alert.script.empty()) alerts.push_back(std::move(alert));
}

}  // namespace weir::yaml
