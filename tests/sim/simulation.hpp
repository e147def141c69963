// A whole Weir with a virtual clock: the real loop, core and SQLite store; a supervisor, a source of events, people and DAG
// files that are made up; and faults by seed. Same plan, same course.
//
// After each commit the books must balance (see check_books), and nothing may happen before it is on disk. When the faults have
// stopped everything comes to its end, and what came of it must be what the DAGs, the programs of their tasks, the clock and the
// events say, as if nothing had gone wrong.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/inbox.hpp"
#include "daemon/loop.hpp"
#include "tests/sim/disk.hpp"
#include "tests/sim/people.hpp"
#include "tests/sim/stream.hpp"
#include "tests/sim/supervisor.hpp"

namespace weir::sim {

struct Tally {
    std::int64_t turns = 0;
    std::int64_t deaths = 0;
    std::int64_t runs = 0;
    std::int64_t tries = 0;
    std::int64_t events = 0;

    Tally& operator+=(const Tally& other);
};

using Dates = std::set<model::TimePoint>;

// Something does not hold. Thrown by the asserts.
struct Violation {
    std::string words;
};

class Simulation {
   public:
    explicit Simulation(const Plan& plan);
    // Throws a Violation, or aborts.
    void run();
    [[nodiscard]] const Tally& tally() const { return tally_; }

   private:
    struct Clock : ports::Clock {
        model::TimePoint wall{};
        model::TimePoint at{};  // as daemon::SteadyWallClock would have it
        [[nodiscard]] model::TimePoint now() const override { return at; }
        void pass(model::Duration elapsed);
    };
    // What ends with the daemon.
    struct Life {
        daemon::Inbox inbox;
        std::unique_ptr<daemon::Loop> loop;
        bool accepts_events = true;
    };

    void start();
    void die();
    void turn();
    void check_turn() const;
    [[nodiscard]] bool is_something_due() const;
    void note_first_load();
    void advance(bool noisy);
    void collect(bool noisy);
    void change_files();
    void load(const model::Dag& dag);
    [[nodiscard]] bool all_is_done() const;
    [[nodiscard]] std::string what_is_left() const;
    void answered(const core::Reply& reply) const;

    void check_ends() const;
    void check_run(const model::Run& run) const;
    void check_task(const model::Dag& dag, const model::Task& task, const model::TaskInstance& row) const;
    void check_delays(const model::Run& run) const;
    void check_alerts() const;
    void check_dates(const std::string& dag_id, const Dates& due, const Dates& perhaps_due) const;
    void check_ticks(const std::string& dag_id, Dates (*ticks)(model::TimePoint from, model::TimePoint to)) const;
    void check_deadlines() const;
    void check_windows() const;
    void check_events() const;
    [[nodiscard]] int runs_of(const std::string& dag_id) const;
    [[nodiscard]] bool has(const std::string& dag_id) const { return files_.contains(dag_id); }

    Plan plan_;
    Dice dice_;
    Killer killer_;
    std::map<std::string, std::shared_ptr<const model::Dag>> texts_;  // by hash
    core::testing::DagFiles files_;
    core::PoolsConfigured pools_;
    Disk disk_;
    Supervisor supervisor_;
    Clock clock_;
    model::TimePoint begin_;
    std::optional<model::TimePoint> first_load_;  // of the DAGs that wait for the clock
    model::TimePoint latest_{};                   // that the daemon has seen
    bool set_back_ = false;                       // the clock, with the daemon
    Stream stream_;
    People people_;
    std::unique_ptr<Life> life_;
    Tally tally_;
};

}  // namespace weir::sim
