// Not tests but the world they live in; world.hpp says what it does.
#include "tests/scheduler/core/world.hpp"

#include <algorithm>
#include <functional>
#include <sstream>

namespace weir::core::testing {

std::pair<std::string, std::string> split_name(const std::string& name) {
    const auto colon = name.rfind(':');
    if (colon == std::string::npos) return {"r", name};
    return {name.substr(0, colon), name.substr(colon + 1)};
}

TimePoint at(std::string_view rfc3339) {
    const auto parsed = model::parse_rfc3339(rfc3339);
    REQUIRE_MESSAGE(parsed.has_value(), rfc3339);
    return parsed->time;
}

// --- DAGs ------------------------------------------------------------------------------------------------------------

namespace {

void set_option(model::Task& task, const std::string& name, const std::string& value) {
    using Setter = std::function<void(model::Task&, const std::string&)>;
    static const std::map<std::string, Setter> kSetters{
        {"rule", [](auto& t, const auto& text) { t.trigger_rule = *model::parse<model::TriggerRule>(text); }},
        {"retries", [](auto& t, const auto& text) { t.retry.retries = std::stoi(text); }},
        {"delay", [](auto& t, const auto& text) { t.retry.delay = *model::parse_duration(text); }},
        {"timeout", [](auto& t, const auto& text) { t.timeout = *model::parse_duration(text); }},
        {"pool", [](auto& t, const auto& text) { t.pool = text; }},
        {"slots", [](auto& t, const auto& text) { t.pool_slots = std::stoi(text); }},
        {"priority", [](auto& t, const auto& text) { t.priority_weight = std::stoi(text); }},
        {"executor", [](auto& t, const auto& text) { t.executor = text; }},
        {"if", [](auto& t, const auto& text) { t.condition = text; }},
        {"foreach",
         [](auto& t, const auto& text) {
             if (!t.foreach) t.foreach.emplace();
             t.foreach->items = model::parse_json(text).value_or(model::Json("${{ " + text + " }}"));
         }},
        {"max_parallel", [](auto& t, const auto& text) { t.foreach->max_parallel = std::stoi(text); }},
        {"label", [](auto& t, const auto& text) { t.foreach->label = "${{ " + text + " }}"; }},
        {"max_active", [](auto& t, const auto& text) { t.max_active = std::stoi(text); }},
        {"short_circuit", [](auto& t, const auto&) { t.short_circuit = true; }},
        {"skip_on", [](auto& t, const auto& text) { t.skip_on_exit_code = std::stoi(text); }},
        {"retry_on",
         [](auto& t, const auto& text) {
             t.retry.on.emplace();
             if (text == "timeout")
                 t.retry.on->timeout = true;
             else
                 t.retry.on->exit_codes.push_back(std::stoi(text));
         }},
        {"past", [](auto& t, const auto&) { t.depends_on_past = true; }},
        {"wait_for_downstream", [](auto& t, const auto&) { t.depends_on_past = t.wait_for_downstream = true; }},
        {"setup", [](auto& t, const auto&) { t.setup = true; }},
        {"teardown",
         [](auto& t, const auto&) {
             t.teardown = true;
             t.trigger_rule = model::TriggerRule::all_done_setup_success;
         }},
        {"env", [](auto& t, const auto& text) { t.env["VALUE"] = "${{ " + text + " }}"; }},
    };
    const auto found = kSetters.find(name);
    REQUIRE_MESSAGE(found != kSetters.end(), "unknown option " << name);
    found->second(task, value);
}

bool is_open(const model::Try& row) {
    return row.state == model::TryState::launching || row.state == model::TryState::running;
}

}  // namespace

model::Dag parse_dag(const std::string& text, std::string id) {
    model::Dag dag;
    dag.id = std::move(id);
    dag.file = dag.id + ".yaml";
    dag.source = text;
    dag.hash = std::to_string(std::hash<std::string>{}(text));
    std::map<std::string, TaskIndex> known;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        model::Task task;
        if (!(words >> task.id)) continue;
        task.action = model::ShellScript{"true"};
        for (std::string word; words >> word;) {
            if (word == "<" || word == "|") continue;
            if (const auto equals = word.find('='); equals != std::string::npos) {
                set_option(task, word.substr(0, equals), word.substr(equals + 1));
                continue;
            }
            const auto upstream = known.at(word);
            task.upstream.push_back(upstream);
            dag.tasks[upstream].downstream.push_back(static_cast<TaskIndex>(dag.tasks.size()));
        }
        known.emplace(task.id, static_cast<TaskIndex>(dag.tasks.size()));
        dag.tasks.push_back(std::move(task));
    }
    return dag;
}

