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
#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::model {

using TaskIndex = std::uint32_t;  // into Dag::tasks

inline constexpr std::uint64_t kDefaultLogLimit = 256ULL << 20;  // bytes a try may write to its log
inline constexpr const char* kDefaultPool = "default_pool";
inline constexpr int kDefaultPoolSlots = 128;

struct RetryPolicy {
    int retries = 0;  // further tries after the first
    Duration delay = std::chrono::seconds{30};
    double backoff = 1.0;  // factor per try; 1 keeps the delay constant
    Duration max_delay = std::chrono::minutes{10};
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

struct Task {
    std::string id;
    std::string doc;
    Action action;
    std::vector<TaskIndex> upstream;    // `needs`
    std::vector<TaskIndex> downstream;  // derived
    TriggerRule trigger_rule = TriggerRule::all_success;
    std::string condition;                   // `if`: the expression between ${{ and }}, or empty; false skips the task
    std::map<std::string, std::string> env;  // values are templates
    std::string workdir;                     // absolute; the folder of the DAG's file unless set
    RetryPolicy retry;
    Duration timeout{0};                        // per try; 0 is none
    Duration grace = std::chrono::seconds{10};  // between SIGTERM and SIGKILL
    std::string pool = kDefaultPool;
    int pool_slots = 1;
    int priority_weight = 1;  // larger first
    std::string executor = "process";
    std::uint64_t log_limit = kDefaultLogLimit;
    int line = 0;  // of the task's key in the file
};

struct CronSchedule {
    std::string cron;      // known to parse
    std::string timezone;  // IANA name, known to exist
    Catchup catchup = Catchup::latest;
    bool operator==(const CronSchedule&) const = default;
};
using Schedule = std::variant<CronSchedule>;

struct Param {
    std::string name;
    std::string description;
    Json schema;                   // a JSON Schema: type, enum, minimum, maximum, minLength, maxLength, pattern
    std::optional<Json> fallback;  // `default`; without it a run must give the param
};

struct Dag {
    std::string id;
    std::string description;
    std::string owner;
    std::vector<std::string> tags;
    std::vector<Schedule> schedule;  // alternatives
    std::vector<Param> params;
    int max_active_runs = 16;
    int max_active_tasks = 16;  // per run
    std::vector<Task> tasks;    // topological order, then the order of the file

    std::string file;    // path below the DAG folder, as told to users
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
