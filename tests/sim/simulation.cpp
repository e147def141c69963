#include "tests/sim/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/clock.hpp"
#include "scheduler/core/retries.hpp"
#include "scheduler/model/instance_name.hpp"
#include "tests/sim/dags.hpp"
#include "tests/sim/rules.hpp"

namespace weir::sim {

using core::testing::Database;
using model::RunState;
using model::TaskState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr int kMostStepsToTheEnd = 20'000;
constexpr int kHoursOfEvents = 5;     // before the daemon first starts
constexpr int kHoursToCome = 2;       // of which some windows come before their deadline, and some after
constexpr int kMostTurnsAtOnce = 50;  // waits that are over already go one a turn through the gate of their task
constexpr const char* kZone = "Europe/Berlin";
constexpr int kMostPending = 2;
constexpr int kCounted = 3;
constexpr minutes kDeadline{30};

// So that a course goes over a change of the clocks, which is at 01:00Z, or over a night without one.
model::TimePoint random_start(Dice& dice) {
    using namespace std::chrono;
    constexpr std::array kDays{year{2026} / 11 / 22, year{2026} / 10 / 25, year{2026} / 3 / 29};
    return sys_days{kDays[dice.index_below(kDays.size())]} - hours{2 + kHoursOfEvents + dice.below(3)};
}

// "*/30 * * * *": each half hour that passes, whatever the clocks say.
Dates half_hours(model::TimePoint from, model::TimePoint to) {
    Dates ticks;
    for (auto tick = std::chrono::floor<minutes>(from); tick <= to; tick += minutes{1})
        if (tick > from && tick.time_since_epoch() % minutes{30} == minutes{0}) ticks.insert(tick);
    return ticks;
}

// "15 2 * * *" in Berlin: in the night in which that is left out, when the clocks go on; in that in which it is there twice,
// the first.
Dates nights(model::TimePoint from, model::TimePoint to) {
    using namespace std::chrono;
    constexpr sys_days kSpring{year{2026} / 3 / 29};
    constexpr sys_days kAutumn{year{2026} / 10 / 25};
    Dates ticks;
    for (auto day = floor<days>(from); day <= to; day += days{1}) {
        const bool summer = day > kSpring && day <= kAutumn;
        const model::TimePoint tick = day == kSpring ? day + hours{1} : day + minutes{summer ? 15 : 75};
        if (tick > from && tick <= to) ticks.insert(tick);
    }
    return ticks;
}

model::Dag small_dag(const std::string& id, model::Schedule schedule) {
    model::Dag dag;
    dag.id = dag.file = dag.hash = id;
    dag.max_active_runs = 3;
    const bool runs_again = std::holds_alternative<model::WindowSchedule>(schedule);
    if (!runs_again) dag.alerts = {{model::AlertEvent::success, "team", ""}};
    model::Task task;
    task.id = "t0";
    task.action = model::ShellScript{"true"};
    task.retry = {5, seconds{5}, 1.0, minutes{1}, {}};  // more than it fails
    dag.tasks.push_back(std::move(task));
    dag.schedule.push_back(std::move(schedule));
    return dag;
}

// Where people mark a task as failed, those that depend on it would wait for ever.
model::Dag ticking_dag(const std::string& id, const std::string& cron, bool depends_on_past) {
    auto dag = small_dag(id, model::CronSchedule{cron, kZone, model::Catchup::all});
    dag.tasks.front().depends_on_past = depends_on_past;
    return dag;
}

model::EventSchedule on_ping(int count) {
    model::EventSchedule schedule;
    schedule.type = "ping";
    schedule.count = count;
    if (count == 1) schedule.max_pending = kMostPending;
    return schedule;
}

model::WindowSchedule hourly(const std::string& asset, bool with_deadline) {
    model::WindowSchedule schedule;
    schedule.assets = {asset};
    if (with_deadline) {
        schedule.deadline = kDeadline;
        schedule.on_deadline = model::OnDeadline::run;
    }
    schedule.every = *model::parse_period("5m");
    schedule.cover = *model::parse_period("1h");
    schedule.timezone = "UTC";
    return schedule;
}

std::string words_of(const Dates& times) {
    std::string text;
    for (const auto time : times) text += " " + model::format_rfc3339(time);
    return text;
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
    turns += other.turns;
    deaths += other.deaths;
    runs += other.runs;
    tries += other.tries;
    events += other.events;
    return *this;
}

Simulation::Simulation(const Plan& plan)
    : plan_(plan),
      dice_(plan.seed),
      killer_(dice_, plan_),
      pools_{{{kSmallPool, 2 + dice_.below(2), ""}}, 1 + dice_.below(8)},
      disk_(dice_, plan_, killer_, [this](const std::string& hash) { return texts_.at(hash); }),
      supervisor_(dice_, plan_, killer_, disk_.books),
      begin_(random_start(dice_)),
      stream_(dice_, plan_, begin_, kHoursOfEvents + kHoursToCome),
      people_(dice_, disk_.books, {"x", "y"}, begin_ + hours{kHoursOfEvents}) {
    const bool people = plan_.has(Fault::people);
    supervisor_.rules_hold = !people;
    clock_.wall = clock_.at = begin_ + hours{kHoursOfEvents};
    for (const auto* id : {"x", "y"}) {
        auto dag = random_dag(dice_, id, plan_.tasks, people);
        dag.hash = id;
        if (people) dag.schedule.push_back(model::CronSchedule{"*/20 * * * *", "UTC", dice_.any<model::Catchup>()});
        load(dag);
    }
    load(ticking_dag("ticks", "*/30 * * * *", !people));
    load(small_dag("windows", hourly(kWindows, false)));
    load(small_dag("pings", on_ping(1)));
    // Not all of them in each course, which would take its time.
    if (dice_.one_in(2)) load(ticking_dag("nights", "15 2 * * *", !people));
    if (dice_.one_in(2)) load(small_dag("counts", on_ping(kCounted)));
    if (dice_.one_in(2)) load(small_dag("watermarks", hourly(kWatermarks, false)));
    if (dice_.one_in(2)) load(small_dag("deadlines", hourly(kWindows, true)));
}

void Simulation::load(const model::Dag& dag) {
    auto text = std::make_shared<const model::Dag>(dag);
    texts_[dag.hash] = text;
    files_[dag.id] = text;
    if (life_) life_->inbox.post(core::DagLoaded{text});
}

// --- lives of the daemon ---------------------------------------------------------------------------------------------------

// Ticks and deadlines count from the turn in which it was committed.
void Simulation::note_first_load() {
    const auto& dags = disk_.books.dags;
    if (const auto ticks = dags.find("ticks"); !first_load_ && ticks != dags.end())
        first_load_ = ticks->second.scheduled_through;
}

void Simulation::start() {
    note_first_load();
    latest_ = std::max(latest_, clock_.at);
    life_ = std::make_unique<Life>();
    disk_.stop = [inbox = &life_->inbox] { inbox->close(); };
    daemon::LoopParts parts{.clock = clock_,
                            .store = disk_,
                            .inbox = life_->inbox,
                            .executors = {{"process", &supervisor_}},
                            .dag_of = [this](const ports::StoredRun& stored) { return texts_.at(stored.version.hash); },
                            .answer = [this](const core::Reply& reply) { answered(reply); },
                            .taken =
                                [this](const core::EventsTaken& batch) {
                                    killer_.here();
                                    stream_.taken(batch, disk_.books);
                                },
                            .accept_events = [life = life_.get()](bool open) { life->accepts_events = open; }};
    life_->loop = std::make_unique<daemon::Loop>(std::move(parts));
    life_->loop->recover();
    std::vector<core::Input> inputs{pools_};
    for (const auto& [dag_id, dag] : files_) {
        const auto known = disk_.books.dags.find(dag_id);
        std::shared_ptr<const model::Dag> before;
        if (known != disk_.books.dags.end() && disk_.books.versions.at(known->second.version).hash != dag->hash)
            before = disk_.books.texts.at(known->second.version);
        inputs.emplace_back(core::DagLoaded{dag, before});
    }
    for (const auto& [dag_id, row] : disk_.books.dags)
        if (!row.removed && !files_.contains(dag_id)) inputs.emplace_back(core::DagRemoved{dag_id});
    // As in the daemon: supervisor and sources are heard only after the definitions are known.
    life_->inbox.post(std::move(inputs));
    life_->loop->turn(std::chrono::microseconds{0});
    if (life_->inbox.closed()) throw Crash{};  // stopped, with a full disk
    note_first_load();
    life_->inbox.post(supervisor_.connect());
}

// A daemon that dies while it starts starts again.
void Simulation::die() {
    ++tally_.deaths;
    life_.reset();
    stream_.restart(disk_.books);
    if (plan_.has(Fault::supervisor) && dice_.one_in(4)) supervisor_.die(dice_.one_in(3));
    if (plan_.has(Fault::supervisor) && killer_.armed && dice_.one_in(10)) supervisor_.leave_stranger();
    if (plan_.has(Fault::clock) && killer_.armed && dice_.one_in(6)) clock_.wall -= minutes{dice_.below(90)};
    set_back_ |= clock_.wall < clock_.at;
    clock_.at = clock_.wall;
    try {
        start();
    } catch (const Crash&) {
        die();
    }
}

void Simulation::turn() {
    ++tally_.turns;
    try {
        // As the loop does: what a turn has made due has its own.
        for (int turns = 0; turns == 0 || (is_something_due() && turns < kMostTurnsAtOnce); ++turns) {
            life_->loop->turn(std::chrono::microseconds{0});
            if (life_->inbox.closed()) return die();  // stopped, with a full disk
            check_turn();
        }
        REQUIRE_MESSAGE(!is_something_due(), "what is due happens");
    } catch (const Crash&) {
        die();
    }
}

void Simulation::check_turn() const {
    core::testing::check_books(life_->loop->state(), disk_.books, pools_);
    supervisor_.check_kills();
    const auto& memory = life_->loop->state().memory();
    REQUIRE(memory.definitions.at("pings").queued.size() < kMostPending + kMostAtOnce);
}

bool Simulation::is_something_due() const {
    const auto& memory = life_->loop->state().memory();
    const auto is_due = [this](const auto& timers, auto time_of) {
        return !timers.empty() && time_of(*timers.begin()) <= clock_.at;
    };
    const auto at = [](const auto& timer) { return timer.at; };
    const auto first = [](const auto& timer) { return timer.first; };
    return is_due(memory.retries, at) || is_due(memory.timers, at) || is_due(memory.ticks, first) ||
           is_due(memory.event_timers, first) || is_due(memory.rerun_timers, first);
}

void Simulation::answered(const core::Reply& reply) const {
    killer_.here();
    if (!reply.result) return;
    const auto& run = reply.result->run;
    if (!run.run_id.empty())
        REQUIRE_MESSAGE(disk_.books.runs.contains(run.id), "a command is answered when its run is on disk");
}

// --- what happens ----------------------------------------------------------------------------------------------------------

void Simulation::advance(bool noisy) {
    if (noisy && plan_.has(Fault::clock) && dice_.one_in(40)) clock_.wall += minutes{dice_.below(120)};
    if (noisy && plan_.has(Fault::clock) && dice_.one_in(100)) clock_.wall -= minutes{dice_.below(60)};
    clock_.pass(noisy ? seconds{1 + dice_.below(5)} : seconds{5 + dice_.below(20)});
    latest_ = std::max(latest_, clock_.at);
}

void Simulation::Clock::pass(model::Duration elapsed) {
    wall += elapsed;
    const auto before = std::exchange(at, daemon::steady_wall_time(wall, at, elapsed));
    REQUIRE_MESSAGE(at > before, "in a life of the daemon time goes on");
}

void Simulation::change_files() {
    const auto id = std::string(dice_.one_in(2) ? "x" : "y");
    if (files_.contains(id) && dice_.one_in(3)) {
        files_.erase(id);
        life_->inbox.post(core::DagRemoved{id});
        return;
    }
    const auto before = std::ranges::find_if(texts_, [&id](const auto& entry) { return entry.second->id == id; });
    auto dag = dice_.one_in(2) ? *before->second : random_dag(dice_, id, plan_.tasks, plan_.has(Fault::people));
    dag.schedule = before->second->schedule;
    dag.max_active_runs = before->second->max_active_runs;  // more may run than a new one allows
    dag.hash = fmt::format("{}.{}", id, texts_.size());
    load(dag);
}

void Simulation::collect(bool noisy) {
    auto& inbox = life_->inbox;
    inbox.post(supervisor_.reports(clock_.wall));
    if (life_->accepts_events && dice_.one_in(noisy ? 6 : 2))
        if (auto batch = stream_.next()) inbox.post(std::move(*batch));
    if (!noisy) return;
    if (!plan_.has(Fault::people)) {
        if (disk_.books.runs.size() < 6 && dice_.one_in(8))
            inbox.post(core::TriggerRun{.request = {}, .dag_id = dice_.one_in(2) ? "x" : "y"});
    } else if (dice_.one_in(2)) {
        inbox.post(people_.act());
    }
    if (plan_.has(Fault::files) && dice_.one_in(50)) change_files();
    if (plan_.has(Fault::supervisor) && dice_.one_in(150)) supervisor_.die(false);
}

void Simulation::run() {
    try {
        start();
    } catch (const Crash&) {
        die();
    }
    for (int step = 0; step < plan_.steps; ++step) {
        advance(true);
        collect(true);
        turn();
        if (plan_.has(Fault::crash) && dice_.one_in(40)) die();
    }
    // No more faults, and no more ticks of what may overtake itself.
    killer_.armed = false;
    for (const auto* id : {"x", "y"}) {
        auto dag = *(files_.contains(id) ? files_.at(id) : texts_.at(id));
        dag.schedule.clear();
        dag.hash += ".end";
        load(dag);
    }
    for (int step = 0; !all_is_done(); ++step) {
        REQUIRE_MESSAGE(step < kMostStepsToTheEnd, "once faults stop, all ends: " << what_is_left());
        advance(false);
        collect(false);
        if (step % 10 == 0) life_->inbox.post(people_.tidy_up());
        turn();
    }
    tally_.runs = static_cast<std::int64_t>(disk_.books.runs.size());
    tally_.tries = static_cast<std::int64_t>(disk_.books.tries.size());
    tally_.events = static_cast<std::int64_t>(disk_.books.events.size());
    check_ends();
}

bool Simulation::all_is_done() const {
    const auto& memory = life_->loop->state().memory();
    return memory.runs.empty() && memory.backfills.empty() && memory.deliveries.empty() && memory.reruns.empty() &&
           clock_.at > memory.events_settled_at && stream_.all_sent() && supervisor_.idle() &&
           std::ranges::none_of(disk_.books.events, [](const auto& entry) {
               return entry.second.disposition == model::Disposition::pending;
           });
}

std::string Simulation::what_is_left() const {
    const auto& memory = life_->loop->state().memory();
    auto left =
        fmt::format("{} backfills, {} deliveries, {} reruns, {}, {}", memory.backfills.size(), memory.deliveries.size(),
                    memory.reruns.size(), stream_.all_sent() ? "all events sent" : "events to send",
                    supervisor_.idle() ? "nothing runs" : "something runs");
    for (const auto& [id, run] : memory.runs) {
        left += fmt::format("\n{} {} {}", run.row.dag_id, run.row.run_id, to_text(run.row.state));
        for (core::RecordIndex index = 0; index < run.tasks.size(); ++index)
            if (!is_finished(run.tasks[index].state))
                left += fmt::format("\n  {} {} {}", run.task(index).id, to_text(run.tasks[index].state),
                                    run.tasks[index].reason);
    }
    return left;
}

// --- what must have come of it -----------------------------------------------------------------------------------------------

void Simulation::check_ends() const {
    // Where somebody meddled, any end of a run may be right, and a DAG may have been paused.
    if (!plan_.has(Fault::people)) {
        for (const auto& [id, run] : disk_.books.runs) {
            check_run(run);
            check_delays(run);
        }
        check_alerts();
    }
    check_ticks("ticks", half_hours);
    if (has("nights")) check_ticks("nights", nights);
    stream_.check_ledger(disk_.books);
    check_windows();
    check_events();
    if (has("deadlines")) check_deadlines();
}

void Simulation::check_run(const model::Run& run) const {
    const auto& dag = *disk_.books.texts.at(run.version);
    bool leaf_failed = false;
    const auto is_teardown = [&dag](model::TaskIndex index) { return dag.tasks[index].teardown; };
    const bool only_teardowns = std::ranges::all_of(dag.tasks, &model::Task::teardown);
    for (const auto& task : dag.tasks) {
        const auto& row = disk_.books.task_instances.at({run.id, task.id});
        check_task(dag, task, row);
        const bool failed = row.state == TaskState::failed || row.state == TaskState::upstream_failed;
        const bool is_leaf = only_teardowns ? task.downstream.empty()
                                            : !task.teardown && std::ranges::all_of(task.downstream, is_teardown);
        leaf_failed |= failed && is_leaf;
        for (int i = 0; i < row.mapped; ++i)
            CHECK(disk_.books.task_instances.at({run.id, model::instance_name(task.id, i)}).state ==
                  (succeeds(task) ? TaskState::success : TaskState::failed));
    }
    CHECK((run.state == RunState::failed) == leaf_failed);
}

void Simulation::check_task(const model::Dag& dag, const model::Task& task, const model::TaskInstance& row) const {
    const auto counts = disk_.books.counts_above(dag, task, row.run);
    const auto total = disk_.books.total_above(dag, task, row.run);
    REQUIRE(counts.done() == total);
    const auto verdict = verdict_at_end(task.trigger_rule, counts);
    // With both failed and skipped upstream tasks all_success settles by whichever came first.
    const bool either = task.trigger_rule == model::TriggerRule::all_success && counts.skipped > 0 &&
                        verdict == core::Verdict::upstream_fail;
    switch (verdict) {
        case core::Verdict::wait:
            REQUIRE_MESSAGE(false, "a rule that cannot be decided");
            break;
        case core::Verdict::skip:
            CHECK(row.state == TaskState::skipped);
            break;
        case core::Verdict::upstream_fail:
            CHECK((row.state == TaskState::upstream_failed || (either && row.state == TaskState::skipped)));
            break;
        case core::Verdict::run:
            if (!task.condition.empty() || (task.foreach && task.foreach->items.empty()))
                CHECK(row.state == TaskState::skipped);
            else
                CHECK(row.state == (succeeds(task) ? TaskState::success : TaskState::failed));
            break;
    }
}

// A retry waits for its delay, and for a little while when the task was not to blame. 10 % to either side are its jitter.
void Simulation::check_delays(const model::Run& run) const {
    if (set_back_) return;                          // the times of two tries may be those of two clocks
    std::map<std::string, const model::Try*> last;  // by task
    for (const auto& [id, attempt] : disk_.books.tries) {
        if (attempt.run != run.id) continue;
        const auto& task = *disk_.books.texts.at(run.version)->find(attempt.task_id);
        auto& before = last[model::instance_name(attempt.task_id, attempt.map_index)];
        if (before != nullptr && before->state != model::TryState::success) {
            const model::Duration delay = before->exit_code ? task.retry.delay : core::kFirstFreeDelay;
            REQUIRE_MESSAGE(attempt.created_at - *before->ended_at >= delay * 9 / 10,
                            "a retry waits: " << run.run_id << " " << task.id);
        }
        before = &attempt;
    }
}

// Each retry, and each success of a run, is told to somebody, once.
void Simulation::check_alerts() const {
    using Subject = std::tuple<std::string, std::string, std::string, int, model::AlertEvent>;
    std::map<Subject, int> told, expected;
    for (const auto& [id, row] : disk_.books.notifications)
        ++told[{row.dag_id, row.run_id, row.task_id, row.map_index, row.event}];
    for (const auto& [id, run] : disk_.books.runs)
        if (run.state == RunState::success && !disk_.books.texts.at(run.version)->alerts.empty())
            ++expected[{run.dag_id, run.run_id, "", -1, model::AlertEvent::success}];
    for (const auto& [id, attempt] : disk_.books.tries) {
        const auto& run = disk_.books.runs.at(attempt.run);
        if (attempt.number > 1 && !disk_.books.texts.at(run.version)->find(attempt.task_id)->alerts.empty())
            ++expected[{run.dag_id, run.run_id, attempt.task_id, attempt.map_index, model::AlertEvent::retry}];
    }
    REQUIRE((told == expected));
}

// Each of these has its run, once; and what was due before the clock was set back may have one.
void Simulation::check_dates(const std::string& dag_id, const Dates& due, const Dates& perhaps_due) const {
    Dates made;
    for (const auto& [id, run] : disk_.books.runs)
        if (run.dag_id == dag_id) REQUIRE(made.insert(*run.logical_date).second);
    const auto words = fmt::format("{} has{}; due are{}", dag_id, words_of(made), words_of(due));
    REQUIRE_MESSAGE(std::ranges::includes(made, due), words);
    REQUIRE_MESSAGE(std::ranges::includes(perhaps_due, made), words);
}

void Simulation::check_ticks(const std::string& dag_id, Dates (*ticks)(model::TimePoint, model::TimePoint)) const {
    check_dates(dag_id, ticks(*first_load_, clock_.at), ticks(*first_load_, latest_));
}

// An interval whose windows have not come has its run at the deadline.
void Simulation::check_deadlines() const {
    const auto ends = [this](model::TimePoint now) {
        Dates dates;
        for (const auto hour : stream_.complete_hours()) dates.insert(hour + hours{1});
        for (auto end = std::chrono::floor<hours>(*first_load_) + hours{1}; end + kDeadline <= now; end += hours{1})
            dates.insert(end);
        return dates;
    };
    check_dates("deadlines", ends(clock_.at), ends(latest_));
}

// Every run has seen the last revision of each of its windows.
void Simulation::check_windows() const {
    for (const auto& [id, run] : disk_.books.runs) {
        if (run.dag_id != "windows" && run.dag_id != "deadlines") continue;
        for (const auto& [key, window] : disk_.books.windows)
            if (window.interval.start >= run.data_interval->start && window.interval.end <= run.data_interval->end)
                REQUIRE_MESSAGE(window.event <= run.ledger_through,
                                "a correction makes its run run again: " << run.dag_id << " " << run.run_id);
    }
}

void Simulation::check_events() const {
    const auto hours_of = [this](const std::string& dag_id) {
        std::set<model::TimePoint> starts;
        for (const auto& [id, run] : disk_.books.runs)
            if (run.dag_id == dag_id) CHECK(starts.insert(run.data_interval->start).second);
        return words_of(starts);
    };
    REQUIRE(hours_of("windows") == words_of(stream_.complete_hours()));
    if (has("watermarks")) REQUIRE(hours_of("watermarks") == words_of(stream_.hours_by_watermark()));
    REQUIRE(runs_of("pings") == stream_.pings());
    if (has("counts")) REQUIRE(runs_of("counts") == stream_.pings() / kCounted);
}

int Simulation::runs_of(const std::string& dag_id) const {
    return static_cast<int>(std::ranges::count_if(
        disk_.books.runs, [&dag_id](const auto& entry) { return entry.second.dag_id == dag_id; }));
}

}  // namespace weir::sim