namespace {

TimePoint time_of(const std::string& text) { return at(text.size() == 5 ? "2026-11-22T" + text + ":00Z" : text); }

model::CloudEvent event_of(const std::string& type, const std::string& subject) {
    static int count = 0;
    model::CloudEvent event;
    event.id = "e" + std::to_string(++count);
    event.source = "/test";
    event.type = type;
    event.subject = subject;
    return event;
}

}  // namespace

model::CloudEvent window_event(const std::string& asset, const std::string& start, int length, int revision) {
    auto event = event_of(model::kWindowCompleted, asset);
    const auto from = time_of(start);
    event.attributes = {{"windowstart", model::format_rfc3339(from)},
                        {"windowend", model::format_rfc3339(from + minutes{length})},
                        {"revision", std::to_string(revision)}};
    return event;
}

model::CloudEvent watermark_event(const std::string& asset, const std::string& watermark) {
    auto event = event_of(model::kWatermark, asset);
    event.attributes = {{"watermark", model::format_rfc3339(time_of(watermark))}};
    return event;
}

model::CloudEvent other_event(const std::string& type, model::Json data) {
    auto event = event_of(type, "");
    event.data = std::move(data);
    return event;
}

model::Dag with_schedule(model::Dag dag, model::Schedule schedule) {
    dag.schedule.push_back(std::move(schedule));
    dag.hash += "+" + model::description_of(dag.schedule.back());
    return dag;
}

model::Dag with_cron(model::Dag dag, std::string cron, std::string timezone, model::Catchup catchup) {
    dag.hash += cron + timezone + std::string(to_text(catchup));
    dag.schedule.push_back(model::CronSchedule{std::move(cron), std::move(timezone), catchup});
    return dag;
}

// --- the database ------------------------------------------------------------------------------------------------------

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

// --- the world ---------------------------------------------------------------------------------------------------------

World::World(const std::string& dag_text, int parallelism, std::vector<model::Pool> pools)
    : World(std::vector{parse_dag(dag_text)}, parallelism, std::move(pools)) {}

World::World(std::vector<model::Dag> dags, int parallelism, std::vector<model::Pool> pools)
    : pools_{std::move(pools), parallelism} {
    step({pools_});
    for (auto& dag : dags) load(std::move(dag));
    step({listed()});
}

void World::step(const std::vector<Input>& inputs) {
    auto all = std::exchange(fetched_, {});
    all.insert(all.end(), inputs.begin(), inputs.end());
    if (auto questions = ledger_questions(state, all, now); !questions.empty())
        all.insert(all.begin(), database.read_ledger(std::move(questions)));
    turn = core::step(state, all, now);
    told_.clear();
    tell_changes();
    commit();
    release();
}

void World::commit() {
    database.fold(turn.changes);
    for (const auto& change : turn.changes)
        if (const auto* version = std::get_if<model::DagVersion>(&change))
            database.texts.emplace(version->id, files_.at(version->dag_id));
    check_invariants(state);
    check_fold();
    check_caps();
}

void World::release() {
    for (const auto& effect : turn.effects) {
        if (const auto* launch = std::get_if<Launch>(&effect)) {
            check_launch(*launch);
            running_.insert(launch->id);
        }
        if (const auto* ack = std::get_if<Acknowledge>(&effect)) running_.erase(ack->id);
        if (const auto* fetch = std::get_if<FetchRun>(&effect)) {
            RunFetched answer{fetch->dag_id, fetch->run_id, std::nullopt};
            for (const auto& [id, row] : database.runs)
                if (row.dag_id == fetch->dag_id && row.run_id == fetch->run_id) answer.found = database.history_of(row);
            fetched_.emplace_back(std::move(answer));
            turn.wake_at = now;
        }
        if (const auto* taken = std::get_if<EventsTaken>(&effect)) taken_ = taken->events;
        tell_effect(effect);
    }
}

std::string World::publish(std::vector<model::CloudEvent> events) {
    EventsReceived batch{{}, "test", {}, {}};
    for (auto& event : events) batch.events.push_back({std::move(event), ""});
    step({std::move(batch)});
    const auto told = told_;
    run_until(now);
    told_ = told.empty() || told_.empty() ? told + told_ : told + "; " + told_;
    std::string words;
    for (const auto& event : taken_) words += (words.empty() ? "" : ", ") + std::string(to_text(event.disposition));
    return words;
}

