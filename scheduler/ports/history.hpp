// The readers' side of the database: what the API shows. Thread-safe; each call is one short read transaction.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/model/event.hpp"
#include "scheduler/model/run.hpp"

namespace weir::ports {

template <class Row>
struct Page {
    std::vector<Row> rows;
    std::int64_t total = 0;  // of all that match
    // Counting stopped: at least `total` match, and more than the rows so far if there are more. Totals of runs by DAG,
    // state and type, and of task instances inside one run, are always exact; others are up to ten thousand.
    bool total_is_least = false;
};

// Of a list that has one order, forwards or backwards.
struct Slice {
    int limit = 50;
    std::int64_t offset = 0;
    bool newest_first = true;
};

struct RunFilter {
    std::string dag_id;                   // empty: all DAGs
    std::vector<model::RunState> states;  // empty: any
    std::vector<model::RunType> types;
    std::string run_id_pattern;  // SQL LIKE; empty: any
    model::BackfillId backfill;  // only those that it made; none: any
    std::optional<bool> deadline_missed, stale;
    std::optional<model::TimePoint> logical_date_gte, logical_date_lte;
    std::optional<model::TimePoint> started_gte, started_lte;
    std::optional<model::TimePoint> ended_gte, ended_lte;
    std::optional<model::TimePoint> run_after_gte, run_after_lte;
    std::optional<std::chrono::microseconds> duration_gte, duration_lte;
    std::vector<int> version_numbers;          // empty: any
    std::string dag_id_pattern, user_pattern;  // SQL LIKE; empty: any
    std::string params_part;                   // a part of the params' JSON text; empty: any
    // Of run_order_columns(), see order_terms(). None: newest first, by the time that is filtered by, or by id.
    std::string order_by = {};
    int limit = 50;
    std::int64_t offset = 0;
};

struct TaskInstanceFilter {
    std::string dag_id;            // empty: all
    std::string run_id;            // empty: all
    std::string task_id;           // empty: all
    std::vector<int> map_indexes;  // -1: those that are no instances of `foreach`; empty: any, as below
    bool instances_only = false;   // the instances of mapped tasks, without the rows that stand for all of them
    std::vector<model::TaskState> states;
    std::vector<model::OperatorKind> operators;
    std::vector<int> try_numbers, version_numbers;
    std::vector<std::string> pools, executors;
    bool without_mapped = false;  // without the rows that stand for instances
    // SQL LIKE; empty: any
    std::string dag_id_pattern, run_id_pattern, task_id_pattern, pool_pattern, executor_pattern, operator_pattern,
        label_pattern;
    std::optional<model::TimePoint> logical_date_gte, logical_date_lte;  // of the run, as run_after
    std::optional<model::TimePoint> run_after_gte, run_after_lte;
    std::optional<model::TimePoint> started_gte, started_lte;
    std::optional<model::TimePoint> ended_gte, ended_lte;
    std::optional<std::chrono::microseconds> duration_gte, duration_lte;
    // Of task_instance_order_columns(), see order_terms(). None: by the time of the run that is filtered by, or by id.
    std::string order_by = {};
    int limit = 50;
    std::int64_t offset = 0;
};

struct NotificationFilter {
    std::string dag_id;  // empty: all
    std::vector<model::NotificationState> states;
    bool newest_first = true;
    int limit = 50;
    std::int64_t offset = 0;
};

struct EventFilter {
    std::string source;  // by which it came; empty: any
    std::string type;    // empty: any
    std::string subject;
    std::vector<model::Disposition> dispositions;  // empty: any
    model::RunId run;                              // that it made; none: any
    std::optional<model::TimePoint> received_gte, received_lte;
    bool newest_first = true;
    int limit = 50;
    std::int64_t offset = 0;
};

struct WindowFilter {
    std::string asset;               // empty: all
    std::optional<std::string> key;  // empty text: the windows without key; nullopt: all
    std::optional<model::TimePoint> start_gte, end_lte;
    bool all_revisions = false;  // else the newest of each window
    bool newest_first = true;
    int limit = 50;
    std::int64_t offset = 0;
};

// A window as it is now.
struct WindowNow {
    model::Interval interval;
    std::int64_t revision = 1;
    model::EventId event;
    bool corrected = false;  // there was another revision before
};

struct TaskInstanceRow {
    model::TaskInstance task_instance;
    model::Run run;  // the run it belongs to
    std::optional<model::Try> newest_try;
};

// Latest run and counts of a DAG, for lists.
struct DagRow {
    model::DagState state;
    std::string file;
    int version_number = 0;
    std::optional<model::Run> last_run;
};

struct BackfillRow {
    model::Backfill backfill;
    std::map<model::RunState, std::int64_t> runs;  // how many of its runs are in each state
};

// A task in a run: how many instances are in each state, of a task without `foreach` itself alone.
struct TaskStates {
    model::RunId run;
    std::string task_id;
    std::map<model::TaskState, int> counts;
    int mapped = 0;  // instances of `foreach`
    model::OperatorKind operator_kind = model::OperatorKind::run;
};

// Runs of a DAG whose run_after lies from `start`, one of the bounds asked for, to before the next bound.
struct RunCount {
    model::TimePoint start;
    model::RunState state = model::RunState::queued;
    std::int64_t count = 0;
};

// Names of the rows' members. A list over a long history is fast by "id" and, for the runs of one DAG or of all, by
// "run_after"; for the runs of one DAG also by its other times and by "run_id". The rest sort all that match.
[[nodiscard]] std::span<const std::string_view> run_order_columns();
[[nodiscard]] std::span<const std::string_view> task_instance_order_columns();

// "state,-id": by state, and what is the same there by id, descending.
struct OrderTerm {
    std::string_view column;
    bool descending = false;
};
[[nodiscard]] std::vector<OrderTerm> order_terms(std::string_view order_by);

class History {
   public:
    virtual ~History() = default;
    [[nodiscard]] virtual std::vector<DagRow> dags() const = 0;  // by dag_id
    [[nodiscard]] virtual Page<model::Run> runs(const RunFilter& filter) const = 0;
    [[nodiscard]] virtual std::optional<model::Run> run(std::string_view dag_id, std::string_view run_id) const = 0;
    [[nodiscard]] virtual std::optional<model::Run> run(model::RunId id) const = 0;
    [[nodiscard]] virtual Page<TaskInstanceRow> task_instances(const TaskInstanceFilter& filter) const = 0;
    [[nodiscard]] virtual std::vector<model::Try> tries(model::RunId run, std::string_view task_id,
                                                        int map_index) const = 0;
    [[nodiscard]] virtual Page<model::Notification> notifications(const NotificationFilter& filter) const = 0;
    [[nodiscard]] virtual std::optional<model::DagVersion> version(model::DagVersionId id) const = 0;
    [[nodiscard]] virtual std::optional<model::DagVersion> version(std::string_view dag_id, int number) const = 0;
    [[nodiscard]] virtual Page<model::DagVersion> versions(std::string_view dag_id, const Slice& slice) const = 0;
    // By run and task, the runs in the order of their ids.
    [[nodiscard]] virtual std::vector<TaskStates> task_states(std::span<const model::RunId> runs) const = 0;
    // Between each two of the bounds, which come in order, by time and state; none that is 0.
    [[nodiscard]] virtual std::vector<RunCount> run_counts(std::string_view dag_id,
                                                           std::span<const model::TimePoint> bounds) const = 0;
    // Of all DAGs, those that ended at `since` or later.
    [[nodiscard]] virtual std::map<model::RunState, std::int64_t> ended_since(model::TimePoint since) const = 0;
    // Of these the failed ones, the last first.
    [[nodiscard]] virtual std::vector<model::Run> failed_since(model::TimePoint since, int most) const = 0;
    // Whose run_id has the text in it, newest first, among the newest ten thousand; and those of any age that begin with it.
    [[nodiscard]] virtual std::vector<model::Run> find_runs(std::string_view text, int most) const = 0;
    // Of all DAGs without a dag_id. `only_open`: running or paused.
    [[nodiscard]] virtual Page<BackfillRow> backfills(std::string_view dag_id, bool only_open,
                                                      const Slice& slice) const = 0;
    [[nodiscard]] virtual std::optional<BackfillRow> backfill(model::BackfillId id) const = 0;
    [[nodiscard]] virtual Page<model::Event> events(const EventFilter& filter) const = 0;
    [[nodiscard]] virtual std::optional<model::Event> event(model::EventId id) const = 0;
    [[nodiscard]] virtual Page<model::Window> windows(const WindowFilter& filter) const = 0;  // by start
    // Those that start in [from, to), by start; at most `most`.
    [[nodiscard]] virtual std::vector<WindowNow> windows_now(const model::AssetKey& asset, model::TimePoint from,
                                                             model::TimePoint to, std::size_t most) const = 0;
    [[nodiscard]] virtual std::vector<model::AssetState> assets() const = 0;  // by asset and key
    [[nodiscard]] virtual std::vector<model::SourcePosition> positions(std::string_view source) const = 0;
};

}  // namespace weir::ports
