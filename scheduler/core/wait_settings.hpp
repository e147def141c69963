// The settings of `wait`, `dag` and `approve` (docs/operators.md), rendered, as structs. deferrals.cpp asks for them.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/dag.hpp"
#include "scheduler/model/result.hpp"
#include "scheduler/model/run.hpp"
#include "scheduler/model/waits.hpp"

namespace weir::core {

// A look by `weir task`: at a file, a server, a database.
struct Look {};
struct UntilTime {
    model::TimePoint at;
};
struct ForTime {
    model::Duration length;
};
// Another DAG's run.
struct ForRun {
    std::string dag_id;
    model::TimePoint logical_date;
    std::vector<model::RunState> states;  // how it must have ended
};
struct WaitSettings {
    std::variant<Look, UntilTime, ForTime, ForRun> what;
    model::Duration interval = model::kDefaultWaitInterval;  // between looks
    bool soft_fail = false;                                  // a wait that has timed out is skipped
};
[[nodiscard]] model::Result<WaitSettings> read_wait(const model::Json& settings, const model::Run& run);

struct DagSettings {
    std::string dag_id;
    model::Json params = model::Json::object();
    bool wait = true;  // for the end of its run
    std::optional<model::TimePoint> logical_date;
};
[[nodiscard]] model::Result<DagSettings> read_dag(const model::Json& settings);

struct ApproveSettings {
    std::string message;
    std::vector<model::Param> form;           // what the person is asked for, beside yes or no
    std::vector<std::string> roles;           // who may decide
    std::optional<bool> approved_by_default;  // the answer at the timeout; without it the task fails then
    bool skip_on_reject = false;
};
[[nodiscard]] model::Result<ApproveSettings> read_approve(const model::Json& settings);

// No process looks on its behalf: the core waits.
[[nodiscard]] bool defers(const model::Task& task);
[[nodiscard]] bool is_wait(const model::Task& task);

}  // namespace weir::core