void World::run_until(TimePoint until) {
    std::string all;
    for (int steps = 0; turn.wake_at && *turn.wake_at <= until; ++steps) {
        REQUIRE_MESSAGE(steps < 100'000, "the core keeps waking up");
        now = std::max(now, *turn.wake_at);
        step();
        all += told_;
    }
    now = std::max(now, until);
    told_ = all;
}

bool World::asks_history() const {
    return !fetched_.empty() || std::ranges::any_of(turn.effects, [](const Effect& effect) {
        return std::holds_alternative<LookUpRun>(effect);
    });
}

void World::answer_lookups() {
    std::vector<Input> answers;
    for (const auto& effect : turn.effects) {
        const auto* asked = std::get_if<LookUpRun>(&effect);
        if (asked == nullptr) continue;
        answers.emplace_back(RunFound{asked->what, database.find(asked->what)});
    }
    step(answers);
}

void World::load(std::shared_ptr<const model::Dag> dag, std::shared_ptr<const model::Dag> previous) {
    files_[dag->id] = dag;
    DagLoaded input{std::move(dag), std::move(previous)};
    for (const auto& [id, row] : database.runs)
        if (row.dag_id == input.dag->id && row.logical_date && is_finished(row.state))
            input.found_past.push_back(database.history_of(row));
    step({std::move(input)});
}

void World::crash(bool files) {
    state = State();
    fetched_.clear();
    step({database.recovered(), pools_});
    if (!files) return;
    for (const auto& [id, dag] : std::map(files_)) {
        const auto before = told_;
        load(dag);
        told_ = before.empty() || told_.empty() ? before + told_ : before + "; " + told_;
    }
}

ExecutorListed World::listed() const { return {"process", epoch_, "b1", {running_.begin(), running_.end()}}; }

void World::restart_supervisor() {
    epoch_ += "'";
    running_.clear();
}

void World::trigger(const std::string& run_id, const std::string& dag_id) {
    step({TriggerRun{.request = next_request(), .dag_id = dag_id, .run_id = run_id}});
}

TryExited World::exited(const std::string& name, int code) const {
    TryExited report;
    report.id = open_try(name);
    report.at = now;
    report.exit_code = code;
    return report;
}

TryExited World::by_signal(const std::string& name, int signal, bool timed_out) const {
    auto report = exited(name);
    report.exit_code.reset();
    report.signal = signal;
    report.timed_out = timed_out;
    return report;
}

RetryTasks World::retry(std::vector<std::string> task_ids, const std::string& run_id) {
    RetryTasks input{next_request(), "etl", run_id, std::move(task_ids), std::nullopt};
    const auto& row = run(run_id);
    if (is_finished(row.state)) input.found_run = database.history_of(row);
    return input;
}

const model::Run& World::run(const std::string& run_id) const {
    const auto found =
        std::ranges::find_if(database.runs, [&run_id](const auto& entry) { return entry.second.run_id == run_id; });
    REQUIRE_MESSAGE(found != database.runs.end(), "no run " << run_id << "; the last step said: " << told_);
    return found->second;
}

const model::TaskInstance& World::task(const std::string& task_id, const std::string& run_id) const {
    return database.task_instances.at({run(run_id).id, task_id});
}

model::TryId World::open_try(const std::string& name) const {
    const auto [run_id, task_id] = split_name(name);
    const auto owner = run(run_id).id;
    for (const auto& [id, row] : database.tries)
        if (row.run == owner && model::instance_name(row.task_id, row.map_index) == task_id && is_open(row)) return id;
    FAIL("no open try of " << name << "; the last step said: " << told_);
    return {};
}

const Launch* World::launched(const std::string& task_id) const {
    for (const auto& effect : turn.effects)
        if (const auto* launch = std::get_if<Launch>(&effect);
            launch != nullptr && model::instance_name(launch->task_id, launch->map_index) == task_id)
            return launch;
    return nullptr;
}

std::vector<std::string> World::run_ids() const {
    std::vector<std::string> ids;
    for (const auto& [id, row] : database.runs) ids.push_back(row.run_id);
    return ids;
}

std::string World::error() const {
    for (const auto& effect : turn.effects)
        if (const auto* reply = std::get_if<Reply>(&effect); reply != nullptr && reply->result.has_error())
            return reply->result.error().message;
    return "";
}

const Answer& World::answer() const {
    for (const auto& effect : turn.effects)
        if (const auto* reply = std::get_if<Reply>(&effect); reply != nullptr && reply->result.has_value())
            return *reply->result;
    FAIL("the last step has answered no command: " << error());
    std::abort();
}

// --- checks after each step ------------------------------------------------------------------------------------------------

// Invariant 6: the folded rows are the live state.
void World::check_fold() {
    for (const auto& [id, live] : memory().runs) {
        REQUIRE(database.runs.at(id) == live.row);
        for (TaskIndex index = 0; index < live.tasks.size(); ++index) {
            const auto row = row_of(live, index);
            const auto found = database.task_instances.find({id, model::instance_name(row.task_id, row.map_index)});
            REQUIRE_MESSAGE(found != database.task_instances.end(), row.task_id);
            REQUIRE_MESSAGE(found->second == row,
                            "the folded row of " << row.task_id << " differs from the live one, after: " << told_);
        }
    }
    for (const auto& [id, row] : database.runs) REQUIRE(is_finished(row.state) != memory().runs.contains(id));
    for (const auto& [id, row] : database.tries) {
        REQUIRE(is_open(row) == memory().tries.contains(id));
        if (is_open(row)) REQUIRE(memory().tries.at(id).row == row);
    }
    for (const auto& [id, row] : database.dags) REQUIRE(row == memory().definitions.at(id).state);
    for (const auto& [id, live] : memory().backfills) REQUIRE(database.backfills.at(id) == live.row);
    for (const auto& [id, row] : database.backfills) REQUIRE((row.ended_at || memory().backfills.contains(id)));
    REQUIRE(database.assets == memory().assets);
    for (const auto& [key, row] : database.counted)
        REQUIRE(std::ranges::count(memory().definitions.at(row.dag_id).pending_events.at(row.entry).events, row) == 1);
    for (const auto& [id, row] : database.runs)
        REQUIRE_MESSAGE((!is_finished(row.state) || row.rerun_at.has_value() == memory().reruns.contains(id)),
                        "an ended run with rerun_at has its timer: " << row.run_id);
    for (const auto& [id, row] : database.notifications) {
        REQUIRE((row.state == model::NotificationState::pending) == memory().deliveries.contains(id));
        if (memory().deliveries.contains(id)) REQUIRE(memory().deliveries.at(id).row == row);
    }
}

// Invariants 2 and 4, from rows alone.
void World::check_caps() const {
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
        if (state.memory().backfills.contains(row.backfill))
            running_of_backfill[row.backfill] += row.state == model::RunState::running;
        else
            running_runs[row.dag_id] += row.state == model::RunState::running;
    }
    check_task_caps();
    for (const auto& [id, count] : running_of_backfill) REQUIRE(count <= database.backfills.at(id).max_active_runs);
    for (const auto& [id, row] : database.tries)
        if (is_open(row))
            REQUIRE_MESSAGE(live_tries.emplace(row.run, model::instance_name(row.task_id, row.map_index)).second,
                            "one live try per task");
    REQUIRE(active <= pools_.parallelism);
    for (const auto& pool : pools_.pools) REQUIRE(slots[pool.name] <= pool.slots);
    for (const auto& [id, count] : active_of_run)
        REQUIRE(count <= database.texts.at(database.runs.at(id).version)->max_active_tasks);
    for (const auto& [dag_id, count] : running_runs) REQUIRE(count <= files_.at(dag_id)->max_active_runs);
}

