#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

// Always 200: who asks wants to know which part is ill. Weir reads DAG files in the same process, so its DAG processor
// lives as long as its scheduler; it has no triggerer.
http::Response get_health(const Services& services) {
    const auto health = services.commands.health();
    const auto word = [](bool good) { return good ? "healthy" : "unhealthy"; };
    const bool alive = health.heartbeat != model::TimePoint{};
    const auto heartbeat = alive ? time_json(health.heartbeat) : Json();
    return json_answer(
        {{"metadatabase", {{"status", word(health.database_healthy)}}},
         {"scheduler", {{"status", word(health.scheduler_healthy)}, {"latest_scheduler_heartbeat", heartbeat}}},
         {"triggerer", {{"status", nullptr}, {"latest_triggerer_heartbeat", nullptr}}},
         {"dag_processor", {{"status", word(health.scheduler_healthy)}, {"latest_dag_processor_heartbeat", heartbeat}}},
         {"problem", health.problem.empty() ? Json() : Json(health.problem)}});
}

}  // namespace

void add_monitor(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/monitor/health", [services](const http::Request&) { return get_health(services); });
    router.add("GET", "/api/v2/version", [services](const http::Request&) {
        return json_answer({{"version", services.version}, {"git_version", nullptr}});
    });
}

}  // namespace weir::api
