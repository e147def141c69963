#include <algorithm>

#include "web/api/dto.hpp"
#include "web/api/like.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/sorting.hpp"

namespace weir::api {

using model::Json;

namespace {

// Airflow's ids are rows of a table; ours follow from the file, so that they stay the same while it is broken (FNV-1a).
std::int64_t id_of(std::string_view file) {
    std::uint32_t hash = 2166136261U;
    for (const char c : file) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash & 0x7fffffffU;
}

Json import_error_json(const ports::ImportError& error) {
    std::string trace;
    auto diagnostics = Json::array();
    for (const auto& diagnostic : error.diagnostics) {
        trace += (trace.empty() ? "" : "\n") + model::to_text(diagnostic);
        diagnostics.push_back({{"file", diagnostic.file},
                               {"line", diagnostic.line},
                               {"column", diagnostic.column},
                               {"message", diagnostic.message}});
    }
    return {{"import_error_id", id_of(error.file)},
            {"timestamp", time_json(error.since)},
            {"filename", error.file},
            {"bundle_name", nullptr},
            {"stack_trace", trace},
            {"diagnostics", diagnostics}};
}

constexpr OrderName kOrders[] = {
    {"id", "filename"}, {"import_error_id", "filename"}, {"filename", "filename"}, {"timestamp", "timestamp"}};

http::Response list_import_errors(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto limit = static_cast<std::size_t>(parameters.limit());
    const auto offset = static_cast<std::size_t>(parameters.offset());
    const auto order = parameters.order_by(kOrders, "filename");
    const auto pattern = parameters.text("filename_pattern");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);

    const auto catalog = services.catalog.catalog();
    std::vector<const ports::ImportError*> errors;
    for (const auto& error : catalog->import_errors)
        if (pattern.empty() || matches_like(error.file, pattern)) errors.push_back(&error);
    sort_by(errors, order + ",filename", [](const ports::ImportError* error, std::string_view column) {
        return column == "timestamp" ? std::pair(error->since, std::string())
                                     : std::pair(decltype(error->since){}, error->file);
    });
    auto page = Json::array();
    for (auto i = offset; i < errors.size() && page.size() < limit; ++i) page.push_back(import_error_json(*errors[i]));
    return json_answer({{"import_errors", page}, {"total_entries", errors.size()}});
}

http::Response get_import_error(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    const auto& id = request.path_param("import_error_id");
    const auto catalog = services.catalog.catalog();
    for (const auto& error : catalog->import_errors)
        if (std::to_string(id_of(error.file)) == id) {
            auto json = import_error_json(error);
            json["content"] = error.content ? Json(*error.content) : Json(nullptr);
            return json_answer(json);
        }
    return error_answer(404, "The ImportError with import_error_id: `" + id + "` was not found");
}

}  // namespace

void add_import_errors(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/importErrors",
               [services](const http::Request& request) { return list_import_errors(services, request); });
    router.add("GET", "/api/v2/importErrors/{import_error_id}",
               [services](const http::Request& request) { return get_import_error(services, request); });
}

}  // namespace weir::api