// max_parallel and max_active. A deferred instance has waits_since, the task of a foreach as a whole has not.
void World::check_task_caps() const {
    std::map<std::pair<model::RunId, std::string>, int> in_run;
    std::map<std::pair<std::string, std::string>, int> in_dag;
    for (const auto& [key, row] : database.task_instances) {
        if (!is_active(row.state) && !(row.state == TaskState::deferred && row.waits_since)) continue;
        const auto& run = database.runs.at(row.run);
        const auto& task = *database.texts.at(run.version)->find(row.task_id);
        const int instances = ++in_run[{row.run, row.task_id}];
        const int over_all_runs = ++in_dag[{run.dag_id, row.task_id}];
        if (task.foreach && task.foreach->max_parallel > 0) REQUIRE(instances <= task.foreach->max_parallel);
        if (task.max_active > 0) REQUIRE(over_all_runs <= task.max_active);
    }
}

// Invariants 1 and 3: the try is on disk, and the task's rule holds.
void World::check_launch(const Launch& launch) const {
    if (is_delivery(launch.id)) {
        REQUIRE(database.notifications.at(notification_of(launch.id)).attempts == launch.try_number);
        return;
    }
    REQUIRE(database.tries.contains(launch.id));
    if (!rules_hold_at_launch) return;
    const auto& row = database.tries.at(launch.id);
    const auto& dag = *database.texts.at(database.runs.at(row.run).version);
    const auto& task = *dag.find(row.task_id);
    const auto counts = database.counts_above(dag, task, row.run);
    CHECK(decide(task.trigger_rule, counts, database.total_above(dag, task, row.run)) == Verdict::run);
}

model::Result<Explanation> explain(World& world, Explain question) {
    question.request = world.next_request();
    world.step({std::move(question)});
    for (const auto& effect : world.turn.effects)
        if (const auto* explained = std::get_if<Explained>(&effect)) return explained->result;
    return model::Error{model::ErrorKind::internal, "the core has not answered"};
}

}  // namespace weir::core::testing
