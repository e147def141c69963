#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

// Who asks wants to know which part is ill. Weir reads DAG files in the same process, so its DAG processor lives as long as
// its scheduler; it has no triggerer.
Json health_json(const Services& services) {
    const auto health = services.commands.health();
    const auto word = [](bool good) { return good ? "healthy" : "unhealthy"; };
    const bool alive = health.heartbeat != model::TimePoint{};
    const auto heartbeat = alive ? time_json(health.heartbeat) : Json();
    return {
        {"metadatabase", {{"status", word(health.database_healthy)}}},
        {"scheduler", {{"status", word(health.scheduler_healthy)}, {"latest_scheduler_heartbeat", heartbeat}}},
        {"triggerer", {{"status", nullptr}, {"latest_triggerer_heartbeat", nullptr}}},
        {"dag_processor", {{"status", word(health.scheduler_healthy)}, {"latest_dag_processor_heartbeat", heartbeat}}},
        {"problem", health.problem.empty() ? Json() : Json(health.problem)}};
}

void add_monitor(http::Router& router, const Services& services) {
    // Always 200.
    router.add("GET", "/api/v2/monitor/health",
               [services](const http::Request&) { return json_answer(health_json(services)); });
    router.add("GET", "/api/v2/version", [services](const http::Request&) {
        return json_answer({{"version", services.version}, {"git_version", nullptr}});
    });
}

}  // namespace weir::api
