#include <algorithm>
#include <map>

#include "web/api/like.hpp"
#include "web/api/lookup.hpp"
#include "web/api/parameters.hpp"
#include "web/api/resources.hpp"
#include "web/api/sorting.hpp"

namespace weir::api {

using model::Json;

namespace {

struct PoolUse {
    int running = 0, queued = 0, scheduled = 0;  // slots
};

// Counted from the rows, never kept apart: they are the truth about who holds a slot. By way of the live runs, so that the
// cost follows what is active and not what is history.
std::map<std::string, PoolUse> use_of_pools(const Services& services) {
    ports::RunFilter live;
    live.states = {model::RunState::running};
    live.limit = kMostRows;
    std::map<std::string, PoolUse> use;
    for (const auto& run : services.history.runs(live).rows) {
        ports::TaskInstanceFilter filter;
        filter.dag_id = run.dag_id;
        filter.run_id = run.run_id;
        filter.states = {model::TaskState::running, model::TaskState::queued, model::TaskState::scheduled};
        for (const auto& row : all_task_instances(services, filter)) {
            const auto& instance = row.task_instance;
            auto& pool = use[instance.pool];
            if (instance.state == model::TaskState::running) pool.running += instance.pool_slots;
            if (instance.state == model::TaskState::queued) pool.queued += instance.pool_slots;
            if (instance.state == model::TaskState::scheduled) pool.scheduled += instance.pool_slots;
        }
    }
    return use;
}

Json pool_json(const model::Pool& pool, const PoolUse& use) {
    const int occupied = use.running + use.queued;
    return {{"name", pool.name},
            {"slots", pool.slots},
            {"description", pool.description.empty() ? Json() : Json(pool.description)},
            {"include_deferred", false},
            {"occupied_slots", occupied},
            {"running_slots", use.running},
            {"queued_slots", use.queued},
            {"scheduled_slots", use.scheduled},
            {"open_slots", std::max(0, pool.slots - occupied)},  // fewer slots may be configured than are in use
            {"deferred_slots", 0},
            {"team_name", nullptr}};
}

constexpr OrderName kOrders[] = {{"id", "name"}, {"name", "name"}, {"slots", "slots"}};

http::Response list_pools(const Services& services, const http::Request& request) {
    Parameters parameters(request);
    const auto limit = static_cast<std::size_t>(parameters.limit());
    const auto offset = static_cast<std::size_t>(parameters.offset());
    const auto order = parameters.order_by(kOrders, "name");
    const auto pattern = parameters.text("pool_name_pattern");
    if (auto refusal = parameters.refusal()) return std::move(*refusal);

    std::vector<model::Pool> pools;
    for (const auto& pool : services.catalog.catalog()->pools)
        if (pattern.empty() || matches_like(pool.name, pattern)) pools.push_back(pool);
    sort_by(pools, order + ",name", [](const model::Pool& pool, std::string_view column) {
        return column == "slots" ? std::pair(pool.slots, std::string()) : std::pair(0, pool.name);
    });
    auto use = use_of_pools(services);
    auto page = Json::array();
    for (auto i = offset; i < pools.size() && page.size() < limit; ++i)
        page.push_back(pool_json(pools[i], use[pools[i].name]));
    return json_answer({{"pools", page}, {"total_entries", pools.size()}});
}

http::Response get_pool(const Services& services, const http::Request& request) {
    if (auto refusal = refuse_parameters(request)) return std::move(*refusal);
    const auto& name = request.path_param("pool_name");
    for (const auto& pool : services.catalog.catalog()->pools)
        if (pool.name == name) return json_answer(pool_json(pool, use_of_pools(services)[name]));
    return error_answer(404, "The Pool with name: `" + name + "` was not found");
}

}  // namespace

void add_pools(http::Router& router, const Services& services) {
    router.add("GET", "/api/v2/pools",
               [services](const http::Request& request) { return list_pools(services, request); });
    router.add("GET", "/api/v2/pools/{pool_name}",
               [services](const http::Request& request) { return get_pool(services, request); });
}

}  // namespace weir::api
