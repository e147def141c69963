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
    check_books(state, database, pools_);
}

void World::release() {
    for (const auto& effect : turn.effects) {
        if (const auto* launch = std::get_if<Launch>(&effect)) {
            check_launch_is_committed(*launch, database);
            check_rule_holds(*launch, database);
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

model::Result<Explanation> explain(World& world, Explain question) {
    question.request = world.next_request();
    world.step({std::move(question)});
    for (const auto& effect : world.turn.effects)
        if (const auto* explained = std::get_if<Explained>(&effect)) return explained->result;
    return model::Error{model::ErrorKind::internal, "the core has not answered"};
}

}  // namespace weir::core::testing
