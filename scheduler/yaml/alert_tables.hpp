// `on_failure` and its kin, of tasks and of DAGs: who is told.
#pragma once

#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/yaml/shape.hpp"

namespace weir::yaml {

// A notifier's name, {notify: name}, {run: script}, or a list of these.
[[nodiscard]] ShapePtr alert_targets();

// `deadline` of a DAG: a duration, or {after: 1h, notify: name}.
[[nodiscard]] ShapePtr run_deadline();
[[nodiscard]] model::Duration deadline_of(const Node& node);

// Replaces what was said of this event before, by `defaults` say.
void store_alerts(std::vector<model::Alert>& alerts, model::AlertEvent on, const Node& value);
// The one that `deadline` names, if it does.
void add_deadline_alert(std::vector<model::Alert>& alerts, const Node& deadline);

}  // namespace weir::yaml
