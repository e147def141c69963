// Rows to JSON, in Apache Airflow 3.2's shapes: every key of its models is there, null where Weir has nothing to say, and
// enums hold only Airflow's values, since its clients check both. Keys of Weir's own stand beside them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "scheduler/ports/catalog.hpp"
#include "scheduler/ports/history.hpp"

namespace weir::api {

// A DAG as known from its file, from history, or from both.
struct DagView {
    std::string dag_id;
    const ports::CatalogEntry* entry = nullptr;
    const ports::DagRow* row = nullptr;

    [[nodiscard]] bool is_stale() const { return entry == nullptr; }  // its file is gone
    [[nodiscard]] bool is_paused() const { return row != nullptr && row->state.paused; }
};

// The DAG versions of one answer, each read once.
class Versions {
   public:
    explicit Versions(const ports::History& history) : history_(history) {}
    [[nodiscard]] model::Json json(model::DagVersionId id);  // null when history has lost it

   private:
    const ports::History& history_;
    std::map<model::DagVersionId, model::Json> known_;
};

[[nodiscard]] model::Json time_json(const std::optional<model::TimePoint>& time);
[[nodiscard]] model::Json seconds_between(const std::optional<model::TimePoint>& start,
                                          const std::optional<model::TimePoint>& end);
// The same name, the same UUID, for ever (version 5).
[[nodiscard]] std::string uuid_of(const std::string& name);

// "run", "load", …
[[nodiscard]] std::string_view operator_of(const model::Action& action);

[[nodiscard]] model::Json dag_json(const DagView& view);
[[nodiscard]] model::Json dag_details_json(const DagView& view, std::int64_t active_runs, Versions& versions);
[[nodiscard]] model::Json version_json(const model::DagVersion& version);
[[nodiscard]] model::Json task_json(const model::Dag& dag, const model::Task& task);
[[nodiscard]] model::Json run_json(const model::Run& run, Versions& versions);
[[nodiscard]] model::Json task_instance_json(const ports::TaskInstanceRow& row, Versions& versions);
// A try as Airflow's history of the task instance that `row` is.
[[nodiscard]] model::Json try_json(const model::Try& attempt, const ports::TaskInstanceRow& row, Versions& versions);

}  // namespace weir::api
