// The core's world in tests: a database that folds committed changes, a supervisor that outlives the daemon, a virtual
// clock. After every step the invariants are checked, and the folded rows against the live state.
//
// World::play() runs a script and writes down what came of it, one line a step:
//     10s exit a 3 -> a up_for_retry (exit code 3); launch b/1
// The time is since kStart, or RFC 3339.
// A test compares that with the script it gave, so that a failure shows both.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/core/step.hpp"
#include "scheduler/model/instance_name.hpp"
#include "scheduler/model/waits.hpp"
#include "tests/scheduler/core/database.hpp"

namespace weir::core::testing {

using model::Duration;
using model::TaskState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr TimePoint kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

[[nodiscard]] TimePoint at(std::string_view rfc3339);
// "run:task" as its two names; of "task" the run is r.
[[nodiscard]] std::pair<std::string, std::string> split_name(const std::string& name);

// A DAG as text, a task a line: "load < extract other | rule=all_done retries=2 delay=30s pool=db slots=2 priority=5"
[[nodiscard]] model::Dag parse_dag(const std::string& text, std::string id = "etl");
// Of the asset's window from `start` (RFC 3339, or a time of kStart's day such as 10:05), `minutes` long.
[[nodiscard]] model::CloudEvent window_event(const std::string& asset, const std::string& start, int minutes = 5,
                                             int revision = 1);
[[nodiscard]] model::CloudEvent watermark_event(const std::string& asset, const std::string& watermark);
[[nodiscard]] model::CloudEvent other_event(const std::string& type, model::Json data = nullptr);
[[nodiscard]] model::Dag with_schedule(model::Dag dag, model::Schedule schedule);
[[nodiscard]] model::Dag with_cron(model::Dag dag, std::string cron, std::string timezone = "UTC",
                                   model::Catchup catchup = model::Catchup::latest);

class World {
   public:
    explicit World(const std::string& dag_text = "a", int parallelism = 16, std::vector<model::Pool> pools = {});
    explicit World(std::vector<model::Dag> dags, int parallelism = 16, std::vector<model::Pool> pools = {});

    State state;
    Database database;
    TimePoint now = kStart;
    Turn turn;  // of the last step

    // One step, its commit and its effects.
    void step(const std::vector<Input>& inputs = {});
    void commit();
    void release();
    // Follows wake_at up to and with `until`.
    void run_until(TimePoint until);

    // What history knows of the runs that the last step asked for, as the loop hands it in.
    void answer_lookups();
    // Whether the last step asked for runs that history has.
    [[nodiscard]] bool asks_history() const;

    void load(std::shared_ptr<const model::Dag> dag, std::shared_ptr<const model::Dag> previous = nullptr);
    void load(model::Dag dag) { load(std::make_shared<const model::Dag>(std::move(dag))); }
    // The daemon dies, and a new one reads what is on disk. `files`: whether it loads the DAG files as well.
    void crash(bool files = true);
    [[nodiscard]] ExecutorListed listed() const;
    // The supervisor dies with everything it runs; the next list comes from another.
    void restart_supervisor();

    // Names are "task" for a task of run r, "run:task" for others.
    void trigger(const std::string& run_id = "r", const std::string& dag_id = "etl");
    void exit(const std::string& name, int code = 0) { step({exited(name, code)}); }
    [[nodiscard]] TryExited exited(const std::string& name, int code = 0) const;
    [[nodiscard]] RetryTasks retry(std::vector<std::string> task_ids, const std::string& run_id = "r");

    // One batch of one source; what became of the events is in taken(), or in words: "created_run; duplicate".
    std::string publish(std::vector<model::CloudEvent> events);
    std::string publish(model::CloudEvent event) { return publish(std::vector{std::move(event)}); }
    [[nodiscard]] const std::vector<model::Event>& taken() const { return taken_; }

    [[nodiscard]] const model::Run& run(const std::string& run_id = "r") const;
    [[nodiscard]] const model::TaskInstance& task(const std::string& task_id, const std::string& run_id = "r") const;
    [[nodiscard]] model::TryId open_try(const std::string& name) const;
    [[nodiscard]] const Launch* launched(const std::string& task_id) const;  // in the last step
    [[nodiscard]] std::vector<std::string> run_ids() const;
    [[nodiscard]] const std::set<model::TryId>& running() const { return running_; }  // what the supervisor knows of
    [[nodiscard]] int count_running() const { return static_cast<int>(running_.size()); }
    [[nodiscard]] Memory& memory() { return state.memory(); }
    // What the last step changed and did, as in scripts.
    [[nodiscard]] const std::string& told() const { return told_; }
    // The error of the reply to the last step's command, or "".
    [[nodiscard]] std::string error() const;
    // The answer to the last step's command.
    [[nodiscard]] const Answer& answer() const;
    [[nodiscard]] model::RequestId next_request() { return {++requests_}; }

    // See above. What follows "->" is replaced by what happened.
    std::string play(const std::string& script);
    // The script as play() gives it back when all is as expected.
    [[nodiscard]] static std::string tidy(const std::string& script);

   private:
    void perform(const std::string& line);
    void tell(const std::string& text) { told_ += told_.empty() ? text : "; " + text; }
    void tell_changes();
    void tell_effect(const Effect& effect);
    [[nodiscard]] std::string name_of(model::TryId id) const;
    [[nodiscard]] TryExited by_signal(const std::string& name, int signal, bool timed_out) const;

    PoolsConfigured pools_;
    DagFiles files_;
    std::set<model::TryId> running_;
    std::vector<Input> fetched_;  // handed in with the next step
    std::vector<model::Event> taken_;
    std::string epoch_ = "e1";
    std::string told_;
    std::int64_t requests_ = 0;
};

// What `weir why` says, as things stand.
[[nodiscard]] model::Result<Explanation> explain(World& world, Explain question);

// Plays a script against a DAG: what happened must be what the script says.
void expect(const std::string& dag, const std::string& script);
void expect(World& world, const std::string& script);

}  // namespace weir::core::testing
