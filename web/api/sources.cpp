// Where events come from, and how each source is doing. Weir's own.
#include "web/api/dto.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

http::Response list(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    auto rows = Json::array();
    for (const auto& source : services.sources.sources())
        rows.push_back({{"name", source.name},
                        {"kind", source.kind},
                        {"connected", source.connected},
                        {"problem", source.problem.empty() ? Json() : Json(source.problem)},
                        {"last_seen", time_json(source.last_seen)},
                        {"lag", source.lag ? Json(*source.lag) : Json()},
                        {"taken", source.taken},
                        {"rejected", source.rejected}});
    const auto total = rows.size();
    return json_answer({{"sources", std::move(rows)}, {"total_entries", total}});
}

}  // namespace

void add_sources(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/sources", [services](const http::Request& request) { return list(services, request); });
}

}  // namespace weir::api
