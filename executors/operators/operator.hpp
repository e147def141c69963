// Weir's own operators. `weir task load|sql|check|wait` calls run_operator() in the task's own process, with settings on
// stdin; the process's stdout is the task's log.
//
// stdin is one JSON object:
//   {"settings": …, "connections": {"cache": {"kind": "redis", …}, "warehouse": {"kind": "postgres", …}}}
// `settings` is the YAML below the operator's key (docs/operators.md), rendered; each SQL text in it is
// {"text": "… $1 …", "params": [value, …]} (a plain string is taken as a text without values). Connections stand as
// weir.yaml has them, secrets as {"env": NAME} or {"file": path}.
//
// A process that is killed leaves nothing half-written: rows become visible by one COMMIT or one rename.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/model/states.hpp"
#include "scheduler/model/time.hpp"

namespace weir::operators {

inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;       // the message names the place and the remedy
inline constexpr int kBadSettings = 2;  // trying again cannot help
// A look of `wait` that has found nothing yet ends with model::kNotYetExitCode.

struct OperatorEnvironment {
    std::optional<model::Interval> window;  // WEIR_WINDOW_START, WEIR_WINDOW_END
    std::string output_file;                // WEIR_OUTPUT: gets the outputs, a JSON object; empty: nowhere
    std::string log_file;                   // WEIR_LOG_FILE: rejected rows go beside it, to ….rejects.csv
    std::string problem;                    // what is wrong with the above, else empty
    std::function<void(std::string_view line)> write_line;  // to the log, complete with time and line end
};

// From this process's environment variables; lines go to stdout, each by one write.
[[nodiscard]] OperatorEnvironment environment_of_process();

// Runs one operator to its end and returns the exit code. Never throws for what is in `stdin_json`.
[[nodiscard]] int run_operator(model::OperatorKind kind, std::string_view stdin_json,
                               const OperatorEnvironment& environment);

}  // namespace weir::operators
