#include "tests/scheduler/core/database.hpp"

#include <algorithm>

#include "scheduler/model/instance_name.hpp"
#include "scheduler/model/waits.hpp"
#include "tests/support/holds.hpp"

namespace weir::core::testing {

namespace {

void check_unique(const Database& database, const model::Run& row) {
    for (const auto& [id, other] : database.runs) {
        if (id == row.id || other.dag_id != row.dag_id) continue;
        REQUIRE_MESSAGE(other.run_id != row.run_id, "run_id is unique in a DAG: " << row.run_id);
        REQUIRE_MESSAGE((!row.logical_date || other.logical_date != row.logical_date), "one run per logical date");
    }
}

struct Folder {
    Database& database;
    void operator()(const model::DagVersion& row) const { database.versions[row.id] = row; }
    void operator()(const model::DagState& row) const {
        REQUIRE_MESSAGE(database.versions.contains(row.version), "a DAG's version is written before it");
        database.dags[row.dag_id] = row;
    }
    void operator()(const model::Run& row) const {
        REQUIRE_MESSAGE(database.versions.contains(row.version), "a run's version is written before it");
        if (!database.runs.contains(row.id)) check_unique(database, row);
        database.runs[row.id] = row;
    }
    void operator()(const model::TaskInstance& row) const {
        REQUIRE_MESSAGE(database.runs.contains(row.run), "a run is written before its task instances");
        database.task_instances[{row.run, model::instance_name(row.task_id, row.map_index)}] = row;
    }
    void operator()(const model::Try& row) const {
        REQUIRE_MESSAGE(database.runs.contains(row.run), "a run is written before its tries");
        database.tries[row.id] = row;
    }
    void operator()(const TryErased& erased) const { database.tries.erase(erased.id); }
    void operator()(const model::Backfill& row) const { database.backfills[row.id] = row; }
    void operator()(const model::Notification& row) const { database.notifications[row.id] = row; }
    void operator()(const model::Event& row) const { database.events[row.id] = row; }
    void operator()(const model::Window& row) const {
        database.windows[{row.asset, row.key, row.interval.start, row.interval.end, row.revision}] = row;
    }
    void operator()(const model::AssetState& row) const { database.assets[{row.asset, row.key}] = row; }
    void operator()(const model::SourcePosition& row) const {
        database.positions[{row.source, row.part}] = row.position;
    }
    void operator()(const model::CountedEvent& row) const {
        database.counted[{row.dag_id, row.entry, row.event}] = row;
    }
    void operator()(const EventsConsumed& consumed) const {
        std::erase_if(database.counted, [&consumed](const auto& entry) {
            const auto& row = entry.second;
            return row.dag_id == consumed.dag_id && row.entry == consumed.entry && row.event <= consumed.through;
        });
    }
    void operator()(const model::AuditEntry& row) const { database.audit.push_back(row); }
    // Accounts pass through the core untouched.
    void operator()(const model::User&) const {}
    void operator()(const model::UserErased&) const {}
    void operator()(const model::Session&) const {}
    void operator()(const model::SessionErased&) const {}
    void operator()(const model::Token&) const {}
    void operator()(const model::TokenErased&) const {}
};

}  // namespace

void Database::fold(const std::vector<Change>& changes) {
    for (const auto& change : changes) std::visit(Folder{*this}, change);
}

RunHistory Database::history_of(const model::Run& row) const {
    RunHistory history{row, texts.at(row.version), {}};
    const auto first = task_instances.lower_bound({row.id, ""});
    for (auto entry = first; entry != task_instances.end() && entry->first.first == row.id; ++entry)
        history.task_instances.push_back(entry->second);
    std::ranges::sort(history.task_instances, {},
                      [](const auto& each) { return std::tie(each.task_id, each.map_index); });
    if (const auto of = backfills.find(row.backfill); of != backfills.end()) history.backfill = of->second;
    return history;
}

namespace {

bool is_last_look(const Database& database, const model::Try& look) {
    const auto task = database.task_instances.find({look.run, model::instance_name(look.task_id, look.map_index)});
    return task != database.task_instances.end() && task->second.waits_since && look.reason == model::kNotYet &&
           (task->second.state == TaskState::up_for_reschedule || task->second.state == TaskState::scheduled) &&
           task->second.try_number == look.number;
}

}  // namespace

Recovered Database::recovered() const {
    Recovered recovered;
    if (!runs.empty()) recovered.next_run = {runs.rbegin()->first.value + 1};
    if (!tries.empty()) recovered.next_try = {tries.rbegin()->first.value + 1};
    if (!notifications.empty()) recovered.next_notification = {notifications.rbegin()->first.value + 1};
    for (const auto& [id, row] : notifications)
        if (row.state == model::NotificationState::pending) recovered.notifications.push_back(row);
    if (!versions.empty()) recovered.next_version = {versions.rbegin()->first.value + 1};
    if (!backfills.empty()) recovered.next_backfill = {backfills.rbegin()->first.value + 1};
    for (const auto& [id, row] : dags) {
        recovered.dags.push_back(row);
        recovered.versions.push_back(versions.at(row.version));
    }
    for (const auto& [id, row] : backfills) {
        const bool is_open = row.state == model::BackfillState::running || row.state == model::BackfillState::paused;
        const auto is_live = [backfill = id](const auto& entry) {
            return entry.second.backfill == backfill && !is_finished(entry.second.state);
        };
        if (is_open || std::ranges::any_of(runs, is_live))
            recovered.backfills.push_back({row, dated_runs(row.dag_id, row.from, row.to)});
    }
    if (!events.empty()) recovered.next_event = {events.rbegin()->first.value + 1};
    for (const auto& [asset, row] : assets) recovered.assets.push_back(row);
    for (const auto& [id, row] : events)
        if (row.disposition == model::Disposition::pending) recovered.events.push_back(row);
    for (const auto& [key, row] : counted) recovered.counted_events.push_back({row, events.at(row.event).event});
    for (const auto& [id, row] : runs)
        if (row.rerun_at) recovered.reruns.push_back(row);
    for (const auto& [id, row] : runs) {
        const auto& through = dags.at(row.dag_id).scheduled_through;
        if (row.logical_date && (!through || *row.logical_date > *through))
            recovered.dates_ahead.emplace_back(row.dag_id, *row.logical_date);
        if (is_finished(row.state)) continue;
        Recovered::LiveRun live{history_of(row), {}};
        for (const auto& [try_id, open] : tries)
            if (open.run == id && (is_open(open) || is_last_look(*this, open))) live.open_tries.push_back(open);
        recovered.runs.push_back(std::move(live));
    }
    return recovered;
}

std::optional<model::Run> Database::find(const AwaitedRun& what) const {
    for (const auto& [id, row] : runs)
        if (row.dag_id == what.dag_id &&
            (what.run_id.empty() ? row.logical_date == what.logical_date : row.run_id == what.run_id))
            return row;
    return std::nullopt;
}

LedgerRead Database::read_ledger(LedgerQuestions questions) const {
    LedgerRead read;
    for (const auto& [id, row] : events) {
        const bool taken = row.disposition != model::Disposition::duplicate &&
                           row.disposition != model::Disposition::rejected &&
                           row.disposition != model::Disposition::replayed;
        if (const EventIdentity identity{row.event.source, row.event.id}; taken && questions.events.contains(identity))
            read.known.insert(identity);
    }
    for (const auto& asked : questions.windows)
        for (const auto& [key, row] : windows)  // the last revision of a window comes last, and holds
            if (model::AssetKey{row.asset, row.key} == asked.asset && row.interval.start >= asked.from &&
                row.interval.start < asked.to)
                read.windows.push_back(row);
    for (const auto& asked : questions.runs)
        if (auto row = find(asked)) read.runs.emplace_back(asked, std::move(*row));
    read.questions = std::move(questions);
    return read;
}

std::uint32_t Database::total_above(const model::Dag& dag, const model::Task& task, model::RunId run) const {
    std::uint32_t total = 0;
    for (const auto upstream : task.upstream)
        total += static_cast<std::uint32_t>(std::max(1, task_instances.at({run, dag.tasks[upstream].id}).mapped));
    return total;
}

std::vector<model::DatedRun> Database::dated_runs(const std::string& dag_id, TimePoint from, TimePoint to) const {
    std::vector<model::DatedRun> found;
    for (const auto& [id, row] : runs)
        if (row.dag_id == dag_id && row.logical_date && *row.logical_date >= from && *row.logical_date <= to)
            found.push_back({*row.logical_date, row.run_id, row.state});
    return found;
}

UpstreamCounts Database::counts_above(const model::Dag& dag, const model::Task& task, model::RunId run) const {
    UpstreamCounts counts;
    for (const auto upstream : task.upstream) {
        const auto& above = dag.tasks[upstream];
        const int instances = task_instances.at({run, above.id}).mapped;
        for (int i = instances > 0 ? 0 : -1; i < instances || i < 0; ++i) {
            const auto state = task_instances.at({run, model::instance_name(above.id, i)}).state;
            counts.success += state == TaskState::success;
            counts.failed += state == TaskState::failed;
            counts.upstream_failed += state == TaskState::upstream_failed;
            counts.skipped += state == TaskState::skipped;
            counts.setups += above.setup;
            counts.setup_success += above.setup && state == TaskState::success;
            counts.setup_skipped += above.setup && state == TaskState::skipped;
            if (i < 0) break;
        }
    }
    return counts;
}

// --- what must hold ------------------------------------------------------------------------------------------------------

namespace {

// Invariant 6: the folded rows are the live state.
void check_fold(const Memory& memory, const Database& database) {
    for (const auto& [id, live] : memory.runs) {
        REQUIRE_QUICKLY(database.runs.at(id) == live.row);
        for (TaskIndex index = 0; index < live.tasks.size(); ++index) {
            const auto row = row_of(live, index);
            const auto found = database.task_instances.find({id, model::instance_name(row.task_id, row.map_index)});
            if (found == database.task_instances.end() || found->second != row)
                FAIL("the folded row of " << row.task_id << " differs from the live one");
        }
    }
    for (const auto& [id, row] : database.runs) REQUIRE_QUICKLY(is_finished(row.state) != memory.runs.contains(id));
    for (const auto& [id, row] : database.tries) {
        REQUIRE_QUICKLY(is_open(row) == memory.tries.contains(id));
        if (is_open(row)) REQUIRE_QUICKLY(memory.tries.at(id).row == row);
    }
    for (const auto& [id, row] : database.dags) REQUIRE_QUICKLY(row == memory.definitions.at(id).state);
    for (const auto& [id, live] : memory.backfills) REQUIRE_QUICKLY(database.backfills.at(id) == live.row);
    for (const auto& [id, row] : database.backfills) REQUIRE_QUICKLY((row.ended_at || memory.backfills.contains(id)));
    REQUIRE_QUICKLY(database.assets == memory.assets);
    for (const auto& [key, row] : database.counted)
        REQUIRE_QUICKLY(
            std::ranges::count(memory.definitions.at(row.dag_id).pending_events.at(row.entry).events, row) == 1);
    for (const auto& [id, row] : database.runs)
        if (is_finished(row.state) && row.rerun_at.has_value() != memory.reruns.contains(id))
            FAIL("an ended run with rerun_at has its timer: " << row.run_id);
    for (const auto& [id, row] : database.notifications) {
        REQUIRE_QUICKLY((row.state == model::NotificationState::pending) == memory.deliveries.contains(id));
        if (memory.deliveries.contains(id)) REQUIRE_QUICKLY(memory.deliveries.at(id).row == row);
    }
}

// max_parallel and max_active. A deferred instance has waits_since, the task of a foreach as a whole has not.
void check_task_caps(const Database& database) {
    struct OfDag {
        int active = 0;
        int most = 0;  // that any of the versions that run allows
        bool is_capped = true;
    };
    std::map<std::pair<model::RunId, std::string>, int> in_run;
    std::map<std::pair<std::string, std::string>, OfDag> in_dag;
    for (const auto& [key, row] : database.task_instances) {
        if (!is_active(row.state) && !(row.state == TaskState::deferred && row.waits_since)) continue;
        const auto& run = database.runs.at(row.run);
        const auto& task = *database.texts.at(run.version)->find(row.task_id);
        const int instances = ++in_run[{row.run, row.task_id}];
        if (task.foreach && task.foreach->max_parallel > 0) REQUIRE(instances <= task.foreach->max_parallel);
        auto& of_dag = in_dag[{run.dag_id, row.task_id}];
        ++of_dag.active;
        of_dag.most = std::max(of_dag.most, task.max_active);
        if (task.max_active == 0) of_dag.is_capped = false;
    }
    for (const auto& [name, of_dag] : in_dag)
        if (of_dag.is_capped) REQUIRE_MESSAGE(of_dag.active <= of_dag.most, "max_active of " << name.second);
}

// Invariants 2 and 4, from rows alone.
void check_caps(const Database& database, const PoolsConfigured& pools) {
    std::map<std::string, int> slots;
    std::map<model::RunId, int> active_of_run;
    std::map<std::string, int> running_runs;
    std::set<std::pair<model::RunId, std::string>> live_tries;
    int active = 0;
    for (const auto& [key, row] : database.task_instances) {
        if (!is_active(row.state)) continue;
        ++active;
        slots[row.pool] += row.pool_slots;
        ++active_of_run[row.run];
    }
    std::map<model::BackfillId, int> running_of_backfill;
    for (const auto& [id, row] : database.runs) {
        if (database.backfills.contains(row.backfill))
            running_of_backfill[row.backfill] += row.state == model::RunState::running;
        else
            running_runs[row.dag_id] += row.state == model::RunState::running;
    }
    check_task_caps(database);
    for (const auto& [id, count] : running_of_backfill) REQUIRE(count <= database.backfills.at(id).max_active_runs);
    for (const auto& [id, row] : database.tries)
        if (is_open(row))
            REQUIRE_MESSAGE(live_tries.emplace(row.run, model::instance_name(row.task_id, row.map_index)).second,
                            "one live try per task");
    REQUIRE(active <= pools.parallelism);
    for (const auto& pool : pools.pools) REQUIRE(slots[pool.name] <= pool.slots);
    for (const auto& [id, count] : active_of_run)
        REQUIRE(count <= database.texts.at(database.runs.at(id).version)->max_active_tasks);
    for (const auto& [dag_id, count] : running_runs) {
        const auto& dag = *database.texts.at(database.dags.at(dag_id).version);
        REQUIRE_MESSAGE(count <= dag.max_active_runs, "runs of " << dag_id);
    }
}

}  // namespace

void check_books(const State& state, const Database& database, const PoolsConfigured& pools) {
    check_invariants(state);
    check_fold(state.memory(), database);
    check_caps(database, pools);
}

void check_launch_is_committed(const Launch& launch, const Database& database) {
    if (is_delivery(launch.id))
        REQUIRE(database.notifications.at(notification_of(launch.id)).attempts == launch.try_number);
    else
        REQUIRE(database.tries.contains(launch.id));
}

void check_rule_holds(const Launch& launch, const Database& database) {
    if (is_delivery(launch.id)) return;
    const auto& row = database.tries.at(launch.id);
    const auto& dag = *database.texts.at(database.runs.at(row.run).version);
    const auto& task = *dag.find(row.task_id);
    const auto counts = database.counts_above(dag, task, row.run);
    CHECK(decide(task.trigger_rule, counts, database.total_above(dag, task, row.run)) == Verdict::run);
}

}  // namespace weir::core::testing
