#include "tests/sim/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scheduler/calendar/cron.hpp"
#include "scheduler/core/trigger_rules.hpp"
#include "scheduler/model/instance_name.hpp"
#include "tests/sim/dags.hpp"

namespace weir::sim {

using core::testing::Database;
using model::RunState;
using model::TaskState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr int kMostStepsToTheEnd = 20'000;
constexpr int kHoursOfEvents = 5;
constexpr const char* kCron = "*/30 * * * *";
constexpr const char* kZone = "Europe/Berlin";

// Days on which clocks change, and one on which they don't.
model::TimePoint random_start(Dice& dice) {
    using namespace std::chrono;
    constexpr std::array kDays{year{2026} / 11 / 22, year{2026} / 10 / 25, year{2026} / 3 / 29};
    return sys_days{kDays[dice.index_below(kDays.size())]};
}

model::Dag small_dag(const std::string& id, model::Schedule schedule) {
    model::Dag dag;
    dag.id = dag.file = dag.hash = id;
    dag.max_active_runs = 3;
    model::Task task;
    task.id = "t0";
    task.action = model::ShellScript{"true"};
    dag.tasks.push_back(std::move(task));
    dag.schedule.push_back(std::move(schedule));
    return dag;
}

model::WindowSchedule hourly_windows() {
    model::WindowSchedule schedule;
    schedule.assets = {"views"};
    schedule.every = *model::parse_period("5m");
    schedule.cover = *model::parse_period("1h");
    schedule.timezone = "UTC";
    return schedule;
}

}  // namespace

Simulation::Simulation(const Plan& plan)
    : plan_(plan),
      dice_(plan.seed),
      killer_(dice_, plan_),
      pools_{{{kSmallPool, 2 + dice_.below(2), ""}}, 1 + dice_.below(8)},
      disk_(dice_, plan_, killer_, [this](const std::string& hash) { return texts_.at(hash); }),
      supervisor_(dice_, plan_, killer_, disk_.books),
      begin_(random_start(dice_)),
      stream_(dice_, plan_, begin_, kHoursOfEvents),
      people_(dice_, disk_.books, {"x", "y"}) {
    const bool people = plan_.has(Fault::people);
    supervisor_.rules_hold = !people;
    clock_.at = begin_ + hours{kHoursOfEvents};
    for (const auto* id : {"x", "y"}) {
        auto dag = random_dag(dice_, id, plan_.tasks, people);
        dag.hash = id;
        if (people) dag.schedule.push_back(model::CronSchedule{"*/20 * * * *", "UTC", model::Catchup::none});
        load(dag);
    }
    model::EventSchedule pings;
    pings.type = "ping";
    load(small_dag("ticks", model::CronSchedule{kCron, kZone, model::Catchup::all}));
    load(small_dag("windows", hourly_windows()));
    load(small_dag("pings", pings));
}

void Simulation::load(const model::Dag& dag) {
    auto text = std::make_shared<const model::Dag>(dag);
    texts_[dag.hash] = text;
    files_[dag.id] = text;
    if (life_) life_->inbox.post(core::DagLoaded{text});
}

// --- lives of the daemon ---------------------------------------------------------------------------------------------------

void Simulation::start() {
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
                                }};
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
    life_->inbox.post(supervisor_.list());
}

// A daemon that dies while it starts starts again.
void Simulation::die() {
    ++tally_.deaths;
    life_.reset();
    stream_.restart(disk_.books);
    if (plan_.has(Fault::supervisor) && dice_.one_in(4)) supervisor_.die(dice_.one_in(3));
    if (plan_.has(Fault::clock) && killer_.armed && dice_.one_in(6)) clock_.at -= minutes{dice_.below(90)};
    try {
        start();
    } catch (const Crash&) {
        die();
    }
}

void Simulation::turn() {
    ++tally_.turns;
    try {
        life_->loop->turn(std::chrono::microseconds{0});
        if (life_->inbox.closed()) return die();  // stopped, with a full disk
        core::testing::check_books(life_->loop->state(), disk_.books, pools_);
    } catch (const Crash&) {
        die();
    }
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
    clock_.at += seconds{1 + dice_.below(5)};
    if (noisy && plan_.has(Fault::clock) && dice_.one_in(40)) clock_.at += minutes{dice_.below(120)};
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
    inbox.post(supervisor_.reports(clock_.at));
    if (dice_.one_in(noisy ? 6 : 2))
        if (auto batch = stream_.next()) inbox.post(std::move(*batch));
    if (!noisy) return;
    if (!plan_.has(Fault::people)) {
        if (disk_.books.runs.size() < 6 && dice_.one_in(8))
            inbox.post(core::TriggerRun{.request = {}, .dag_id = dice_.one_in(2) ? "x" : "y"});
    } else if (dice_.one_in(2)) {
        inbox.post(people_.act());
    }
    if (plan_.has(Fault::files) && dice_.one_in(50)) change_files();
    if (plan_.has(Fault::supervisor) && dice_.one_in(150)) {
        supervisor_.die(false);
        inbox.post(supervisor_.list());
    }
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
           stream_.all_sent() && supervisor_.idle() && std::ranges::none_of(disk_.books.events, [](const auto& entry) {
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
    if (!plan_.has(Fault::people))
        for (const auto& [id, run] : disk_.books.runs) check_run(run);
    check_ticks();
    check_events();
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
    const auto verdict = core::decide(task.trigger_rule, counts, total);
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

// Every tick between the first load of the DAG and now has its run, once (the books refuse a second one).
void Simulation::check_ticks() const {
    std::set<model::TimePoint> made;
    for (const auto& [id, run] : disk_.books.runs)
        if (run.dag_id == "ticks") made.insert(*run.logical_date);
    const auto cron = calendar::Cron::parse(kCron);
    const auto zone = calendar::Zone::find(kZone);
    if (made.empty()) return;
    for (auto tick = made.begin(); std::next(tick) != made.end(); ++tick)
        CHECK(cron->next_after(*tick, *zone) == *std::next(tick));
    const auto& through = disk_.books.dags.at("ticks").scheduled_through;
    CHECK(through == *made.rbegin());
}

void Simulation::check_events() const {
    std::set<model::TimePoint> covered;
    int pings = 0;
    for (const auto& [id, run] : disk_.books.runs) {
        if (run.dag_id == "windows") CHECK(covered.insert(run.data_interval->start).second);
        if (run.dag_id == "pings") ++pings;
    }
    const auto words = [](const std::set<model::TimePoint>& starts) {
        std::string text;
        for (const auto hour : starts) text += " " + model::format_rfc3339(hour);
        return text;
    };
    REQUIRE(words(covered) == words(stream_.complete_hours()));
    CHECK(pings == stream_.pings());
}

}  // namespace weir::sim
