// Backfills, in Airflow's shapes; what Weir says beside them is how far they are.
#include <fmt/format.h>

#include "web/api/access.hpp"
#include "web/api/body.hpp"
#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/user.hpp"

namespace weir::api {

using core::BackfillChange;
using model::Json;

namespace {

constexpr std::size_t kLongestId = 250;
constexpr int kMostActiveRuns = 1000;

Json backfill_json(const ports::BackfillRow& row) {
    const auto& backfill = row.backfill;
    auto runs = Json::object();
    for (const auto& name : model::enum_names<model::RunState>()) {
        const auto found = row.runs.find(name.value);
        runs[std::string(name.text)] = found == row.runs.end() ? 0 : found->second;
    }
    return {{"id", backfill.id.value},
            {"dag_id", backfill.dag_id},
            {"dag_display_name", backfill.dag_id},
            {"from_date", time_json(backfill.from)},
            {"to_date", time_json(backfill.to)},
            {"dag_run_conf", backfill.params},
            {"is_paused", backfill.state == model::BackfillState::paused},
            {"reprocess_behavior", model::to_text(backfill.reprocess)},
            {"max_active_runs", backfill.max_active_runs},
            {"created_at", time_json(backfill.created_at)},
            {"completed_at", time_json(backfill.ended_at)},
            {"updated_at", time_json(backfill.ended_at.value_or(backfill.created_at))},
            // Weir's own:
            {"state", model::to_text(backfill.state)},
            {"run_backwards", backfill.backwards},
            {"triggering_user_name", backfill.user},
            {"total_runs", backfill.total},
            {"made_runs", backfill.made},
            {"runs", std::move(runs)}};
}

http::Response backfill_not_found(const std::string& id) {
    return error_answer(404, fmt::format("Backfill with id {} not found", id));
}

std::optional<model::BackfillId> id_of(const http::Request& request) {
    const auto value = path_number<std::int64_t>(request, "backfill_id");
    return value && *value > 0 ? std::optional(model::BackfillId{*value}) : std::nullopt;
}

// As history has it, with its runs; the command's answer when it is gone from there already.
http::Response stored_answer(const Services& services, const model::Backfill& backfill) {
    const auto row = services.history.backfill(backfill.id);
    return json_answer(backfill_json(row ? *row : ports::BackfillRow{backfill, {}}));
}

template <class Enum>
Enum choice(Body& body, std::string_view key, Enum fallback) {
    const auto text = body.text(key, kLongestId);
    if (!text) return fallback;
    if (const auto value = model::parse<Enum>(*text)) return *value;
    std::string all;
    for (const auto& name : model::enum_names<Enum>()) all += (all.empty() ? "" : ", ") + std::string(name.text);
    body.fault(key, "must be one of " + all);
    return fallback;
}

http::Response create(const Services& services, const http::Request& request, bool dry_run) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    core::CreateBackfill command;
    command.dag_id = body.text("dag_id", kLongestId).value_or("");
    if (command.dag_id.empty()) body.fault("dag_id", "is needed");
    const auto from = body.time("from_date");
    const auto to = body.time("to_date");
    if (!from) body.fault("from_date", "is needed: the first logical date, with an offset");
    if (!to) body.fault("to_date", "is needed: the last logical date, with an offset");
    command.from = from.value_or(model::TimePoint{});
    command.to = to.value_or(model::TimePoint{});
    command.backwards = body.flag("run_backwards").value_or(false);
    command.params = body.object("dag_run_conf").value_or(Json::object());
    command.reprocess = choice(body, "reprocess_behavior", model::Reprocess::none);
    command.max_active_runs = body.number("max_active_runs", 1, kMostActiveRuns).value_or(command.max_active_runs);
    body.not_supported("run_on_latest_version", true, "must be true: a backfill runs the newest version of its DAG");
    command.user = user_of(request);
    command.dry_run = dry_run;
    if (auto refusal = body.refusal()) return std::move(*refusal);

    auto audit = audit_of(services, request);
    audit.dag_id = command.dag_id;
    const auto answer =
        services.commands.execute(std::move(command), dry_run ? std::nullopt : std::optional(std::move(audit)));
    if (!answer) return error_answer(answer.error());
    if (!dry_run) return stored_answer(services, answer->backfill.value_or(model::Backfill{}));
    auto dates = Json::array();
    for (const auto date : answer->dates) dates.push_back({{"logical_date", time_json(date)}});
    const auto total = dates.size();
    return json_answer({{"backfills", std::move(dates)}, {"total_entries", total}});
}

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto dag_id = parameters.text("dag_id");
    const bool only_open = parameters.flag("active").value_or(false);
    ports::Slice slice;
    slice.limit = parameters.limit();
    slice.offset = parameters.offset();
    slice.newest_first = parameters.newest_first({"id", "created_at"});
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    if (!dag_id.empty() && dag_id != kAny && !dag_exists(services, dag_id)) return dag_not_found(dag_id);
    const auto page = services.history.backfills(dag_id == kAny ? "" : dag_id, only_open, slice);
    auto rows = Json::array();
    for (const auto& row : page.rows) rows.push_back(backfill_json(row));
    return json_answer({{"backfills", std::move(rows)}, {"total_entries", page.total}});
}

http::Response get(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto id = id_of(request);
    const auto row = id ? services.history.backfill(*id) : std::nullopt;
    return row ? json_answer(backfill_json(*row)) : backfill_not_found(request.path_param("backfill_id"));
}

http::Response change(const Services& services, const http::Request& request, BackfillChange what) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    Body body(request);
    if (auto refusal = body.refusal()) return std::move(*refusal);
    const auto id = id_of(request);
    if (!id) return backfill_not_found(request.path_param("backfill_id"));
    core::ChangeBackfill command;
    command.id = *id;
    command.change = what;
    auto audit = audit_of(services, request);
    if (const auto row = services.history.backfill(*id)) audit.dag_id = row->backfill.dag_id;
    const auto answer = services.commands.execute(std::move(command), std::move(audit));
    if (!answer) return error_answer(answer.error());
    return stored_answer(services, answer->backfill.value_or(model::Backfill{}));
}

}  // namespace

void add_backfills(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/backfills";
    router.add("GET", base, [services](const http::Request& request) { return list(services, request); });
    router.add("POST", base, [services](const http::Request& request) { return create(services, request, false); });
    router.add("POST", base + "/dry_run",
               [services](const http::Request& request) { return create(services, request, true); });
    router.add("GET", base + "/{backfill_id}",
               [services](const http::Request& request) { return get(services, request); });
    const auto add_change = [&router, &services, &base](const char* verb, BackfillChange what) {
        router.add("PUT", base + "/{backfill_id}/" + verb,
                   [services, what](const http::Request& request) { return change(services, request, what); });
    };
    add_change("pause", BackfillChange::pause);
    add_change("unpause", BackfillChange::unpause);
    add_change("cancel", BackfillChange::cancel);
}

}  // namespace weir::api
