// The ledger's events with what became of each, and the replay of what was rejected. What brings events is in
// cloud_events.cpp.
#include <fmt/format.h>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// The runs that events of one answer made, each read once.
class MadeRuns {
   public:
    explicit MadeRuns(const ports::History& history) : history_(history) {}
    // Retention may have removed it.
    const std::optional<model::Run>& find(model::RunId id) {
        const auto [entry, is_new] = known_.try_emplace(id);
        if (is_new && id) entry->second = history_.run(id);
        return entry->second;
    }

   private:
    const ports::History& history_;
    std::map<model::RunId, std::optional<model::Run>> known_;
};

Json event_json(const model::Event& row, MadeRuns& runs) {
    const auto& run = runs.find(row.run);
    const bool was_read = !row.event.type.empty();
    return {{"event_id", row.id.value},
            {"source", row.source},
            {"position", text_or_null(row.position)},
            {"received_at", time_json(row.received_at)},
            {"disposition", model::to_text(row.disposition)},
            {"reason", text_or_null(row.reason)},
            {"dag_id", run ? Json(run->dag_id) : Json()},
            {"dag_run_id", run ? Json(run->run_id) : Json()},
            {"replay_of", row.replay_of ? Json(row.replay_of.value) : Json()},
            {"event", was_read ? model::to_json(row.event) : Json()},
            {"raw", was_read ? Json() : row.event.data}};
}

http::Response event_not_found(const std::string& id) {
    return error_answer(404, fmt::format("The event with event_id: `{}` was not found", id));
}

std::optional<model::EventId> id_of(const http::Request& request) {
    const auto value = path_number<std::int64_t>(request, "event_id");
    return value && *value > 0 ? std::optional(model::EventId{*value}) : std::nullopt;
}

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::EventFilter filter;
    filter.source = parameters.text("source");
    filter.type = parameters.text("type");
    filter.subject = parameters.text("subject");
    filter.dispositions = parameters.enums<model::Disposition>("disposition");
    filter.received_gte = parameters.time("received_at_gte");
    filter.received_lte = parameters.time("received_at_lte");
    const auto dag_id = parameters.text("dag_id");
    const auto run_id = parameters.text("run_id");
    filter.newest_first = parameters.newest_first({"event_id", "received_at"});
    filter.limit = parameters.limit();
    filter.offset = parameters.offset();
    if (dag_id.empty() != run_id.empty())
        parameters.fault(dag_id.empty() ? "dag_id" : "run_id", "is needed: a run is named by both", nullptr);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    if (!run_id.empty()) {
        const auto run = services.history.run(dag_id, run_id);
        if (!run) return run_not_found(dag_id, run_id);
        filter.run = run->id;
    }
    const auto page = services.history.events(filter);
    MadeRuns runs(services.history);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(event_json(row, runs));
    return json_answer(
        {{"events", std::move(rows)}, {"total_entries", page.total}, {"total_is_least", page.total_is_least}});
}

http::Response get(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto id = id_of(request);
    const auto row = id ? services.history.event(*id) : std::nullopt;
    if (!row) return event_not_found(request.path_param("event_id"));
    MadeRuns runs(services.history);
    return json_answer(event_json(*row, runs));
}

http::Response replay(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const auto id = id_of(request);
    if (!id) return event_not_found(request.path_param("event_id"));
    core::ReplayEvent command;
    command.id = *id;
    const auto answer = services.commands.execute(std::move(command), audit_of(services, request));
    if (!answer) return error_answer(answer.error());
    MadeRuns runs(services.history);
    return json_answer(event_json(answer->event.value_or(model::Event{}), runs));
}

}  // namespace

void add_events(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/events";
    router.add("GET", base, [services](const http::Request& request) { return list(services, request); });
    router.add("GET", base + "/{event_id}",
               [services](const http::Request& request) { return get(services, request); });
    router.add("POST", base + "/{event_id}/replay",
               [services](const http::Request& request) { return replay(services, request); });
}

}  // namespace weir::api
