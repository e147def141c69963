#include "web/api/dto.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

using model::Json;

namespace {

http::Response list_versions(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    ports::Slice slice;
    slice.limit = parameters.limit();
    slice.offset = parameters.offset();
    slice.newest_first = parameters.newest_first({"id", "version_number", "created_at"});
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const auto page = services.history.versions(dag_id, slice);
    if (page.total == 0 && !dag_exists(services, dag_id)) return dag_not_found(dag_id);
    auto rows = Json::array();
    for (const auto& version : page.rows) rows.push_back(version_json(version));
    return json_answer({{"dag_versions", std::move(rows)}, {"total_entries", page.total}});
}

http::Response get_version(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    if (auto refusal = parameters.refusal()) return std::move(*refusal);
    const auto& dag_id = request.path_param("dag_id");
    const auto number = path_number<int>(request, "version_number");
    const auto version = number && *number > 0 ? services.history.version(dag_id, *number) : std::nullopt;
    if (!version)
        return error_answer(
            404, "The DAG with dag_id: `" + dag_id + "` has no version " + request.path_param("version_number"));
    return json_answer(version_json(*version));
}

}  // namespace

void add_dag_versions(http::Router& router, const Services& services) {
    const std::string base = "/api/v2/dags/{dag_id}/dagVersions";
    router.add("GET", base, [services](const http::Request& request) { return list_versions(services, request); });
    router.add("GET", base + "/{version_number}",
               [services](const http::Request& request) { return get_version(services, request); });
}

}  // namespace weir::api
