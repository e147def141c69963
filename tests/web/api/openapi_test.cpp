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

}  // namespace

TEST_CASE_FIXTURE(World, "every route is in the OpenAPI document") {
    const auto routes = router.routes();
    CHECK(without({routes.begin(), routes.end()}, documented(get("/openapi.json").json)) == "");
}
