// openapi.yaml names every route, and no other.
#include <set>

#include "tests/web/api/world.hpp"

using namespace weir;
using namespace weir::api::test;

namespace {

std::set<std::string> documented(const Json& document) {
    std::set<std::string> routes;
    for (const auto& [path, item] : document["paths"].items())
        for (const auto* method : {"get", "post", "put", "patch", "delete"}) {
            if (!item.contains(method)) continue;
            std::string route(method);
            std::ranges::transform(route, route.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
            routes.insert(route + " " + path);
        }
    return routes;
}

std::string without(std::set<std::string> all, const std::set<std::string>& these) {
    std::string rest;
    for (const auto& route : all)
        if (!these.contains(route)) rest += route + "\n";
    return rest;
}

// By name, a parameter that stands among the components too.
Json parameter_of(const Json& document, const Json& parameter) {
    if (!parameter.contains("$ref")) return parameter;
    const auto reference = parameter["$ref"].get<std::string>();
    return document["components"]["parameters"][reference.substr(reference.rfind('/') + 1)];
}

std::set<std::string> query_of(const Json& document, const Json& operation) {
    std::set<std::string> names;
    for (const auto& given : operation.value("parameters", Json::array()))
        if (const auto parameter = parameter_of(document, given); parameter["in"] == "query")
            names.insert(parameter["name"].get<std::string>());
    return names;
}

// With values that a route may find nothing for: it judges the query before it looks.
std::string filled(const std::string& path) {
    std::string text;
    for (std::size_t from = 0, brace = 0; from < path.size(); from = brace) {
        brace = std::min(path.find('{', from), path.size());
        text += path.substr(from, brace - from);
        if (brace == path.size()) break;
        text += "1";
        brace = path.find('}', brace) + 1;
    }
    return text;
}

bool is_unknown(const Answer& answer) {
    return answer.status == 422 && model::to_text(answer.json).find("unknown parameter") != std::string::npos;
}

}  // namespace

TEST_CASE_FIXTURE(World, "a GET takes the query parameters that the OpenAPI document has of it, of all that any has") {
    const auto document = get("/openapi.json").json;
    std::set<std::string> all;
    for (const auto& [path, item] : document["paths"].items())
        if (item.contains("get")) all.merge(query_of(document, item["get"]));
    REQUIRE(all.size() > 50);
    std::string differing;
    for (const auto& [path, item] : document["paths"].items()) {
        // Served elsewhere, and what takes any query.
        if (!item.contains("get") || !path.starts_with("/api/v2/") || path == "/api/v2/live" ||
            path == "/api/v2/monitor/health" || path == "/api/v2/version" || path == "/api/v2/openapi.json")
            continue;
        const auto documented = query_of(document, item["get"]);
        for (const auto& name : all)
            if (is_unknown(ask(router, "GET", filled(path) + "?" + name + "=")) == documented.contains(name))
                differing += path + " " + name + "\n";
    }
    CHECK(differing == "");
}

TEST_CASE_FIXTURE(World, "every route is in the OpenAPI document") {
    const auto routes = router.routes();
    CHECK(without({routes.begin(), routes.end()}, documented(get("/openapi.json").json)) == "");
}
