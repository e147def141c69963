#include <fmt/format.h>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/user.hpp"

namespace weir::api {

using model::Json;

namespace {

constexpr std::size_t kLongestRunId = 250;  // as in Airflow
constexpr std::size_t kLongestNote = 1000;
constexpr std::size_t kLongestKey = 200;

std::optional<model::Interval> data_interval(Body& body) {
    const auto start = body.time("data_interval_start");
    const auto end = body.time("data_interval_end");
    if (start.has_value() != end.has_value())
        body.fault(start ? "data_interval_end" : "data_interval_start",
                   "is missing: an interval has both data_interval_start and data_interval_end");
    if (!start || !end) return std::nullopt;
    if (*end < *start) body.fault("data_interval_end", "is before data_interval_start");
    return model::Interval{*start, *end};
}

// The same key for the same DAG always means the same run, so that a client may send a request again.
std::string run_id_of_key(const std::string& dag_id, std::string_view key) {
    return "manual__" + uuid_of(fmt::format("idempotency/{}/{}", dag_id, key));
}

// The answer to a request that comes again under its key, where the first one has made a run.
std::optional<http::Response> earlier_answer(const Services& services, const core::TriggerRun& command) {
    const auto earlier = services.history.run(command.dag_id, command.run_id);
    if (!earlier) return std::nullopt;
    bool other = command.logical_date && command.logical_date != earlier->logical_date;
    for (const auto& [name, value] : command.params.items()) {
        const auto found = earlier->params.find(name);
        other = other || found == earlier->params.end() || *found != value;
    }
    if (other)
        return error_answer(
            model::Error{model::ErrorKind::invalid, "this Idempotency-Key was used with another body; take a new key"});
    Versions versions(services.history);
    return json_answer(run_json(*earlier, versions));
}

http::Response trigger(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    Body body(request);
    core::TriggerRun command;
    command.dag_id = dag_id;
    command.params = body.object("conf").value_or(Json::object());
    command.run_id = body.text("dag_run_id", kLongestRunId).value_or("");
    command.logical_date = body.time("logical_date");
    command.data_interval = data_interval(body);
    command.note = body.text("note", kLongestNote).value_or("");
    command.restart_of = body.text("restart_of", kLongestRunId).value_or("");
    command.triggered_by = origin_of(request);
    command.user = user_of(request);
    if (const auto run_after = body.time("run_after"); run_after && *run_after > services.now())
        body.fault("run_after", "is in the future: a triggered run starts at once");
    body.not_supported("partition_key", nullptr, "must be null: there are no partitioned DAGs here");
    if (auto refusal = body.refusal()) return std::move(*refusal);

    const auto key = request.header("Idempotency-Key");
    if (key.size() > kLongestKey)
        return error_answer(400, fmt::format("the Idempotency-Key is longer than {} bytes", kLongestKey));
    const bool repeatable = !key.empty() && command.run_id.empty();
    if (repeatable) command.run_id = run_id_of_key(dag_id, key);
    // Before the command: a repetition does nothing, and is no refusal for the audit to tell.
    if (repeatable)
        if (auto answer = earlier_answer(services, command)) return std::move(*answer);

    const auto made = services.commands.execute(command, audit_of(services, request));
    if (!made && repeatable && made.error().kind == model::ErrorKind::conflict)  // the first one came just now
        if (auto answer = earlier_answer(services, command)) return std::move(*answer);
    if (!made) return error_answer(made.error());
    Versions versions(services.history);
    return json_answer(run_json(made->run, versions));
}

}  // namespace

void add_trigger(http::Router& router, const Services& services) {
    router.add("POST", "/api/v2/dags/{dag_id}/dagRuns",
               [services](const http::Request& request) { return trigger(services, request); });
}

}  // namespace weir::api
