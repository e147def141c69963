// The document that says what this API serves: openapi.yaml, embedded by the build.
#include "web/api/openapi_document.hpp"
#include "web/api/resources.hpp"

namespace weir::api {

void add_openapi(http::Router& router, const Services&) {
    std::string document;
    for (const auto piece : kOpenApi) document += piece;
    router.add("GET", "/api/v2/openapi.json", [document = std::move(document)](const http::Request&) {
        http::Response response;
        response.body = document;
        return response;
    });
}

}  // namespace weir::api
