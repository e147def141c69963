#include "executors/operators/operator.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "executors/connectors/file.hpp"
#include "executors/operators/check.hpp"
#include "executors/operators/load.hpp"
#include "executors/operators/settings.hpp"
#include "executors/operators/sql.hpp"
#include "executors/operators/wait.hpp"
#include "scheduler/model/waits.hpp"

namespace weir::operators {
namespace {

using model::Error;
using model::ErrorKind;
using model::Json;
using model::OperatorKind;
using model::Result;

void write_to_stdout(std::string_view line) {
    while (!line.empty()) {
        const auto count = ::write(STDOUT_FILENO, line.data(), line.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return;  // a log that is gone must not end the work
        line.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

struct Ending {
    int code_of_error;  // whose fault an error of `outcome` is
    Result<Outcome> outcome;
};

template <class Settings, class Run>
Ending run_with(const Result<Settings>& settings, const SettingsReader& reader, Log& log, const Run& run) {
    for (const auto& secret : reader.secrets()) log.hide(secret);
    if (!settings) return {kBadSettings, settings.error()};
    return {kFailed, run(*settings)};
}

Ending dispatch(OperatorKind kind, const Json& settings, SettingsReader& reader, const OperatorEnvironment& environment,
                Log& log) {
    switch (kind) {
        case OperatorKind::load:
            return run_with(reader.load(settings), reader, log, [&environment, &log](const LoadSettings& load) {
                return run_load(load, environment, log);
            });
        case OperatorKind::sql:
            return run_with(reader.sql(settings), reader, log,
                            [&log](const SqlSettings& sql) { return run_sql(sql, log); });
        case OperatorKind::check:
            return run_with(reader.check(settings), reader, log, [&environment, &log](const CheckSettings& check) {
                return run_check(check, environment.window, log);
            });
        case OperatorKind::wait:
            return run_with(reader.wait(settings), reader, log,
                            [&log](const WaitLook& look) { return run_wait(look, log); });
        case OperatorKind::run:
        case OperatorKind::dag:
        case OperatorKind::approve:
            break;
    }
    return {kBadSettings,
            Error{ErrorKind::invalid,
                  "no process does this: `run` starts a program of yours, and `dag` and `approve` wait in the daemon"}};
}

Result<void> write_outputs(const std::string& path, const Json& outputs) {
    if (path.empty()) return {};
    auto file = connectors::File::open_to_write(path);
    if (!file) return file.error();
    return file->write(model::to_text(outputs) + "\n");
}

}  // namespace

OperatorEnvironment environment_of_process() {
    OperatorEnvironment environment;
    environment.output_file = variable("WEIR_OUTPUT");
    environment.log_file = variable("WEIR_LOG_FILE");
    if (environment.log_file.empty()) environment.log_file = "weir.log";  // rejects then go to ./weir.rejects.csv
    environment.write_line = write_to_stdout;
    const auto start = variable("WEIR_WINDOW_START"), end = variable("WEIR_WINDOW_END");
    if (start.empty() && end.empty()) return environment;
    const auto from = model::parse_rfc3339(start), to = model::parse_rfc3339(end);
    if (!from || !to || from->time > to->time)
        environment.problem = fmt::format(
            "WEIR_WINDOW_START '{}' and WEIR_WINDOW_END '{}' must be times like "
            "2026-11-22T00:00:00+01:00, the end not before the start",
            start, end);
    else if (from->time < to->time)  // a run by hand of a DAG without a schedule has an empty data interval: no window
        environment.window = model::Interval{from->time, to->time};
    return environment;
}

int run_operator(OperatorKind kind, std::string_view stdin_json, const OperatorEnvironment& environment) {
    Log log(environment.write_line);
    const auto end = [&log, kind](int code, const std::string& why) {
        log.line(fmt::format("{} failed: {}", model::to_text(kind), why));
        return code;
    };
    if (!environment.problem.empty()) return end(kBadSettings, environment.problem);
    const auto input = model::parse_json(stdin_json);
    if (!input || !input->is_object() || !input->contains("settings"))
        return end(kBadSettings, "stdin must hold {\"settings\": …, \"connections\": …}");
    const Json connections = input->value("connections", Json::object());
    SettingsReader reader(connections, environment.window);
    const auto ending = dispatch(kind, (*input)["settings"], reader, environment, log);
    if (!ending.outcome) return end(ending.code_of_error, ending.outcome.error().message);
    auto outputs = ending.outcome->outputs;
    if (ending.outcome->waiting_for) outputs[model::kWaitingFor] = *ending.outcome->waiting_for;
    const auto written = write_outputs(environment.output_file, outputs);
    if (!written) return end(kFailed, written.error().message);
    if (ending.outcome->waiting_for) return model::kNotYetExitCode;
    return ending.outcome->succeeded ? kSucceeded : kFailed;
}

}  // namespace weir::operators
