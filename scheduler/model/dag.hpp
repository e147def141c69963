// A DAG as its file says it, checked: names resolved, tasks in topological order. scheduler/yaml makes it; it never
// changes afterwards. Strings that may hold ${{ }} are marked "template"; they are known to compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/json.hpp"
#include "scheduler/model/schedules.hpp"
#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::model {

using TaskIndex = std::uint32_t;  // into Dag::tasks

inline constexpr std::uint64_t kDefaultLogLimit = 256ULL << 20;  // bytes a try may write to its log
inline constexpr const char* kDefaultPool = "default_pool";
inline constexpr int kDefaultPoolSlots = 128;
inline constexpr std::size_t kMostItems = 10'000;  // of one `foreach`

// Which failures are worth another try; all of them unless something is listed.
struct RetryOn {
    std::vector<int> exit_codes;
    std::vector<int> signals;
    bool timeout = false;
    bool operator==(const RetryOn&) const = default;
};

struct RetryPolicy {
    int retries = 0;  // further tries after the first
    Duration delay = std::chrono::seconds{30};
    double backoff = 1.0;  // factor per try; 1 keeps the delay constant
    Duration max_delay = std::chrono::minutes{10};
    std::optional<RetryOn> on;
    bool operator==(const RetryPolicy&) const = default;
};

// What a try executes. A `run` string is a shell script, a `run` list is an argv; every other operator has settings:
// the YAML below its key as JSON, where each SQL text stands as {"$sql": "text with ${{ }}"} (see expr::render).
struct ShellScript {
    std::string text;  // no ${{ }}: values reach a script through env
    bool operator==(const ShellScript&) const = default;
};
struct CommandLine {
    std::vector<std::string> argv;  // templates
    bool operator==(const CommandLine&) const = default;
};
struct OperatorCall {
    OperatorKind kind;
    Json settings;  // templates
    bool operator==(const OperatorCall&) const = default;
};
using Action = std::variant<ShellScript, CommandLine, OperatorCall>;

// `foreach`: the task runs once for each item, as instances with map_index 0, 1, … Expressions of the task see `item`.
struct Foreach {
    Json items;  // an array; an object (each item is {"key": …, "value": …}); or a template that gives one of these
    int max_parallel = 0;  // instances at once in one run; 0 is all
    std::string label;     // template: what an instance is called beside its number; may be empty
    bool operator==(const Foreach&) const = default;
};

// Tell somebody: a notifier of weir.yaml by its name, or a script. Exactly one of the two is set.
struct Alert {
    AlertEvent on = AlertEvent::failure;
    std::string notifier;
    std::string script;
    bool operator==(const Alert&) const = default;
};

struct Task {
    std::string id;     // with its group's prefix: "prepare.load"
    std::string group;  // id of the innermost group around it; empty without one
    std::string doc;
    Action action;
    std::vector<TaskIndex> upstream;    // `needs`
    std::vector<TaskIndex> downstream;  // derived
    TriggerRule trigger_rule = TriggerRule::all_success;
    std::string condition;                   // `if`: the expression between ${{ and }}, or empty; false skips the task
    std::map<std::string, std::string> env;  // values are templates
    std::string workdir;                     // absolute; the folder of the DAG's file unless set
    std::optional<Foreach> foreach;
    RetryPolicy retry;
    Duration timeout{0};                        // per try (of a wait, dag or approve: of all of it); 0 is none
    Duration grace = std::chrono::seconds{10};  // between SIGTERM and SIGKILL
    std::string pool = kDefaultPool;
    int pool_slots = 1;
    int priority_weight = 1;               // larger first
    int max_active = 0;                    // instances at once over all runs of the DAG; 0 is no cap
    bool short_circuit = false;            // when it is skipped, so is all that is downstream, whatever the rules
    std::optional<int> skip_on_exit_code;  // a try that ends with it is no failure: the task is skipped
    bool setup = false;                    // makes what other tasks need, and a teardown removes
    bool teardown = false;                 // runs if its setups succeeded; does not decide how the run ends
    bool depends_on_past = false;          // waits until it succeeded or was skipped in the run before
    bool wait_for_downstream = false;      // and until its direct downstream tasks did, there
    Duration deadline{0};                  // from the run's start; when it passes somebody is told. 0 is none
    std::vector<Alert> alerts;
    std::vector<std::string> produces;  // assets, whose window is the run's data interval: told when it succeeds
    std::string executor = "process";
    std::uint64_t log_limit = kDefaultLogLimit;
    int line = 0;  // of the task's key in the file
};

struct Param {
    std::string name;
    std::string description;
    Json schema;                   // a JSON Schema: type, enum, minimum, maximum, minLength, maxLength, pattern
    std::optional<Json> fallback;  // `default`; without it a run must give the param
};

// Tasks that are shown, cleared and waited for as one. Their ids begin with the group's and a point.
struct Group {
    std::string id;      // with its own group's prefix
    std::string parent;  // id; empty at the top
    std::string doc;
    bool operator==(const Group&) const = default;
};

struct Dag {
    std::string id;
    std::string description;
    std::string owner;
    std::vector<std::string> tags;
    std::vector<Schedule> schedule;  // alternatives
    std::vector<Param> params;
    int max_active_runs = 16;
    int max_active_tasks = 16;     // per run
    int pause_after_failures = 0;  // so many failed runs in a row pause the DAG; 0 is never
    int run_retries = 0;           // a run that failed runs its failed tasks again, so many times
    Duration run_retry_delay = std::chrono::minutes{5};
    Duration deadline{0};  // of a run, from when it was queued; 0 is none
    std::vector<Alert> alerts;
    std::vector<Group> groups;  // an outer one before those in it
    std::vector<Task> tasks;    // topological order, then the order of the file

    std::string file;    // path below the DAG folder, as told to users
    std::string folder;  // absolute, of that file
    std::string source;  // the file's text
    std::string hash;    // of `source`: a new hash is a new version

    [[nodiscard]] const Task* find(std::string_view task_id) const;
};

struct Pool {
    std::string name;
    int slots = 0;
    std::string description;
    bool operator==(const Pool&) const = default;
};

// The params a run gets: the given ones checked against their schemas, defaults filled in.
// On failure each line says which param is wrong, and why.
struct ParamCheck {
    Json params = Json::object();
    std::vector<std::string> errors;
};
[[nodiscard]] ParamCheck check_params(const Dag& dag, const Json& given);

}  // namespace weir::model
