// Every try that the supervisor knows, from LAUNCH to ACK: starts its process, watches its deadline and its log, ends
// what it leaves behind, keeps its exit until it is acknowledged. Called by the supervisor's one loop.
#pragma once

#include <sys/resource.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "executors/supervisor/journal.hpp"
#include "executors/supervisor/spawn.hpp"
#include "executors/supervisor/survivors.hpp"
#include "executors/supervisor/system.hpp"
#include "executors/wire/messages.hpp"

namespace weir::supervisor {

class Tasks {
   public:
    using Report = std::function<void(const wire::Report&)>;
    // `folder`: of the data, for the tokens. `files`: the RLIMIT_NOFILE of tasks.
    // `report` may drop what it is given: repeat_all() says it again.
    Tasks(Journal journal, std::string folder, std::string epoch, rlimit files, Report report);

    // What an earlier supervisor left: its ends are kept, its running tries killed and then lost. Once, before all
    // else. False with errno set: the journal can't be read or written.
    [[nodiscard]] bool recover();

    void launch(const wire::Launch& launch);
    void kill(std::int64_t try_id);
    void acknowledge(std::int64_t try_id);
    void list() const;
    void repeat_all() const;

    void reap();  // after SIGCHLD
    void on_time(Clock::time_point now);
    [[nodiscard]] std::optional<Clock::time_point> next_time() const;

    // Launches no more and ends what runs, each within its grace.
    void stop();
    [[nodiscard]] bool running() const;
    // Nothing runs, and the journal tells the next supervisor everything.
    [[nodiscard]] bool may_be_left();
    [[nodiscard]] bool empty() const { return tasks_.empty(); }

   private:
    struct Running {
        pid_t pid = 0;
        UniqueFd log;
        std::chrono::milliseconds timeout{0};
        std::chrono::milliseconds grace{0};
        std::uint64_t log_limit = 0;
        wire::EndedBy ended_by = wire::EndedBy::itself;
        std::string detail;  // why Weir ended it
    };
    // Its leader is gone and the rest of its group has been killed, but not all of it is dead yet.
    struct Draining {
        pid_t group = 0;
        UniqueFd log;
        std::uint64_t log_limit = 0;
        wire::Exited exited;
        Clock::time_point give_up;
    };
    struct Surviving {};  // see Survivors
    struct Ended {};      // its record has the end
    using State = std::variant<Running, Draining, Surviving, Ended>;
    struct Task {
        TryRecord record;
        State state;
        std::optional<Clock::time_point> timer;  // its entry in timers_
    };

    void add_unrecorded(Replay& replay) const;
    void refuse(std::int64_t try_id, const Refusal& refusal);
    void repeat(const Task& task) const;
    void set_timer(Task& task, std::optional<Clock::time_point> at);
    void end(Task& task, wire::EndedBy by, const std::string& detail);  // TERM now, KILL after the grace
    void leader_exited(Task& task, int status_code, int status);
    void drain(Task& task, Clock::time_point now);
    void finish(Task& task, Draining draining);
    void forget(std::int64_t try_id);
    void time_up(Task& task, Clock::time_point now);
    void check_logs(Clock::time_point now);
    void collect_survivors(Clock::time_point now);
    void tidy_journal();
    [[nodiscard]] bool rewrite_journal();

    Journal journal_;
    const std::string folder_;
    const std::string epoch_;
    const std::string pid_world_;
    const rlimit files_;
    const Report report_;
    bool stopping_ = false;
    bool journal_complete_ = true;
    std::map<std::int64_t, Task> tasks_;
    std::unordered_map<pid_t, std::int64_t> try_of_leader_;
    std::set<std::pair<Clock::time_point, std::int64_t>> timers_;
    Survivors survivors_;
    std::optional<Clock::time_point> next_log_check_;
    std::optional<Clock::time_point> next_survivor_check_;
};

}  // namespace weir::supervisor
